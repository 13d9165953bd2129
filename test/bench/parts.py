"""What is measured, part by part. Each runs its rounds in turn (A B A B …) and returns its table."""
import contextlib
import json
import re
import resource
import socket
import subprocess
import time

from findings import Part
from world import Failed, Server, cpu_of_family, report_of, resident_of_family, run

CLIENTS = (8, 16, 32, 64)
NGINX_PORT = 18445


def children_cpu():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def pgbench(world, script, clients, seconds):
    """Executions of a script in a second, and in a CPU second of pgbench and PostgreSQL together."""
    before = world.postgres_cpu() + children_cpu()
    said = run(["pgbench", "-n", "-M", "prepared", "-c", str(clients), "-j", str(min(clients, world.cores)),
                "-T", str(seconds), "-f", world.top / f"test/bench/pgbench/{script}.sql", world.dsn_of("plain")])
    executed = int(re.search(r"actually processed: (\d+)", said)[1])
    cpu = world.postgres_cpu() + children_cpu() - before
    return float(re.search(r"tps = ([0-9.]+)", said)[1]), executed / cpu


def refill(world, tasks):
    world.psql((world.top / "test/bench/pgbench/table.sql").read_text(), "plain", tasks=tasks)


PLENTY = 120_000  # tasks: more than pgbench gets through


def best_clients(world, script):
    if script not in world.best_clients:
        rates = {}
        for clients in CLIENTS:
            refill(world, PLENTY)
            rates[clients], _ = pgbench(world, script, clients, 2)
        world.best_clients[script] = max(rates, key=rates.get)
    return world.best_clients[script]


def drain_row(limit):
    return f"Holdfast: cycles, `limit={limit}`"


def drain_cpu_row(limit):
    return f"Holdfast: cycles for a CPU second of everything, `limit={limit}`"


def add_drain(world, part, server, limit, tasks, agents=256):
    world.settle()
    before = world.postgres_cpu()
    figures = server.load("drain", agents=agents, tasks=tasks, limit=limit)["figures"]
    everything = world.postgres_cpu() - before + figures["serverCpuSeconds"] + figures["loadTesterCpuSeconds"]
    part.add(drain_row(limit), figures["cyclesPerSecond"], "per s")
    part.add(drain_cpu_row(limit), tasks / everything, "per CPU s")


def cycles(world, rounds):
    part = Part("Full cycles", """\
A cycle: a task is assigned to its agent, acknowledged, and its result is reported; three durable commits. Through our
whole stack: TLS, HTTP, token, JSON, `holdfast load drain` with 256 agents at once, whose CPU comes out of the same cores.
`pgbench` makes the same three changes as three plain single-row transactions, straight on PostgreSQL's socket, on a table
that has one index beside its key; its best client count of 8, 16, 32, 64 is taken. A CPU second of everything: of server,
load tester and PostgreSQL together, and of `pgbench` and PostgreSQL. PostgreSQL's share of ours holds the making of the
backlog too, which `pgbench` was spared.""")
    seconds, tasks = (10, 40_000) if world.long else (4, 8_000)
    clients = best_clients(world, "cycle")
    plain = f"`pgbench`, {clients} clients: cycles of three transactions"
    plain_cpu = "`pgbench`: cycles for a CPU second of everything"
    with world.server() as server:
        for _ in range(rounds):
            refill(world, PLENTY)
            rate, efficiency = pgbench(world, "cycle", clients, seconds)
            part.add(plain, rate, "per s")
            part.add(plain_cpu, efficiency, "per CPU s")
            add_drain(world, part, server, 1, tasks)
            add_drain(world, part, server, 10, 2 * tasks)
    for limit, wanted in ((1, "at least 2"), (10, "at least 4")):
        part.compare(f"cycles, `limit={limit}`, against `pgbench`", drain_row(limit), plain, wanted)
        part.compare(f"the same for a CPU second, `limit={limit}`", drain_cpu_row(limit), plain_cpu)
    return part


