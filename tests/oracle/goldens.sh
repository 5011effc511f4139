#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Rewrites the golden files of tests/sql with a real Flink (Java 17 and Maven needed). goldens.sh [PATTERN]
# Every case runs twice in one Java process; a case whose answer changes between the runs is reported (exit 1).
exec "$(dirname "${BASH_SOURCE[0]}")/oracle.sh" once "${1:-}"
