# SPDX-License-Identifier: Apache-2.0
# How the set-up scripts talk: plain lines to stderr, a line that overwrites itself on a terminal.

say() { clear_progress; printf 'setup: %s\n' "$*" >&2; }

# fail MESSAGE WHAT_TO_DO
fail() {
  clear_progress
  printf 'setup: error: %s\nsetup: what to do: %s\n' "$1" "$2" >&2
  exit 1
}

# progress TEXT: the step in hand; a log without a terminal gets it as a plain line.
progress() {
  if [ -t 2 ]; then printf '\r\033[Ksetup: %s ...' "$*" >&2; else printf 'setup: %s\n' "$*" >&2; fi
}

clear_progress() { if [ -t 2 ]; then printf '\r\033[K' >&2; fi; }
