#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# `make demo`: makes half a million payments, runs pipeline.sql over the first 100,000 at 20,000 a
# second to see its latency, then over all of them as fast as it goes, and says what came out.
# Settings: FRAUD_SEED, FRAUD_PAYMENTS, FRAUD_RATE, FRAUD_WORK (a directory), MILLRACE (the
# program).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
millrace=${MILLRACE:-$root/build/millrace}
work=${FRAUD_WORK:-$root/build/fraud}
seed=${FRAUD_SEED:-42}
payments=${FRAUD_PAYMENTS:-500000}
rate=${FRAUD_RATE:-20000}
paced_payments=$((payments < 100000 ? payments : 100000))

if [ ! -x "$millrace" ]; then
  echo "demo: $millrace is not there yet: run make build" >&2
  exit 3
fi

data=$work/data-$seed-$payments
if [ ! -f "$data/complete" ]; then
  echo "Making payments with planted fraud (seed $seed, once) .."
  python3 "$here/generate.py" "$data" --seed "$seed" --transactions "$payments"
  touch "$data/complete"
fi

receiver=
stop_receiver() {
  if [ -n "$receiver" ]; then
    kill "$receiver" 2>/dev/null || true
    wait "$receiver" 2>/dev/null || true
    receiver=
  fi
}
trap stop_receiver EXIT

# run_phase NAME [ARGUMENT..]: runs the pipeline in a directory of its own, with a receiver of its
# own.
run_phase() {
  local place=$work/$1
  shift
  rm -rf "$place/out" "$place/.millrace" "$place"/receiver.* "$place/report.json"
  cp "$here/model.onnx" "$place/"
  FRAUD_WEBHOOK_SECRET=whsec_$(head -c 24 /dev/urandom | base64)
  python3 "$here/receiver.py" "$FRAUD_WEBHOOK_SECRET" "$place/receiver.port" \
    "$place/receiver.json" &
  receiver=$!
  until [ -f "$place/receiver.port" ]; do
    kill -0 "$receiver" 2>/dev/null || { echo "demo: the receiver did not start" >&2; exit 1; }
    sleep 0.02
  done
  FRAUD_WEBHOOK_URL=http://127.0.0.1:$(cat "$place/receiver.port")/blocked
  export FRAUD_WEBHOOK_SECRET FRAUD_WEBHOOK_URL
  (cd "$place" && "$millrace" run --fresh --report report.json "$@" "$here/pipeline.sql")
  stop_receiver
}

mkdir -p "$work/paced" "$work/full"
echo
echo "1. $paced_payments payments, $rate a second, for latency .."
head -n "$paced_payments" "$data/transactions.json" > "$work/paced/transactions.json"
run_phase paced -D "millrace.table.transactions.rows-per-second=$rate"

echo
echo "2. all $payments payments, as fast as they go .."
ln -sf "$data/transactions.json" "$work/full/transactions.json"
run_phase full

python3 "$here/summary.py" "$work" "$data/labels.csv"
