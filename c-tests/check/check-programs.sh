# SPDX-License-Identifier: Apache-2.0
# Compiles the C programs in c-tests/api against the installation, and runs them.  Read by check.sh,
# sanitize.sh and kernel-tests.sh.

# The tests of both interfaces (flavour.h makes one file serve both), and those of the 2014
# interface.
tests_both="test-buffer test-buffer-convert test-buffer-breaches
test-build test-message test-attributes test-policy test-message-breaches
test-socket test-transact test-dump test-dump-result test-dump-changed test-route-dumps
test-netfilter test-replies test-odd-answers test-odd-dumps test-extack test-comments
test-strict-checking test-ext-attributes test-refused-options test-deadline test-endless test-source test-descriptors
test-threads test-pool test-fork test-old-kernel test-log test-counters test-acks test-capture
test-compat"
tests_2014="$tests_both test-layout test-layers test-host test-interpose"

# Tests of what happens to the process and its threads, for both interfaces.  They run for
# themselves, because some need more than to be compiled: see source_of and arguments.
tests_process="test-fork-pool test-fork-anywhere test-fork-threads test-fork-log test-fork-allocator
test-cancel test-leave-handler test-leave-handler-exception test-thread-exit test-thread-memory
test-leaks test-capture-process test-capture-files"

# for_ovs3 TEST...: the names of these tests when they are compiled for the 3.x interface.
for_ovs3() {
    printf '%s-ovs3 ' "$@"
}

# shellcheck disable=SC2086 # words
tests="$tests_2014 $(for_ovs3 $tests_both) test-ovs3"
# shellcheck disable=SC2086 # words
process_tests="$tests_process $(for_ovs3 $tests_process)"
warnings="-Wall -Wextra -Werror"

# package TEST: the pkg-config package that the test is compiled with.
package() {
    case $1 in
        test-compat-ovs3) echo nlsock-ovs3-compat ;;
        *-ovs3) echo nlsock-ovs3 ;;
        *) echo nlsock-compat ;;
    esac
}

# source_of TEST FOLDER: the file of the test, which may be that of both interfaces, and in C++.
source_of() {
    for source in "$2/$1.c" "$2/${1%-ovs3}.c" "$2/${1%-ovs3}.cc"; do
        [ ! -f "$source" ] || break
    done
    echo "$source"
}

# arguments TEST: the shared object that the test preloads, if it does.
arguments() {
    case $1 in
        test-fork-allocator*) echo "$scratch/preload-allocator.so" ;;
        test-thread-memory*) echo "$scratch/preload-hugepages.so" ;;
    esac
}

# compile NAME SOURCE [FLAG...]
compile() {
    program=$1
    source=$2
    shift 2
    case $source in
        *.cc) compiler="${CXX:-c++} -std=gnu++17" ;;
        *) compiler="${CC:-cc} -std=gnu11" ;;
    esac
    # shellcheck disable=SC2046,SC2086 # words
    $compiler -D_GNU_SOURCE -O1 -g $warnings -I"$c_tests/support" \
        -o "$scratch/$program" "$source" $(flags "$(package "$program")" --cflags --libs) -lpthread "$@"
}

# compile_preload NAME: a shared object for LD_PRELOAD.
compile_preload() {
    # shellcheck disable=SC2086 # words
    ${CC:-cc} -std=gnu11 -D_GNU_SOURCE -O1 -g $warnings -shared -fPIC -o "$scratch/$1.so" \
        "$c_tests/api/$1.c" -lpthread -ldl
}

compile_tests() {
    for preload in preload-allocator preload-hugepages; do
        check "$preload compiles" compile_preload $preload
    done
    for test in $tests $process_tests; do
        check "$test compiles" compile "$test" "$(source_of "$test" "$c_tests/api")"
    done
}

