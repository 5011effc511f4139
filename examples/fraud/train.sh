#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes model.onnx again: payments of another seed than the demo's, features by millrace, training
# in a virtual environment of pinned packages. Takes some minutes the first time.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
work=${FRAUD_WORK:-$root/build/fraud}/training
millrace=${MILLRACE:-$root/build/millrace}
seed=${FRAUD_TRAINING_SEED:-2024}

mkdir -p "$work"
if [ ! -f "$work/transactions-$seed" ]; then
  rm -rf "$work"/transactions*
  python3 "$here/generate.py" "$work" --seed "$seed"
  touch "$work/transactions-$seed"
fi
echo "features, by millrace:"
rm -rf "$work/features"
(cd "$work" && "$millrace" run --fresh "$here/features.sql")

if [ ! -x "$work/venv/bin/python" ]; then
  python3 -m venv "$work/venv"
fi
"$work/venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
"$work/venv/bin/python" "$here/train.py" "$work/features" "$work/labels.csv" "$here/model.onnx"
echo "written: $here/model.onnx"
