#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# demo.sh STAGE: compiles examples against the installation in STAGE and runs them on this kernel.
set -eu

examples=$(dirname "$0")/../../examples
stage=$1
bin=$stage/demo
export PKG_CONFIG_PATH="$stage/lib/pkgconfig"
export LD_LIBRARY_PATH="$stage/lib"

mkdir -p "$bin"
for program in monitor routes genl set-link; do
    # shellcheck disable=SC2046 # pkg-config's words are words
    ${CC:-cc} -O2 -Wall -o "$bin/$program" "$examples/$program.c" \
        $(pkg-config --cflags --libs nlsock-compat)
done

title() {
    printf '\n== %s\n' "$1"
}

# show COMMAND...: the command succeeds; prints the first lines of its output.
show() {
    "$@" > "$bin/output"
    head -n 8 "$bin/output"
}

title "routes"
show "$bin/routes"

title "generic netlink families"
show "$bin/genl"

title "names"
"$bin/genl" nlctrl
"$bin/genl" nlctrl notify

title "links, and two changes arriving (in a network namespace of its own)"
if [ "$(id -u)" = 0 ]; then
    unshare="unshare --net"
else
    unshare="unshare --user --map-root-user --net"
fi
if ! $unshare true 2>/dev/null; then
    echo "skipped: this user may not make network namespaces"
    exit 0
fi
# The link is changed after the monitor has printed that it watches.
# shellcheck disable=SC2016 # expanded by the inner shell
timeout 60 $unshare sh -euc '
    bin=$1
    fifo=$bin/monitor.fifo
    rm -f "$fifo"
    mkfifo "$fifo"
    "$bin/monitor" 2 > "$fifo" &
    while read -r line; do
        echo "$line"
        if [ "$line" = watching ]; then
            "$bin/set-link" lo up
            "$bin/set-link" lo down
        fi
    done < "$fifo"
    wait $!
    rm -f "$fifo"
' demo "$bin"
