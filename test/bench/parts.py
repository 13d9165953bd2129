"""What is measured, part by part. Each runs its rounds in turn (A B A B …) and returns its table."""
import contextlib
import json
import re
import socket
import ssl
import subprocess
import time

from findings import Part
from world import Failed, Server, cpu_of_family, resident_of_family, run

CLIENTS = (8, 16, 32, 64)


def pgbench(world, script, clients, seconds):
    """Executions of a script in a second."""
    said = run(["pgbench", "-n", "-M", "prepared", "-c", str(clients), "-j", str(min(clients, world.cores)), "-T", str(seconds),
                "-f", world.top / f"test/bench/pgbench/{script}.sql", world.dsn_of("plain")])
    return float(re.search(r"tps = ([0-9.]+)", said)[1])


def refill(world, tasks):
    world.psql((world.top / "test/bench/pgbench/table.sql").read_text(), "plain", tasks=tasks)


def best_clients(world, script, tasks):
    rates = {}
    for clients in CLIENTS:
        refill(world, tasks)
        rates[clients] = pgbench(world, script, clients, 2)
    return max(rates, key=rates.get)


def cycles(world, rounds):
    part = Part("Full cycles", """\
A cycle: a task is assigned to its agent, acknowledged, and its result is reported; three durable commits. Through our whole
stack: TLS, HTTP, token, JSON, `holdfast load drain` with 256 agents at once, whose own CPU comes out of the same cores. `pgbench`
does the same three changes as three plain single-row transactions, straight on its socket, on a table with one index beside
its key; its best client count of 8, 16, 32, 64 is taken.""")
    seconds, tasks = (10, 40_000) if world.long else (4, 8_000)
    fill = 250_000 if world.long else 120_000
    best = {script: best_clients(world, script, fill) for script in ("cycle", "claim")}
    plain = f"pgbench, {best['cycle']} clients: cycles of three transactions"
    claims = f"pgbench, {best['claim']} clients: claims alone"
    with world.server() as server:
        for _ in range(rounds):
            for name, script in ((plain, "cycle"), (claims, "claim")):
                refill(world, fill)
                before, begin = world.postgres_cpu(), time.monotonic()
                part.add(name, pgbench(world, script, best[script], seconds), "per s")
                del before, begin
            for limit in (1, 10):
                world.settle()
                add_drain(world, part, server, limit, tasks * (1 if limit == 1 else 2))
    for limit, wanted in ((1, "at least 2"), (10, "at least 4")):
        part.compare(f"cycles, `limit={limit}`, against pgbench's", drain_row(limit), plain, wanted)
    return part


def drain_row(limit):
    return f"Holdfast: cycles, `limit={limit}`"


def cpu_row(limit):
    return f"Holdfast: cycles per CPU second of everything, `limit={limit}`"


def add_drain(world, part, server, limit, tasks, agents=256):
    before = world.postgres_cpu()
    report = server.load("drain", agents=agents, tasks=tasks, limit=limit)
    figures = report["figures"]
    # The making of the backlog is in PostgreSQL's share as well, which is to our disadvantage.
    everything = world.postgres_cpu() - before + figures["serverCpuSeconds"] + figures["loadTesterCpuSeconds"]
    part.add(drain_row(limit), figures["cyclesPerSecond"], "per s")
    part.add(cpu_row(limit), tasks / everything, "per CPU s")


FILL = """
DELETE FROM tasks t WHERE t.task_id <> (SELECT min(task_id::text)::uuid FROM tasks);
UPDATE tasks SET status = 'pending', attempt = 0, lease_until = NULL, assigned_at = NULL, poll_id = NULL, session = NULL;
INSERT INTO tasks ({columns}) SELECT {values} FROM tasks t, agents a, generate_series(1, :each) n;
VACUUM ANALYZE tasks;
CHECKPOINT;
"""


