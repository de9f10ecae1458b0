# SPDX-License-Identifier: Apache-2.0
# Programs of Debian, with three netlink libraries, are recorded on the real kernel, in a network
# namespace, and replayed as an ordinary user.  Read by fake-kernel.sh.
# shellcheck shell=sh

# One line for each program: its package, what it uses, the command.
foreign_programs() {
    cat <<'END'
iproute2 own ip link
iproute2 own ip -d -s link
iproute2 own ip route
iproute2 own ip -6 route
iproute2 own ip addr
iproute2 own ip -6 addr
iproute2 own ip rule
iproute2 own ip neigh
iproute2 own ip route get 192.0.2.9
iproute2 own ip link set left mtu 1400
iproute2 own ss -tan
iproute2 own tc qdisc show
ethtool libmnl ethtool left
ethtool libmnl ethtool -k left
nftables libmnl nft list ruleset
nftables libmnl nft add table inet t
conntrack libmnl conntrack -L
iw libnl-3 iw dev
libnl-utils libnl-3 genl-ctrl-list -d
libnl-utils libnl-3 nl-link-list
libnl-utils libnl-3 nl-route-list
libnl-utils libnl-3 nl-addr-list
END
}

# Those that print changes until they are ended.
foreign_monitors() {
    cat <<'END'
iproute2 own ip monitor
iproute2 own ip monitor link
iproute2 own ip -6 monitor address
nftables libmnl nft monitor
END
}

foreign_packages() {
    need_program ip iproute2
    need_program ethtool ethtool
    need_program nft nftables
    need_program conntrack conntrack
    need_program iw iw
    need_program genl-ctrl-list libnl-utils
    need_program setpriv util-linux
}

# What the namespace has: two links, addresses, routes.
cat > "$scratch/setup" <<'END'
ip link set lo up
ip link add left type veth peer name right
ip link set left address 02:00:00:00:00:01
ip link set right address 02:00:00:00:00:02
ip addr add 192.0.2.1/24 dev left
ip -6 addr add 2001:db8::1/64 dev left nodad
ip link set left addrgenmode none up
ip link set right addrgenmode none up
ip route add 198.51.100.0/24 via 192.0.2.2
ip -6 route add 2001:db8:1::/48 via 2001:db8::2
END

# Changes for a monitor, the last of which has a number that no other line has.  $1 is the monitor's
# output: what comes later than that is not waited for.
cat > "$scratch/changes" <<'END'
until awk 'NR > 1 && $3 != 0 && $4 != "00000000" { found = 1 } END { exit !found }' /proc/net/netlink
do sleep 0.05; done
ip link set left mtu 1300
ip addr add 192.0.2.77/32 dev right
ip route add 203.0.113.0/24 via 192.0.2.2
nft add table inet one 2>/dev/null
ip link set right mtu 1300
ip -6 addr add 2001:db8::4242/128 dev right nodad
ip link set left mtu 4242
nft add table inet t4242 2>/dev/null
i=0
until grep -q 4242 "$1" || [ $i = 200 ]; do i=$((i + 1)); sleep 0.05; done
END

tool=$scratch/installed/bin/nlsock-fake-kernel

# Where another user can read it.
foreign_install() {
    mkdir -p "$scratch/installed/lib" \
        && cp -r "$stage/bin" "$scratch/installed/" \
        && cp -r "$stage/lib/nlsock" "$scratch/installed/lib/" \
        && chmod -R go+rX "$scratch/installed"
}

# as_user COMMAND...: runs it without privileges.
as_user() {
    if [ "$(id -u)" = 0 ]; then
        setpriv --reuid 65534 --regid 65534 --clear-groups -- timeout 60 "$@"
    else
        timeout 60 "$@"
    fi
}

# record COMMAND...: its output on the real kernel is in the file "real".
record() {
    # shellcheck disable=SC2016 # for the other shell
    $unshare sh -c '
        . "$0/setup"
        "$0/installed/bin/nlsock-fake-kernel" --record "$0/capture" -- "$@" > "$0/real"
        echo "status $?" >> "$0/real"' "$scratch" "$@" 2> "$scratch/real.errors"
}

# record_monitor COMMAND...: the same, while things change.
record_monitor() {
    # shellcheck disable=SC2016 # for the other shell
    $unshare sh -c '
        . "$0/setup"
        "$0/installed/bin/nlsock-fake-kernel" --record "$0/capture" -- \
            sh -c "echo \$\$ > \"$0/pid\"; exec \"\$@\"" sh "$@" > "$0/real" &
        set -- "$0/real"
        . "$0/changes"
        kill "$(cat "$0/pid")"
        wait
        echo "status 0" >> "$0/real"' "$scratch" "$@" 2> "$scratch/real.errors"
}

# replay COMMAND...: its output on the fake kernel is in the file "fake".
replay() {
    chmod a+r "$scratch/capture"
    as_user "$tool" --replay "$scratch/capture" -- "$@" > "$scratch/fake" 2> "$scratch/fake.errors"
    echo "status $?" >> "$scratch/fake"
}

# same_output RECORD COMMAND...: RECORD is one of the two functions above.
same_output() {
    recorder=$1
    shift
    rm -f "$scratch/capture" "$scratch/pid"
    "$recorder" "$@" < /dev/null
    replay "$@" < /dev/null
    cat "$scratch/fake.errors"
    diff "$scratch/real" "$scratch/fake" && diff "$scratch/real.errors" "$scratch/fake.errors" \
        && [ "$(grep -c . "$scratch/real")" -gt 0 ]
}

# foreign_table RECORD: tests the programs of the list, adds rows to the table.
foreign_table() {
    while read -r package uses command; do
        if ! command -v "${command%% *}" > /dev/null; then
            missing=" $package"
            lack "replay of $command"
            continue
        fi
        # shellcheck disable=SC2086 # words
        if same_output "$1" $command > "$scratch/output" 2>&1; then
            ok "replay of $command"
            result=same
        else
            diagnose "$scratch/output"
            not_ok "replay of $command"
            result="differs: $(grep '^[<>]' "$scratch/output" | head -n 1)"
        fi
        lines=$(grep -vc '^status' "$scratch/real")
        printf '# | %s | `%s` | %s | %s | %s |\n' "$package" "$command" "$uses" "$lines" "$result" \
            >> "$scratch/table"
    done
}

# docs/testing.md has a row for each program.
foreign_rows() {
    { foreign_programs; foreign_monitors; } | while read -r package uses command; do
        grep -qF "| $package | \`$command\` | $uses |" "$here/../../docs/testing.md" \
            || echo "docs/testing.md has no row for $package, $command, $uses"
    done > "$scratch/rows"
    ! grep . "$scratch/rows"
}

foreign() {
    check "docs/testing.md has a row for each program" foreign_rows
    install_packages foreign_packages
    if [ -z "$unshare" ]; then
        skip "replay of programs" "no network namespace can be made"
        return
    fi
    foreign_install || { not_ok "the tool can be copied"; return; }
    : > "$scratch/table"
    foreign_programs > "$scratch/list"
    foreign_table record < "$scratch/list"
    foreign_monitors > "$scratch/list"
    foreign_table record_monitor < "$scratch/list"
    echo "# | package | command | library | lines | replay |"
    echo "# |---|---|---|--:|---|"
    cat "$scratch/table"
}
