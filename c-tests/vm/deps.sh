#!/bin/sh
# Installs what the kernel in the VM needs.
set -eu

. "$(dirname "$0")/../check/packages.sh"

# A user's path may lack the folders of the administrator's programs.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

packages() {
    need_program linux.uml user-mode-linux
    need_program modprobe kmod
    need_program ip iproute2
    need_program setpriv util-linux
    need_program pivot_root util-linux
}
ensure_packages packages