class Store:
    """A database of ours with agents, and as many pending tasks as are wanted."""

    def __init__(self, world, agents=256):
        self.world, self.agents = world, agents
        with world.server("holdfast_store") as server:
            policy = server.call("/policies", {"name": "bench", "schedule": "@yearly", "includePaths": ["/etc"],
                                               "repository": "/backup", "enabled": False})["policyId"]
            ids = [server.call("/agents/register", {"hostname": f"bench-{n}"})["agentId"] for n in range(agents)]
            server.call("/tasks", {"agentId": ids[0], "policyId": policy, "taskType": "backup"})
        self.ids = world.psql("SELECT DISTINCT tenant_id FROM agents; SELECT agent_id FROM agents", "holdfast_store")

    def fill(self, each):
        columns = self.world.psql("SELECT column_name FROM information_schema.columns WHERE table_name = 'tasks' "
                                  "AND is_generated = 'NEVER'", "holdfast_store").split()
        own = {"task_id": "gen_random_uuid()", "agent_id": "a.agent_id"}
        sql = FILL.format(columns=", ".join(columns), values=", ".join(own.get(c, "t." + c) for c in columns))
        self.world.psql(sql, "holdfast_store", each=each)

    def offers(self, callers, seconds):
        said = run([self.world.built / "offer_rate", self.world.dsn_of("holdfast_store"), str(callers), str(seconds)], self.ids)
        return json.loads(said)["perSecond"]


def store(world, rounds):
    part = Part("Assignments at the store", """\
The claim alone, without HTTP: callers ask our store for one task each, again and again, and what they ask at the same moment
goes to PostgreSQL as one statement. `pgbench` claims one task in each transaction, at its best client count.""")
    seconds, each = (8, 4000) if world.long else (3, 1000)
    best = best_clients(world, "claim", 120_000)
    claims = f"pgbench, {best} clients: claims"
    ours = Store(world)
    for _ in range(rounds):
        refill(world, 120_000)
        part.add(claims, pgbench(world, "claim", best, seconds), "per s")
        for callers in (64, 256, 1024):
            ours.fill(each)
            part.add(f"Holdfast's store, {callers} callers", ours.offers(callers, seconds), "per s")
    part.compare("256 callers against pgbench", "Holdfast's store, 256 callers", claims, "at least 2.5")
    part.compare("1024 callers against pgbench", "Holdfast's store, 1024 callers", claims)
    return part


def wake(world, rounds):
    agents, rate, seconds = (10_000, 200, 20) if world.long else (1000, 200, 6)
    part = Part("Wake-up", f"""\
{agents:,} polls wait over TLS and {rate} tasks are made in a second, by the clock. From when a task was due to be made to the last byte
of its poll's answer; the request that makes it, its commit, and the commit of the assignment are in between. With two servers the
task is made on one and the poll waits on the other. The floor: a durable INSERT of one row with its NOTIFY on one connection,
arriving on another, at the same times.""")
    floor = world.dsn_of("floor")
    with world.server() as server, Server(world, "holdfast_a", 18444) as other:
        for _ in range(rounds):
            for name, options in (("one server", {}), ("two servers", {"operator_server": other.url})):
                bare = json.loads(run([world.built / "notify_floor", floor, str(rate), str(seconds)]))
                for share in ("p50", "p99"):
                    part.add(f"floor, {share}, beside {name}", bare[share] / 1000, "ms")
                report = server.load("wake", agents=agents, rate=rate, duration=seconds, wait=60, **options)
                for share in ("p50", "p99"):
                    part.add(f"Holdfast, {name}, {share}", report["latenciesMicroseconds"]["reached"][share] / 1000, "ms")
    part.compare("p50 against the floor's", "Holdfast, one server, p50", "floor, p50, beside one server", "at most 3")
    part.compare("p99 against the floor's p50", "Holdfast, one server, p99", "floor, p50, beside one server", "at most 10")
    part.compare("p50, two servers against one", "Holdfast, two servers, p50", "Holdfast, one server, p50", "at most 3")
    return part


