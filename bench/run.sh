#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh [NAME...]: micro benchmarks against bare-library loops, then whole queries against Flink.
# Both are ratios within this run: absolute times say little about another machine.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
cmake --build build --target benchmarks >/dev/null
for binary in build/bench_*; do
  [ -x "$binary" ] || continue
  echo "== $(basename "$binary")"
  "$binary" --benchmark_min_time=0.5 --benchmark_counters_tabular=true
done
tests/oracle/oracle.sh libs
echo "== queries against Flink (CPU seconds of the whole process)"
python3 bench/compare.py build/millrace tests/oracle/.build/libs "$@"
