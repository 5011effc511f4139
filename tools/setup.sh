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
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
source "$root/tools/setup/say.sh"
source "$root/cmake/versions.env"
source "$root/tools/setup/packages.sh"
source "$root/tools/setup/libraries.sh"

packages=("${BUILD_PACKAGES[@]}")
for argument in "$@"; do
  case "$argument" in
    --fuzz) packages+=("clang-$CLANG_VERSION" "libclang-rt-$CLANG_VERSION-dev") ;;
    --fmt) packages+=("clang-format-$CLANG_VERSION") ;;
    --lint) packages+=("clang-tidy-$CLANG_VERSION") ;;
    *) fail "unknown option $argument" "use --fuzz, --fmt, --lint or no option" ;;
  esac
done

install_missing_packages "${packages[@]}"
fetch_libraries "$root/.deps"
touch "$root/.deps/stamp"
say "ready: make build"
