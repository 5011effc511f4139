#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes model.onnx again: payments of other seeds than the demo's, features by millrace, training
# in a virtual environment of pinned packages. Takes some minutes the first time.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
work=${FRAUD_WORK:-$root/build/fraud}/training
millrace=${MILLRACE:-$root/build/millrace}
seeds=${FRAUD_TRAINING_SEEDS:-2024 2025 2026 2027}

worlds=()
for seed in $seeds; do
  world=$work/world-$seed
  worlds+=("$world")
  mkdir -p "$world"
  if [ ! -f "$world/complete" ]; then
    python3 "$here/generate.py" "$world" --seed "$seed"
    touch "$world/complete"
  fi
  echo "features of world $seed, by millrace:"
  rm -rf "$world/features"
  (cd "$world" && "$millrace" run --fresh "$here/features.sql")
done

if [ ! -x "$work/venv/bin/python" ]; then
  python3 -m venv "$work/venv"
fi
"$work/venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
"$work/venv/bin/python" "$here/train.py" "$here/model.onnx" "${worlds[@]}"
echo "written: $here/model.onnx"
