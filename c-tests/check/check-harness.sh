# SPDX-License-Identifier: Apache-2.0
# The harness itself: other programs can read the output of a test, and bad output is a failure.
# Read by check.sh.

# is_failure OUTPUT: count_tap() takes this output of a test that ended well for one failure.
is_failure() (
    # shellcheck disable=SC2059 # the output is a format
    printf "$1" > "$scratch/tap"
    failed=0
    count_tap test 0 "$scratch/tap" /dev/null
    [ "$failed" = 1 ]
)

# allows TARGET OUTPUT: .ci/run allows this output of "make TARGET".
allows() {
    # shellcheck disable=SC2059 # the output is a format
    printf "$2" > "$scratch/make"
    printf '# comment\n\n2 listed: test* # no *\n1 listed: everything # none\n' > "$scratch/list"
    "$here/audit-skips.sh" "$scratch/list" "$1" "$scratch/make"
}

forbids() {
    ! allows "$@"
}

# Only skips that are listed, by name and reason, and not more of them.
audits() {
    check "no skip is allowed" allows any 'ok 1 - one\n1..1\n'
    check "a skip that is not listed is a failure" forbids any 'ok 1 - test # SKIP no root\n1..1\n'
    check "a listed skip is allowed" allows listed 'ok 1 - test1 # SKIP no root\n1..1\n'
    check "a listed skip for another reason is a failure" forbids listed \
        'ok 1 - test1 # SKIP some reason\n1..1\n'
    check "one skip of two that is not listed is a failure" forbids listed \
        'ok 1 - test1 # SKIP no root\nok 2 - other # SKIP no root\n1..2\n'
    check "more skips than the list allows are a failure" forbids listed \
        'ok 1 - test1 # SKIP no a\nok 2 - test2 # SKIP no b\nok 3 - test3 # SKIP no c\n1..3\n'
    check "a program that skips everything is a failure" forbids any '1..0 # SKIP none\n'
    check "a listed program may skip everything" allows listed '1..0 # SKIP none\n'
    check "output without a test is a failure" forbids any 'nothing\n1..0\n'
}

# The lines of the list itself: a number, a target of .ci/run, a name and a reason.
list_is_well_formed() {
    ! grep -v '^#\|^$' .ci/allowed-skips \
        | grep -v '^[1-9][0-9]* [a-z-]*: [^#]* # .' \
        && for target in $(sed -n 's/^[0-9]* \([a-z-]*\): .*/\1/p' .ci/allowed-skips); do
            grep -q "^run $target" .ci/run || { echo "$target is not in .ci/run"; return 1; }
        done
}

# A run without any result: a failure.
no_results() (
    passed=0 failed=0 skipped=0
    ! total test
)

# lacks_package USER CI failure|skip: what a package that cannot be installed is for this user id,
# with this value of CI.
lacks_package() (
    . "$here/packages.sh"
    user=$1
    CI=$2
    failed=0
    skipped=0
    id() { echo "$user"; }
    apt_get() { output=; false; }
    needs() { need no-such-package false; }
    install_packages needs
    lack "the test"
    if [ "$3" = failure ]; then
        [ "$failed$skipped" = 10 ] && ! (ensure_packages needs)
    else
        [ "$failed$skipped" = 01 ] && (ensure_packages needs)
    fi
)

packages_are_needed() {
    check "CI fails if root cannot install a package" lacks_package 0 true failure
    check "a missing package is a skip for a user" lacks_package 1000 true skip
    check "a missing package is a skip without CI" lacks_package 0 "" skip
}

# apt_get() tries again while another apt holds its lock.
waits_for_apt() (
    . "$here/packages.sh"
    sleep() { :; }
    cat > "$scratch/apt-get" <<'END'
#!/bin/sh
echo x >> "$0.tries"
case "$*" in *DPkg::Lock::Timeout=*) ;; *) exit 1 ;; esac
[ "$(grep -c . "$0.tries")" = 3 ] || { echo "E: Could not get lock"; exit 100; }
END
    chmod +x "$scratch/apt-get"
    rm -f "$scratch/apt-get.tries"
    PATH=$scratch:$PATH
    apt_get update && [ "$(grep -c . "$scratch/apt-get.tries")" = 3 ]
)

# fails_for REASON CPUINFO CONSOLE: why the VM does not start, by what its console says.
fails_for() (
    . "$c_tests/vm/reason.sh"
    echo "$2" > "$scratch/cpuinfo"
    echo "$3" > "$scratch/console"
    [ "$(trace_problem "$scratch/console" "$scratch/cpuinfo")" = "$1" ]
)

vm_reasons() {
    check "AMX is the reason if the processor has it" fails_for \
        "user-mode-linux does not run on a processor with AMX" \
        "flags : fpu amx_tile" "userspace - ptrace set fp regs failed, errno = 14"
    check "otherwise, the console says why the VM does not start" fails_for \
        "user-mode-linux cannot trace its processes: ptrace: Operation not permitted" \
        "flags : fpu" "ptrace: Operation not permitted"
    check "AMX is not the reason if nothing failed to trace" fails_for "" \
        "flags : fpu amx_tile" "no space left"
}

# The survivors of "make mutants" that docs/testing.md lists have a reason, and their lines exist.
# Only "make mutants" itself can tell whether they still survive.
survivors_exist() {
    sed -n '/^| `src\//{s/\\|/\a/g;p;}' docs/testing.md > "$scratch/survivors"
    while IFS='|' read -r _ file _ line why _; do
        line=$(echo "$line" | sed 's/^ *`//; s/` *$//' | tr '\a' '|')
        file=$(echo "$file" | tr -d ' `')
        [ -n "${why# }" ] && grep -qF -- "$line" "$file" \
            || { echo "$file has no such line, or there is no reason: $line"; return 1; }
    done < "$scratch/survivors"
}

lacks_space() {
    output=$("$here/free-space.sh" 1000000000 . 2>&1)
    [ $? = 1 ] && echo "$output" | grep -q '^\. has [0-9]* GiB of free space, and 1000000000 are needed$'
}

harness() {
    check "a test without a plan fails" is_failure 'ok 1 - one\n'
    check "a test with fewer results than planned fails" is_failure 'ok 1 - one\n1..2\n'
    check "a test with more results than planned fails" is_failure '1..1\nok 1 - one\nok 2 - two\n'
    check "a test that repeats a number fails" is_failure 'ok 1 - one\nok 1 - two\n1..2\n'
    check "a test without output fails" is_failure ''
    check "a test without results fails" is_failure '1..0\n'
    check "a check without results fails" no_results
    audits
    check "the list of allowed skips is well-formed" list_is_well_formed
    check "enough space is free" "$here/free-space.sh" 0 . "$scratch"
    check "a lack of space is named" lacks_space
    packages_are_needed
    check "a package is installed after another apt ended" waits_for_apt
    vm_reasons
    check "the list of mutants that survive is well-formed" survivors_exist
    if have prove; then
        check "prove reads the output of a test" prove "$scratch/test-buffer"
    else
        skip "prove reads the output of a test" "no prove"
    fi
}
