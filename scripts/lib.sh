# What the scripts of this folder share. Sourced, not run.
set -euo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

say() { printf '%s\n' "$*" >&2; }

die() {
    say "${0##*/}: $*"
    exit 1
}

# The help of a script is the comment at its head.
usage() { awk 'NR > 1 { if (!/^#/) exit; sub(/^# ?/, ""); print }' "$0"; }

help_if_asked() {
    case ${1-} in
    -h | --help)
        usage
        exit 0
        ;;
    esac
}

is_root() { [[ $EUID -eq 0 ]]; }

# Compilers side by side: one for each core, as long as each has 1.5 GB of memory.
build_jobs() {
    local available_kb
    available_kb=$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo)
    local by_memory=$((available_kb / 1500000)) cores
    cores=$(nproc)
    echo $((by_memory < 1 ? 1 : by_memory < cores ? by_memory : cores))
}

configure() { (cd "$top" && cmake --preset "$1") >&2; }

# build PRESET [TARGET...]: configures where that is needed (CMake sees by itself when its files change, but
# not when a preset does) and builds. What it prints goes to standard error.
build() {
    local preset=$1 folder=$top/build/$1
    shift
    if [[ ! $folder/build.ninja -nt $top/CMakePresets.json ]]; then
        configure "$preset"
        touch "$folder/build.ninja"
    fi
    cmake --build "$folder" --parallel "${CMAKE_BUILD_PARALLEL_LEVEL:-$(build_jobs)}" \
        ${1+--target "$@"} >&2
}

# The C++ files of the work tree, committed or not, below the folders named; with their paths from the top.
cpp_files() { git -C "$top" ls-files --cached --others --exclude-standard --deduplicate -- "$@" | existing_cpp; }

existing_cpp() {
    local file
    while IFS= read -r file; do
        if [[ $file =~ \.(hpp|cpp)$ && -e $top/$file ]]; then printf '%s\n' "$file"; fi
    done
}
