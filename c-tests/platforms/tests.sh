# SPDX-License-Identifier: Apache-2.0
# Runs the tests of a platform: on this machine's processor if it can, otherwise in qemu.  Read by
# check-platforms.sh.
# shellcheck shell=sh

# The C tests that need no kernel: layouts, buffers, messages, attributes, policies.
kernelless="test-buffer test-buffer-convert test-buffer-breaches test-build test-message
test-message-breaches test-attributes test-ext-attributes test-policy"

# What pkg-config says.  check-programs.sh calls this.
flags() {
    library=${1%-compat}
    echo "-I$stage/include/$library -I$stage/include/$library/compat" \
        "-l$library -L$stage/lib -Wl,-rpath,$stage/lib"
}

# run_tap NAME COMMAND...: counts the results of a test program.
run_tap() {
    name=$1
    shift
    timeout 600 ${runner:+"$runner"} "$@" > "$test_scratch/tap" 2> "$test_scratch/errors"
    count_tap "$name" $? "$test_scratch/tap" "$test_scratch/errors"
}

# The sizes of the structures are those of the table in targets.sh.
check_sizes() {
    # shellcheck disable=SC2086 # words
    set -- $sizes
    printf '%s\n' '#include "netlink-socket.h"' '#include "netlink.h"' \
        "_Static_assert(sizeof(struct ofpbuf) == $1, \"ofpbuf\");" \
        "_Static_assert(sizeof(struct nl_dump) == $2, \"nl_dump\");" \
        "_Static_assert(sizeof(struct nl_policy) == $3, \"nl_policy\");" > "$test_scratch/sizes.c"
    "$CC" -std=gnu11 "-I$stage/include/nlsock" -fsyntax-only "$test_scratch/sizes.c"
}

# The static library, without the shared one.
static_program() {
    # shellcheck disable=SC2046 # words
    "$CC" -std=gnu11 -D_GNU_SOURCE -O1 "-I$c_tests/support" \
        $(flags nlsock-compat | sed 's/ -l.*//') -o "$scratch/static" \
        "$c_tests/api/test-message.c" "$stage/lib/libnlsock.a" -lpthread
}

# compile_and_run TEST...: compiles each test; runs it if that succeeds.
compile_and_run() {
    for test; do
        check "$test compiles" compile "$test" "$(source_of "$test" "$c_tests/api")" || continue
        # shellcheck disable=SC2046 # words
        run_tap "$test" "$scratch/$test" $(arguments "$test")
    done
}

# The fault scripts and COUNT random ones, on the fake kernel.
fault_bed() {
    ONLY=scripts COUNT="$count" SEED="${SEED:-1}" RUNNER="$runner" CC="$CC" \
        "$c_tests/faults/faults.sh" "$stage" > "$test_scratch/tap" 2> "$test_scratch/errors"
    count_tap "the fault bed" $? "$test_scratch/tap" "$test_scratch/errors"
}

# Prints what qemu-user itself does wrong.
qemu_limits() {
    # shellcheck disable=SC2086 # words
    check "qemu-limits compiles" "$CC" -std=gnu11 -D_GNU_SOURCE -O1 $warnings -I"$c_tests/support" \
        -o "$scratch/qemu-limits" "$here/qemu-limits.c" \
        && run_tap "qemu-limits" "$scratch/qemu-limits"
}

# All C tests on the real kernel.
on_the_kernel() {
    for preload in preload-allocator preload-hugepages; do
        check "$preload compiles" compile_preload $preload
    done
    # shellcheck disable=SC2086 # words
    compile_and_run $tests $process_tests
}

# In a subshell, which prints TAP.  check-programs.sh calls its folder 'scratch'.
platform_tests() (
    passed=0 failed=0 skipped=0
    scratch=$test_scratch
    runner=
    export CC="$tools/bin/cc" CXX="$tools/bin/c++"
    if [ -z "$native" ]; then
        runner=$qemu_folder/usr/bin/qemu-$qemu-static
        export QEMU_LD_PREFIX="$sysroot"
    fi
    . "$c_tests/check/check-programs.sh"
    . "$c_tests/check/check-headers.sh"

    [ -n "$native" ] || qemu_limits
    check "the library needs only libc" needs_only_libc
    check "the sizes of structures" check_sizes
    for library in nlsock nlsock-ovs3; do
        check_silent "headers of $library compile" compile_each "$library" "$CC" c11
    done
    if [ "$platform" = i686 ]; then
        on_the_kernel
    else
        # shellcheck disable=SC2046,SC2086 # words
        compile_and_run test-layout $kernelless $(for_ovs3 $kernelless) test-ovs3
    fi
    check "a program with the static library compiles" static_program \
        && run_tap "a program with the static library" "$scratch/static"
    fault_bed
    plan
    [ "$failed" = 0 ]
)
