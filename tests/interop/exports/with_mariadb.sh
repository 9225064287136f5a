#!/bin/sh
# Exports of MariaDB and its shell into a folder, beside a server of its own, which ends with it:
# with_mariadb.sh FOLDER
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$1"
base=$(mktemp -d "${TMPDIR:-/tmp}/handbill-mariadb.XXXXXX")
owner=$(id -un)
if [ "$owner" = root ]; then
    owner=nobody
    chown nobody "$base"
fi
stop() {
    [ -z "${server:-}" ] || { kill "$server" && wait "$server"; } 2>/dev/null || true
    rm -rf "$base"
}
trap stop EXIT
trap 'exit 130' INT TERM
mkdir -m 777 "$base/data" "$base/out"
PATH=$PATH:/usr/sbin
# Without tables of users and rights: the socket lies in a folder of ours, and there is no port.
mariadbd --no-defaults --user="$owner" --datadir="$base/data" --socket="$base/socket" --pid-file="$base/pid" \
    --skip-networking --skip-grant-tables --innodb-log-file-size=8M --innodb-buffer-pool-size=8M >"$base/log" 2>&1 &
server=$!
ask() { mariadb --no-defaults --user=ann --socket="$base/socket" --default-character-set=utf8mb4 "$@"; }
until ask -e 'DO 1' 2>/dev/null; do
    kill -0 "$server" 2>/dev/null || { cat "$base/log" >&2; exit 1; }
    sleep 0.05
done
cat >"$base/tables.sql" <<'SQL'
CREATE DATABASE club CHARACTER SET utf8mb4;
USE club;
SET sql_mode = 'NO_BACKSLASH_ESCAPES';
CREATE TABLE people (email text, first_name text, member text, note text, unsubscribed boolean,
    unsubscribed_at datetime, status enum('subscribed', 'active', 'unsubscribed', 'bounced', 'pending'),
    opt_out bit(1), subscribed bit(1), deceased boolean);
SQL
ask <<SQL
source $base/tables.sql
source $here/people.sql
SQL
header="SELECT 'email', 'first_name', 'member', 'note', 'unsubscribed', 'unsubscribed_at', 'status', 'opt_out', 'subscribed', 'deceased' UNION ALL"
out() { ask club -e "$2 INTO OUTFILE '$base/out/$1' CHARACTER SET utf8mb4 ${3:-}"; }
all="$header SELECT * FROM people"
numbers="$header SELECT email, first_name, member, note, unsubscribed, unsubscribed_at, status, opt_out + 0, subscribed + 0, deceased FROM people"
out headless.txt 'SELECT * FROM people'
out plain.txt "$all"
out numbers.txt "$numbers"
out enclosed.csv "$all" "FIELDS TERMINATED BY ',' ENCLOSED BY '\"'"
out optionally.csv "$numbers" "FIELDS TERMINATED BY ';' OPTIONALLY ENCLOSED BY '\"' LINES TERMINATED BY '\r\n'"
out doubled.csv "$numbers" "FIELDS TERMINATED BY ',' ENCLOSED BY '\"' ESCAPED BY '\"'"
out unescaped.csv "$numbers" "FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '\"' ESCAPED BY ''"
cp "$base"/out/* .
ask --batch club -e 'SELECT * FROM people' >batch.tsv
ask --batch --raw club -e 'SELECT * FROM people' >raw.tsv
ask --batch --skip-column-names club -e 'SELECT * FROM people' >headless-batch.tsv
ask --table club -e 'SELECT * FROM people' >table.txt
ask --html club -e 'SELECT * FROM people' >table.html
ask club <"$here/unknown.sql"
ask --batch club -e 'SELECT * FROM people' >unknown.tsv
ask --init-command="SET sql_mode = ''" club -e "UPDATE people SET unsubscribed_at = '0000-00-00' WHERE unsubscribed_at IS NULL"
ask --batch club -e "SELECT * FROM people WHERE status IS NOT NULL" >zero-dates.tsv
