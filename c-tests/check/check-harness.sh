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

harness() {
    check "a test without a plan fails" is_failure 'ok 1 - one\n'
    check "a test with fewer results than planned fails" is_failure 'ok 1 - one\n1..2\n'
    check "a test with more results than planned fails" is_failure '1..1\nok 1 - one\nok 2 - two\n'
    check "a test that repeats a number fails" is_failure 'ok 1 - one\nok 1 - two\n1..2\n'
    check "a test without output fails" is_failure ''
    if have prove; then
        check "prove reads the output of a test" prove "$scratch/test-buffer"
    else
        skip "prove reads the output of a test" "no prove"
    fi
}
