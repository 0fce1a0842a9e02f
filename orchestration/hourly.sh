#!/bin/sh
# An hour of recmail: takes in what came back by mail, and sends what is due. crontab: 0 * * * *  /opt/recmail/orchestration/hourly.sh
# RECMAIL_MAILDIRS: mailboxes of the bounce address and of unsubscribe_email, with blanks between; secrets as in daily.sh
set -eu
cd "$(dirname "$0")/.."
set -a
. /etc/recmail.env
set +a
export RECMAIL_DATABASE="${RECMAIL_DATABASE:-/data/shop.duckdb}"

for maildir in ${RECMAIL_MAILDIRS:-}; do
    .venv/bin/recmail bounces "$maildir"
done
make send INPUT="${RECMAIL_INPUTS:-/data/shop}"
