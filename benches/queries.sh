#!/bin/sh
# A list that a database answers, beside the same list as a CSV: `list check` over 10,000 and
# 1,000,000 rows: rows a second, peak memory, and how much the peak grows with the list.
#
#   scripts/with-postgres.sh benches/queries.sh
#
# TIMES=N takes the best of N (3). Needs awk, GNU time, python3, psql and cargo; everything else
# is in a temporary folder.
set -eu
LC_ALL=C
export LC_ALL

house=$(cd "$(dirname "$0")/.." && pwd)
times=${TIMES:-3}
url=${HANDBILL_TEST_POSTGRES:?start it by scripts/with-postgres.sh}
cargo build --release --quiet --locked --manifest-path "$house/Cargo.toml"
handbill=$(realpath "${CARGO_TARGET_DIR:-$house/target}/release/handbill")
desk=$(mktemp -d)
trap 'rm -rf "$desk"' EXIT
trap 'exit 130' INT TERM
cd "$desk"

lists() {
    python3 - "$1" <<'PYTHON'
import sqlite3, sys
count = int(sys.argv[1])
rows = lambda: ((f'reader{n:07}@list{n % 13}.example.org', 'Zoë', f'Reader, the {n}th', 'Leeds', n % 97)
                for n in range(count))
with open(f'{count}.csv', 'w') as out:
    out.write('email,first_name,last_name,city,gift\n')
    for email, first, last, city, gift in rows():
        out.write(f'{email},{first},"{last}",{city},{gift}\n')
database = sqlite3.connect(f'{count}.db')
database.execute('CREATE TABLE members (email, first_name, last_name, city, gift)')
database.executemany('INSERT INTO members VALUES (?, ?, ?, ?, ?)', rows())
database.commit()
PYTHON
    psql -XqAt "$url" -c "DROP TABLE IF EXISTS members$1" -c "CREATE TABLE members$1 (email text, first_name text,
        last_name text, city text, gift int)" -c "\\copy members$1 FROM '$1.csv' CSV HEADER"
}

# Prints "SECONDS KILOBYTES" of the fastest.
fastest() {
    for _ in $(seq "$times"); do
        /usr/bin/time -f '%e %M' -o took "$handbill" -q list check "$1" >said
        cat took
    done | sort -n | head -n 1
}

for rows in 10000 1000000; do lists "$rows"; done
for what in csv sqlite postgres; do
    for rows in 10000 1000000; do
        case $what in
            csv) list=$rows.csv ;;
            sqlite) list="$rows.db?query=SELECT * FROM members" ;;
            postgres) list="$url?query=SELECT * FROM members$rows" ;;
        esac
        fastest "$list" | awk -v what="$what" -v rows="$rows" \
            '{ printf "%-9s %8d rows  %6.2f s  %8.0f rows/s  peak %5.1f MB\n", what, rows, $1, rows / $1, $2 / 1024 }'
    done
done
