# SPDX-License-Identifier: Apache-2.0
# What scripts in the VM need that run the daemon.  Read by them, with 'dir' set.

# transcript FILE COMMAND...: runs the command, and appends its output and exit status to the file.
transcript() {
    file=$dir/$1
    shift
    echo "\$ $*" >> "$file"
    timeout 60 "$@" >> "$file" 2>&1
    status=$?
    [ "$status" = 0 ] || echo "exit status $status" >> "$file"
    return "$status"
}

# works FILE COMMAND... and refused FILE COMMAND...: as transcript; the command must succeed, or
# fail.
works() {
    transcript "$@" && return
    echo "exit status $status: $*" >> "$dir/unexpected"
}

refused() {
    transcript "$@" || [ "$status" = 124 ] || return 0
    echo "exit status $status: $*" >> "$dir/unexpected"
}

# until_true COMMAND...
until_true() {
    tries=0
    until "$@" > /dev/null 2>&1; do
        tries=$((tries + 1))
        [ $tries != 600 ] || { echo "never: $*" >> "$dir/unexpected"; return 1; }
        sleep .2
    done
}

# In a machine's first ten seconds, Open vSwitch counts no processors, so nobody handles upcalls.
until_processors_count() {
    until_true awk '{ exit $1 < 11 }' /proc/uptime
}

until_gone() {
    # shellcheck disable=SC2016 # for the other shell
    until_true sh -c '! kill -0 "$1"' sh "$1"
}

# host N [BRIDGE]: a network namespace hostN with the address 10.1.1.N.  The other end of its link,
# ovs-pN, is a port of the bridge.  It sends nothing by itself: it has no IPv6, and knows its
# neighbours.
host() {
    ip netns add "host$1"
    ip netns exec "host$1" sysctl -qew net.ipv6.conf.all.disable_ipv6=1 \
        net.ipv6.conf.default.disable_ipv6=1
    ip link add "ovs-p$1" address "02:00:00:00:01:0$1" type veth \
        peer name "p$1" address "02:00:00:00:00:0$1"
    ip link set "p$1" netns "host$1"
    ip link set "ovs-p$1" up
    ip -n "host$1" address add "10.1.1.$1/24" dev "p$1"
    ip -n "host$1" link set "p$1" up
    for other in 1 2 3 4 9; do
        ip -n "host$1" neighbour replace "10.1.1.$other" lladdr "02:00:00:00:00:0$other" \
            dev "p$1" nud permanent
    done
    [ -z "${2-}" ] || works ports ovs-vsctl add-port "$2" "ovs-p$1" \
        -- set interface "ovs-p$1" "ofport_request=$1"
}

# pings FILE N ADDRESS [OPTION...]: from hostN.
pings() {
    file=$1
    number=$2
    address=$3
    shift 3
    works "$file" ip netns exec "host$number" ping -q -n -c 3 -i .2 -W 5 "$@" "$address"
}
