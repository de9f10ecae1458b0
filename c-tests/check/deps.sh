#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs what the tests use beyond a C compiler, make and cargo.
set -eu

. "$(dirname "$0")/packages.sh"

packages() {
    need_program pkg-config pkg-config
    need_program g++ g++
    need_program clang clang
    need_program valgrind valgrind
    need_program unshare util-linux
    need_program prove perl
    need_program tshark tshark
    need libmnl-dev pkg-config --exists libmnl
    need libnl-3-dev pkg-config --exists libnl-3.0
}
ensure_packages packages