# The program in README.md, as a reader would copy it.  check-guide.sh looks at its warnings.
readme_program() {
    mkdir -p "$scratch/readme"
    awk -v out="$scratch/readme" -f "$c_tests/check/blocks.awk" README.md \
        && cp "$scratch"/readme/*.program.c "$scratch/readme.c"
}

# readme_links NAME FLAG...: the program of README.md compiles with the flags and lists a link.
readme_links() {
    program=$1
    shift
    cc -o "$scratch/$program" "$scratch/readme.c" "$@" && "$scratch/$program" | grep -w lo
}

pkg_config() {
    if ! have pkg-config; then
        skip "linking with pkg-config" "no pkg-config"
        return
    fi
    # shellcheck disable=SC2046 # words
    check "linking with pkg-config" readme_links dynamic $(pkg-config --cflags --libs nlsock)
    # shellcheck disable=SC2046 # words
    check "linking statically with pkg-config" readme_links static -static \
        $(pkg-config --static --cflags --libs nlsock)
    # shellcheck disable=SC2046 # words
    check "linking the archive into a dynamic program" readme_links archive \
        $(pkg-config --cflags nlsock) "$(pkg-config --variable=libdir nlsock)/libnlsock.a"
    check "linking with -Wl,--as-needed and --no-undefined" readme_links strict \
        -Wl,--as-needed -Wl,--no-undefined $(pkg-config --cflags --libs nlsock)
}

# LD_PRELOAD works with a program that is linked to another library with the same functions.
preload() {
    echo 'int nl_attr_oversized(unsigned long size) { return size == 1; }' > "$scratch/other.c"
    printf '%s\n' '_Bool nl_attr_oversized(unsigned long);' \
        'int main(void) { return nl_attr_oversized(1); }' > "$scratch/preload.c"
    cc -shared -fPIC -o "$scratch/libother.so" "$scratch/other.c" \
        && cc -o "$scratch/preload" "$scratch/preload.c" "$scratch/libother.so" || return 1
    export LD_LIBRARY_PATH="$scratch:$stage/lib"
    ! "$scratch/preload" && LD_PRELOAD=$stage/lib/libnlsock.so "$scratch/preload"
    status=$?
    export LD_LIBRARY_PATH="$stage/lib"
    return $status
}

# Runs the tests again, as a user without privileges.
unprivileged() {
    if [ "$(id -u)" != 0 ]; then
        return
    elif ! have setpriv; then
        skip "tests without privileges" "no setpriv"
        return
    fi
    cp -r "$stage/lib" "$scratch/lib"
    for test in $tests; do
        echo "# $test without privileges"
        run_tap "$test without privileges" env LD_LIBRARY_PATH="$scratch/lib" \
            setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all \
            "$scratch/$test"
    done
}

run_all_programs() {
    compile_tests
    for test in $tests $process_tests; do
        echo "# $test"
        # shellcheck disable=SC2046 # words
        run_tap "$test" "$scratch/$test" $(arguments "$test")
    done
}

programs() {
    run_all_programs
    unprivileged
    for test in test-secure test-secure-ovs3; do
        echo "# $test"
        check "$test compiles" compile $test "$c_tests/api/test-secure.c" -static
        run_tap "$test" "$scratch/$test"
    done
    echo "# out-of-memory"
    check "out-of-memory compiles" compile out-of-memory "$c_tests/api/out-of-memory.c"
    run_tap "out-of-memory" "$scratch/out-of-memory"
    echo "# faults"
    run_tap "faults" env SEED="${SEED:-1}" "$c_tests/faults/faults.sh" "$stage"
    echo "# fake-kernel"
    run_tap "fake-kernel" "$c_tests/fake-kernel/fake-kernel.sh" "$stage"
    check "the README has a program" readme_program
    pkg_config
    check "LD_PRELOAD takes another library's place" preload
}

# The tests against the libraries that are installed in the system, as those of a package are.
installed() {
    run_all_programs
    readme_program
    pkg_config
}

valgrind_programs() {
    compile_tests
    if ! have valgrind; then
        skip "C tests under valgrind" "no valgrind"
        return
    fi
    for test in $tests; do
        echo "# $test under valgrind"
        run_tap "$test under valgrind" valgrind --quiet --error-exitcode=99 --leak-check=full \
            --errors-for-leak-kinds=definite,indirect,possible --child-silent-after-fork=yes \
            "$scratch/$test"
    done
}