FILL = """
TRUNCATE tasks CASCADE;
INSERT INTO tasks ({columns}) SELECT {values} FROM bench_template t, agents a, generate_series(1, :each) n;
VACUUM ANALYZE tasks;
CHECKPOINT;
"""


class Store:
    """A database of ours with agents, and as many pending tasks as are wanted."""

    def __init__(self, world, agents=256):
        self.world = world
        with world.server("holdfast_store") as server:
            policy = server.call("/policies", {"name": "bench", "schedule": "@yearly", "includePaths": ["/etc"],
                                               "repository": "/backup"})["policyId"]
            ids = [server.call("/agents/register", {"hostname": f"bench-{n}"})["agentId"] for n in range(agents)]
            server.call("/tasks", {"agentId": ids[0], "policyId": policy, "taskType": "backup"})
        self.sql("CREATE TABLE bench_template AS SELECT * FROM tasks")
        self.ids = self.sql("SELECT DISTINCT tenant_id FROM agents; SELECT agent_id FROM agents")

    def sql(self, text, **variables):
        return self.world.psql(text, "holdfast_store", **variables)

    def fill(self, each):
        """Like the one that was made, whatever columns it has."""
        columns = self.sql("SELECT column_name FROM information_schema.columns "
                           "WHERE table_name = 'tasks' AND is_generated = 'NEVER'").split()
        own = {"task_id": "gen_random_uuid()", "agent_id": "a.agent_id"}
        values = ", ".join(own.get(column, "t." + column) for column in columns)
        self.sql(FILL.format(columns=", ".join(columns), values=values), each=each)

    def offers(self, callers, seconds):
        words = [self.world.built / "offer_rate", self.world.dsn_of("holdfast_store"), str(callers), str(seconds)]
        return json.loads(run(words, self.ids))["perSecond"]


def store(world, rounds):
    part = Part("Assignments at the store", """\
The claim alone, without HTTP: callers ask our store for one task each, again and again, and what they ask at the same
moment goes to PostgreSQL as one statement. `pgbench` claims one task in each transaction, at its best client count.""")
    seconds, each = (8, 3000) if world.long else (3, 500)
    clients = best_clients(world, "claim")
    claims = f"`pgbench`, {clients} clients: claims"
    ours = Store(world)
    for _ in range(rounds):
        refill(world, PLENTY)
        part.add(claims, pgbench(world, "claim", clients, seconds)[0], "per s")
        for callers in (64, 256, 1024):
            ours.fill(each)
            part.add(f"Holdfast's store, {callers} callers", ours.offers(callers, seconds), "per s")
    for callers, wanted in ((64, ""), (256, "at least 2.5"), (1024, "")):
        part.compare(f"{callers} callers against `pgbench`", f"Holdfast's store, {callers} callers", claims, wanted)
    return part


def wake(world, rounds):
    agents, rate, seconds = (10_000, 200, 20) if world.long else (1000, 200, 6)
    part = Part("Wake-up", f"""\
{agents:,} polls wait over TLS and {rate} tasks are made in a second, by the clock. From when a task was due to be made to
the last byte of its poll's answer; the request that makes it, its commit, and the commit of the assignment are in
between. With two servers the task is made on one and the poll waits on the other. The floor: a durable INSERT of one row
with its NOTIFY, in one transaction on one connection, arriving on another, at the same rate.""")
    floor = world.dsn_of("floor")
    with world.server() as server, Server(world, "holdfast_a", 18444) as other:
        for _ in range(rounds):
            for name, options in (("one server", {}), ("two servers", {"operator_server": other.url})):
                bare = json.loads(run([world.built / "notify_floor", floor, str(rate), str(seconds)]))
                report = server.load("wake", agents=agents, rate=rate, duration=seconds, wait=60, **options)
                ours = report["latenciesMicroseconds"]["reached"]
                for share in ("p50", "p99"):
                    part.add(f"floor, {share}, beside {name}", bare[share] / 1000, "ms")
                    part.add(f"Holdfast, {name}, {share}", ours[share] / 1000, "ms")
    base = "floor, p50, beside one server"
    part.compare("p50 against the floor's", "Holdfast, one server, p50", base, "at most 3")
    part.compare("p99 against the floor's p50", "Holdfast, one server, p99", base, "at most 10")
    part.compare("p50, two servers against one", "Holdfast, two servers, p50", "Holdfast, one server, p50", "at most 3")
    return part


