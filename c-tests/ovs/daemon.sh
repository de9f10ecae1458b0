# SPDX-License-Identifier: Apache-2.0
# Compares logs, counters and answers of the daemon with the original's code and with the library.
# Read by check-ovs.sh.

# same BEFORE AFTER FILE...: both daemons wrote the same to the file, and it is not empty.
same() {
    before=$scratch/daemon/$1
    after=$scratch/daemon/$2
    shift 2
    for file; do
        [ -s "$before/$file" ] || { echo "$file is empty"; return 1; }
        diff "$before/$file" "$after/$file" || return
    done
}

# run_daemon NAME TREE [SETTING...]: runs the daemon of the tree, with settings in its environment.
run_daemon() {
    dir=$scratch/daemon/$1
    tree=$scratch/$2
    shift 2
    rm -rf "$dir"
    mkdir -p "$dir"
    in_namespace 240 env "$@" "$here/run-daemon.sh" "$tree" "$dir" || return
    cd "$dir" || return
    [ -e ended ] || { echo "the daemon did not end"; return 1; }

    # The log without times, line numbers and thread names.
    sed -E 's/^[^|]*\|[0-9]+\|//; s/^([a-z_]+)\([^)]*\)\|/\1|/' ovs-vswitchd.log > log
    # The messages sent and received, each kind once, since their number depends on timing.  A
    # refusal may quote the request or not; that of 2014 logs another variable than the error.
    nak=
    [ "$interface" != 2014 ] || nak='s/(received NAK).*/\1/'
    grep -E '^(netlink|netlink_socket)\|DBG\|' log \
        | sed -E -e 's/(seq|pid)=[0-9a-f]+/\1=N/g' \
            -e 's/len:[0-9]+, (type=2\(error\)), flags=[^,]*/\1/' -e "$nak" \
        | sort -u > debug
    grep -E '^(netlink[a-z_]*|dpif_netlink[a-z_]*|netdev_linux|route_table)\|' log \
        | grep -v '|DBG|' | sort -u > lines
    grep -E '^netlink' coverage | sed 's/ .*//' | sort > coverage.netlink
    # The number of registered counters, also of those that are 0.
    awk '/total: / { n++ } /never hit/ { n += $1 } END { print n }' coverage > coverage.number
    sed 's/ [1-9][0-9]*$/ more than 0/' counters > counters.counted
}

# listed_as_debugged NAME
listed_as_debugged() {
    for module in netlink netlink_socket; do
        [ "$(grep -c "^$module  *[A-Z]*  *[A-Z]*  *DBG\$" "$scratch/daemon/$1/modules")" = 1 ] \
            || { cat "$scratch/daemon/$1/modules"; return 1; }
    done
}

# listed_once NAME FILE: no two lines start with the same word.
listed_once() {
    ! cut -d ' ' -f 1 "$scratch/daemon/$1/$2" | sort | uniq -d | grep .
}

library_in_daemon() {
    grep -F "$scratch/library/" "$scratch/daemon/$2/maps" \
        && ! grep -F libnlsock "$scratch/daemon/$1/maps"
}

# compare_daemons BEFORE AFTER
compare_daemons() {
    check "the library is in the $2 daemon" library_in_daemon "$1" "$2"
    check "vlog/list of the $2 daemon is the same" same "$1" "$2" modules.before modules
    check "vlog/set sets each of the library's modules in the $2 daemon" listed_as_debugged "$2"
    check "the $2 daemon lists each module once" listed_once "$2" modules
    check "debugging netlink in the $2 daemon shows the same" same "$1" "$2" debug
    check "the log of the $2 daemon says the same about netlink" same "$1" "$2" lines
    check "coverage/show of the $2 daemon has as many counters" same "$1" "$2" coverage.number
    check "coverage/show of the $2 daemon has the same counters of netlink" \
        same "$1" "$2" coverage.netlink
    check "the $2 daemon shows each counter of netlink once" listed_once "$2" coverage.netlink
    check "coverage/read-counter of the $2 daemon finds the same" same "$1" "$2" counters.counted
    for name; do
        echo "# $name: $(sed '/^no_such/,$d' "$scratch/daemon/$name/counters" | tr '\n' ' ')"
    done
    check "ports, queues and routes of the $2 daemon are the same" \
        same "$1" "$2" datapath port queues routes
    check "flows of the $2 daemon are the same" same "$1" "$2" flows
}

tshark_package() {
    need_program tshark tshark
}

# What the daemon and its tools have sent and received, as tshark sees it.
daemon_is_captured() {
    install_packages tshark_package
    if [ -n "$missing" ]; then
        lack "the capture of the daemon"
        return
    fi
    check "tshark decodes the capture of the relinked daemon" decoded "$1" netlink-route
}

# The relinked daemon runs with a capture, which must not change anything.
daemons() {
    if ! try_namespace; then
        skip "the daemons" "$why_not"
        return
    fi
    capture=$scratch/daemon.pcapng
    rm -f "$capture"
    for tree in original relinked; do
        check "the daemon of the $tree tree runs and ends" \
            run_daemon "$tree" "$tree" NLSOCK_CAPTURE="$capture" || return
    done
    daemon_is_captured "$capture"
    compare_daemons original relinked
}
