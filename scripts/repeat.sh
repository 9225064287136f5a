#!/bin/sh
# Runs the suite of promises N times, and says in its last line how often it passed.
#
#     scripts/repeat.sh 20
#
# It is the stories in which somebody could get a mail twice or not at all: the ledger, the
# commands, the server that misbehaves, the hard places, and the scenarios. The
# hard places mount disks of their own: run it as root, or where users may make namespaces.
# A run that fails is shown, and the next one goes on.
set -u

times=${1:-20}
case $times in
'' | *[!0-9]* | 0) echo "usage: scripts/repeat.sh N" >&2; exit 2 ;;
esac
cd "$(dirname "$0")/.." || exit 1

suites='--test ledger --test cli --test smtp --test scenarios'
# shellcheck disable=SC2086 -- one word each
cargo test --locked --quiet --no-run $suites --test kill_loop || exit 1

log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
trap 'exit 130' INT TERM

# shellcheck disable=SC2086
suite() {
    cargo test --locked --quiet --no-fail-fast $suites &&
        cargo test --locked --quiet --no-fail-fast --test kill_loop -- --include-ignored
}

run=0
passed=0
while [ "$run" -lt "$times" ]; do
    run=$((run + 1))
    if suite >"$log" 2>&1; then
        passed=$((passed + 1))
        echo "run $run of $times: passed"
    else
        echo "run $run of $times: FAILED"
        cat "$log"
    fi
done
if [ "$passed" -eq "$times" ]; then
    echo "$passed of $times passed: 0 doubled, 0 lost"
else
    echo "$passed of $times passed"
    exit 1
fi
