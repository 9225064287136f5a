#!/bin/sh
# Runs a command beside a PostgreSQL of its own, which ends with it:
#
#     scripts/with-postgres.sh cargo test --test ledger
#
# The command finds the server's URL in HANDBILL_TEST_POSTGRES, and the folder of its data in
# HANDBILL_TEST_PGDATA, so that a test can restart it (`scripts/with-postgres.sh --restart`), or end
# it (`--stop`) and start it again (`--start`).
# The server listens on loopback only (HANDBILL_TEST_LISTEN names other addresses, in a network
# of the test's own), at a free port, and runs as the user `postgres` where
# this is run by root, whom PostgreSQL refuses. With HANDBILL_TEST_TLS, a file with a key and a
# certificate, it speaks TLS, and there is a database `news` of a user `ann`, who gets in only
# encrypted and with the password `river`.
set -eu

bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[ -n "$bin" ] || bin=$(dirname "$(command -v initdb || echo /usr/bin/initdb)")
as_owner() {
    if [ "$(id -u)" = 0 ]; then
        # Not this folder, which the user may not see.
        (cd / && setpriv --reuid=postgres --regid=postgres --init-groups env -u LC_ALL LANG=C "$@")
    else
        "$@"
    fi
}

if [ "${1:-}" = --restart ]; then
    # As if the machine had lost its power: nothing is written down on the way.
    as_owner "$bin/pg_ctl" -D "$HANDBILL_TEST_PGDATA" -m immediate -w -t 60 -l "$HANDBILL_TEST_PGDATA/log" restart >/dev/null
    exit
fi

if [ "${1:-}" = --stop ]; then
    as_owner "$bin/pg_ctl" -D "$HANDBILL_TEST_PGDATA" -m immediate -w -t 60 stop >/dev/null
    exit
fi

if [ "${1:-}" = --start ]; then
    as_owner "$bin/pg_ctl" -D "$HANDBILL_TEST_PGDATA" -w -t 60 -l "$HANDBILL_TEST_PGDATA/log" start >/dev/null
    exit
fi

data=$(mktemp -d "${TMPDIR:-/tmp}/handbill-postgres.XXXXXX")
[ "$(id -u)" != 0 ] || chown postgres:postgres "$data"
stop() {
    as_owner "$bin/pg_ctl" -D "$data" -m immediate stop >/dev/null 2>&1 || true
    rm -rf "$data"
}
trap stop EXIT
trap 'exit 130' INT TERM

as_owner "$bin/initdb" -D "$data" -A trust -U postgres -E UTF8 --no-locale --no-instructions >/dev/null
[ -z "${HANDBILL_TEST_LISTEN:-}" ] || echo 'host all all samenet trust' >>"$data/pg_hba.conf"
if [ -n "${HANDBILL_TEST_TLS:-}" ]; then
    cp "$HANDBILL_TEST_TLS" "$data/server.pem"
    chmod 600 "$data/server.pem"
    [ "$(id -u)" != 0 ] || chown postgres:postgres "$data/server.pem"
    printf "ssl = on\nssl_cert_file = 'server.pem'\nssl_key_file = 'server.pem'\n" >>"$data/postgresql.conf"
    printf 'hostssl all ann all scram-sha-256\nhost all postgres 127.0.0.1/32 trust\n' >"$data/pg_hba.conf"
fi
# A port that is free now; if somebody is faster, the next one.
for _ in 1 2 3 4 5; do
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    cat >>"$data/postgresql.conf" <<CONF
listen_addresses = '${HANDBILL_TEST_LISTEN:-127.0.0.1}'
port = $port
unix_socket_directories = ''
max_connections = 200
CONF
    if as_owner "$bin/pg_ctl" -D "$data" -w -t 60 -l "$data/log" start >/dev/null; then break; fi
done
if [ -n "${HANDBILL_TEST_TLS:-}" ]; then
    psql -Xq "postgres://postgres@127.0.0.1:$port/postgres" -c "CREATE ROLE ann LOGIN PASSWORD 'river'" -c 'CREATE DATABASE news OWNER ann'
fi
export HANDBILL_TEST_POSTGRES="postgres://postgres@127.0.0.1:$port/postgres"
export HANDBILL_TEST_PGDATA="$data"
"$@"
