#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Asks a real Flink. One Java process with an embedded cluster serves all calls; it is started on
# demand, listens on a random loopback port and ends after an idle hour. Java 17, Maven, python3.
#   oracle.sh sql FILE.sql [PARALLELISM]   each statement's rows or error; goes on after errors
#   oracle.sh exprs [--columns]            scalar expressions from stdin, one per line; --columns
#                                          hides literals behind a column, so that nothing is folded
#   oracle.sh goldens [PATTERN]            rewrites tests/sql/**/*.expected whose path has PATTERN
#   oracle.sh once [PATTERN]               the same in a process of its own (what goldens.sh calls)
#   oracle.sh compare [PATTERN]            goldens against print, parallelism 4, no folding
#   oracle.sh stop
# ORACLE_JARS: more connectors; with a TMPDIR of its own, or the process that runs already answers.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
deps=$here/.build
state=${TMPDIR:-/tmp}/millrace-oracle-$(id -u)

build() {
  if [ ! -f "$deps/libs/.complete" ] || [ "$here/pom.xml" -nt "$deps/libs/.complete" ]; then
    mvn -B -q -f "$here/pom.xml" dependency:copy-dependencies -DincludeScope=runtime \
      -DoutputDirectory="$deps/libs"
    touch "$deps/libs/.complete"
  fi
  if [ ! -f "$deps/classes/.complete" ] ||
    [ -n "$(find "$here/src" -newer "$deps/classes/.complete" -name '*.java')" ]; then
    mkdir -p "$deps/classes"
    javac -nowarn -d "$deps/classes" -cp "$deps/libs/*" "$here"/src/oracle/*.java
    touch "$deps/classes/.complete"
  fi
}

java_command() {
  local packages=(java.lang java.lang.reflect java.util java.util.concurrent java.net java.io
    java.nio java.text java.time sun.nio.ch)
  local opens=(--add-exports=java.base/sun.net.util=ALL-UNNAMED)
  local p
  for p in "${packages[@]}"; do opens+=("--add-opens=java.base/$p=ALL-UNNAMED"); done
  exec java -Xmx"${ORACLE_HEAP:-1500m}" -XX:MaxMetaspaceSize=900m -XX:+UseSerialGC \
    -XX:TieredStopAtLevel=1 -Dfile.encoding=UTF-8 -Duser.timezone=UTC \
    -Dlog4j2.configurationFile="$here/log4j2.properties" "${opens[@]}" \
    -cp "$deps/classes:$deps/libs/*${ORACLE_JARS:+:$ORACLE_JARS}" oracle.Main "$@"
}

alive() { [ -f "$state/port" ] && (exec 3<>"/dev/tcp/127.0.0.1/$(cat "$state/port")") 2>/dev/null; }

start() {
  alive && return
  mkdir -p "$state"
  exec 9>"$state/lock"
  flock 9
  if ! alive; then
    build
    rm -f "$state/port"
    (exec 9>&-; java_command serve "$state" >"$state/log" 2>&1 </dev/null) &
    disown
    local i
    for i in $(seq 300); do
      alive && break
      sleep 0.2
    done
    alive || { echo "the oracle did not start:" >&2; tail -20 "$state/log" >&2; exit 1; }
  fi
  exec 9>&-
}

ask() {
  python3 -c '
import socket, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
s.sendall((sys.argv[2] + "\n").encode() + (sys.stdin.buffer.read() if sys.argv[3] == "1" else b""))
s.shutdown(socket.SHUT_WR)
while True:
    b = s.recv(65536)
    if not b:
        break
    sys.stdout.buffer.write(b)
    sys.stdout.buffer.flush()
' "$(cat "$state/port")" "$1" "$2"
}

case "${1:-}" in
  sql) start; if [ "${2:--}" = - ]; then ask "sql ${3:-1}" 1; else ask "sql ${3:-1}" 1 <"$2"; fi ;;
  exprs) start; mode=; [ "${2:-}" = --columns ] && mode=columns; ask "exprs $mode" 1 ;;
  goldens) start; ask "goldens $root/tests/sql ${2:-}" 0 ;;
  compare) start; ask "compare $root/tests/sql ${2:-}" 0 ;;
  once) build; java_command goldens "$root/tests/sql" "${2:-}" ;;
  libs) build ;;
  stop) if alive; then ask stop 0 || true; rm -f "$state/port"; fi ;;
  *) sed -n '3,13p' "${BASH_SOURCE[0]}" | sed 's/^# \{0,1\}//'; exit 2 ;;
esac
