# SPDX-License-Identifier: Apache-2.0
# Checks that are one command each.  Read by check.sh and check-doc.sh, after results.sh; they set
# 'scratch'.
# shellcheck shell=sh

have() {
    command -v "$1" >/dev/null 2>&1
}

# check NAME COMMAND...: the command succeeds.
check() {
    name=$1
    shift
    if "$@" > "$scratch/output" 2>&1; then
        ok "$name"
    else
        diagnose "$scratch/output"
        not_ok "$name"
        return 1
    fi
}

# check_silent NAME COMMAND...: the command succeeds and prints nothing.
check_silent() {
    name=$1
    shift
    if "$@" > "$scratch/output" 2>&1 && [ ! -s "$scratch/output" ]; then
        ok "$name"
    else
        diagnose "$scratch/output"
        not_ok "$name"
        return 1
    fi
}
