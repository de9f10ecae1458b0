#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# spdx.sh [add]: lists the source files that have no line with their licence, and fails if there are
# any.  With "add", adds the line to them.
#
# The headers in generated/ get theirs from cbindgen.toml.
set -eu

licence='SPDX-License-Identifier: Apache-2.0'

sources() {
    find . \( -name target -o -name vendor -o -name 'stage*' -o -name .git \) -prune \
        -o -type f \( -name '*.rs' -o -name '*.[ch]' -o -name '*.cc' -o -name '*.sh' \
        -o -name '*.py' -o -name '*.awk' -o -name '*.mk' -o -name Makefile -o -path ./.ci/run \) \
        -print
}

# Prints the file "$1" with the line, after the line that names its interpreter.
with_line() {
    case $1 in
        *.rs) line="// $licence" ;;
        *.[ch] | *.cc) line="/* $licence */" ;;
        *) line="# $licence" ;;
    esac
    awk -v line="$line" '
        NR == 1 && /^#!/ { print; print line; next }
        NR == 1 { print line }
        { print }' "$1"
}

status=0
for file in $(sources); do
    if head -n 5 "$file" | grep -qF "$licence"; then
        continue
    elif [ "${1-}" = add ]; then
        cp -p "$file" "$file.new"
        with_line "$file" > "$file.new"
        mv "$file.new" "$file"
    else
        echo "$file has no line \"$licence\": run build-aux/spdx.sh add"
        status=1
    fi
done
exit $status
