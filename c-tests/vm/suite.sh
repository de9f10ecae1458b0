# SPDX-License-Identifier: Apache-2.0
# Runs Open vSwitch's own tests of the kernel's datapath, in the VM, on both trees.  Read by
# check-kernel.sh, after suite.sh of ../ovs.

# The tests that pass on both kernels.  By name, since numbers change with the version.
datapath_tests="datapath - ping between two ports
datapath - http between two ports
datapath - ping between two ports on vlan
datapath - ping over vxlan tunnel
datapath - ping over gre tunnel
datapath - ping over geneve tunnel
datapath - flow resume with geneve tun_metadata
datapath - clone action
datapath - mpls actions
datapath - multiple mpls label pop
datapath - encap decap mpls actions
datapath - multiple encap decap mpls actions
datapath - basic truncate action
datapath - configure cache size
datapath - simulated flow action update
mpls - encap header dp-support
QoS - basic configuration
IGMP - flood under normal action
802.1ad - vlan_limit
nsh - encap header
nsh - decap header
nsh - replace header
nsh - forward
layer3 - ping over VXLAN-GPE
layer3 - ping over GRE
layer3 - use non-local port as tunnel endpoint
interface - add delete add same interface
interface - add route to br and verify clean-up"

# Those that need connection tracking zones.  They run in a VM of their own, since some of them fail
# after others.
conntrack_tests="conntrack - controller
conntrack - force commit
conntrack - ct flush
conntrack - IPv4 ping
conntrack - multiple bridges
conntrack - multiple namespaces, internal ports
conntrack - new connections
conntrack - multiple zones, local
conntrack - limit by zone
conntrack - simple SNAT
conntrack - floating IP
conntrack - negative test for recirculation optimization
conntrack - can match and clear ct_state from outside OVS
IGMP - forward with ICMP"

# Their numbers.
tracking=

# start_suite TREE NAME FLAGS: runs tests in a VM, in the background.  Their output and what they
# leave are in the folder suite-NAME.
start_suite() {
    folder=$scratch/kernel/suite-$2
    rm -rf "$folder"
    mkdir -p "$folder" || return
    start_vm "$limit" "$folder" "$vm/suite-in-vm.sh" "$scratch/$1" "$folder" "$3" \
        > "$folder/output" 2>&1
}

# await_suite TREE NAME: prints the output, and adds the files to the tree's, as "make check-kernel"
# would leave them there.
await_suite() {
    await_vm
    cat "$scratch/kernel/suite-$2/output"
    (cd "$scratch/kernel/suite-$2" && cat "$testsuite.log" >> "$scratch/$1/tests/$testsuite.log"
        [ ! -d "$testsuite.dir" ] || cp -a "$testsuite.dir" "$scratch/$1/tests/")
    return "$status"
}

# run_in_vm TREE FLAGS: runs the tests that the flags name, in two VMs at once.
run_in_vm() {
    options=
    others=
    tracked=
    for flag in $2; do
        case $flag in
            -*) options="$options $flag" ;;
            *)
                case " $tracking " in
                    *" $flag "*) tracked="$tracked $flag" ;;
                    *) others="$others $flag" ;;
                esac
                ;;
        esac
    done
    rm -rf "$scratch/$1/tests/$testsuite.log" "$scratch/$1/tests/$testsuite.dir"
    [ -z "$others" ] || start_suite "$1" others "$options$others"
    [ -z "$tracked" ] || start_suite "$1" tracked "$options$tracked"
    worst=0
    [ -z "$others" ] || await_suite "$1" others || worst=$status
    [ -z "$tracked" ] || await_suite "$1" tracked || worst=$status
    return "$worst"
}

# choose_by_name NAMES: adds to 'tests' the numbers of the tests with these names.
choose_by_name() {
    make -s -C "$original" check-kernel TESTSUITEFLAGS=--list > "$scratch/list" 2>&1
    echo "$1" > "$scratch/names"
    numbers=$(awk '
        FNR == NR { wanted[$0]; next }
        $1 ~ /^[0-9]+:$/ && $2 ~ /^[^:]+:[0-9]+$/ {
            number = $1; $1 = $2 = ""; sub(/^ */, ""); sub(/:/, "", number)
            if ($0 in wanted) print number
        }' "$scratch/names" "$scratch/list" | tr '\n' ' ')
    tests="$tests $numbers"
    [ "$(echo "$numbers" | wc -w)" = "$(grep -c . "$scratch/names")" ] && return
    tail -n 20 "$scratch/list" | sed 's/^/# /'
    not_ok "the tests of the kernel's datapath can be chosen"
    return 1
}

# Sets 'tests' to the numbers of the tests to run, and 'tracking' to those that run for themselves.
choose_datapath_tests() {
    tests=$suite
    [ "$suite" = full ] || return 0
    tests=
    choose_by_name "$datapath_tests" || return
    if [ "$KERNEL" = uml ]; then
        skip "the tests of connection tracking" \
            "user-mode-linux has no connection tracking zones"
        return 0
    fi
    choose_by_name "$conntrack_tests" || return
    tracking=$numbers
}

datapath_suites() {
    if [ "$suite" = short ]; then
        echo "# SUITE=full also runs Open vSwitch's own tests of the kernel's datapath"
        return
    fi
    install_packages datapath_test_packages
    if [ -n "$missing" ]; then
        lack "the tests of the kernel's datapath"
        return
    fi
    # Open vSwitch warns if it was slow, and its tests take a warning for a failure.  So the clock
    # counts instructions, two nanoseconds each, except while the VM sleeps.  That takes
    # half as long again.
    export QEMU_OPTIONS="-icount shift=1"
    runner=run_in_vm
    testsuite=system-kmod-testsuite
    jobs=1
    choose_datapath_tests && compare_trees
}
