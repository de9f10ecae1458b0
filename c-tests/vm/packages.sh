# The packages that Open vSwitch needs in the VM, which has the files of this machine.  Read by
# check-kernel.sh, after packages.sh of ../ovs.

daemon_packages() {
    ovs_packages
    need_program ping iputils-ping
}

datapath_test_packages() {
    daemon_packages
    need_program tcpdump tcpdump
    need_program nc netcat-openbsd
    need python3-scapy /usr/bin/python3 -c 'import scapy'
    need_program conntrack conntrack
    need_program lftp lftp
    need_program ethtool ethtool
    need_program arping iputils-arping
    need_program iptables iptables
    need_program nft nftables
    need python3-pyftpdlib /usr/bin/python3 -c 'import pyftpdlib'
    need_program curl curl
    need_program wget wget
    need_program netstat net-tools
    need_program brctl bridge-utils
}