@contextlib.contextmanager
def nginx(world, workers):
    """Its process, and where it serves."""
    text = (world.top / "test/bench/nginx.conf").read_text()
    for name, value in (("FOLDER", world.folder), ("WORKERS", workers), ("PORT", NGINX_PORT)):
        text = text.replace(name, str(value))
    (world.folder / "nginx.conf").write_text(text)
    process = subprocess.Popen(["/usr/sbin/nginx", "-e", "stderr", "-p", world.folder, "-c",
                                world.folder / "nginx.conf"], stderr=subprocess.PIPE)
    try:
        for _ in range(100):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", NGINX_PORT), 1):
                break
            if process.poll() is not None:
                raise Failed(f"nginx does not start: {process.stderr.read().decode()}")
            time.sleep(0.1)
        yield process.pid, f"https://127.0.0.1:{NGINX_PORT}"
    finally:
        process.terminate()
        process.wait(30)


def bytes_of_connection(world, count, path, answered):
    """Resident memory of an nginx for each of so many TLS connections with a request."""

    def connect():
        plain = socket.create_connection(("127.0.0.1", NGINX_PORT))
        secure = world.tls.wrap_socket(plain, server_hostname="127.0.0.1")
        secure.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench/1.0\r\n\r\n".encode())
        if answered:
            secure.recv(4096)
        return secure

    with nginx(world, 1) as (pid, _):
        held = [connect() for _ in range(100)]  # its tables and caches are not the others'
        before = resident_of_family(pid)
        held += [connect() for _ in range(count)]
        time.sleep(1)
        after = resident_of_family(pid)
        for each in held:
            each.close()
    return (after - before) / count


def memory(world, rounds):
    polls = 10_000 if world.long else 2000
    times = {"wait": 60, "duration": 20} if world.long else {"wait": 20, "duration": 4}
    part = Part("Memory and CPU of a waiting poll", f"""\
{polls:,} polls wait over TLS on one server that was just started: what its resident memory grew by, for each (session,
token cache, timer, waiting room and all), and what it uses while nothing happens. nginx, one worker: a TLS connection
that is idle after its reply, and one whose request still waits, which is the like of a poll.""")
    names = {"bytesPerPoll": ("Holdfast: a waiting poll", "B"),
             "idleCpuPercent": (f"Holdfast: CPU with {polls:,} of them", "% of a core"),
             "cpuMicrosecondsPerRenewal": ("Holdfast: CPU of one's end and the next one's beginning", "us")}
    for _ in range(rounds):
        with world.server() as server:
            figures = server.load("idle", agents=polls, **times)["figures"]
        for figure, (row, unit) in names.items():
            if figure in figures:
                part.add(row, figures[figure], unit)
        part.add("nginx: an idle connection", bytes_of_connection(world, polls, "/healthz", True), "B")
        part.add("nginx: a waiting request", bytes_of_connection(world, polls, "/wait", False), "B")
    poll = names["bytesPerPoll"][0]
    part.compare("a waiting poll against nginx's waiting request", poll, "nginx: a waiting request", "at most 1")
    part.compare("a waiting poll against nginx's idle connection", poll, "nginx: an idle connection")
    return part


