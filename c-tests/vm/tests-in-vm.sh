#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# tests-in-vm.sh FOLDER CHECK TEST...: in the VM, runs these test programs of FOLDER, as root and as
# a user without privileges.  CHECK is the folder of results.sh.  The output has the form of TAP.
set -u

. "$2/results.sh"
# A copy in a folder that every user can read.
cp -r "$1" /run/tests && chmod 755 /run/tests || exit
shift
shift
cd /run/tests || exit
export LD_LIBRARY_PATH=/run/tests

# run NAME COMMAND...
run() {
    name=$1
    shift
    echo "# $name"
    timeout 120 "$@" > /run/tap 2> /run/errors
    count_tap "$name" $? /run/tap /run/errors
}

for test; do
    run "$test in the VM" "./$test"
    if command -v setpriv >/dev/null; then
        run "$test in the VM without privileges" setpriv --reuid=65534 --regid=65534 \
            --clear-groups --inh-caps=-all "./$test"
    else
        skip "$test in the VM without privileges" "no setpriv"
    fi
done
plan
