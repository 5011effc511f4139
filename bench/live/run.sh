#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# run.sh: `make bench-live`. Builds the load generators, fetches what the peers need (a virtual
# environment for the Python consumer, Flink's Kafka connector) into build/bench-live, and runs.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"
cmake --build build --target live_tools benchmarks >/dev/null
place=build/bench-live
if [ ! -f "$place/python/complete" ]; then
  python3 -m venv "$place/python"
  "$place/python/bin/pip" install -q --disable-pip-version-check \
    confluent-kafka onnxruntime numpy
  touch "$place/python/complete"
fi
tests/oracle/oracle.sh libs
libs=$place/flink
if [ ! -f "$libs/complete" ]; then
  mkdir -p "$libs"
  cp tests/oracle/.build/libs/*.jar "$libs/"
  mvn -B -q dependency:copy -Dartifact=org.apache.flink:flink-sql-connector-kafka:5.0.0-2.2 \
    -DoutputDirectory="$root/$libs"
  touch "$libs/complete"
fi
python3 bench/live/run.py build/millrace build/live_kafka_tool "$place/python/bin/python" "$libs"
echo "(c) HTTP"
python3 bench/live/decide.py build/millrace build/bench_http_load
