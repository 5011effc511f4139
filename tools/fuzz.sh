#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the fuzz targets and runs each for the given seconds on a copy of its corpus
# (tests/fuzz/corpus/NAME). A finding is kept under build-fuzz/findings/ and ends with exit code 1.
set -euo pipefail
seconds=${1:-60}
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
cmake --preset fuzz >/dev/null
cmake --build build-fuzz --target fuzzers

failed=0
shopt -s nullglob
for source in tests/fuzz/*.cc; do
  name=$(basename "$source" .cc)
  work=build-fuzz/corpus/$name
  mkdir -p "$work" build-fuzz/findings
  seeds=()
  [ -d "tests/fuzz/corpus/$name" ] && seeds=("tests/fuzz/corpus/$name")
  echo "fuzz: $name for $seconds s"
  if ! "build-fuzz/fuzz_$name" "$work" "${seeds[@]}" -max_total_time="$seconds" \
    -rss_limit_mb=2048 -timeout=10 -max_len=65536 -print_final_stats=0 -verbosity=0 \
    -artifact_prefix="build-fuzz/findings/$name-"; then
    echo "fuzz: $name found something; its input is in build-fuzz/findings/" >&2
    failed=1
  fi
done
exit $failed
