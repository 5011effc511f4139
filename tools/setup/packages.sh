# SPDX-License-Identifier: Apache-2.0
# Which Debian and Ubuntu packages a build needs, and how the missing ones are installed.

# Boost.Beast: Debian 12 has 1.81 beside an older default, later releases have newer ones only.
boost_package() {
  local name
  for name in libboost1.81-dev libboost1.83-dev; do
    if apt-cache show "$name" >/dev/null 2>&1; then
      echo "$name"
      return
    fi
  done
  echo libboost-dev
}

BUILD_PACKAGES=(
  g++ cmake ninja-build ccache mold pkg-config python3 python3-pip ca-certificates dpkg-dev
  debian-archive-keyring
  libcurl4-openssl-dev libicu-dev libre2-dev libspdlog-dev libfmt-dev libcli11-dev libedit-dev
  libssl-dev zlib1g-dev libroaring-dev librocksdb-dev libgtest-dev libbenchmark-dev
  kcat strace default-jdk-headless maven
  "$(boost_package)"
)

# install_missing_packages NAME...
install_missing_packages() {
  [ -n "${MILLRACE_SKIP_APT:-}" ] && return
  command -v dpkg-query >/dev/null 2>&1 ||
    fail "this machine has no apt packages" \
      "install these by your own means, then run tools/setup.sh again with MILLRACE_SKIP_APT=1: $*"
  local missing=() name
  for name in "$@"; do package_is_there "$name" || missing+=("$name"); done
  if [ ${#missing[@]} -eq 0 ]; then
    say "packages: all $# are installed"
    return
  fi
  local apt=(apt-get)
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 ||
      fail "missing packages: ${missing[*]}" "as root: apt-get install ${missing[*]}"
    apt=(sudo apt-get)
  fi
  say "packages: installing ${missing[*]}"
  local log
  log=$(mktemp)
  progress "apt-get update"
  "${apt[@]}" update -qq >"$log" 2>&1 || say "apt-get update failed; trying with the lists at hand"
  progress "apt-get install of ${#missing[@]} packages"
  if ! "${apt[@]}" install -y -qq --no-install-recommends "${missing[@]}" >>"$log" 2>&1; then
    tail -n 15 "$log" >&2
    fail "apt-get install failed" "read the lines above, then: apt-get install ${missing[*]}"
  fi
  rm -f "$log"
  say "packages: installed ${#missing[@]}"
}

# A tool that is on PATH counts even when another package brought it (python3 from pyenv, say).
package_is_there() {
  case "$1" in
    python3) command -v python3 >/dev/null 2>&1 && return 0 ;;
    python3-pip) python3 -m pip --version >/dev/null 2>&1 && return 0 ;;
    cmake | ccache | mold) command -v "$1" >/dev/null 2>&1 && return 0 ;;
    default-jdk-headless) command -v javac >/dev/null 2>&1 && return 0 ;;
    golang-go) command -v go >/dev/null 2>&1 && return 0 ;;
    slowhttptest) command -v slowhttptest >/dev/null 2>&1 && return 0 ;;
    python3-venv) python3 -c 'import ensurepip, venv' >/dev/null 2>&1 && return 0 ;;
    maven) command -v mvn >/dev/null 2>&1 && return 0 ;;
    ninja-build) command -v ninja >/dev/null 2>&1 && return 0 ;;
  esac
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}
