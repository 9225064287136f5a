#!/usr/bin/env python3
"""Handbill beside its peers, in one run: the same letter, the same list, the same server.

    scripts/install-bench-tools.sh
    benches/compare.py [--rows 20000] [--times 3] [--only NAME ...] [--markdown]

For each way to the server (direct, 20 ms later each way, TLS, signed) every mailer sends in turn, and
again, as often as --times says; the median counts, since machines are shared. Slow mailers send a
part of the list. Messages a second are those of the whole process, from start to end. Handbill
rehearses the list before, and keeps its ledger, flushed to the disk; smtp-source sends the same
bytes again and again, and neither composes nor remembers anything.
"""
import argparse
import json
import os
import platform
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HOUSE = Path(__file__).resolve().parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", HOUSE / "target"))
TOOLS = Path(os.environ.get("HANDBILL_BENCH_TOOLS")
             or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "handbill/bench-tools")
PEERS = HOUSE / "benches/peers"
KEY = HOUSE / "tests/fixtures/keys/rsa.pem"
WANTED = 24_000
NAME = "Maya"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--connections", type=int, default=10)
    parser.add_argument("--only", nargs="*", help="only these mailers")
    parser.add_argument("--markdown", action="store_true", help="a table for the README")
    options = parser.parse_args()
    build()
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder), options)
        print(f"{platform.system()}, {os.cpu_count()} cores, {time.strftime('%Y-%m-%d')}; "
              f"{options.rows} mails of {desk.size} bytes, {options.connections} connections, "
              f"median of {options.times}")
        for title, way in [("loopback", {}), ("20 ms each way", {"delay": 20}),
                           ("loopback, TLS", {"tls": True}), ("loopback, DKIM by RSA-2048", {"dkim": True})]:
            table(title, measure(desk, way, options), options)


def build():
    """Everything that is measured is built anew from its sources."""
    run(["cargo", "build", "--release", "--quiet", "--example", "server", "--bin", "handbill"], cwd=HOUSE)
    run(["cargo", "build", "--release", "--quiet", "--target-dir", TARGET / "lettre-peer"],
        cwd=PEERS / "lettre")


class Desk:
    """A folder with the letter and the list, for every mailer in its own form."""

    def __init__(self, folder, options):
        self.folder = folder
        self.options = options
        (folder / "list.csv").write_text("Email,first_name,city\n" + "".join(
            f"reader{row:07}@list{row % 13}.example.org,{NAME},Leeds\n" for row in range(options.rows)))
        (folder / "one.csv").write_text(f"Email,first_name,city\nreader@example.org,{NAME},Leeds\n")
        self.settings("")
        self.size = self.cut_campaign()
        for form in ("html", "text"):
            letter = self.render(form).decode()
            (folder / f"letter.{form}").write_text(letter.replace(NAME, "{{ first_name }}"))
        (folder / "mailmerge.txt").write_text(
            "TO: {{Email}}\nSUBJECT: News for {{first_name}}\nFROM: Ann Lee <news@example.org>\n"
            "CONTENT-TYPE: text/html\n\n" + (folder / "letter.html").read_text())

    def settings(self, more):
        (self.folder / "handbill.toml").write_text(
            '[sender]\nname = "Ann Lee"\nemail = "news@example.org"\n'
            'postal_address = "1 Mill Lane, Exampleton"\nwebsite = "https://example.org"\n'
            '[unsubscribe]\nurl = "https://example.org/leave/"\nmailto = "leave@example.org"\n'
            f'[delivery]\nconnections = {self.options.connections}\n'
            f'messages_per_connection = 1000000\n{more}')

    def cut_campaign(self):
        """The newsletter up to the paragraph with which its message has the wanted size."""
        blocks = (HOUSE / "benches/fixtures/newsletter.md").read_text().split("\n\n")
        for end in range(2, len(blocks)):
            (self.folder / "letter.md").write_text("\n\n".join(blocks[:end]) + "\n")
            size = len(self.render("eml"))
            if size >= WANTED:
                return size
        sys.exit("the newsletter is too short")

    def render(self, form):
        return run([handbill(), "--quiet", "render", "letter.md", "--list", "one.csv", "--as", form],
                   cwd=self.folder, stdout=subprocess.PIPE).stdout


def handbill():
    return TARGET / "release/handbill"


