# SPDX-License-Identifier: Apache-2.0
# Installs Debian packages that this machine lacks.  Read by the scripts that need some.
#
# A script lists its packages in a function, with "need", and passes its name to install_packages.
# Only root can install.  What cannot be installed is left in 'missing', and lack() decides whether
# that is a skip or a failure.
# shellcheck shell=sh

# need PACKAGE COMMAND...: the package is missing unless the command succeeds.
need() {
    package=$1
    shift
    "$@" >/dev/null 2>&1 || missing="$missing $package"
}

# need_program PROGRAM PACKAGE: the package is missing unless there is such a program.
need_program() {
    need "$2" command -v "$1"
}

may_install() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1
}

# apt_get ARGUMENT...: runs apt-get without questions, and waits up to ten minutes for another apt
# or dpkg to end.  The option does that for dpkg's lock; the lock of "update" is tried again here.
apt_get() {
    give_up_at=$(($(date +%s) + 600))
    until output=$(DEBIAN_FRONTEND=noninteractive LC_ALL=C \
            apt-get -q -o DPkg::Lock::Timeout=600 "$@" 2>&1); do
        case $output in
            *"Could not get lock"*) ;;
            *) return 1 ;;
        esac
        [ "$(date +%s)" -lt "$give_up_at" ] || return 1
        sleep 5
    done
}

# install_packages FUNCTION: installs the packages that FUNCTION finds missing, and sets 'missing'
# to those that still are.  Not in the background: a signal shall not end apt while it installs.
install_packages() {
    missing=
    "$1"
    [ -n "$missing" ] && may_install || return 0
    echo "# installing:$missing"
    # Without new lists, the old ones may do.  Nothing is removed: what conflicts with this
    # machine's packages stays missing.
    apt_get update || :
    # shellcheck disable=SC2086 # words
    apt_get install -y --no-install-recommends --no-remove $missing || printf '%s\n' "$output" | sed 's/^/# /'
    missing=
    "$1"
}

# must_have: whether a missing package is a failure: in continuous integration, as root.
must_have() {
    [ "${CI-}" = true ] && [ "$(id -u)" = 0 ]
}

# lack NAME: reports the test NAME, which lacks the packages in 'missing'.  Needs results.sh.
lack() {
    if must_have; then
        not_ok "$1 (cannot be installed:$missing)"
    elif may_install; then
        skip "$1" "cannot be installed:$missing"
    else
        skip "$1" "not installed here: apt-get install$missing"
    fi
}

# ensure_packages FUNCTION: for a script that prints no results: installs the packages; says what is
# missing still, and ends the script if that is a failure.
ensure_packages() {
    install_packages "$1"
    [ -n "$missing" ] || return 0
    if must_have; then
        echo "cannot be installed:$missing" >&2
        exit 1
    fi
    echo "# not installed here, so what needs it is skipped:$missing"
}
