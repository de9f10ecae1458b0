# SPDX-License-Identifier: Apache-2.0
# Runs the examples and some of the C tests with NLSOCK_CAPTURE, and has tshark read the captures.
# Read by check.sh.

# The C tests that run with a capture, and a protocol of which tshark must then see messages.  Some
# are there for their forks, cancellations and log handlers that do not return.
captured_tests="test-dump:netlink-route test-transact:netlink-route test-pool:genl
test-netfilter:netlink-netfilter test-fork:netlink-route test-fork-pool:netlink-route
test-cancel:netlink-route test-leave-handler:netlink-route"

. "$here/tshark.sh"

# family_of EXAMPLE: the name that tshark gives to the protocol of an example.
family_of() {
    case $1 in
        genl) echo genl ;;
        sock-diag) echo netlink-sock_diag ;;
        *) echo netlink-route ;;
    esac
}

# capture_of NAME: a new path for the capture of an example or a test.
capture_of() {
    mkdir -p "$scratch/captures"
    chmod 1777 "$scratch/captures"
    rm -f "$scratch/captures/$1".*
    echo "$scratch/captures/$1.pcapng"
}

capture_example() {
    capture=$(capture_of "$1")
    before=$skipped
    export NLSOCK_CAPTURE="$capture"
    run_example "$1"
    unset NLSOCK_CAPTURE
    if [ "$skipped" = "$before" ]; then
        check "tshark decodes the capture of the example $1" decoded "$capture" "$(family_of "$1")"
    fi
}

# capture_test NAME:FAMILY
capture_test() {
    test=${1%:*}
    capture=$(capture_of "$test")
    check "$test compiles" compile "$test" "$(source_of "$test" "$c_tests/api")" || return
    run_tap "$test" env NLSOCK_CAPTURE="$capture" "$scratch/$test"
    if grep -q '^1\.\.0 # SKIP' "$scratch/tap"; then
        return
    fi
    check "tshark decodes the capture of $test" decoded "$capture" "${1#*:}"
}

capture() {
    . "$c_tests/support/namespace.sh"
    if ! have tshark; then
        missing=" tshark"
        lack "captures"
        return
    fi
    prefix="captured: "
    for file in examples/*.c; do
        check "the example $(basename "$file" .c) compiles" compile_example "$(basename "$file" .c)"
    done
    for file in examples/*.c; do
        capture_example "$(basename "$file" .c)"
    done
    for test in $captured_tests; do
        capture_test "$test"
    done
    prefix=
}
