# SPDX-License-Identifier: Apache-2.0
# The documents list every folder of c-tests/ and every example.  Read by check.sh.

folders_are_listed() {
    for folder in c-tests/*/; do
        folder=$(basename "$folder")
        grep -q "^| \`$folder/\` |" c-tests/README.md \
            || { echo "c-tests/README.md has no row for $folder/"; return 1; }
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

layout() {
    check "c-tests/README.md lists every folder" folders_are_listed
    check "c-tests/README.md names targets that the Makefile has" targets_exist
    check "README.md lists every example" examples_are_listed
}
