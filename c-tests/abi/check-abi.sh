#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# check-abi.sh: compares the functions, their arguments and the structures of both libraries with
# the committed descriptions.  Run by "make check-abi".  With UPDATE set, writes the descriptions anew.
#
# The libraries are built with full debugging information, in a folder of their own: the usual build
# has none about types.  What a new version may do is add functions.  Everything else is a change
# that breaks compiled programs, or one that makes the description out of date.
set -u

here=$(dirname "$0")
. "$here/../check/packages.sh"
. "$here/../check/results.sh"

needs() {
    need_program abidw abigail-tools
}

# describe LIBRARY: writes the description of a built library.  It has neither paths nor names of
# arguments, which are no part of the interface.
describe() {
    abidw --no-corpus-path --no-comp-dir-path --no-show-locs --no-elf-needed --no-parameter-names \
        --type-id-style hash "$built/lib$1.so.$version" \
        | sed "s/ path='[^']*\/nlsock\.[^']*'/ path='src\/lib.rs'/
            /<abi-instr.* path='\/.*\/>/d
            /<abi-instr.* path='\//,/<\/abi-instr>/d"
}

# same LIBRARY: the library has the described interface, apart from functions that are added.
same() {
    describe "$1" > "$scratch/$1.abi"
    abidiff --suppressions "$here/types.suppr" --no-added-syms --harmless \
        "$here/$1.abi" "$scratch/$1.abi" && return
    echo "If that is meant, and no compiled program breaks by it, run: make abi"
    return 1
}

install_packages needs
for test in nlsock nlsock-ovs3; do
    if [ -n "$missing" ]; then
        lack "the interface of $test is that of the description"
    elif [ "$(uname -m)" != x86_64 ]; then
        skip "the interface of $test is that of the description" "the descriptions are for x86-64"
    fi
done
[ "$skipped$failed" = 00 ] || { total "nlsock interface"; exit; }

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
target=${CARGO_TARGET_DIR:-target}/abi
built=$target/libraries
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)
if ! CARGO_PROFILE_RELEASE_DEBUG=2 make -s CARGO_TARGET_DIR="$target" > "$scratch/output" 2>&1; then
    diagnose "$scratch/output"
    not_ok "the libraries are built with full debugging information"
    total "nlsock interface"
    exit
fi
for library in nlsock nlsock-ovs3; do
    if [ -n "${UPDATE-}" ]; then
        describe "$library" > "$here/$library.abi" || exit
    fi
    if same "$library" > "$scratch/output" 2>&1; then
        ok "the interface of $library is that of the description"
    else
        diagnose "$scratch/output"
        not_ok "the interface of $library is that of the description"
    fi
done
total "nlsock interface"
