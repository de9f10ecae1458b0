#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# bench.sh STAGE: measures the library of the installation in STAGE and others, and writes the
# results to docs/bench/.
#
#   OVS=DIR             compares with the C code of this source tree of Open vSwitch, whose version
#                       chooses the interface; the default is Debian's openvswitch-source
#   NLSOCK_REF=LIBRARY  compares the library of the 2014 interface with this one
#   ONLY="WORKLOAD/SIZE ..."  measures these, and writes nothing but the tables on its output
#   ROUNDS=N MS=N       how many times each is measured, and for how many milliseconds at least
#   SCRATCH=DIR         builds the original there and keeps it
set -u

root=$(cd "$(dirname "$0")/../.." && pwd -P)
here=$root/c-tests/bench
. "$here/setup.sh"
rounds=${ROUNDS:-30}
ms=${MS:-20}
if [ -z "$unshare" ]; then
    echo "1..0 # SKIP this user may not make network namespaces"
    exit 0
fi
"$here/packages.sh" || exit

# The version of the tree that the original is from; empty for another library, or Debian's.
tree=
# absent WHAT WHY: notes that a column stays empty.
: > "$scratch/absent"
absent() {
    echo "$1: $2" >> "$scratch/absent"
    echo "# no $1: $2"
}

if [ -n "${NLSOCK_REF-}" ]; then
    flavour=2014
    original=$(realpath "$NLSOCK_REF") || exit 2
else
    kept=$(realpath -m "${SCRATCH:-$temporary/reference}")
    case $kept/ in
        "$root"/*)
            echo "$kept is inside the source tree, where nothing of Open vSwitch is to be" >&2
            exit 2
            ;;
    esac
    mkdir -p "$kept" || exit 2
    if "$here/reference.sh" "$kept" > "$scratch/output" 2>&1; then
        read -r original flavour tree <<END
$(tail -n 1 "$scratch/output")
END
    elif [ -n "${OVS-}" ]; then
        cat "$scratch/output"
        exit 1
    else
        flavour=ovs3
        absent "the original C" "$(tail -n 1 "$scratch/output")"
        original=
    fi
fi

must() {
    "$@" > "$scratch/output" 2>&1 || {
        cat "$scratch/output"
        echo "not ok bench: $1"
        exit 1
    }
}

must build_raw "$flavour"
must build_ours "$flavour"
must compile startup "$here/startup.c" "$root/c-tests/api/preload-hugepages.c" "-I$stage/include/$(library_of "$flavour")" -ldl
mv "$bin/ours-$flavour" "$bin/ours"
drivers=ours
if [ -n "$original" ]; then
    must build_original "$flavour" "$original"
    drivers="$drivers original"
fi
if [ -e /usr/include/libmnl/libmnl.h ]; then
    must build_mnl "$flavour"
    drivers="$drivers mnl"
else
    absent libmnl "not installed here: apt-get install libmnl-dev"
fi
if [ -e /usr/include/libnl3/netlink/genl/ctrl.h ]; then
    must build_libnl "$flavour"
    drivers="$drivers libnl"
else
    absent libnl-3 "not installed here: apt-get install libnl-3-dev libnl-genl-3-dev"
fi
drivers="$drivers raw"
valgrind=$(command -v valgrind) \
    || absent "instructions" "not installed here: apt-get install valgrind"

# those_with WORKLOAD: prints the drivers that have this workload.
those_with() {
    for driver in $drivers; do
        "$bin/$driver" list | grep -qx -e "$1" && echo "$driver"
    done
}

# The libraries whose allocations are counted.
objects=libnlsock
[ -z "$original" ] || objects="$objects|$(basename "$original")"

: > "$scratch/times"
: > "$scratch/counts"
while read -r row short long _; do
    wanted "$row" || continue
    with=$(those_with "${row%/*}")
    echo "# $row" >&2
    # shellcheck disable=SC2086 # words
    $unshare "$here/measure.sh" time "$bin" "$scratch" "$row" "$rounds" "$ms" $with \
        >> "$scratch/times" || exit 1
    if [ "$short" = - ] || [ -z "$valgrind" ]; then
        continue
    fi
    # shellcheck disable=SC2086 # words
    $unshare "$here/measure.sh" count "$bin" "$scratch" "$row" "$short" "$long" "$objects" $with \
        >> "$scratch/counts" || exit 1
done < "$scratch/list"

library=$bin/lib$(library_of "$flavour").so
for row in startup/1 startup/50; do
    wanted "$row" || continue
    # shellcheck disable=SC2086 # words
    $unshare "$here/measure.sh" startup "$bin" "$scratch" "$row" "$rounds" "ours=$library" \
        ${original:+"original=$original"} >> "$scratch/times" || exit 1
done

# Medians, quartiles, and the counts.
sort -k1,1 -k2,2 -k3,3n "$scratch/times" | awk -v counts="$scratch/counts" -f "$here/results.awk" \
    > "$scratch/results.tsv" || exit 1
strip -o "$scratch/stripped" "$bin/lib$(library_of "$flavour").so" || exit 1

facts() {
    echo "kernel	$(uname -sr)"
    echo "processor	$(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo | head -n 1) ($(nproc))"
    echo "libc	$(ldd --version | sed -n '1s/.* //p')"
    echo "compilers	$(rust), $(${CC:-cc} --version | sed -n 1p)"
    version=$(sed -n 's/^version = "\(.*\)"/\1/p' "$root/Cargo.toml")
    echo "this library	$version, $(interface_of "$flavour")"
    [ -z "$tree" ] || echo "Open vSwitch	$tree"
    debian=openvswitch-source
    [ -z "${OVS-}${NLSOCK_REF-}" ] || debian=
    for package in $debian libmnl-dev libnl-3-dev valgrind; do
        version=$(dpkg-query -W -f '${Version}' "$package" 2>/dev/null) \
            && echo "$package	$version"
    done
    echo "rounds	$rounds of $ms ms"
    echo "stripped	$(stat -c %s "$scratch/stripped")"
}
facts > "$scratch/facts.tsv"

# report [WORKLOADS]: prints the report, or a table with the times of these.
report() {
    awk -v summary="${1-}" -v tree="${tree:-3.1}" -v facts="$scratch/facts.tsv" \
        -v list="$scratch/list" -v absent="$scratch/absent" -v flavour="$flavour" \
        -f "$here/list.awk" -f "$here/report.awk" "$scratch/results.tsv"
}
report > "$scratch/report.md" || exit 1
cat "$scratch/report.md"
[ -z "${ONLY-}" ] || exit 0

docs=$root/docs/bench
mkdir -p "$docs"
cp "$scratch/report.md" "$docs/$flavour.md"
cp "$scratch/results.tsv" "$docs/$flavour.tsv"
awk -v list="$scratch/list" -f "$here/list.awk" -f "$here/chart.awk" "$scratch/results.tsv" \
    > "$docs/$flavour.svg"

# README.md shows some of the rows, beside Debian's.
[ "$flavour" = ovs3 ] && [ -z "$tree" ] || exit 0
report "refused/1 getlink/1 batch-ack/1000 dump/10000 notify/100 family/1 build/1 parse/1" \
    > "$scratch/summary.md" || exit 1
awk -v summary="$scratch/summary.md" '
    /^<!-- end -->$/ { within = 0 }
    !within
    /^<!-- written by make bench -->$/ {
        within = 1
        while ((getline line < summary) > 0)
            print line
    }' "$root/README.md" > "$scratch/README.md" && cp "$scratch/README.md" "$root/README.md"