def wrk(url, seconds, header):
    """Requests that were answered well."""
    said = run(["wrk", "-t1", "-c64", f"-d{seconds}s", "-H", header, url])
    if "Non-2xx" in said or "Socket errors" in said:
        raise Failed(said)
    return int(re.search(r"(\d+) requests in", said)[1])


def http(world, rounds):
    part = Part("Requests", """\
CPU of the server's processes for one request over TLS, asked by `wrk` on 64 connections; both servers have a thread or
worker for each core. nginx sends a fixed reply and writes no log. For the empty poll (`wait=0`) PostgreSQL's CPU is
shown apart.""")
    seconds = 10 if world.long else 3
    with world.server() as server, nginx(world, world.cores) as (pid, url):
        header = "Authorization: Bearer " + server.token
        agent = server.call("/agents/register", {"hostname": "bench"})["agentId"]
        asked = (("nginx: a fixed reply", pid, url + "/healthz"),
                 ("Holdfast: `/healthz`", server.pid, server.url + "/healthz"),
                 ("Holdfast: an empty poll", server.pid, f"{server.url}/agents/{agent}/tasks?wait=0"))
        for _ in range(rounds):
            for name, process, target in asked:
                before, database = cpu_of_family(process), world.postgres_cpu()
                requests = wrk(target, seconds, header)
                part.add(name, (cpu_of_family(process) - before) / requests * 1e6, "us of CPU")
                database = world.postgres_cpu() - database
                if "poll" in name:
                    part.add("PostgreSQL: its part of an empty poll", database / requests * 1e6, "us of CPU")
    part.compare("`/healthz` against nginx", "Holdfast: `/healthz`", "nginx: a fixed reply", "at most 1.5")
    part.compare("an empty poll against nginx", "Holdfast: an empty poll", "nginx: a fixed reply")
    return part


class Queue:
    """A queue of npm, in a database of its own."""

    def __init__(self, world, script, mode, jobs):
        self.world = world
        host, port = re.search(r"host=(\S+) port=(\d+)", world.dsn_of(script)).groups()
        self.words = ["node", f"{script}.mjs", f"postgres://holdfast@localhost/{script}?host={host}&port={port}",
                      str(jobs), mode]

    def measure(self):
        """Jobs in a second, and in a CPU second of its worker and PostgreSQL together."""
        process = subprocess.Popen(self.words, cwd=self.world.folder / "npm", stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, text=True)
        try:
            if process.stdout.readline() != "ready\n":
                raise Failed(f"{' '.join(self.words)} failed")
            self.world.settle()
            before = self.world.postgres_cpu()
            process.stdin.write("go\n")
            process.stdin.flush()
            line = process.stdout.readline()
            if not line:
                raise Failed(f"{' '.join(self.words)} ended early")
            said = json.loads(line)
            cpu = said["cpu"] + self.world.postgres_cpu() - before
            return said["jobs"] / said["seconds"], said["jobs"] / cpu
        finally:
            process.stdin.close()
            process.wait(60)


def queues(world, rounds):
    part = Part("Other queues on the same PostgreSQL", """\
Jobs that do nothing, worked off by one Node.js process: [graphile-worker](https://worker.graphile.org) with its default
settings, and with the batches that its documentation recommends; [pg-boss](https://github.com/timgit/pg-boss) with jobs
fetched and completed one by one in ten loops (its `work()` takes one every two seconds by default), and a hundred at a
time. Their workers talk to the database themselves; ours are 256 agents behind TLS and HTTP, with an acknowledgement
that the others do not have. The versions are the newest that run on Debian 12's Node.js.""")
    jobs = 20_000 if world.long else 4000
    run(["cp", "-r", world.top / "test/bench/npm", world.folder / "npm"])
    run(["npm", "install", "--no-audit", "--no-fund", "--silent", "--prefix", world.folder / "npm"])
    asked = {"graphile-worker, default": Queue(world, "graphile", "default", jobs),
             "graphile-worker, batches": Queue(world, "graphile", "batch", 5 * jobs),
             "pg-boss, one by one": Queue(world, "pgboss", "single", jobs),
             "pg-boss, batches": Queue(world, "pgboss", "batch", 5 * jobs)}
    with world.server() as server:
        for _ in range(rounds):
            for name, queue in asked.items():
                rate, efficiency = queue.measure()
                part.add(f"{name}: jobs", rate, "per s")
                part.add(f"{name}: jobs for a CPU second of everything", efficiency, "per CPU s")
            for limit in (1, 10):
                add_drain(world, part, server, limit, 2 * jobs)
    for name in asked:
        for limit in (1, 10):
            part.compare(f"for a CPU second, `limit={limit}`, against {name}", drain_cpu_row(limit),
                         f"{name}: jobs for a CPU second of everything", "" if "batches" in name else "at least 1")
    return part


