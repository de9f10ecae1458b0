#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The first process that run.sh starts in the VM.  The root is the machine's, read-only.  Mounts an
# overlay over it, runs the command there, writes its exit status and powers off.

exchange=${0%/*}
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

# Whatever happens, the VM ends.
trap 'sync; echo o > /proc/sysrq-trigger; sleep 60' EXIT

# Sets job, job_type, job_options, folder, modules and modules_dir.
# shellcheck disable=SC1091,SC2154
. "$exchange/settings"

first_half() {
    mount -t proc proc /proc
    mount -t tmpfs tmpfs /run
    mkdir -p /run/lib/modules /run/upper /run/work /run/root
    ln -s "$modules_dir" /run/lib/modules/
    modprobe -d /run overlay
    mount -t overlay -o lowerdir=/,upperdir=/run/upper,workdir=/run/work overlay /run/root
    cd /run/root || exit
    mkdir -p mnt
    # Not chroot alone: it would forbid user namespaces.
    pivot_root . mnt || exit
    exec chroot . "/mnt$exchange/init" second-half < /dev/console > /dev/console 2>&1
}

second_half() {
    mount -t proc proc /proc
    mount -t sysfs sysfs /sys
    mount -t devtmpfs devtmpfs /dev
    mkdir -p /dev/pts /dev/shm "/lib/modules/${modules_dir##*/}"
    mount -t devpts devpts /dev/pts
    mount -t tmpfs tmpfs /dev/shm
    mount -t tmpfs tmpfs /run
    mount --bind "/mnt$modules_dir" "/lib/modules/${modules_dir##*/}"
    umount -l /mnt
    # After the mounts that may hide it.
    mkdir -p "$job"
    mount -t "$job_type" -o "$job_options" job "$job"
    exchange=${exchange#/mnt}
    : > "$exchange/started"
    # Output reaches the file soon, not after half a minute.
    echo 20 > /proc/sys/vm/dirty_writeback_centisecs
    echo 10 > /proc/sys/vm/dirty_expire_centisecs

    for module in $modules; do
        modprobe "$module" 2>> "$exchange/errors"
    done
    ip link set lo up
    export HOME=/root TMPDIR=/tmp TERM=dumb
    cd "$folder" || exit
    (. "$exchange/command") < /dev/null >> "$exchange/output" 2>> "$exchange/errors"
    echo $? > "$exchange/status.new"
    sync
    mv "$exchange/status.new" "$exchange/status"
}

if [ "${1-}" = second-half ]; then
    second_half
else
    first_half
fi
