#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# goldens.sh [PATTERN]: rewrites the golden files of tests/sql with a real Flink (Java 17, Maven).
# All in one Java process; a case whose answer changes between two runs is reported (exit 1).
exec "$(dirname "${BASH_SOURCE[0]}")/oracle.sh" once "${1:-}"