@contextlib.contextmanager
def nginx(world, cores, port=18445):
    text = (world.top / "test/bench/nginx.conf").read_text()
    for name, value in (("FOLDER", world.folder), ("CORES", cores), ("PORT", port)):
        text = text.replace(name, str(value))
    (world.folder / "nginx.conf").write_text(text)
    process = subprocess.Popen(["/usr/sbin/nginx", "-e", "stderr", "-p", world.folder, "-c", world.folder / "nginx.conf"],
                               stderr=subprocess.PIPE)
    try:
        for _ in range(100):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            if process.poll() is not None:
                raise Failed(f"nginx does not start: {process.stderr.read().decode()}")
            time.sleep(0.1)
        yield process.pid, f"https://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


def held_bytes(world, pid, port, count, path, answered):
    """Resident memory of a server for each of so many TLS connections with a request."""

    def connect():
        plain = socket.create_connection(("127.0.0.1", port))
        secure = world.tls.wrap_socket(plain, server_hostname="127.0.0.1")
        secure.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench/1.0\r\n\r\n".encode())
        if answered:
            secure.recv(4096)
        return secure

    held = [connect() for _ in range(100)]
    before = resident_of_family(pid)
    held += [connect() for _ in range(count)]
    time.sleep(1)
    after = resident_of_family(pid)
    for each in held:
        each.close()
    return (after - before) / count


def memory(world, rounds):
    polls = 10_000 if world.long else 2000
    part = Part("Memory and CPU of a waiting poll", f"""\
{polls:,} polls over TLS wait on one server that was just started: what its resident memory grew by, for each (session, token cache, timer,
waiting room and all); and what it uses while nothing happens. nginx, one worker: a TLS connection that is idle after its reply, and one whose
request is still waited for, which is the like of a poll.""")
    for _ in range(rounds):
        with world.server() as server:
            figures = server.load("idle", agents=polls, wait=60 if world.long else 20, duration=20 if world.long else 4)["figures"]
        part.add("Holdfast: a waiting poll", figures["bytesPerPoll"], "B")
        if "idleCpuPercent" in figures:
            part.add(f"Holdfast: CPU with {polls:,} of them", figures["idleCpuPercent"], "% of a core")
        if "cpuMicrosecondsPerRenewal" in figures:
            part.add("Holdfast: CPU of a poll's end and the next one's beginning", figures["cpuMicrosecondsPerRenewal"], "us")
        with nginx(world, 1) as (pid, _):
            part.add("nginx: an idle connection", held_bytes(world, pid, 18445, polls, "/healthz", True), "B")
        with nginx(world, 1) as (pid, _):
            part.add("nginx: a waiting request", held_bytes(world, pid, 18445, polls, "/wait", False), "B")
    part.compare("a waiting poll against nginx's waiting request", "Holdfast: a waiting poll", "nginx: a waiting request", "at most 1")
    part.compare("a waiting poll against nginx's idle connection", "Holdfast: a waiting poll", "nginx: an idle connection")
    return part


def wrk(url, seconds, header):
    """Requests that were answered well."""
    said = run(["wrk", "-t1", "-c64", f"-d{seconds}s", "-H", header, url])
    if "Non-2xx" in said or "Socket errors" in said:
        raise Failed(said)
    return int(re.search(r"(\d+) requests in", said)[1])


