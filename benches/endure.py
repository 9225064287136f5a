#!/usr/bin/env python3
"""A long list, and a bad one.

    scripts/install-bench-tools.sh
    benches/endure.py [--rows 1000000] [--times 3]

1. So many recipients to smtp-sink: peak memory beside that of 10,000, and the speed of the last
   tenth beside that of the first.
2. 20,000 recipients of whom 10 % are put off and 5 % refused, beside as many who are all taken:
   mails a second, in turn, as often as --times says; the median counts.
"""
import argparse
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from compare import Desk, Server, TARGET, build, handbill, sbin


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--connections", type=int, default=10)
    options = parser.parse_args()
    build()
    with tempfile.TemporaryDirectory() as folder:
        long_list(Path(folder), options)
        bad_list(Path(folder), options)


def long_list(folder, options):
    peaks = {}
    for rows in (10_000, options.rows):
        desk = Desk(folder, argparse.Namespace(rows=rows, connections=options.connections))
        sink = [sbin("smtp-sink"), *(["-u", "nobody"] if os.getuid() == 0 else []), "127.0.0.1:{port}", "1000"]
        with Server(sink, folder) as server:
            seconds, peaks[rows], samples = send(desk, server.port, 0)
        print(f"{rows:>9,} recipients: {rows / seconds:>7,.0f} mails/s, peak {peaks[rows] / 1024:.1f} MB")
    small, large = peaks[10_000], peaks[options.rows]
    print(f"peak: {large / small:.2f} times, {(large - small) / 1024:+.1f} MB "
          f"(allowed: 1.10 times and 8 MB)")
    tenth = options.rows // 10
    moments = [moment(samples, count) for count in (0, tenth, options.rows - tenth, options.rows)]
    first, last = moments[1] - moments[0], moments[3] - moments[2]
    print(f"the last {tenth:,} took {last / first:.2f} times as long as the first (allowed: 1.10)")


def moment(samples, count):
    """When so many had been claimed, between two looks at the ledger."""
    for (t0, n0), (t1, n1) in zip(samples, samples[1:]):
        if n0 <= count <= n1 and n1 > n0:
            return t0 + (t1 - t0) * (count - n0) / (n1 - n0)
    return samples[-1][0]


def bad_list(folder, options):
    desk = Desk(folder, argparse.Namespace(rows=20_000, connections=options.connections))
    desk.settings("retry_wait = 0\n")
    server = [TARGET / "release/examples/server", "sink", "{port}"]
    rates = {"good": [], "bad": []}
    for _ in range(options.times):
        for name, shares, code in (("good", [], 0), ("bad", ["--defer", "10", "--refuse", "5"], 3)):
            with Server(server + shares, folder) as sink:
                seconds, _, _ = send(desk, sink.port, code)
            rates[name].append(20_000 / seconds)
    good, bad = (statistics.median(rates[name]) for name in ("good", "bad"))
    print(f"recipients/s: {good:,.0f} where all are taken, {bad:,.0f} with 10 % put off and 5 % refused: "
          f"{bad / good:.2f} (wanted: 0.70)")


def send(desk, port, wanted):
    """Seconds, peak memory in KiB, and how many were claimed when."""
    subprocess.run(["rm", "-rf", desk.folder / ".handbill"], check=True)
    # By GNU time: a child of Python's own begins with Python's peak.
    command = ["/usr/bin/time", "-f", "%M", "-o", "peak", handbill(), "send", "letter.md", "--list", "list.csv", "--yes", "--quiet", "--format", "json",
               "--via", f"smtp://127.0.0.1:{port}"]
    with open(desk.folder / "said", "wb") as said, open(desk.folder / "answer", "wb") as answer:
        start = time.monotonic()
        process = subprocess.Popen(command, cwd=desk.folder, stdin=subprocess.DEVNULL, stdout=answer, stderr=said)
        samples = []
        while True:
            pid, status = os.waitpid(process.pid, os.WNOHANG)
            if pid:
                break
            samples.append((time.monotonic(), claimed(desk.folder / ".handbill/ledger.db")))
            time.sleep(0.1)
        seconds = time.monotonic() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != wanted:
        sys.exit(f"handbill ended with {process.returncode}:\n{(desk.folder / 'said').read_text()}")
    answer = json.loads((desk.folder / "answer").read_text())
    samples.append((time.monotonic(), sum(answer[key] for key in ("sent", "failed", "deferred"))))
    peak = int((desk.folder / "peak").read_text().split()[-1])
    return seconds, peak, samples


def claimed(ledger):
    try:
        with sqlite3.connect(f"file:{ledger}?mode=ro", uri=True) as book:
            return book.execute("SELECT coalesce(max(id), 0) FROM recipients").fetchone()[0]
    except sqlite3.Error:
        return 0


if __name__ == "__main__":
    main()
