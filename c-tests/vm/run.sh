#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs a command on another kernel, with this machine's files, as root.
#
# usage: [KERNEL=qemu|uml] run.sh [-t SECONDS] [-w JOBDIR] [-m "MODULE..."] COMMAND...
#
# KERNEL=qemu is the default, see qemu.sh; the other is in uml.sh.  Both need no privileges.
#
# Every file of this machine can be read and written, but only what is written below JOBDIR is kept.
# The command starts in the current folder, without input and with almost no environment (use env).
# The result is its exit status, or
#   77   there is no such kernel; standard error says what is missing,
#   124  it took longer than SECONDS (300),
#   125  the kernel did not boot, or ended on its own; standard error has its console.
set -u

kernel=${KERNEL:-qemu}
seconds=300
memory=512
modules="openvswitch veth dummy nf_conntrack_netlink"
job=
here=$(cd "$(dirname "$0")" && pwd)

usage() {
    echo 'usage: [KERNEL=qemu|uml] run.sh [-t SECONDS] [-w JOBDIR] [-m "MODULE..."] COMMAND...' >&2
    exit 2
}

# lacking WHAT: ends the script, since there is no such kernel.
lacking() {
    echo "vm: $1" >&2
    exit 77
}

while getopts t:w:m: option; do
    case $option in
        t) seconds=$OPTARG ;;
        w) job=$OPTARG ;;
        m) modules=$OPTARG ;;
        *) usage ;;
    esac
done
shift $((OPTIND - 1))
[ $# != 0 ] || usage
case $seconds in
    '' | *[!0-9]*) usage ;;
esac
case $kernel in
    qemu | uml) ;;
    *) usage ;;
esac
if [ -n "$job" ]; then
    job=$(cd "$job" && pwd -P) || exit 2
fi

# A user's path may lack the folders of the administrator's programs.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

. "$here/../check/packages.sh"
. "$here/reason.sh"
. "$here/packages.sh"
. "$here/$kernel.sh"
missing=
"${kernel}_packages"
[ -z "$missing" ] || lacking "not installed here: apt-get install$missing"

scratch=$(mktemp -d) || exit 2
job=${job:-$scratch/job}
mkdir -p "$job"
vm=
exchange=

clean_up() {
    [ -z "$vm" ] || { kill "$vm" && wait "$vm"; } 2>/dev/null
    "end_$kernel"
    rm -rf "$scratch" ${exchange:+"$exchange"}
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# The folder through which both sides exchange files.  Its name is on the kernel's command line.
exchange=$(mktemp -d "$job/.vm-XXXXXX") || exit 2
case $exchange$scratch in
    *[[:space:]\",]*) lacking "$exchange and $scratch may not contain blanks, quotes and commas" ;;
esac
"find_$kernel"

# quoted ARGUMENT...: prints the arguments quoted for a shell.
quoted() {
    for word; do
        printf ' %s' "$(printf '%s\n' "$word" | sed "s/'/'\\\\''/g; 1s/^/'/; \$s/\$/'/")"
    done
}
echo "exec$(quoted "$@")" > "$exchange/command"
for setting in "job=$job" "job_type=$job_type" "job_options=$job_options" "folder=$(pwd -P)" \
    "modules=$modules" "modules_dir=$modules_dir"; do
    echo "${setting%%=*}=$(quoted "${setting#*=}" | sed '1s/^ //')"
done > "$exchange/settings"
: > "$exchange/output"
: > "$exchange/errors"
cp "$here/init.sh" "$exchange/init"
chmod 755 "$exchange/init"

"exec_$kernel" "$exchange/init" < /dev/null > "$scratch/console" 2>&1 &
vm=$!
tail -n +1 -s 0.2 -f --pid=$vm "$exchange/output" &
tails=$!
tail -n +1 -s 0.2 -f --pid=$vm "$exchange/errors" >&2 &
tails="$tails $!"
wait "$vm"
ended=$?
vm=
# shellcheck disable=SC2086 # words
wait $tails

if [ -f "$exchange/status" ]; then
    exit "$(cat "$exchange/status")"
fi

# end_with STATUS WHAT: shows the console.
end_with() {
    echo "vm: $2; its console:" >&2
    cat "$scratch/console" >&2
    exit "$1"
}
case $ended in
    124 | 137) how="ended after $seconds seconds" ;;
    *) how="ended on its own with status $ended" ;;
esac
if [ ! -f "$exchange/started" ]; then
    "explain_$kernel"
    end_with 125 "did not boot, $how"
fi
case $ended in
    124 | 137) end_with 124 "$how" ;;
    *) end_with 125 "$how" ;;
esac
