# SPDX-License-Identifier: Apache-2.0
# What the live tests run beside the program (a Kafka broker, toxiproxy, confluent-kafka,
# slowhttptest) and what fetches it. Only targets that run those tests ask for it.

LIVE_PACKAGES=(golang-go slowhttptest python3-venv)

# fetch_live_parts ROOT: into tests/kafka/.build, each once per pinned version.
fetch_live_parts() {
  progress "fetching what the live tests run (about 150 MB)"
  python3 "$1/tests/kafka/parts.py" ||
    fail "a part of the live tests could not be fetched" \
      "check the network; versions are in cmake/versions.env and tests/kafka/pom.xml"
  touch "$1/tests/kafka/.build/stamp"
  say "live parts: up to date in tests/kafka/.build"
}
