# What the daemon says of itself and how it answers, with the original's code and with the library.
# Read by check-ovs.sh.

# same FILE...: both daemons left the same in it, and not nothing.
same() {
    for file; do
        [ -s "$scratch/daemon/original/$file" ] || { echo "$file is empty"; return 1; }
        diff "$scratch/daemon/original/$file" "$scratch/daemon/relinked/$file" || return
    done
}

run_daemon() {
    rm -rf "$scratch/daemon/$1"
    mkdir -p "$scratch/daemon/$1"
    in_namespace 240 "$here/run-daemon.sh" "$scratch/$1" "$scratch/daemon/$1" || return
    cd "$scratch/daemon/$1" || return
    [ -e ended ] || { echo "the daemon did not end"; return 1; }

    # The log without times, numbers of lines and of threads.
    sed -E 's/^[^|]*\|[0-9]+\|//; s/^([a-z_]+)\([^)]*\)\|/\1|/' ovs-vswitchd.log > log
    # What was sent and received, each kind once: how often it happens is a matter of timing.  A
    # refusal may come with the request in it or without.
    grep -E '^(netlink|netlink_socket)\|DBG\|' log \
        | sed -E -e 's/(seq|pid)=[0-9a-f]+/\1=N/g' \
            -e 's/len:[0-9]+, (type=2\(error\)), flags=[^,]*/\1/' \
        | sort -u > debug
    grep -E '^(netlink[a-z_]*|dpif_netlink[a-z_]*|netdev_linux|route_table)\|' log \
        | grep -v '|DBG|' | sort -u > lines
    grep -E '^netlink' coverage | sed 's/ .*//' | sort > coverage.netlink
    # All that are registered, whether they counted anything or not.
    awk '/total: / { n++ } /never hit/ { n += $1 } END { print n }' coverage > coverage.number
    sed 's/ [1-9][0-9]*$/ more than 0/' counters > counters.counted
}

listed_as_debugged() {
    for module in netlink netlink_socket; do
        [ "$(grep -c "^$module  *[A-Z]*  *[A-Z]*  *DBG\$" "$scratch/daemon/relinked/modules")" = 1 ] \
            || { cat "$scratch/daemon/relinked/modules"; return 1; }
    done
}

library_in_daemon() {
    grep -F "$scratch/library/" "$scratch/daemon/relinked/maps" \
        && ! grep -F libnlsock "$scratch/daemon/original/maps"
}

daemons() {
    if ! try_namespace; then
        skip "the daemons" "$why_not"
        return
    fi
    for tree in original relinked; do
        check "the daemon of the $tree tree runs and ends" run_daemon $tree || return
    done
    check "the library is in the relinked daemon" library_in_daemon
    check "vlog/list shows the same" same modules.before modules
    check "vlog/set sets each of the library's modules" listed_as_debugged
    check "debugging netlink shows the same" same debug
    check "the log says the same about netlink" same lines
    check "coverage/show has as many counters" same coverage.number
    check "coverage/show has the same counters of netlink" same coverage.netlink
    check "coverage/read-counter finds the same" same counters.counted
    for tree in original relinked; do
        echo "# $tree: $(sed '/^no_such/,$d' "$scratch/daemon/$tree/counters" | tr '\n' ' ')"
    done
    check "ports, queues and routes are the same" same datapath port queues routes
    check "flows are the same" same flows
}
