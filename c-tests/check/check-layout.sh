# SPDX-License-Identifier: Apache-2.0
# The documents list every folder of c-tests/, every file of the fake kernel and every example;
# and the form of the source.  Read by check.sh.

folders_are_listed() {
    for folder in c-tests/*/; do
        folder=$(basename "$folder")
        grep -q "^| \`$folder/\` |" c-tests/README.md \
            || { echo "c-tests/README.md has no row for $folder/"; return 1; }
    done
}

# The source files of the fake kernel.
fake_kernel_files_are_listed() {
    for file in tools/fake-kernel/preload/*.[ch]; do
        grep -q "^|.*\`$(basename "$file")\`.*|" tools/fake-kernel/preload/README.md \
            || { echo "tools/fake-kernel/preload/README.md has no row for $file"; return 1; }
    done
}

# The make targets in the table of c-tests/README.md.
targets_exist() {
    grep -o '`make [a-z-]*' c-tests/README.md | sed 's/.* //' | sort -u > "$scratch/targets"
    [ -s "$scratch/targets" ] || return 1
    while read -r target; do
        grep -q "^$target:" Makefile || { echo "the Makefile has no target $target"; return 1; }
    done < "$scratch/targets"
}

examples_are_listed() {
    for file in examples/*.c; do
        grep -qF "$(basename "$file")" README.md \
            || { echo "README.md does not mention $file"; return 1; }
    done
}

# Each limit in README.md names a function whose comment explains it, unless it is one of the
# platform: it then starts with "Linux" or "On".
limits_are_at_functions() {
    sed -n '/^## Limits$/,/^## /p' README.md | awk '
        /^- / { n++; found[n] = /^- (Linux|On )/; first[n] = $0 }
        match($0, /`(nl|ofpbuf)[a-z_0-9]*\(\)`/) { found[n] = 1 }
        END {
            for (i = 1; i <= n; i++)
                if (!found[i]) { print "no function: " first[i]; bad = 1 }
            exit bad || n < 5
        }'
}

# The platforms in the table of README.md are those of check-platforms.sh.
platforms_are_listed() {
    sed -n '/^| platform |/,/^$/s/^| `\([^`]*\)` |.*/\1/p' README.md > "$scratch/in-readme"
    (. c-tests/platforms/targets.sh && all_platforms) > "$scratch/in-script"
    diff "$scratch/in-readme" "$scratch/in-script" && [ -s "$scratch/in-script" ]
}

# The files that check.sh reads share their names: the last function of a name would replace others.
functions_are_defined_once() {
    # shellcheck disable=SC2046 # words
    (cd "$here" && sed -n 's/^\([a-z_0-9]*\)() {.*/\1/p' \
        $(sed -n 's|^\. "$here/\(.*\)"$|\1|p' check.sh) check.sh) | sort | uniq -d \
        > "$scratch/twice"
    ! grep . "$scratch/twice"
}

# Comments, too, which rustfmt leaves as they are.
lines_are_short() {
    find . \( -name target -o -name vendor -o -name 'stage*' -o -name .git \) -prune \
        -o -type f \( -name '*.rs' -o -name '*.[ch]' -o -name '*.cc' \) -print > "$scratch/sources"
    [ -s "$scratch/sources" ] && xargs awk '
        length > 100 { print FILENAME ":" FNR " has " length " columns"; bad = 1 }
        END { exit bad }' < "$scratch/sources"
}

layout() {
    check "c-tests/README.md lists every folder" folders_are_listed
    check "the fake kernel's README.md lists every file" fake_kernel_files_are_listed
    check "c-tests/README.md names targets that the Makefile has" targets_exist
    check "README.md lists every example" examples_are_listed
    check "README.md names a function for every limit" limits_are_at_functions
    check "the scripts of check.sh define each function once" functions_are_defined_once
    check "README.md lists the platforms" platforms_are_listed
    check "lines of Rust and C have at most 100 columns" lines_are_short
}
