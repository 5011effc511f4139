#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Prepares a clone for building. It installs the Debian or Ubuntu packages that are missing and
# unpacks the pinned native libraries into .deps/ of the clone; nothing else on the machine changes.
# Running it again is cheap: a stamp with the pinned versions says what is already there.
#
#   tools/setup.sh            packages and libraries for build, test, bench
#   tools/setup.sh --fuzz     also the clang that `make fuzz` needs
#   tools/setup.sh --fmt      also clang-format
#   tools/setup.sh --lint     also clang-tidy
#   tools/setup.sh --live     also what the live tests run: broker, proxy, clients
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
source "$root/tools/setup/say.sh"
source "$root/cmake/versions.env"
source "$root/tools/setup/packages.sh"
source "$root/tools/setup/libraries.sh"
source "$root/tools/setup/live.sh"

packages=("${BUILD_PACKAGES[@]}")
live=no
for argument in "$@"; do
  case "$argument" in
    --fuzz) packages+=("clang-$CLANG_VERSION" "libclang-rt-$CLANG_VERSION-dev") ;;
    --fmt) packages+=("clang-format-$CLANG_VERSION") ;;
    --lint) packages+=("clang-tidy-$CLANG_VERSION") ;;
    --live)
      packages+=("${LIVE_PACKAGES[@]}")
      live=yes
      ;;
    *) fail "unknown option $argument" "use --fuzz, --fmt, --lint, --live or no option" ;;
  esac
done

install_missing_packages "${packages[@]}"
fetch_libraries "$root/.deps"
touch "$root/.deps/stamp"
if [ "$live" = yes ]; then fetch_live_parts "$root"; fi
say "ready: make build"
