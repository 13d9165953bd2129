"""What is measured with: PostgreSQL, our server, other programs, and what they use."""
import contextlib
import json
import os
import pathlib
import re
import signal
import ssl
import subprocess
import time
import urllib.request

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGESIZE")


def stat_of(pid):
    """(parent, own CPU, CPU of children that ended) of a process, or None when it is gone."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = text[text.rindex(")") + 2 :].split()
    own, of_children = int(fields[11]) + int(fields[12]), int(fields[13]) + int(fields[14])
    return int(fields[1]), own / TICKS, of_children / TICKS


def family(pid):
    """The process and its children that live."""
    every = (int(entry) for entry in os.listdir("/proc") if entry.isdigit())
    return [pid] + [each for each in every if (stat := stat_of(each)) and stat[0] == pid]


def cpu_of_family(pid):
    """CPU seconds of a process and all children it ever had."""
    found = [stat_of(each) for each in family(pid)]
    return sum(stat[1] for stat in found if stat) + found[0][2]


def resident_of_family(pid):
    pages = (int(pathlib.Path(f"/proc/{each}/statm").read_text().split()[1]) for each in family(pid))
    return sum(pages) * PAGE


def busy_share(seconds=2.0):
    """The share of all cores that something uses."""

    def read():
        fields = [int(n) for n in pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
        return sum(fields), fields[3] + fields[4]

    total, idle = read()
    time.sleep(seconds)
    total_later, idle_later = read()
    return 1 - (idle_later - idle) / max(1, total_later - total)


class Failed(Exception):
    """A measurement that can't be made; its text says why."""


def run(words, text=None, timeout=600):
    """Standard output of a program that must succeed."""
    done = subprocess.run(words, input=text, capture_output=True, text=True, timeout=timeout)
    if done.returncode != 0:
        said = done.stderr[-2000:] + done.stdout[-2000:]
        raise Failed(f"{' '.join(map(str, words))} ended with {done.returncode}: {said}")
    return done.stdout


def report_of(load):
    """The report of a load, whose promises must have been kept."""
    said, complaints = load.communicate(timeout=3600)
    if load.returncode != 0:
        raise Failed(f"a load ended with {load.returncode}: {complaints[-2000:]}{said[-2000:]}")
    report = json.loads(said)
    if report["failures"]:
        raise Failed(f"a load did not go well: {report['failures']}")
    return report


def figure_of(page, name):
    """The sum over all labels of one figure of /metrics."""
    found = re.findall(rf"^{name}(?:{{[^}}]*}})? (\S+)$", page.decode(), re.MULTILINE)
    return sum(float(value) for value in found)


class Server:
    """`holdfast serve`, as it is after its installation, on a database of its own."""

    def __init__(self, world, database, port):
        self.world, self.port, self.dsn = world, port, world.dsn_of(database)
        self.url = f"https://127.0.0.1:{port}"
        if database not in world.tokens:
            run([world.program, "migrate", "--database", self.dsn])
            made = run([world.program, "token", "create", "--database", self.dsn, "--kind", "root", "--name", "bench"])
            world.tokens[database] = made.strip()
        self.token = world.tokens[database]

    def __enter__(self):
        words = [self.world.program, "serve", "--database", self.dsn, "--listen", f"127.0.0.1:{self.port}",
                 "--tls-cert", self.world.folder / "server.pem", "--tls-key", self.world.folder / "server.key",
                 "--handshakes-per-address", "0", "--requests-per-address", "0",
                 "--requests-per-token", "0"]  # wrk is a flood
        with open(self.world.folder / f"server-{self.port}.log", "a", encoding="utf-8") as log:
            self.process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=log)
        self.pid = self.process.pid
        for _ in range(300):
            with contextlib.suppress(OSError):
                self.call("/readyz")
                return self
            time.sleep(0.1)
        raise Failed("the server does not become ready")

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)

    def call(self, path, body=None):
        asked = urllib.request.Request(self.url + path, None if body is None else json.dumps(body).encode(), {
            "Authorization": "Bearer " + self.token, "Content-Type": "application/json"})
        with urllib.request.urlopen(asked, timeout=60, context=self.world.tls) as answer:
            text = answer.read()
        return json.loads(text) if text and b"{" in text[:1] else text

    def begin_load(self, scenario, **options):
        """A load that goes on meanwhile; report_of() waits for its end."""
        words = [self.world.program, "load", scenario, "--server", self.url, "--ca", self.world.folder / "ca.pem",
                 "--token", self.token, "--server-pid", str(self.pid), "--output", "json"]
        for name, value in options.items():
            words += ["--" + name.replace("_", "-"), str(value)]
        return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def load(self, scenario, **options):
        """The report of a load, from its beginning to its end."""
        return report_of(self.begin_load(scenario, **options))

    def wait_for_polls(self, count):
        """Until so many wait here."""
        for _ in range(1200):
            with contextlib.suppress(OSError):
                if figure_of(self.call("/metrics"), "polls_waiting") >= count:
                    return
            time.sleep(0.1)
        raise Failed(f"there never were {count} polls waiting")


class World:
    def __init__(self, top, folder, dsn, long):
        self.top, self.folder, self.dsn, self.long = top, folder, dsn, long
        self.built = top / "build/release"
        self.program = self.built / "holdfast"
        self.tokens = {}  # by database
        self.best_clients = {}  # of pgbench, by script
        self.tls = ssl.create_default_context(cafile=folder / "ca.pem")
        self.cores = os.cpu_count()
        self.postmaster = int((folder / "postgres/data/postmaster.pid").read_text().split("\n")[0])

    def dsn_of(self, database):
        if database not in self.psql("SELECT datname FROM pg_database").split():
            self.psql(f"CREATE DATABASE {database}")
        return re.sub(r"dbname=\w+", f"dbname={database}", self.dsn)

    def psql(self, sql, database=None, **variables):
        words = ["psql", self.dsn_of(database) if database else self.dsn, "-qAtX", "-v", "ON_ERROR_STOP=1"]
        for name, value in variables.items():
            words += ["-v", f"{name}={value}"]
        return run(words, sql)

    def server(self, database="holdfast_a", port=18443):
        return Server(self, database, port)

    def postgres_cpu(self):
        return cpu_of_family(self.postmaster)

    def settle(self):
        """So that nobody pays for what was written before."""
        self.psql("CHECKPOINT")
