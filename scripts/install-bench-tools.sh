#!/bin/sh
# Installs what the benches measure with and against: GNU time and taskset; Postfix's smtp-sink and
# smtp-source (by install-test-servers.sh); nodemailer; Jinja2 and mailmerge, in a virtual
# environment. Run it as root. What is there already is left alone.
set -eu

NODEMAILER=10.6.1
JINJA2=3.1.6
MAILMERGE=2.3.0
here=$(cd "$(dirname "$0")" && pwd)
tools=${HANDBILL_BENCH_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/handbill/bench-tools}

"$here/install-test-servers.sh"

missing=
[ -x /usr/bin/time ] || missing="$missing time"
command -v taskset >/dev/null || missing="$missing util-linux"
command -v npm >/dev/null || missing="$missing nodejs npm"
if [ -n "$missing" ]; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    # shellcheck disable=SC2086 -- names of packages, one word each
    apt-get install -qq -y --no-install-recommends $missing >/dev/null
fi

if ! [ -d "$tools/node_modules/nodemailer" ]; then
    npm install --silent --no-save --prefix "$tools" "nodemailer@$NODEMAILER"
fi
if ! "$tools/venv/bin/python" -I -c 'import jinja2, mailmerge' 2>/dev/null; then
    python3 -m venv --clear "$tools/venv"
    "$tools/venv/bin/python" -I -m pip install --quiet --disable-pip-version-check \
        "jinja2==$JINJA2" "mailmerge==$MAILMERGE"
fi
