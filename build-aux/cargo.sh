#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# cargo.sh CARGO ARGUMENT...: runs cargo with the variables that a C project honours: CC, CFLAGS,
# CPPFLAGS, LDFLAGS and RUSTFLAGS from the environment.  Run by the Makefile.
#
# cargo itself passes CC, AR and CFLAGS to the C compiler (through the crate cc).
set -eu

cargo=$1
shift
source=$(pwd -P)
cargo_home=${CARGO_HOME-${HOME-}/.cargo}

# Flags of rustc, one a line, since folders may have spaces in their names.
rustc_flags() {
    # shellcheck disable=SC2086 # words
    [ -z "${RUSTFLAGS-}" ] || printf '%s\n' $RUSTFLAGS
    case ${CARGO_BUILD_TARGET-} in
        # Otherwise, rustc makes no shared library for musl.
        *musl*) echo -Ctarget-feature=-crt-static ;;
    esac
    # An exception of C++ and the end of a thread may pass through the library.  The platforms
    # differ in whether rustc writes the tables that this needs.
    echo -Cforce-unwind-tables=yes
    # The program that links is the C compiler, whose first word may be one that calls it.
    # shellcheck disable=SC2086 # words
    set -- ${CC-}
    case ${1-} in
        ccache | distcc | sccache) shift ;;
    esac
    if [ $# != 0 ]; then
        echo "-Clinker=$1"
        shift
    fi
    # shellcheck disable=SC2086 # words
    for flag in "$@" ${LDFLAGS-}; do
        echo "-Clink-arg=$flag"
    done
    # The same source makes the same bytes in any folder.  build.rs does this for the C files.
    for folder in "$cargo_home"/registry/src/*; do
        [ ! -d "$folder" ] || echo "--remap-path-prefix=$folder=/cargo"
    done
    echo "--remap-path-prefix=$source=."
    echo "--remap-path-prefix=$source/vendor=/cargo"
}

CARGO_ENCODED_RUSTFLAGS=$(rustc_flags | tr '\n' '\037')
export CARGO_ENCODED_RUSTFLAGS="${CARGO_ENCODED_RUSTFLAGS%?}"
[ -z "${CPPFLAGS-}" ] || export CFLAGS="$CPPFLAGS ${CFLAGS-}"
# "make vendor" was run.
[ ! -e vendor/config.toml ] || set -- "$@" --offline --config vendor/config.toml
# shellcheck disable=SC2086 # words
exec $cargo "$@"
