#!/bin/sh
# check-ovs.sh STAGE: puts the library of the installation in STAGE under Open vSwitch, and compares.
#
# Builds Debian's openvswitch-source as it is and with every nl_* and ofpbuf_* from the library;
# proves that they come from there; runs the daemon and Open vSwitch's own tests on both.  A third
# tree has shared libraries; its unchanged programs run alone and with LD_PRELOAD.  Every result that
# differs is a failure.
#
#   SUITE=short       the tests that exercise this code most (the default),
#   SUITE=full        all of them,
#   SUITE="93 97-99"  these
#   SCRATCH=DIR       build there and keep it: the next run finds the unchanged trees built
#   JOBS=N            so many tests at a time, which mostly sleep
#   LIMIT=SECONDS     for the tests of one tree
#
# Every check is one line: "ok NAME", "not ok NAME" behind its output, or "skip NAME: WHY".
set -u

root=$(cd "$(dirname "$0")/../.." && pwd -P)
here=$root/c-tests/ovs
[ $# = 1 ] || { echo "usage: $0 STAGE" >&2; exit 2; }
stage=$(cd "$1" && pwd -P) || exit 2

suite=${SUITE:-short}
jobs=${JOBS:-$((4 * $(nproc)))}
if [ "$suite" = full ]; then
    limit=${LIMIT:-5400}
else
    limit=${LIMIT:-1200}
fi

# What Open vSwitch and its tests find shall not depend on who runs this: no other Python than the
# system's, whose packages they expect, none of make's own variables, and messages in English.
PATH=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
unset MAKEFLAGS MFLAGS MAKELEVEL TESTSUITEFLAGS RECHECK CFLAGS LDFLAGS LIBS PYTHONPATH PYTHONHOME
unset LD_LIBRARY_PATH LD_PRELOAD NLSOCK_LOG
unset OVS_RUNDIR OVS_LOGDIR OVS_DBDIR OVS_SYSCONFDIR OVS_PKGDATADIR

. "$root/c-tests/results.sh"
child=
temporary=

finish() {
    echo
    echo "nlsock under Open vSwitch: $passed passed, $failed failed, $skipped skipped"
    [ "$failed" = 0 ]
    exit
}

# end PROCESS: with all that it started.
end() {
    offspring=$(ps -o pid= --ppid "$1")
    kill -s KILL "$1"
    for process in $offspring; do
        end "$process"
    done
}

clean_up() {
    [ -z "$child" ] || { end "$child"; wait "$child"; } 2>/dev/null
    [ -z "$temporary" ] || rm -rf "$temporary"
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# in_background COMMAND...: so that a signal to this script is not put off until the command ends.
in_background() {
    "$@" &
    child=$!
    wait "$child"
    status=$?
    child=
    return "$status"
}

# check NAME COMMAND...: the command succeeds.
check() {
    name=$1
    shift
    if in_background "$@" > "$scratch/output" 2>&1; then
        ok "$name"
    else
        tail -n 60 "$scratch/output"
        not_ok "$name"
        return 1
    fi
}

. "$here/packages.sh"
. "$here/trees.sh"
. "$here/daemon.sh"
. "$here/suite.sh"
. "$here/preload.sh"

library=$stage/lib/libnlsock-ovs3.so
if [ ! -e "$library" ]; then
    echo "$library: no such file"
    not_ok "the library of this flavour is built"
    finish
fi

install_packages
if [ -n "$missing" ]; then
    skip "Open vSwitch on the library" "not installed here: apt-get install$missing"
    finish
fi

if [ -n "${SCRATCH-}" ]; then
    scratch=$(realpath -m "$SCRATCH")
else
    temporary=$(mktemp -d "${TMPDIR:-/tmp}/check-ovs.XXXXXX") || exit 2
    scratch=$(realpath "$temporary")
fi
case $scratch/ in
    "$root"/*)
        echo "$scratch is inside the source tree, where nothing of Open vSwitch is to be" >&2
        exit 2
        ;;
    *[!a-zA-Z0-9_./+-]*)
        # Its Makefiles and some of its tests do not cope.
        echo "$scratch: Open vSwitch cannot be built in a folder of such a name" >&2
        exit 2
        ;;
esac
mkdir -p "$scratch" || exit 2
chmod 755 "$scratch"
original=$scratch/original
relinked=$scratch/relinked
needed=1200
if [ "$(df -Pm "$scratch" | awk 'NR == 2 { print $4 }')" -lt $needed ]; then
    skip "Open vSwitch on the library" "less than $needed MB free in $scratch"
    finish
fi

# Without a tree of each kind, there is nothing to compare.
{ build original && build_relinked; } || finish
prove
daemons
preloads
suites
finish
