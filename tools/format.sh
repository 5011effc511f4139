#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Formats every C++ file of ours with the pinned clang-format; `--check` changes nothing and fails
# if a file would change.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
source cmake/versions.env
mode=(-i)
[ "${1:-}" = --check ] && mode=(--dry-run --Werror)
git ls-files -co --exclude-standard -z -- '*.cc' '*.h' |
  xargs -0 -r -n 40 "clang-format-$CLANG_VERSION" "${mode[@]}"
