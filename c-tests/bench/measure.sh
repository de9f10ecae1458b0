#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# measure.sh time|startup|count BIN SCRATCH WORKLOAD/SIZE ...: measures one workload.  Runs in a
# network namespace that bench.sh or bench-check.sh made for it.
#
#   time ROUNDS MS DRIVER...: in each round, each driver once.  Prints
#       WORKLOAD/SIZE DRIVER NANOSECONDS MEMORY REMARK
#   startup ROUNDS DRIVER=LIBRARY...: the same lines, from loading the library to its first reply.
#   count SHORT LONG OBJECT DRIVER...: under callgrind.  Prints, for each item,
#       WORKLOAD/SIZE DRIVER INSTRUCTIONS THOSE-IN-OBJECT SYSTEM-CALLS ALLOCATIONS
set -u

here=$(dirname "$0")
what=$1
bin=$2
scratch=$3
row=$4
workload=${4%/*}
size=${4#*/}
shift 4

fail() {
    cat "$scratch/errors" >&2
    echo "$row of $1: no result" >&2
    exit 1
}

# All runs start with the same routes in the table.
case $workload in
    dump*) before="batch-quiet $size count 1" ;;
    batch-echo) before="batch-echo $size count 2" ;;
    *) before= ;;
esac
if [ -n "$before" ]; then
    # shellcheck disable=SC2086 # words
    "$bin/raw" $before > "$scratch/output" 2> "$scratch/errors" || fail "the first routes"
fi

# On one processor, unless there are several threads or processes at work.
pin=
case $workload in
    *-threads | stream) ;;
    *) taskset -c 0 true 2>/dev/null && pin="taskset -c 0" ;;
esac

time_rounds() {
    rounds=$1
    ms=$2
    shift 2
    while [ "$rounds" -gt 0 ]; do
        order=$*
        # Back and forth, so that none is always first.
        if [ $((rounds % 2)) = 0 ]; then
            order=
            for driver in "$@"; do
                order="$driver $order"
            done
        fi
        for driver in $order; do
            line=$(timeout -k 5 600 $pin "$bin/$driver" "$workload" "$size" time "$ms" \
                2> "$scratch/errors") || fail "$driver"
            echo "$row $driver $line"
        done
        rounds=$((rounds - 1))
    done
}

startup_rounds() {
    rounds=$1
    shift
    # Several threads: with huge pages for malloc(), too.
    [ "$size" = 1 ] || export GLIBC_TUNABLES=glibc.malloc.hugetlb=1
    while [ "$rounds" -gt 0 ]; do
        for library in "$@"; do
            line=$(timeout -k 5 600 "$bin/startup" "${library#*=}" "$size" 2> "$scratch/errors") \
                || fail "${library%%=*}"
            echo "$row ${library%%=*} $line"
        done
        rounds=$((rounds - 1))
    done
}

# callgrind DRIVER N: prints the number of items, and the sums of callgrind.awk.
callgrind() {
    items=$(LD_BIND_NOW=1 timeout -k 5 600 valgrind --tool=callgrind --collect-systime=yes \
        --callgrind-out-file="$scratch/callgrind" "$bin/$1" "$workload" "$size" count "$2" \
        2> "$scratch/errors") || fail "$1"
    sums=$(awk -v OBJECT="$object" -f "$here/callgrind.awk" "$scratch/callgrind" \
        2> "$scratch/errors") || fail "$1"
    echo "$items $sums"
}

count() {
    short=$1
    long=$2
    object=$3
    shift 3
    for driver in "$@"; do
        first=$(callgrind "$driver" "$short") && second=$(callgrind "$driver" "$long") || exit 1
        echo "$first $second" | awk -v row="$row" -v driver="$driver" '{
            items = $6 - $1
            printf "%s %s %.2f %.2f %.4f %.4f\n", row, driver, ($7 - $2) / items,
                   ($8 - $3) / items, ($9 - $4) / items, ($10 - $5) / items }'
    done
}

case $what in
    time) time_rounds "$@" ;;
    startup) startup_rounds "$@" ;;
    count) count "$@" ;;
esac