OTHERS = """
INSERT INTO tasks ({columns})
SELECT {values}
  FROM {template} t, generate_series(1, :count) n
  JOIN (SELECT agent_id, row_number() OVER () - 1 AS place FROM agents) a
    ON a.place = n % (SELECT count(*) FROM agents);
"""


def crowd(world, server, database, finished, pending):
    """Tasks of agents that take no part: like one that ended, like one that is due."""
    agent = [server.call("/agents/register", {"hostname": f"other-{n}"})["agentId"] for n in range(1000)][0]
    policy = server.call("/policies", {"name": "bench", "schedule": "@yearly", "includePaths": ["/etc"],
                                       "repository": "/backup"})["policyId"]
    server.call("/tasks", {"agentId": agent, "policyId": policy, "taskType": "backup"})
    world.psql("CREATE TABLE ended AS SELECT * FROM tasks WHERE status = 'completed' LIMIT 1;"
               "CREATE TABLE due AS SELECT * FROM tasks WHERE status = 'pending' LIMIT 1", database)
    columns = world.psql("SELECT column_name FROM information_schema.columns "
                         "WHERE table_name = 'tasks' AND is_generated = 'NEVER'", database).split()
    for template, count, prefix in (("ended", finished, "01800000"), ("due", pending, "01810000")):
        own = {"task_id": f"('{prefix}-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid",
               "agent_id": "a.agent_id", "created_at": "t.created_at - n * interval '1 second'"}
        values = ", ".join(own.get(column, "t." + column) for column in columns)
        world.psql(OTHERS.format(columns=", ".join(columns), values=values, template=template), database, count=count)
    world.psql("VACUUM ANALYZE tasks", database)


def flat(world, rounds):
    finished, pending, churn = (5_000_000, 1_000_000, 3_000_000) if world.long else (500_000, 100_000, 100_000)
    part = Part("A full table", f"""\
Cycles as above (`limit=1`, 256 agents) on an empty database and, in turn, on one that holds {finished:,} finished and
{pending:,} due tasks of a thousand other agents; then on that one again after {churn:,} cycles without a pause.""")
    tasks = 20_000 if world.long else 8_000
    rows = ("an empty table", "a full table", "a full table, after the churn")
    with world.server() as empty, Server(world, "holdfast_full", 18446) as full:
        full.load("drain", agents=10, tasks=10)
        crowd(world, full, "holdfast_full", finished, pending)

        def measure(server, row):
            world.settle()
            part.add(row, server.load("drain", agents=256, tasks=tasks)["figures"]["cyclesPerSecond"], "per s")

        for _ in range(rounds):
            measure(empty, rows[0])
            measure(full, rows[1])
        full.load("drain", agents=256, tasks=churn)
        for _ in range(rounds):
            measure(full, rows[2])
    part.compare("full against empty", rows[1], rows[0], "at least 0.9")
    part.compare("after the churn against empty", rows[2], rows[0], "at least 0.9")
    return part