def mailers(desk, way, port):
    """Name, how many rows it sends, and its command."""
    rows, connections = desk.options.rows, str(desk.options.connections)
    scheme = "smtps" if way.get("tls") else "smtp"
    url = f"{scheme}://127.0.0.1:{port}"
    ca = ["ca.pem"] if way.get("tls") else []
    if way.get("dkim"):
        yield from signers(desk, rows, connections, url)
        return
    slow = way.get("delay", 0) > 0
    few = lambda number: min(rows, number)
    some = few(5000) if slow else rows
    yield "handbill", some, [handbill(), "send", "letter.md", "--list", "list.csv", "--yes", "--quiet",
                             "--format", "json", "--limit", str(some), "--via", url]
    # It speaks no TLS to this server.
    if not ca:
        some = few(1000) if slow else rows
        yield "smtp-source", some, [sbin("smtp-source"), "-d", "-s", connections, "-m", str(some), "-l",
                                    str(desk.size), "-f", "news@example.org", "-t", "reader@example.org",
                                    f"127.0.0.1:{port}"]
    some = few(1000 if slow else 4000)
    yield "nodemailer", some, ["node", PEERS / "nodemailer.mjs", url, "list.csv", str(some), "letter.html",
                               "letter.text", connections, *ca]
    if not ca:
        some = few(1000 if slow else 2000)
        yield "lettre", some, [TARGET / "lettre-peer/release/lettre-peer", "127.0.0.1", str(port), "list.csv",
                               str(some), "letter.html", "letter.text", connections]
    some = few(50 if slow else 1000)
    python = TOOLS / "venv/bin/python"
    yield "smtplib + Jinja2", some, [python, PEERS / "smtplib_jinja.py", url, "list.csv", str(some),
                                     "letter.html", "letter.text", *ca]
    if not ca:
        some = few(20 if slow else 300)
        yield "mailmerge", some, [TOOLS / "venv/bin/mailmerge", "--no-dry-run", "--limit", str(some),
                                  "--template", "mailmerge.txt", "--database", "list.csv", "--config",
                                  "mailmerge.conf"]


def signers(desk, rows, connections, url):
    """Those of them that sign."""
    yield "handbill", rows, [handbill(), "send", "letter.md", "--list", "list.csv", "--yes", "--quiet",
                             "--format", "json", "--via", url]
    some = min(rows, 2000)
    yield "nodemailer", some, ["node", PEERS / "nodemailer.mjs", url, "list.csv", str(some), "letter.html",
                               "letter.text", connections, "", KEY]


def measure(desk, way, options):
    """Messages a second and CPU a message, by mailer: every mailer in turn, again and again."""
    results = {}
    with Server([sbin("smtp-sink"), *(["-u", "nobody"] if os.getuid() == 0 else []), "127.0.0.1:{port}", "1000"],
                desk.folder) as sink:
        if way.get("delay") or way.get("tls"):
            command = [TARGET / "release/examples/server", "proxy", "{port}", str(sink.port)]
            command += ["--delay", str(way.get("delay", 0))]
            command += ["--tls", desk.folder] if way.get("tls") else []
            with Server(command, desk.folder) as proxy:
                rounds(desk, way, proxy.port, options, results)
        else:
            rounds(desk, way, sink.port, options, results)
    return results


def rounds(desk, way, port, options, results):
    more = 'ca = "ca.pem"\n' if way.get("tls") else ""
    more += f'[dkim]\ndomain = "example.org"\nselector = "bench"\nkey = "{KEY}"\n' if way.get("dkim") else ""
    desk.settings(more)
    (desk.folder / "mailmerge.conf").write_text(f"[smtp_server]\nhost = 127.0.0.1\nport = {port}\n")
    for _ in range(options.times):
        for name, rows, command in mailers(desk, way, port):
            if options.only and name not in options.only:
                continue
            shutil.rmtree(desk.folder / ".handbill", ignore_errors=True)
            seconds, cpu = timed(name, rows, command, desk.folder)
            results.setdefault(name, []).append((rows / seconds, cpu / rows * 1e6))


def timed(name, rows, command, folder):
    """Wall-clock seconds of a whole process, and what it took of the cores."""
    environment = dict(os.environ, BENCH_NODE_MODULES=str(TOOLS))
    with open(folder / "said", "wb") as said, open(folder / "answer", "wb") as answer:
        start = time.monotonic()
        process = subprocess.Popen([str(part) for part in command], cwd=folder, env=environment,
                                   stdin=subprocess.DEVNULL, stdout=answer, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{name} failed:\n{(folder / 'said').read_text()}")
    if name == "handbill":
        sent = json.loads((folder / "answer").read_text())["sent"]
        assert sent == rows, f"handbill sent {sent} of {rows}"
    return seconds, usage.ru_utime + usage.ru_stime


def table(title, results, options):
    rates = {name: statistics.median(rate for rate, _ in runs) for name, runs in results.items()}
    own = rates.get("handbill")
    print(f"\n**{title}**\n" if options.markdown else f"\n{title}")
    if options.markdown:
        print("| mailer | mails/s | Handbill is faster by | CPU a mail |\n|---|---:|---:|---:|")
    for name, runs in results.items():
        cpu = statistics.median(cpu for _, cpu in runs)
        ratio = f"{own / rates[name]:.2f}" if own and name != "handbill" else ""
        if options.markdown:
            print(f"| {name} | {rates[name]:,.0f} | {ratio} | {cpu:,.0f} µs |")
        else:
            spread = f"{min(r for r, _ in runs):,.0f}–{max(r for r, _ in runs):,.0f}"
            print(f"  {name:<17} {rates[name]:>9,.0f}/s  ({spread})  × {ratio:<7} {cpu:>6,.0f} µs CPU")


class Server:
    """A server on a free port, which ends with its block."""

    def __init__(self, command, folder):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        command = [str(part).replace("{port}", str(self.port)) for part in command]
        self.process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL)

    def __enter__(self):
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return self
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.02)
        sys.exit("a server did not start")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def sbin(program):
    """Debian keeps it where only root looks."""
    path = Path("/usr/sbin") / program
    return path if path.exists() else program


def run(command, **options):
    return subprocess.run([str(part) for part in command], check=True, **options)


if __name__ == "__main__":
    main()
