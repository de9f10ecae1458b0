# SPDX-License-Identifier: Apache-2.0
# For every script that builds Open vSwitch: sets the environment, chooses a folder, ends all
# processes at the end.  Read after results.sh, with 'root' set.

# The result shall not depend on who runs this: only the system's Python, whose packages Open
# vSwitch expects, none of make's own variables, and messages in English.
PATH=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
unset MAKEFLAGS MFLAGS MAKELEVEL TESTSUITEFLAGS RECHECK CFLAGS LDFLAGS LIBS PYTHONPATH PYTHONHOME
unset LD_LIBRARY_PATH LD_PRELOAD NLSOCK_LOG NLSOCK_CAPTURE NLSOCK_CAPTURE_SIZE
unset OVS_RUNDIR OVS_LOGDIR OVS_DBDIR OVS_SYSCONFDIR OVS_PKGDATADIR

child=
temporary=

# end PROCESS: kills it and its descendants.
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

# in_background COMMAND...: runs it.  The shell handles a signal at once, not after the command.
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
        tail -n 60 "$scratch/output" | sed 's/^/# /'
        not_ok "$name"
        return 1
    fi
}

# Sets 'scratch' to a folder in SCRATCH or a new one, and 'original' to the folder of Open vSwitch
# in it.
choose_scratch() {
    if [ -n "${SCRATCH-}" ]; then
        # A folder of its own in there, for each version.
        scratch=$(realpath -m "$SCRATCH")/nlsock-ovs${version:+-$version}
    else
        temporary=$(mktemp -d "${TMPDIR:-/tmp}/nlsock-ovs.XXXXXX") || exit 2
        scratch=$(realpath "$temporary")
    fi
    case $scratch/ in
        "$root"/*)
            echo "$scratch is inside the source tree, where nothing of Open vSwitch is to be" >&2
            exit 2
            ;;
        *[!a-zA-Z0-9_./+-]*)
            # Its Makefiles and some of its tests fail there.
            echo "$scratch: Open vSwitch cannot be built in a folder of such a name" >&2
            exit 2
            ;;
    esac
    mkdir -p "$scratch" || exit 2
    chmod 755 "$scratch"
    original=$scratch/original
}

# Ends the script if there is nothing to compare.  The script defines 'finish'.
give_up() {
    [ "$failed" != 0 ] || not_ok "there is something to compare"
    finish
}

# has_space MEGABYTES: this much is free in the scratch folder; else sets 'why_not'.
has_space() {
    [ "$(df -Pm "$scratch" | awk 'NR == 2 { print $4 }')" -ge "$1" ] && return
    why_not="less than $1 MB free in $scratch"
    return 1
}
