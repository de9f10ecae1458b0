#!/bin/sh
# In the VM: runs the test programs of the folder $1 that the other arguments name, as root and as a
# user without privileges.  Whatever goes wrong is a line "not ok".
set -u

# Where every user can read, whatever the path of the folder.
cp -r "$1" /run/tests && chmod 755 /run/tests || exit
shift
cd /run/tests || exit
export LD_LIBRARY_PATH=/run/tests

# run NAME COMMAND...
run() {
    name=$1
    shift
    echo "# $name"
    timeout 120 "$@" > /run/tap 2> /run/errors
    status=$?
    cat /run/tap
    if grep -q '^not ok ' /run/tap; then
        cat /run/errors
    elif [ "$status" != 0 ]; then
        cat /run/errors
        echo "not ok $name (exit status $status)"
    elif [ ! -s /run/tap ]; then
        echo "not ok $name (no results)"
    fi
}

for test; do
    run "$test in the VM" "./$test"
    if command -v setpriv >/dev/null; then
        run "$test in the VM without privileges" setpriv --reuid=65534 --regid=65534 \
            --clear-groups --inh-caps=-all "./$test"
    else
        echo "skip $test in the VM without privileges: no setpriv"
    fi
done