def http(world, rounds):
    part = Part("Requests", """\
CPU of the server's processes for one request over TLS, asked by `wrk` on 64 connections; both servers with a thread or worker for each
core. nginx sends a fixed reply without a log line. For the empty poll (`wait=0`) PostgreSQL's CPU is shown beside.""")
    seconds = 10 if world.long else 3
    with world.server() as server, nginx(world, world.cores) as (pid, url):
        header = "Authorization: Bearer " + server.token
        agent = server.call("/agents/register", {"hostname": "bench"})["agentId"]
        asked = (("nginx: a fixed reply", pid, url + "/healthz"), ("Holdfast: `/healthz`", server.pid, server.url + "/healthz"),
                 ("Holdfast: an empty poll", server.pid, f"{server.url}/agents/{agent}/tasks?wait=0"))
        for _ in range(rounds):
            for name, process, target in asked:
                before, database = cpu_of_family(process), world.postgres_cpu()
                requests = wrk(target, seconds, header)
                part.add(name, (cpu_of_family(process) - before) / requests * 1e6, "us of CPU")
                if "poll" in name:
                    part.add("PostgreSQL: its part of an empty poll", (world.postgres_cpu() - database) / requests * 1e6, "us of CPU")
    part.compare("`/healthz` against nginx's reply", "Holdfast: `/healthz`", "nginx: a fixed reply", "at most 1.5")
    part.compare("an empty poll against nginx's reply", "Holdfast: an empty poll", "nginx: a fixed reply")
    return part


class Queue:
    """A queue of npm, in a database of its own."""

    def __init__(self, world, script, mode, jobs):
        self.world, self.jobs = world, jobs
        dsn = world.dsn_of(script)
        host, port = re.search(r"host=(\S+) port=(\d+)", dsn).groups()
        url = f"postgres://holdfast@localhost/{script}?host={host}&port={port}"
        self.words = ["node", f"{script}.mjs", url, str(jobs), mode]

    def measure(self):
        """(jobs in a second, jobs in a CPU second of the worker and PostgreSQL)."""
        process = subprocess.Popen(self.words, cwd=self.world.folder / "npm", stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            if process.stdout.readline() != "ready\n":
                raise Failed(f"{' '.join(self.words)} failed")
            self.world.settle()
            before = self.world.postgres_cpu()
            process.stdin.write("go\n")
            process.stdin.flush()
            said = json.loads(process.stdout.readline())
            return said["jobs"] / said["seconds"], said["jobs"] / (said["cpu"] + self.world.postgres_cpu() - before)
        finally:
            process.stdin.close()
            process.wait(60)


def queues(world, rounds):
    part = Part("Other queues on the same PostgreSQL", """\
Jobs that do nothing, worked off by one Node.js process: [graphile-worker](https://worker.graphile.org) with its default settings and with the
batching that its documentation recommends, [pg-boss](https://github.com/timgit/pg-boss) with jobs fetched and completed one by one in ten loops and a hundred at a
time (its `work()` takes one every two seconds by default). Their worker reads the database itself; ours are 256 agents behind TLS and HTTP, with
an acknowledgement that the others have not. The versions are those that run on Debian 12's Node.js.""")
    jobs = 20_000 if world.long else 4000
    folder = world.top / "test/bench/npm"
    run(["cp", "-r", folder, world.folder / "npm"])
    run(["npm", "install", "--no-audit", "--no-fund", "--silent", "--prefix", world.folder / "npm"])
    asked = (("graphile-worker, default", Queue(world, "graphile", "default", jobs)), ("graphile-worker, batches", Queue(world, "graphile", "batch", 5 * jobs)),
             ("pg-boss, one by one", Queue(world, "pgboss", "single", jobs)), ("pg-boss, batches", Queue(world, "pgboss", "batch", 5 * jobs)))
    with world.server() as server:
        for _ in range(rounds):
            for name, queue in asked:
                rate, efficiency = queue.measure()
                part.add(f"{name}: jobs", rate, "per s")
                part.add(f"{name}: jobs per CPU second of everything", efficiency, "per CPU s")
            for limit in (1, 10):
                world.settle()
                add_drain(world, part, server, limit, 2 * jobs)
    for name, _ in asked:
        part.compare(f"tasks per CPU second, `limit=10`, against {name}", cpu_row(10), f"{name}: jobs per CPU second of everything",
                     "" if "batches" in name else "at least 1")
        part.compare(f"tasks per CPU second, `limit=1`, against {name}", cpu_row(1), f"{name}: jobs per CPU second of everything",
                     "" if "batches" in name else "at least 1")
    return part


ALL = {"cycles": cycles, "store": store, "wake": wake, "memory": memory, "http": http, "queues": queues}
