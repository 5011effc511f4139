#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Writes the generated pages of docs/reference/ from the registries of the built program.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
cmake --build build --target millrace_reference
mkdir -p docs/reference
build/millrace_reference docs/reference
echo "docs: docs/reference is up to date"
