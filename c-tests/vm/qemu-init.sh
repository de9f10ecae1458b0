#!/bin/busybox sh
# SPDX-License-Identifier: Apache-2.0
# The first process in QEMU's VM.  Makes this machine's file system the root, read-only, and goes on
# with init.sh there.  The kernel turns vm_init= on its command line into a variable.

busybox mount -t proc proc /proc
busybox mount -t devtmpfs devtmpfs /dev
while read -r module; do
    busybox insmod "$module"
done < /modules
# Nobody changes what the VM reads while it runs, so it may keep it.
busybox mount -t 9p -o ro,trans=virtio,version=9p2000.L,msize=131072,cache=loose root /root \
    && exec busybox switch_root /root "$vm_init"
echo "cannot start $vm_init"
busybox poweroff -f
