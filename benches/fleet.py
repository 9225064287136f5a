#!/usr/bin/env python3
"""Several processes on one campaign, in one run: the same letter, the same list, the same server.

    scripts/install-bench-tools.sh; scripts/install-test-servers.sh
    scripts/with-postgres.sh benches/fleet.py [--rows 20000] [--times 3] [--connections 10]

1. Mails a second with the ledger in SQLite, in PostgreSQL, and in PostgreSQL with two processes;
   in turn, as often as --times says. The median counts.
2. Claims and outcomes a second of 1, 2, 4 and 8 processes (`examples/claims`), which do nothing else.
   What a recipient takes of the disk, and a process of memory; from these, what 10,000,000
   recipients on 8 machines take.

Both databases flush every commit to the disk. PostgreSQL runs on this machine, on the same cores.
"""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from compare import HOUSE, TARGET, Desk, Server, handbill, run, sbin

TEN_MILLION = 10_000_000


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--connections", type=int, default=10)
    parser.add_argument("--claims", type=int, default=400_000)
    parser.add_argument("--only", choices=["mails", "claims"])
    options = parser.parse_args()
    postgres = os.environ.get("HANDBILL_TEST_POSTGRES") or sys.exit("run it by scripts/with-postgres.sh")
    run(["cargo", "build", "--release", "--quiet", "--locked", "--example", "claims", "--bin", "handbill"], cwd=HOUSE)
    if options.only != "claims":
        mails(options, postgres)
    if options.only != "mails":
        claims(options, postgres)


def mails(options, postgres):
    """Whole runs of `send`."""
    ways = {"SQLite, 1 process": (1, None), "PostgreSQL, 1 process": (1, postgres),
            "PostgreSQL, 2 processes": (2, postgres)}
    rates = {name: [] for name in ways}
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder), options)
        sink = [sbin("smtp-sink"), *(["-u", "nobody"] if os.getuid() == 0 else []), "127.0.0.1:{port}", "1000"]
        with Server(sink, folder) as server:
            for turn in range(options.times):
                for name, (processes, ledger) in ways.items():
                    url = f"{ledger}?schema=bench_{os.getpid()}_{turn}_{processes}" if ledger else None
                    rates[name].append(options.rows / send(desk, server.port, processes, url))
    print(f"{options.rows:,} mails of {desk.size} bytes, {options.connections} connections a process, "
          f"median of {options.times}")
    medians = {name: statistics.median(of) for name, of in rates.items()}
    for name, of in rates.items():
        print(f"  {name:<24} {medians[name]:>7,.0f}/s  ({min(of):,.0f}–{max(of):,.0f})")
    one, two = medians["PostgreSQL, 1 process"], medians["PostgreSQL, 2 processes"]
    print(f"  PostgreSQL / SQLite: {one / medians['SQLite, 1 process']:.2f} (wanted: 0.80)")
    print(f"  two processes / one: {two / one:.2f} (wanted: 0.95)")


def send(desk, port, processes, ledger):
    """How long so many processes take for the list, from the first one's start to the last one's end."""
    shutil.rmtree(desk.folder / ".handbill", ignore_errors=True)
    options, desk.options = desk.options, argparse.Namespace(connections=desk.options.connections)
    desk.settings(f'[ledger]\nurl = "{ledger}"\n' if ledger else "")
    desk.options = options
    # Every machine has the same key for its links.
    (desk.folder / ".handbill").mkdir(mode=0o700)
    (desk.folder / ".handbill/unsubscribe.key").write_bytes(bytes(range(32)))
    command = [handbill(), "send", "letter.md", "--list", "list.csv", "--yes", "--quiet", "--format", "json",
               "--via", f"smtp://127.0.0.1:{port}"]
    start = time.monotonic()
    running = [subprocess.Popen(command, cwd=desk.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE) for _ in range(processes)]
    ended = [process.communicate() for process in running]
    seconds = time.monotonic() - start
    for process, (_, said) in zip(running, ended):
        if process.returncode != 0:
            sys.exit(f"send failed:\n{said.decode()}")
    sent = [json.loads(answer)["sent"] for answer, _ in ended]
    assert sum(sent) == desk.options.rows, f"they sent {sent} of {desk.options.rows}"
    return seconds


def claims(options, postgres):
    """Claims alone, by processes that share the database and nothing else."""
    print(f"\n{options.claims:,} claims with their outcomes, median of {options.times}")
    sizes = {}
    for processes in (1, 2, 4, 8):
        runs = [claim(options, postgres, processes, turn) for turn in range(options.times)]
        rate = statistics.median(rate for rate, *_ in runs)
        commits = statistics.median(commits for _, commits, _, _ in runs)
        peak = max(peak for *_, peak, _ in runs)
        sizes[processes] = (rate, commits, peak, statistics.median(size for *_, size in runs))
        print(f"  {processes} processes: {rate:>7,.0f} claims/s, {commits:,.0f} commits/s, "
              f"peak {peak / 1024:.1f} MB each" + (" (wanted: 20,000/s)" if processes == 4 else ""))
    rate, commits, peak, size = sizes[8]
    print(f"\n10,000,000 recipients on 8 machines, by these figures: ledger {size * TEN_MILLION / 1e9:.1f} GB "
          f"({size:.0f} bytes a recipient), {commits:,.0f} commits/s, {TEN_MILLION / rate / 60:.0f} minutes of the "
          f"ledger's time, {peak / 1024:.0f} MB a process")


def claim(options, postgres, processes, turn):
    """Claims a second, commits a second, peak memory in KiB, bytes a recipient."""
    schema = f"claims_{os.getpid()}_{processes}_{turn}"
    url = f"{postgres}?schema={schema}"
    tool = TARGET / "release/examples/claims"
    # The tables are made before, so that nobody waits for them.
    run([tool, url, "none", "0", "0/1"], stdout=subprocess.DEVNULL)
    before = commits_so_far(postgres)
    running = [subprocess.Popen([tool, url, "spring", str(options.claims), f"{part}/{processes}"],
                                stdout=subprocess.PIPE) for part in range(processes)]
    said = [json.loads(process.communicate()[0]) for process in running]
    seconds = max(of["seconds"] for of in said)
    assert sum(of["claims"] for of in said) == options.claims, said
    commits = commits_so_far(postgres) - before
    size = int(ask(postgres, f"SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r' "
                             f"AND relnamespace = '{schema}'::regnamespace"))
    ask(postgres, f"DROP SCHEMA {schema} CASCADE")
    return options.claims / seconds, commits / seconds, max(of["peak_kib"] for of in said), size / options.claims


def commits_so_far(postgres):
    """As the database counts them; it is told within a second of the last one."""
    time.sleep(1.5)
    return int(ask(postgres, "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"))


def ask(postgres, sql):
    return run(["psql", "-XqAt", postgres, "-c", "SET client_min_messages = warning", "-c", sql], stdout=subprocess.PIPE).stdout.decode().strip()


if __name__ == "__main__":
    main()
