#!/bin/sh
# MariaDB writes NULL as a quote that nothing closes, where INTO OUTFILE escapes by the quote itself.
#
# MariaDB's own escape is a backslash, which few readers of CSV know. So the usual advice for a CSV of
# RFC 4180 is ENCLOSED BY '"' ESCAPED BY '"', which doubles quotes inside cells as it should. But NULL is
# written as the escape and an N, outside of quotes: `"N`. A reader takes that quote for the beginning
# of a cell, and what follows, delimiters and all, for its content: here the flag behind it is gone.
#
# Seen with MariaDB 10.11.19 (Debian 12):
#
#     "ann@example.org",""" Ann ""","N,"1"
#     "bob@example.org","Bob","2024-02-01","0"
#
# and Python's csv reads the first line as 3 cells: ann@example.org, `" Ann "`, `N,1"`.
#
# Expected: NULL as an empty cell, or as NULL, as ESCAPED BY '' writes it. Ends with 1 if that changes.
set -eu

folder=$(mktemp -d)
stop() {
    [ -z "${server:-}" ] || { kill "$server" && wait "$server"; } 2>/dev/null || true
    rm -rf "$folder"
}
trap stop EXIT
chmod 755 "$folder"
mkdir -p "$folder/debs/partial" "$folder/root"
mkdir -m 777 "$folder/data" "$folder/out"
apt-get install -qq -y --reinstall --download-only --no-install-recommends -o Debug::NoLocking=1 \
    -o Dir::Cache::archives="$folder/debs" 'mariadb-server-core=1:10.11.*' 'mariadb-client-core=1:10.11.*' >/dev/null
for package in "$folder"/debs/*.deb; do
    dpkg -x "$package" "$folder/root"
done
root=$folder/root/usr
for library in "$root"/lib/*-linux-gnu*; do
    export LD_LIBRARY_PATH="$library${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
done
"$root/sbin/mariadbd" --version

owner=$(id -un)
[ "$owner" != root ] || owner=nobody
"$root/sbin/mariadbd" --no-defaults --basedir="$root" --user="$owner" --datadir="$folder/data" \
    --socket="$folder/data/socket" --skip-networking --skip-grant-tables >"$folder/log" 2>&1 &
server=$!
ask() { "$root/bin/mariadb" --no-defaults --user=ann --socket="$folder/data/socket" "$@"; }
for _ in $(seq 300); do
    if ask -e 'DO 1' 2>/dev/null; then break; fi
    kill -0 "$server" || { cat "$folder/log"; exit 2; }
    sleep 0.1
done
ask <<SQL
CREATE DATABASE club;
USE club;
CREATE TABLE people (email text, name text, left_at date, flag text);
INSERT INTO people VALUES ('ann@example.org', '" Ann "', NULL, '1'), ('bob@example.org', 'Bob', '2024-02-01', '0');
SELECT * INTO OUTFILE '$folder/out/people.csv' FIELDS TERMINATED BY ',' ENCLOSED BY '"' ESCAPED BY '"' FROM people;
SQL
cat "$folder/out/people.csv"
cat >"$folder/expected" <<'CSV'
"ann@example.org",""" Ann ""","N,"1"
"bob@example.org","Bob","2024-02-01","0"
CSV
cmp "$folder/expected" "$folder/out/people.csv"
python3 - "$folder/out/people.csv" <<'PYTHON'
import csv, sys
first = next(csv.reader(open(sys.argv[1], newline="")))
print(first)
sys.exit(first != ["ann@example.org", '" Ann "', 'N,1"'])
PYTHON
