# Sourced by the scripts that count: one line for each result, in the form that check.sh describes.
# shellcheck shell=sh disable=SC2034 # the counts are for who sources this
passed=0
failed=0
skipped=0

ok() {
    passed=$((passed + 1))
    echo "ok $1"
}

not_ok() {
    failed=$((failed + 1))
    echo "not ok $1"
}

skip() {
    skipped=$((skipped + 1))
    echo "skip $1: $2"
}
