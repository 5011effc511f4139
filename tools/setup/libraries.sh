# SPDX-License-Identifier: Apache-2.0
# Unpacks the native libraries that no Debian 12 package carries: Arrow and Parquet (library and
# headers of the pyarrow wheel), ONNX Runtime and librdkafka (libraries of wheels, headers of Debian
# packages that are read with an apt configuration of our own and never installed), simdjson (source
# in an sdist).
# Downloads are checked against the pinned sums; what was unpacked is checked before the stamp is
# written.

ARROW_LIBRARIES=(arrow arrow_compute arrow_acero arrow_dataset arrow_s3 parquet)

# fetch_libraries DIR
fetch_libraries() {
  local target=$1 stamp
  stamp=$(libraries_stamp)
  if [ "$(cat "$target/stamp" 2>/dev/null)" = "$stamp" ]; then
    say "libraries: up to date in .deps"
    return
  fi
  local work=$target.new
  rm -rf "$work"
  mkdir -p "$work"/{include,lib,src/simdjson,download}
  say "libraries: Arrow $ARROW_VERSION, ONNX Runtime $ONNXRUNTIME_VERSION," \
    "librdkafka $CONFLUENT_KAFKA_VERSION, simdjson (about 160 MB)"
  local machine
  machine=$(uname -m | tr '[:lower:]' '[:upper:]')
  local arrow_sum=ARROW_SHA256_$machine onnxruntime_sum=ONNXRUNTIME_SHA256_$machine
  local kafka_sum=CONFLUENT_KAFKA_SHA256_$machine
  [ -n "${!arrow_sum:-}" ] || fail "this is a $(uname -m) machine" "use one with x86-64 or arm64"
  fetch_wheel "$work" "pyarrow==$ARROW_VERSION" "${!arrow_sum}"
  fetch_wheel "$work" "onnxruntime==$ONNXRUNTIME_VERSION" "${!onnxruntime_sum}"
  fetch_wheel "$work" "confluent-kafka==$CONFLUENT_KAFKA_VERSION" "${!kafka_sum}"
  unpack_arrow "$work"
  unpack_onnxruntime "$work"
  unpack_librdkafka "$work"
  fetch_simdjson "$work"
  fetch_headers "$work"
  rm -rf "$work/download"
  verify_libraries "$work"
  printf '%s\n' "$stamp" >"$work/stamp"
  rm -rf "$target.old"
  if [ -e "$target" ]; then mv "$target" "$target.old"; fi
  mv "$work" "$target"
  rm -rf "$target.old"
  say "libraries: unpacked into .deps ($(du -sh "$target" | cut -f1))"
}

# The stamp changes with the pinned versions and with this script.
libraries_stamp() {
  cat "$root/cmake/versions.env" "$root/tools/setup/libraries.sh" | sha256sum | cut -d' ' -f1
}

# fetch_wheel WORK NAME==VERSION SHA256
fetch_wheel() {
  progress "downloading $2"
  local platform machine wheel
  machine=$(uname -m)
  local selection=(--implementation cp --python-version "$WHEEL_PYTHON" --abi "cp$WHEEL_PYTHON")
  for platform in manylinux_2_28 manylinux_2_27 manylinux2014; do
    selection+=(--platform "${platform}_$machine")
  done
  pip_download "$1" --only-binary=:all: "${selection[@]}" "$2"
  for wheel in "$1"/download/*.whl; do
    check_sum "$wheel" "$3"
    python3 -m zipfile -e "$wheel" "$1/download/wheel"
    rm -f "$wheel"
  done
}

# check_sum FILE SHA256
check_sum() {
  local found
  found=$(sha256sum "$1" | cut -d' ' -f1)
  [ "$found" = "$2" ] || fail "$(basename "$1") has the SHA-256 sum $found, expected $2" \
    "do not use it; after a change of version cmake/versions.env needs the new sum"
}

# pip_download WORK ARGUMENT...
pip_download() {
  local work=$1 log
  shift
  log=$work/download/pip.log
  python3 -m pip download -q --disable-pip-version-check --no-deps -d "$work/download" "$@" \
    >"$log" 2>&1 && return
  tail -n 8 "$log" >&2
  fail "could not download ${*: -1}" \
    "check the network and pip's index (pip config list); versions are in cmake/versions.env"
}

unpack_arrow() {
  local wheel=$1/download/wheel/pyarrow name
  cp -r "$wheel/include/arrow" "$wheel/include/parquet" "$1/include/"
  for name in "${ARROW_LIBRARIES[@]}"; do
    [ -e "$wheel/lib$name.so.$ARROW_SOVERSION" ] ||
      fail "the wheel has no lib$name.so.$ARROW_SOVERSION" \
        "make ARROW_SOVERSION in cmake/versions.env fit ARROW_VERSION"
    cp "$wheel/lib$name.so.$ARROW_SOVERSION" "$1/lib/"
    ln -sf "lib$name.so.$ARROW_SOVERSION" "$1/lib/lib$name.so"
  done
}

unpack_onnxruntime() {
  local wheel=$1/download/wheel/onnxruntime/capi
  cp "$wheel/libonnxruntime.so.$ONNXRUNTIME_VERSION" "$1/lib/"
  ln -sf "libonnxruntime.so.$ONNXRUNTIME_VERSION" "$1/lib/libonnxruntime.so.1"
  ln -sf libonnxruntime.so.1 "$1/lib/libonnxruntime.so"
}

# The name holds a sum of the library, and the program asks for it by that name.
unpack_librdkafka() {
  local library
  library=$(basename "$(ls "$1"/download/wheel/confluent_kafka.libs/librdkafka*.so.1)")
  cp "$1/download/wheel/confluent_kafka.libs/$library" "$1/lib/"
  ln -sf "$library" "$1/lib/librdkafka.so"
}

fetch_simdjson() {
  progress "downloading simdjson"
  # Only this one from source: pip would otherwise compile the packages its metadata step needs,
  # too.
  pip_download "$1" --no-binary=pysimdjson "pysimdjson==$PYSIMDJSON_VERSION"
  check_sum "$(ls "$1"/download/pysimdjson-*.tar.gz)" "$PYSIMDJSON_SHA256"
  tar xzf "$1"/download/pysimdjson-*.tar.gz -C "$1/download"
  cp "$1"/download/pysimdjson-*/simdjson/simdjson.{h,cpp} "$1/src/simdjson/"
}

