# What the tests of the executable and of the package share: a folder that goes at the end, a PostgreSQL that is reached
# over TCP and TLS (which scripts/postgres has no use for), and checks. Sourced after scripts/lib.sh.

folder=$(mktemp -d /tmp/holdfast-installed-XXXXXX)
chmod 711 "$folder"
started=()

finish() {
    local status=$?
    trap '' INT TERM HUP
    [[ ${#started[@]} -eq 0 ]] || kill "${started[@]}" 2>/dev/null || true
    wait
    [[ ! -e $folder/data ]] || as_postgres "$postgres_bin/pg_ctl" stop -m immediate -s -D "$folder/data" || true
    [[ $status -eq 0 ]] || tail -n 20 "$folder"/*.log >&2 || true
    if declare -F unmount_all >/dev/null; then unmount_all; fi
    rm -rf "$folder"
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# check WHAT COMMAND...
check() {
    local what=$1
    shift
    "$@" || die "not so: $what"
    say "ok: $what"
}

# until_so SECONDS COMMAND...
until_so() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        ((SECONDS < end)) || return 1
        sleep 0.1
    done
}

free_port() { /usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

as_postgres() {
    if is_root; then
        setpriv --reuid postgres --regid "$(id -g postgres)" --init-groups --reset-env "$@"
    else
        "$@"
    fi
}

# Makes ca.pem, server.pem and server.key in the folder too; sets database_port.
start_postgres() {
    postgres_bin=$(dirname "$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -n 1)")
    "$top/scripts/certs" "$folder"
    install -d -m 700 "$folder/data"
    ! is_root || chown postgres: "$folder/data"
    as_postgres "$postgres_bin/initdb" -D "$folder/data" -U holdfast --auth=trust -E UTF8 --no-locale \
        >"$folder/initdb.log"
    install -m 600 "$folder"/server.{key,pem} "$folder/data"
    ! is_root || chown postgres: "$folder"/data/server.{key,pem}
    database_port=$(free_port)
    as_postgres "$postgres_bin/pg_ctl" start -w -s -D "$folder/data" -l "$folder/data/log" -o "-p $database_port -k '' \
        -c listen_addresses=127.0.0.1 -c ssl=on -c ssl_cert_file=server.pem -c ssl_key_file=server.key"
}

is_up() { curl -fs -o /dev/null --cacert "$folder/ca.pem" "$url/readyz"; }

call() { curl -fsS --cacert "$folder/ca.pem" -H "Authorization: Bearer $token" -H 'Content-Type: application/json' "$@"; }
