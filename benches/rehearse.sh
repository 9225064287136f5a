#!/bin/sh
# A rehearsal of a real newsletter over 10,000 and 1,000,000 rows, on one core:
# rows a second, peak memory, and how much the peak grows with the list.
#
#   benches/rehearse.sh [CAMPAIGN]
#
# The campaign is benches/fixtures/newsletter.md unless another one is named.
# STATUS=1 adds a status column to the lists, as many exports have one.
# TIMES=N takes the best of N rehearsals (3).
# Needs awk, GNU time, taskset and cargo; everything else is in a temporary folder.
set -eu
LC_ALL=C
export LC_ALL

house=$(cd "$(dirname "$0")/.." && pwd)
campaign=$(realpath "${1:-$house/benches/fixtures/newsletter.md}")
status=${STATUS:-0}
times=${TIMES:-3}
for tool in awk taskset /usr/bin/time; do
    command -v "$tool" >/dev/null || { echo "rehearse: $tool is missing: scripts/install-bench-tools.sh installs it" >&2; exit 1; }
done

cargo build --release --quiet --manifest-path "$house/Cargo.toml"
target=${CARGO_TARGET_DIR:-$house/target}
handbill=$(realpath "$target/release/handbill")

desk=$(mktemp -d)
trap 'rm -rf "$desk"' EXIT
trap 'exit 130' INT TERM
cp "$campaign" "$desk/campaign.md"
cat >"$desk/handbill.toml" <<'TOML'
[sender]
name = "Ann Lee"
email = "news@example.org"
postal_address = "1 Mill Lane, Exampleton"
website = "https://example.org"

[unsubscribe]
url = "https://example.org/leave/"
mailto = "leave@example.org"
TOML

# Rows of about 70 bytes: every fiftieth reader has no first name, every
# hundredth row is an address that stood further up, every 97th has left if
# there is a status column.
list() {
    awk -v rows="$1" -v status="$status" 'BEGIN {
        split("Ann Maya Layla Noa Zoë Wei Ines Tom Amara José", name, " ")
        split("Leeds York Bradford Halifax Wakefield Selby Ilkley", city, " ")
        printf "Email,First Name,Last Name,City%s\n", status ? ",Status" : ""
        for (row = 1; row <= rows; row++) {
            reader = row % 100 ? row : row - 50
            first = row % 50 ? name[row % 10 + 1] : ""
            printf "reader%07d@list%d.example.org,%s,\"Reader, the %dth\",%s", reader, reader % 13, first, row, city[row % 7 + 1]
            printf "%s\n", status ? (row % 97 ? ",subscribed" : ",unsubscribed") : ""
        }
    }' >"$desk/$1.csv"
}

# Prints "SECONDS KILOBYTES" of the fastest rehearsal.
rehearse() {
    run=0
    while [ "$run" -lt "$times" ]; do
        run=$((run + 1))
        (cd "$desk" && /usr/bin/time -f '%e %U %S %M' -o "time" taskset -c 0 "$handbill" --quiet send campaign.md \
            --list "$1.csv" --dry-run --format json >answer.json)
        cat "$desk/time"
    done | sort -n | head -n 1
}

echo "campaign: $(wc -c <"$desk/campaign.md") bytes of Markdown, message: $(
    list 10 && cd "$desk" && "$handbill" --quiet render campaign.md --list 10.csv --as eml | wc -c) bytes"
for rows in 10000 1000000; do
    list "$rows"
    rehearse "$rows" >"$desk/best"
    read -r seconds user system peak <"$desk/best"
    awk -v rows="$rows" -v s="$seconds" -v u="$user" -v y="$system" -v kb="$peak" 'BEGIN {
        printf "%9d rows: %8.2f s (user %.2f, system %.2f), %7.0f rows/s, peak %.1f MB\n", rows, s, u, y, rows / s, kb / 1024 }'
    echo "           $(cat "$desk/answer.json")"
    eval "peak_$rows=$peak"
done
awk -v small="$peak_10000" -v large="$peak_1000000" 'BEGIN {
    printf "peak of 1,000,000 rows: %.2f times that of 10,000, %+.1f MB\n", large / small, (large - small) / 1024
    exit !(large <= small * 1.1 + 8192) }' || { echo "rehearse: memory grows with the list" >&2; exit 1; }