# Packages of a newer Debian suite, downloaded with lists, cache and sources of our own.
fetch_headers() {
  progress "downloading the headers of ONNX Runtime and librdkafka"
  local apt=$1/download/apt log=$1/download/apt.log mirror
  mirror=$(debian_mirror)
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/parts"
  printf 'deb [signed-by=%s] %s %s main\n' "$(debian_keyring)" "$mirror" "$HEADERS_SUITE" \
    >"$apt/sources.list"
  local options=(-o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts="$apt/parts"
    -o Dir::State::lists="$apt/lists" -o Dir::Cache="$apt/cache"
    -o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts="$apt/parts"
    -o APT::Sandbox::User=root)
  if ! { apt-get "${options[@]}" update -qq &&
    (cd "$apt" && apt-get "${options[@]}" download -qq libonnxruntime-dev librdkafka-dev) &&
    dpkg -x "$apt"/libonnxruntime-dev_*.deb "$apt/x" &&
    dpkg -x "$apt"/librdkafka-dev_*.deb "$apt/x"; } >"$log" 2>&1; then
    tail -n 8 "$log" >&2
    fail "could not fetch the headers of Debian $HEADERS_SUITE from $mirror" \
      "check the network and the mirror (DEBIAN_MIRROR)"
  fi
  cp -r "$apt/x/usr/include/librdkafka" "$1/include/"
  cp -r "${ONNXRUNTIME_ROOT:-$apt/x/usr}/include/onnxruntime" "$1/include/" 2>/dev/null ||
    cp -r "$ONNXRUNTIME_ROOT/include" "$1/include/onnxruntime"
}

# The Debian mirror: DEBIAN_MIRROR, else the one this machine already uses.
debian_mirror() {
  local found=${DEBIAN_MIRROR:-}
  if [ -z "$found" ]; then
    found=$(grep -rhoE 'https?://[^ ]*/debian/?( |$)' /etc/apt/sources.list \
      /etc/apt/sources.list.d --include='*.sources' --include='*.list' 2>/dev/null |
      grep -v snapshot | head -n 1 || true)
  fi
  if [ -z "$found" ]; then
    fail "this machine uses no Debian mirror to take headers from" \
      "set DEBIAN_MIRROR to the address of one"
  fi
  printf '%s\n' "$found"
}

debian_keyring() {
  local path
  for path in /usr/share/keyrings/debian-archive-keyring.{gpg,pgp}; do
    if [ -e "$path" ]; then
      printf '%s\n' "$path"
      return
    fi
  done
  fail "Debian's archive keyring is not installed" "apt-get install debian-archive-keyring"
}

# verify_libraries DIR: every file the build asks for is there, and each library loads.
verify_libraries() {
  local file
  for file in include/arrow/api.h include/parquet/arrow/reader.h src/simdjson/simdjson.cpp \
    include/onnxruntime/onnxruntime_cxx_api.h lib/libonnxruntime.so \
    include/librdkafka/rdkafka.h lib/librdkafka.so; do
    [ -s "$1/$file" ] || fail "$file is missing after unpacking" "remove .deps.new and run again"
  done
  progress "loading the libraries once"
  LD_LIBRARY_PATH=$1/lib python3 - "$1/lib" <<'PYTHON' ||
import ctypes, glob, sys
for path in sorted(glob.glob(sys.argv[1] + "/lib*.so")):
    ctypes.CDLL(path)
PYTHON
    fail "a library does not load on this machine" \
      "an x86-64 or arm64 Linux with glibc 2.28 or newer is needed"
}