def parked(world, rounds):
    polls = 10_000
    part = Part("What waiting polls ask of PostgreSQL", f"""\
{polls:,} polls with `wait=60` come and go at their own pace, on one server. Transactions that PostgreSQL commits in a
second, each of one statement, in a stretch of ten seconds, and the connections that it has.""")
    counted = ("SELECT xact_commit FROM pg_stat_database WHERE datname = current_database();"
               "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
    with world.server() as server:
        load = server.begin_load("idle", agents=polls, wait=60, duration=60 + 15 * rounds)
        server.wait_for_polls(polls * 0.99)
        time.sleep(60)  # until polls end and begin anew evenly
        for _ in range(rounds):
            before = int(world.psql(counted, "holdfast_a").split()[0])
            time.sleep(10)
            after, connections = map(int, world.psql(counted, "holdfast_a").split())
            part.add("transactions", (after - before) / 10, "per s")
            part.add("connections", connections, "")
        report_of(load)
    part.remarks.append("Wanted: at most 300 statements in a second with 10,000 polls, and at most cores × pool + 2"
                        " connections.")
    return part


def handshakes(world, server, seconds):
    """CPU of the server for a bare TLS handshake, in microseconds."""
    before = cpu_of_family(server.pid)
    said = run(["openssl", "s_time", "-new", "-time", str(seconds), "-connect", f"127.0.0.1:{server.port}",
                "-CAfile", world.folder / "ca.pem"])
    made = int(re.search(r"(\d+) connections in \d+ real seconds", said)[1])
    return (cpu_of_family(server.pid) - before) / made * 1e6


def storm(world, rounds):
    agents = 10_000 if world.long else 3000
    part = Part("A reconnect storm", f"""\
{agents:,} polls wait on a server, which is killed; the next one has them all back at once. CPU of the new server, from
when it is ready to when all polls wait again, for each of them: handshake, token, session and poll; the load tester
backs off with jitter as an agent does. Beside it the same server's CPU for a bare handshake (`openssl s_time -new`).""")
    back, bare = "Holdfast: an agent that comes back", "Holdfast: a bare handshake"
    for _ in range(rounds):
        with world.server() as first:
            load = first.begin_load("wake", agents=agents, rate=10, duration=25, wait=60)
            first.wait_for_polls(agents * 0.99)
            first.process.kill()
            first.process.wait(60)
        with world.server() as second:
            begin = cpu_of_family(second.pid)
            second.wait_for_polls(agents * 0.99)
            part.add(back, (cpu_of_family(second.pid) - begin) / agents * 1e6, "us of CPU")
            load.communicate(timeout=300)
            part.add(bare, handshakes(world, second, 3), "us of CPU")
    part.compare("an agent that comes back against a bare handshake", back, bare, "at most 1.3")
    return part


def many(world, rounds):
    del rounds  # once: it is about whether they are held
    polls = 15_000
    part = Part("As many as fit", f"""\
{polls:,} polls wait on each of two servers on one database, 50 tasks are made in a second on each for their own agents.
Twenty thousand descriptors are all that this process may have, which is what bounds a server here.""")
    with world.server() as one, Server(world, "holdfast_a", 18444) as two:
        loads = [(server, server.begin_load("wake", agents=polls, rate=50, duration=20, wait=60)) for server in (one, two)]
        for place, (server, load) in enumerate(loads, 1):
            report = report_of(load)
            reached = report["latenciesMicroseconds"]["reached"]
            part.add(f"server {place}: resident memory for each poll, all in",
                     report["figures"]["serverResidentBytes"] / polls, "B")
            for share in ("p50", "p99"):
                part.add(f"server {place}: wake-up, {share}", reached[share] / 1000, "ms")
    return part


ALL = {"cycles": cycles, "store": store, "wake": wake, "memory": memory, "http": http, "queues": queues, "flat": flat,
       "parked": parked, "storm": storm, "many": many}
