#!/bin/sh
# Runs a command on another kernel: user-mode-linux, with this machine's files, as root.
#
# usage: run.sh [-t SECONDS] [-w JOBDIR] [-m "MODULE..."] COMMAND...
#
# Every file of this machine can be read and written, but only what is written below JOBDIR is kept.
# The command starts in the current folder, without input and with almost no environment (use env).
# The result is its exit status, or
#   77   there is no such kernel; standard error says what is missing,
#   124  it took longer than SECONDS (300),
#   125  the kernel ended on its own.
# Works without privileges.
set -u

seconds=300
memory=512
modules="openvswitch veth dummy nf_conntrack_netlink"
job=
here=$(cd "$(dirname "$0")" && pwd)
. "$here/reason.sh"

usage() {
    echo 'usage: run.sh [-t SECONDS] [-w JOBDIR] [-m "MODULE..."] COMMAND...' >&2
    exit 2
}

# missing WHAT: ends the script, since there is no such kernel.
missing() {
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
if [ -n "$job" ]; then
    job=$(cd "$job" && pwd -P) || exit 2
fi

# A user's path may lack the folders of the administrator's programs.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

uml=$(command -v linux.uml) || missing "no linux.uml: apt-get install user-mode-linux"
release=$("$uml" --version 2>/dev/null) || missing "$uml does not run on this machine"
[ -f "/usr/lib/uml/modules/$release/modules.dep" ] \
    || missing "no modules in /usr/lib/uml/modules/$release: apt-get install user-mode-linux"
for program in modprobe:kmod ip:iproute2 pivot_root:util-linux timeout:coreutils; do
    command -v "${program%:*}" >/dev/null \
        || missing "no ${program%:*}: apt-get install ${program#*:}"
done

scratch=$(mktemp -d) || exit 2
job=${job:-$scratch/job}
mkdir -p "$job"
vm=
exchange=

clean_up() {
    [ -z "$vm" ] || { kill "$vm" && wait "$vm"; } 2>/dev/null
    # A kernel that was killed leaves helper processes, in its process group.
    [ ! -f "$scratch/vm/pid" ] || kill -s KILL -- "-$(cat "$scratch/vm/pid")" 2>/dev/null
    rm -rf "$scratch" ${exchange:+"$exchange"}
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# has_room DIR: the folder has room for a file with the VM's memory, and allows to execute it.
has_room() {
    [ -w "$1" ] && [ "$(df -Pk "$1" | awk 'NR == 2 { print $4 }')" -gt $((memory * 1024)) ] \
        && ! findmnt -n -o OPTIONS -T "$1" | grep -qw noexec
}

if has_room /dev/shm; then
    TMPDIR=/dev/shm
elif has_room "$scratch"; then
    TMPDIR=$scratch
else
    missing "no room for $memory MB in /dev/shm or $scratch, or programs are forbidden there"
fi
export TMPDIR

# The folder through which both sides exchange files.  Its name is on the kernel's command line.
exchange=$(mktemp -d "$job/.vm-XXXXXX") || exit 2
case $exchange$scratch in
    *[[:space:]\",]*) missing "$exchange and $scratch may not contain blanks, quotes and commas" ;;
esac

# quoted ARGUMENT...: prints the arguments quoted for a shell.
quoted() {
    for word; do
        printf ' %s' "$(printf '%s\n' "$word" | sed "s/'/'\\\\''/g; 1s/^/'/; \$s/\$/'/")"
    done
}
echo "exec$(quoted "$@")" > "$exchange/command"
for setting in "job=$job" "folder=$(pwd -P)" "modules=$modules"; do
    echo "${setting%%=*}=$(quoted "${setting#*=}" | sed '1s/^ //')"
done > "$exchange/settings"
: > "$exchange/output"
: > "$exchange/errors"
cp "$here/init.sh" "$exchange/init"
chmod 755 "$exchange/init"

timeout -k 5 "$seconds" "$uml" mem="${memory}M" rootfstype=hostfs rootflags=/ ro \
    init="$exchange/init" con=null con0=null,fd:1 quiet panic=-1 \
    umid=vm uml_dir="$scratch/" < /dev/null > "$scratch/console" 2>&1 &
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
case $ended in
    124 | 137)
        echo "vm: ended after $seconds seconds; its console:" >&2
        cat "$scratch/console" >&2
        exit 124
        ;;
esac
if [ ! -f "$exchange/started" ]; then
    why=$(trace_problem "$scratch/console" /proc/cpuinfo)
    [ -z "$why" ] || missing "$why"
fi
echo "vm: ended on its own; its console:" >&2
cat "$scratch/console" >&2
exit 125
