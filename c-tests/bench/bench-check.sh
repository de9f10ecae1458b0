#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# bench-check.sh STAGE: counts instructions, system calls and allocations of the library of the
# installation in STAGE, and compares them with baseline-FLAVOUR.tsv.
#
#   UPDATE=1                  writes the baseline
#   ONLY="WORKLOAD/SIZE ..."  counts these only; the baseline of the others stays
#
# Only instructions in the library itself are counted.  They depend on the compiler, but not on libc
# or the processor.  The output has the form of TAP, see ../check/results.sh.
set -u

root=$(cd "$(dirname "$0")/../.." && pwd -P)
here=$root/c-tests/bench
. "$here/setup.sh"
. "$root/c-tests/check/results.sh"

finish() {
    total "nlsock instructions"
    exit
}

command -v valgrind >/dev/null || {
    skip "instruction counts" "not installed here: apt-get install valgrind"
    finish
}
[ -n "$unshare" ] || {
    skip "instruction counts" "this user may not make network namespaces"
    finish
}

# count FLAVOUR: writes a line for each workload to $scratch/counts.
count() {
    flavour=$1
    : > "$scratch/counts"
    while read -r row short long guard _; do
        [ "$guard" = yes ] || continue
        wanted "$row" || continue
        if [ "$row" = socket/1 ] && [ "$(id -u)" != 0 ]; then
            skip "$flavour: $row" "the receive buffer takes more system calls without root"
            continue
        fi
        # shellcheck disable=SC2086 # words
        $unshare "$here/measure.sh" count "$bin" "$scratch" "$row" "$short" "$long" libnlsock \
            "ours-$flavour" >> "$scratch/counts" || return 1
    done < "$scratch/list"
}

# Prints the lines of a baseline: WORKLOAD INSTRUCTIONS SYSTEM-CALLS ALLOCATIONS, for each item; and
# the size of the stripped library.
baseline() {
    awk '{ printf "%s\t%.2f\t%.4f\t%.4f\n", $1, $4, $5, $6 }' "$scratch/counts"
    strip -o "$scratch/stripped" "$bin/lib$(library_of "$1").so"
    printf 'stripped\t%s\n' "$(stat -c %s "$scratch/stripped")"
}

# update FILE: writes the counts to the baseline.
update() {
    touch "$1"
    {
        echo "# Written by \"make bench-baseline\" with $(rust).  For each item:"
        echo "# instructions in the library, system calls, allocations.  \"stripped\" is its size in bytes."
        cat "$scratch/list" "$1" "$scratch/baseline" | awk '
            /\t/ { line[$1] = $0; next }
            !/^#/ { rows[++n] = $1 }
            END {
                rows[++n] = "stripped"
                for (i = 1; i <= n; i++) if (rows[i] in line) print line[rows[i]]
            }'
    } > "$scratch/updated"
    cp "$scratch/updated" "$1"
}

check_flavour() {
    flavour=$1
    kept=$here/baseline-$flavour.tsv
    if [ -z "${UPDATE-}" ] && ! grep -q "with $(rust)\." "$kept"; then
        skip "$flavour: what is counted" "its baseline is not of $(rust): make bench-baseline"
        return
    fi
    if ! build_ours "$flavour" > "$scratch/output" 2>&1; then
        diagnose "$scratch/output"
        not_ok "$flavour: the driver compiles"
        return
    fi
    if ! count "$flavour"; then
        not_ok "$flavour: the workloads run"
        return
    fi
    if [ ! -s "$scratch/counts" ]; then
        not_ok "$flavour: there is a workload to count"
        return
    fi
    baseline "$flavour" > "$scratch/baseline"
    [ -z "${UPDATE-}" ] || update "$kept"
    awk -v flavour="$flavour" -v list="$scratch/list" -f "$here/list.awk" \
        -f "$here/bench-check.awk" "$kept" "$scratch/baseline" \
        > "$scratch/tap" 2> "$scratch/errors"
    count_tap "$flavour: the comparison with the baseline" $? "$scratch/tap" "$scratch/errors"
}

# The buffer size of ovs3, which does not matter: this driver only makes routes here.
if ! build_raw ovs3 > "$scratch/output" 2>&1; then
    diagnose "$scratch/output"
    not_ok "the drivers compile"
    finish
fi
check_flavour 2014
check_flavour ovs3
finish
