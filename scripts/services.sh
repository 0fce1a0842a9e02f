#!/bin/sh
# Starts the servers that tests of sending and of look-ups want, each on a free port of the loopback interface with all its data under
# FOLDER; `stop` ends them. Debian's packages are installed where that is possible.
# Usage: services.sh start|stop FOLDER
# FOLDER/postgresql/url, FOLDER/postfix/port and FOLDER/redis/url say where they are; tests are skipped without these.
set -eu
action=$1
mkdir -p "$2"
folder=$(cd "$2" && pwd)

fail() {
    printf 'recmail: %s\n' "$@" >&2
    exit 1
}

install() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || fail "install $* (Debian: apt-get install $*) and try again"
    printf 'installing %s …\n' "$*"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null ||
        fail "apt-get could not install $*"
}

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# PostgreSQL won't run as root
as_postgres() {
    if [ "$(id -u)" = 0 ]; then setpriv --reuid=postgres --regid=postgres --init-groups "$@"; else "$@"; fi
}

# of the newest version that is there
postgresql_folder() {
    ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1
}

start_postgresql() {
    data=$folder/postgresql/data
    [ -n "$(postgresql_folder)" ] || install postgresql
    bin=$(postgresql_folder)
    mkdir -p "$folder/postgresql"
    if [ "$(id -u)" = 0 ]; then
        chown postgres "$folder/postgresql"
        setpriv --reuid=postgres --regid=postgres --init-groups test -x "$folder/postgresql" ||
            fail "the user postgres can't reach $folder: clone to a folder that others may enter"
    fi
    if as_postgres "$bin/pg_ctl" -D "$data" status >/dev/null 2>&1; then
        printf 'PostgreSQL runs already\n'
        return
    fi
    if [ ! -e "$data/PG_VERSION" ]; then
        password=$(python3 -c 'import secrets; print(secrets.token_hex(16))')
        file=$folder/postgresql/password
        (umask 077; printf '%s\n' "$password" >"$file")
        [ "$(id -u)" != 0 ] || chown postgres "$file"
        as_postgres "$bin/initdb" -D "$data" --username=recmail --auth=scram-sha-256 --pwfile="$file" --no-sync >/dev/null
    fi
    port=$(free_port)
    # crash safety of the server itself is not what tests are about
    as_postgres "$bin/pg_ctl" -D "$data" -l "$folder/postgresql/log" -w start \
        -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off" >/dev/null ||
        fail "PostgreSQL did not start: $folder/postgresql/log says why"
    (umask 077; printf 'postgresql://recmail:%s@127.0.0.1:%s\n' "$(cat "$folder/postgresql/password")" "$port" \
        >"$folder/postgresql/url")
    printf 'PostgreSQL on port %s\n' "$port"
}

# One that keeps what it gets for mail.example and the shop's bounce address in maildirs, and bounces the rest of it.
start_postfix() {
    command -v postfix >/dev/null || install postfix
    [ "$(id -u)" = 0 ] || { printf 'postfix needs root: not started\n'; return; }
    config=$folder/postfix
    if [ -e "$config/port" ] && postfix -c "$config" status >/dev/null 2>&1; then
        printf 'postfix runs already\n'
        return
    fi
    mkdir -p "$config/spool" "$config/data" "$config/mail"
    chown postfix "$config/data"
    chown nobody "$config/mail"
    port=$(free_port)
    user=$(id -u nobody)
    group=$(id -g nobody)
    cat >"$config/main.cf" <<END
compatibility_level = 3.6
queue_directory = $config/spool
data_directory = $config/data
maillog_file = $config/log
maillog_file_prefixes = $config
inet_interfaces = loopback-only
inet_protocols = ipv4
myhostname = mx.recmail.example
mydestination =
mynetworks = 127.0.0.0/8
virtual_mailbox_domains = mail.example, shop.recmail.example
virtual_mailbox_base = $config/mail
virtual_mailbox_maps = texthash:$config/mailboxes
virtual_uid_maps = static:$user
virtual_gid_maps = static:$group
# a mailbox that isn't there is accepted and reported later, as relays do
smtpd_reject_unlisted_recipient = no
# nothing leaves this machine
default_transport = error:5.1.2 only the test domains are here
END
    {
        echo 'bounces@shop.recmail.example bounces/'
        for number in 1 2 3 4 5; do echo "user$number@mail.example user$number/"; done
    } >"$config/mailboxes"
    cat >"$config/master.cf" <<END
127.0.0.1:$port inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
proxymap unix - - n - - proxymap
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
END
    postfix -c "$config" start >/dev/null 2>&1 || fail "postfix did not start: $config/log says why"
    printf '%s\n' "$port" >"$config/port"
    printf 'postfix on port %s\n' "$port"
}

# Behind a password, since other users of this machine reach the loopback interface too.
start_redis() {
    command -v redis-server >/dev/null || install redis-server
    config=$folder/redis
    if [ -e "$config/pid" ] && kill -0 "$(cat "$config/pid")" 2>/dev/null; then
        printf 'Redis runs already\n'
        return
    fi
    mkdir -p "$config"
    port=$(free_port)
    password=$(python3 -c 'import secrets; print(secrets.token_hex(16))')
    (umask 077; cat >"$config/redis.conf") <<END
bind 127.0.0.1
port $port
requirepass $password
dir $config
pidfile $config/pid
logfile $config/log
daemonize yes
save ""
END
    redis-server "$config/redis.conf" >/dev/null || fail "Redis did not start: $config/log says why"
    (umask 077; printf 'redis://:%s@127.0.0.1:%s/0\n' "$password" "$port" >"$config/url")
    printf 'Redis on port %s\n' "$port"
}

stop() {
    rm -f "$folder/postgresql/url" "$folder/postfix/port" "$folder/redis/url"
    if [ -e "$folder/redis/pid" ]; then
        kill "$(cat "$folder/redis/pid")" 2>/dev/null || true
        rm -f "$folder/redis/pid"
    fi
    if [ -e "$folder/postgresql/data/postmaster.pid" ]; then
        as_postgres "$(postgresql_folder)/pg_ctl" -D "$folder/postgresql/data" -m fast stop >/dev/null
    fi
    if [ -e "$folder/postfix/main.cf" ] && postfix -c "$folder/postfix" status >/dev/null 2>&1; then
        postfix -c "$folder/postfix" stop >/dev/null 2>&1
    fi
}

case $action in
start) start_postgresql && start_postfix && start_redis ;;
stop) stop ;;
*) fail "services.sh start|stop FOLDER" ;;
esac
