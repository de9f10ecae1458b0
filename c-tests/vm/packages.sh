# What Open vSwitch needs in the VM, where this machine's files are, by the name of its package.
# Read by check-kernel.sh, after that of check-ovs.sh.

find_missing_for_daemons() {
    find_missing
    need iputils-ping command -v ping
}

find_missing_for_tests() {
    find_missing_for_daemons
    need tcpdump command -v tcpdump
    need netcat-openbsd command -v nc
    need python3-scapy /usr/bin/python3 -c 'import scapy'
    need conntrack command -v conntrack
    need lftp command -v lftp
    need ethtool command -v ethtool
    need iputils-arping command -v arping
    need iptables command -v iptables
    need nftables command -v nft
    need python3-pyftpdlib /usr/bin/python3 -c 'import pyftpdlib'
    need curl command -v curl
    need wget command -v wget
    need net-tools command -v netstat
    need bridge-utils command -v brctl
}
