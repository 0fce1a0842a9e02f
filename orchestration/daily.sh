#!/bin/sh
# A day of recmail: builds and renders. hourly.sh sends. crontab: 30 4 * * *  /opt/recmail/orchestration/daily.sh
# Secrets stand in /etc/recmail.env, for their owner alone: RECMAIL_UNSUBSCRIBE_KEY, RECMAIL_SMTP_URL, RECMAIL_LEDGER
set -eu
cd "$(dirname "$0")/.."
set -a
. /etc/recmail.env
set +a
inputs=${RECMAIL_INPUTS:-/data/shop}
export RECMAIL_DATABASE="${RECMAIL_DATABASE:-/data/shop.duckdb}"

if [ "$(date +%u)" = 1 ]; then
    make train INPUT="$inputs" || echo 'not trained: what ranked before goes on' >&2
fi
make build INPUT="$inputs"
make render
