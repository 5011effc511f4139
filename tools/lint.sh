#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs clang-tidy (.clang-tidy: few checks, all errors) over the sources given, or over those that
# differ from the main branch. The compilation database must exist (`make build`).
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
source cmake/versions.env
files=("$@")
if [ ${#files[@]} -eq 0 ]; then
  base=$(git merge-base HEAD origin/main 2>/dev/null || git merge-base HEAD main)
  mapfile -t files < <({
    git diff --name-only --diff-filter=d "$base" -- 'src/*.cc'
    git ls-files -o --exclude-standard -- 'src/*.cc'
  } | sort -u)
fi
if [ ${#files[@]} -eq 0 ]; then
  echo "lint: no source differs from main"
  exit 0
fi
# GCC's precompiled header switches mean nothing to clang.
mkdir -p build/lint
sed -E 's/-Winvalid-pch//g; s/-fpch-preprocess//g; s/-include [^ ]*cmake_pch\.hxx//g' \
  build/compile_commands.json >build/lint/compile_commands.json
printf '%s\n' "${files[@]}" |
  xargs -P "$(nproc)" -n 1 "clang-tidy-$CLANG_VERSION" --quiet -p build/lint
echo "lint: ${#files[@]} files, no finding"
