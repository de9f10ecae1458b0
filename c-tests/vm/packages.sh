# SPDX-License-Identifier: Apache-2.0
# The packages that the VM, and Open vSwitch in it, need, since it has the files of this machine.
# Read by run.sh and check-kernel.sh, after packages.sh of ../check, and of ../ovs for Open vSwitch.

# What every kernel needs.
vm_packages() {
    need_program modprobe kmod
    need_program ip iproute2
    need_program setpriv util-linux
    need_program pivot_root util-linux
    need_program timeout coreutils
}

daemon_packages() {
    ovs_packages
    need_program ping iputils-ping
}

load_packages() {
    daemon_packages
    need_program strace strace
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
