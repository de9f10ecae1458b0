# SPDX-License-Identifier: Apache-2.0
# Counts results, and prints them in the Test Anything Protocol (TAP): "ok 1 - NAME",
# "not ok 2 - NAME" after what went wrong, "ok 3 - NAME # SKIP WHY".  Read by every script that
# counts results.
#
# 'prefix' is set by scripts that run the same tests several times: it comes before each name.
# shellcheck shell=sh
passed=0
failed=0
skipped=0

ok() {
    passed=$((passed + 1))
    printf 'ok %s - %s\n' $((passed + failed + skipped)) "${prefix-}$1"
}

not_ok() {
    failed=$((failed + 1))
    printf 'not ok %s - %s\n' $((passed + failed + skipped)) "${prefix-}$1"
}

# skip NAME WHY
skip() {
    skipped=$((skipped + 1))
    printf 'ok %s - %s # SKIP %s\n' $((passed + failed + skipped)) "${prefix-}$1" "$2"
}

# The plan, which a script prints after its last result.
plan() {
    echo "1..$((passed + failed + skipped))"
}

# total WHAT: prints the plan and the counts, and returns whether there are results, and nothing
# failed.
total() {
    [ "$passed$failed$skipped" != 000 ] || not_ok "$1 has tests"
    plan
    echo
    echo "$1: $passed passed, $failed failed, $skipped skipped"
    [ "$failed" = 0 ]
}

# diagnose FILE: prints it as diagnostics.
diagnose() {
    sed 's/^/# /' "$1"
}

# Prints what is wrong with the TAP output in the file $1; nothing, if it has a plan and as many
# results as that says, at least one, numbered from 1 on.  Without results, the plan has to say why.
tap_problem() {
    awk '
        /^(not )?ok / {
            n++
            if (($1 == "ok" ? $2 : $3) != n && !problem)
                problem = "result " n " has another number"
        }
        /^1\.\.[0-9]+/ { plans++; planned = substr($1, 4); reason = /^1\.\.0 # SKIP / }
        END {
            if (!n && !reason) problem = "no results"
            else if (plans != 1) problem = plans ? "two plans" : "no plan"
            else if (planned != n + 0) problem = n + 0 " results, " planned " are planned"
            if (problem) print problem
        }' "$1"
}

# count_tap NAME STATUS TAP ERRORS: counts and prints the results of a test program, numbered anew.
# TAP is the file with its output, ERRORS that with its standard error, STATUS its exit status.
count_tap() {
    failed_before=$failed
    while IFS= read -r line; do
        case $line in
            "1..0 # SKIP "*) skip "$1" "${line#1..0 # SKIP }" ;;
            1..[0-9]*) ;;
            "ok "*" # SKIP "*)
                line=${line#ok * - }
                skip "${line%% # SKIP *}" "${line#* # SKIP }"
                ;;
            "ok "*) ok "${line#ok * - }" ;;
            "not ok "*) not_ok "${line#not ok * - }" ;;
            *) printf '%s\n' "$line" ;;
        esac
    done < "$3"
    problem=$(tap_problem "$3")
    if [ "$failed" = "$failed_before" ]; then
        if [ "$2" != 0 ]; then
            problem="exit status $2"
        elif [ -z "$problem" ]; then
            return 0
        fi
    fi
    diagnose "$4"
    [ -z "$problem" ] || not_ok "$1 ($problem)"
    return 1
}
