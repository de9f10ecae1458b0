#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# audit-skips.sh LIST TARGET OUTPUT: looks at the output of "make TARGET", which passed.  Fails if
# it has no result, or skips that LIST does not allow: see .ci/allowed-skips.
set -eu

list=$1
target=$2
output=$3

# take MOST PATTERN: removes the skips that match from 'skips'.  Fails if there are more than MOST.
take() {
    rest=
    n=0
    while IFS= read -r skip; do
        # shellcheck disable=SC2254 # a pattern
        case $skip in
            $2) n=$((n + 1)) ;;
            *) rest=$rest$skip'
' ;;
        esac
    done <<END
$skips
END
    skips=$(printf '%s' "$rest")
    [ "$n" -le "$1" ] || { echo "$n skips, at most $1 are allowed: $2"; return 1; }
}

# "1..0 # SKIP WHY" skips everything.
skips=$(sed -n "s/^ok [0-9]* - \(.*\) # SKIP \(.*\)/$target: \1 # \2/p
    s/^1\.\.0 # SKIP /$target: everything # /p" "$output")
if [ -z "$skips" ] && ! grep -q '^ok [0-9]' "$output"; then
    echo "make $target ran no test"
    exit 1
fi
while read -r most pattern; do
    case $most in
        '' | '#'*) ;;
        *) take "$most" "$pattern" ;;
    esac
done < "$list"
[ -z "$skips" ] || {
    printf '%s\n' "$skips" "skipped, which $list does not allow"
    exit 1
}
