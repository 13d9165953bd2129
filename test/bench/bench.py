"""Runs the parts that are asked for and writes the page; scripts/bench has made everything ready."""
import argparse
import datetime
import pathlib
import platform
import re
import sys
import time

import parts
from world import Failed, World, busy_share, run

ROUNDS = 5

HEAD = """# Benchmarks

Written by `scripts/bench{options}` on {date}, of {version}. To repeat it: that command, on a machine where nothing else
runs; it needs Debian 12 and, for one part, the npm registry. What `holdfast load` measures, and how, is in
[load-testing.md](load-testing.md).

**Conditions.** {cpu}, {cores} cores, {memory:.0f} GB; Linux {kernel}; {postgres} with fsync and synchronous_commit on, on
the same machine, as are all clients: everything shares the cores. A lone commit of one row takes {commit:,.0f} us on this
disk. Before the run other programs used {busy:.0%} of the cores{noise}.

**How.** In each of {rounds} rounds everything that a table compares runs once, in turn. A figure is the median of the
rounds, a ratio the median of the ratios within each round, so that what disturbs a round disturbs both sides of it.
Ratios carry over to other machines, figures do not. "Wanted" is what we set out to reach; nothing fails when it is not
reached.

"""


def conditions(world):
    cpu = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    memory = int(re.search(r"MemTotal:\s*(\d+)", pathlib.Path("/proc/meminfo").read_text())[1]) / 1e6
    version = run(["git", "-C", world.top, "log", "-1", "--format=%h of %cs"]).strip()
    postgres = run(["psql", world.dsn, "-qAtXc", "SHOW server_version"]).split()[0]
    return {"cpu": cpu[1] if cpu else platform.machine(), "cores": world.cores, "memory": memory,
            "kernel": platform.release(), "version": version, "commit": commit_microseconds(world),
            "postgres": f"PostgreSQL {postgres}"}


def commit_microseconds(world):
    """Of one row by one client: the middle of three tries."""
    world.psql("DROP TABLE IF EXISTS one_row; CREATE TABLE one_row (number int)", "plain")
    script = world.folder / "one_row.sql"
    script.write_text("INSERT INTO one_row VALUES (1);\n")
    words = ["pgbench", "-n", "-M", "prepared", "-T", "2", "-f", script, world.dsn_of("plain")]
    rates = sorted(float(re.search(r"tps = ([0-9.]+)", run(words))[1]) for _ in range(3))
    return 1e6 / rates[1]


def main():
    asked = argparse.ArgumentParser(usage="scripts/bench [--long] [--rounds N] [--only PART | --skip PART]...")
    for name in ("--top", "--folder"):
        asked.add_argument(name, type=pathlib.Path, required=True)
    asked.add_argument("--dsn", required=True)
    asked.add_argument("--long", action="store_true")
    asked.add_argument("--only", action="append", choices=list(parts.ALL))
    asked.add_argument("--skip", action="append", choices=list(parts.ALL), default=[])
    asked.add_argument("--rounds", type=int, default=ROUNDS)
    given = asked.parse_args()
    world = World(given.top, given.folder, given.dsn, given.long)
    busy = busy_share()
    known = conditions(world)
    tables, failed = [], []
    for name in given.only or [name for name in parts.ALL if name not in given.skip]:
        begin = time.monotonic()
        try:
            tables.append(parts.ALL[name](world, given.rounds).markdown())
        except Failed as why:  # the others are worth their figures all the same
            print(f"bench: {name}: {why}", file=sys.stderr)
            failed.append(name)
        print(f"{name}: {time.monotonic() - begin:.0f} s", file=sys.stderr)
    if given.only:
        print("\n".join(tables))
        return not failed
    head = HEAD.format(options=" --long" if given.long else "", date=datetime.date.today(), rounds=given.rounds,
                       busy=busy, noise=": the figures are noisy, the ratios less so" if busy > 0.1 else "", **known)
    if given.skip:
        tables.append(f"Left out this time: {', '.join(given.skip)}.\n")
    if failed:
        tables.append(f"Could not be measured this time: {', '.join(failed)}.\n")
    (given.top / "docs/benchmarks.md").write_text(head + "\n".join(tables), encoding="utf-8")
    return not failed


if __name__ == "__main__":
    try:
        sys.exit(0 if main() else 1)
    except Failed as why:
        sys.exit(f"bench: {why}")
