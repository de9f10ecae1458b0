# SPDX-License-Identifier: Apache-2.0
# Builds the 2014 library in two folders, and looks at how: variables, spaces, a read-only source,
# no network, the same bytes, and what "make install" does.  Read by check.sh.

# A program that writes its arguments to tools/log and runs the real one.
make_tool() {
    cat > "$scratch/tools/$1" <<END
#!/bin/sh
echo "$1 \$*" >> "$scratch/tools/log"
exec $(command -v "$1") "\$@"
END
    chmod +x "$scratch/tools/$1"
}

# copy_source FOLDER: what a release contains, without what was built.
copy_source() {
    mkdir -p "$1"
    for file in *; do
        case $file in
            build | target | stage* | vendor) ;;
            *) cp -r "$file" "$1/" || return ;;
        esac
    done
}

# make_in FOLDER ARGUMENT...: "make" without the variables of the one that runs this test.
make_in() {
    folder=$1
    shift
    env -u MAKEFLAGS -u MAKELEVEL make -C "$folder" --no-print-directory FLAVOUR=2014 "$@"
}

# build_in FOLDER ARGUMENT...: the same, with a value of each variable that the build honours.
build_in() (
    export CC="$scratch/tools/gcc" LD="$scratch/tools/ld" AR="$scratch/tools/ar"
    export OBJCOPY="$scratch/tools/objcopy" CPPFLAGS=-DFROM_CPPFLAGS CFLAGS=-Wno-unused
    export LDFLAGS=-Wl,--defsym=from_ldflags=0
    export RUSTFLAGS=-Clink-arg=-Wl,--defsym=from_rustflags=0
    CARGO_BUILD_TARGET=$(rustc -vV | sed -n 's/^host: //p')
    export CARGO_BUILD_TARGET
    make_in "$@"
)

first_build() {
    mkdir "$scratch/tools"
    for tool in gcc ld ar objcopy; do
        make_tool $tool
    done
    copy_source "$scratch/first" && build_in "$scratch/first"
}

# was_run PATTERN: a tool was run with these arguments.
was_run() {
    grep -q -e "$1" "$scratch/tools/log" || { echo "none of the tools was run as: $1"; return 1; }
}

variables_are_used() {
    was_run '^gcc .*-DFROM_CPPFLAGS -Wno-unused.* src/host/host\.c' \
        && was_run '^gcc .*-shared.*--defsym=from_ldflags=0' \
        && was_run '^gcc .*-shared.*--defsym=from_rustflags=0' \
        && was_run '^ld -r ' && was_run '^objcopy --keep-global' && was_run '^ar rcsD '
}

# README.md has a row for each of them.
variables_are_listed() {
    for variable in CARGO_TARGET_DIR CARGO_BUILD_TARGET CC LD OBJCOPY AR CFLAGS CPPFLAGS LDFLAGS \
            RUSTFLAGS; do
        grep -q "^|.*\`$variable\`" README.md || { echo "README.md lacks $variable"; return 1; }
    done
}

source_files() {
    (cd "$read_only" && find . -printf '%p %s %T@\n' | LC_ALL=C sort)
}

# The second build: a source folder that is read-only and has a space, as have all others; packages
# from vendor/, and no network.
second_build() {
    rm -rf "$scratch/tools/log"
    source_files > "$scratch/files"
    chmod -R a-w "$read_only"
    mkdir "$scratch/no packages"
    CARGO_HOME="$scratch/no packages" CARGO_TARGET_DIR="$scratch/built files" \
        build_in "$read_only"
    status=$?
    source_files | diff "$scratch/files" - || { echo "the source folder has changed"; return 1; }
    return $status
}

vendor() {
    copy_source "$read_only" && make_in "$read_only" -s vendor
}

same_bytes() {
    first="$scratch/first/target/libraries"
    [ "$(find "$first" -type f | wc -l)" = 4 ] || { ls -R "$first"; return 1; }
    diff -r "$first" "$scratch/built files/libraries"
}

# What is installed into a folder with a space is used as pkg-config says.
install_with_spaces() {
    export CARGO_TARGET_DIR="$scratch/built files"
    build_in "$scratch/first" -s install LOADER=true PREFIX="$scratch/a prefix" \
        && build_in "$scratch/first" -s install DESTDIR="$scratch/a root" \
        && [ -e "$scratch/a root/usr/local/lib/libnlsock.so" ]
    status=$?
    unset CARGO_TARGET_DIR
    return $status
}

linking_with_spaces() (
    export PKG_CONFIG_PATH="$scratch/a prefix/lib/pkgconfig"
    export LD_LIBRARY_PATH="$scratch/a prefix/lib"
    eval "readme_links spaces $(pkg-config --cflags --libs nlsock)"
)

# fails_without FILE ARGUMENT...: "make" fails, and leaves no such file.
fails_without() {
    file=$1
    shift
    ! make_in . "$@" || { echo "make succeeds"; return 1; }
    [ ! -e "$file" ] || { ls -l "$file"; return 1; }
}

# cargo succeeds, but its configuration puts the library into another folder.
library_elsewhere() {
    mkdir -p "$scratch/elsewhere/release"
    fails_without "$scratch/elsewhere/release/libnlsock.so" \
        CARGO_TARGET_DIR="$scratch/elsewhere" CARGO=true
}

# The program that makes the archive fails after a part of it was written.
failing_ar() {
    # shellcheck disable=SC2016 # for the other shell
    printf '#!/bin/sh\necho part > "$2"\nexit 1\n' > "$scratch/tools/failing-ar"
    chmod +x "$scratch/tools/failing-ar"
    mkdir "$scratch/partly"
    cp -r target/release "$scratch/partly/"
    fails_without "$scratch/partly/libraries/libnlsock.a" CARGO_TARGET_DIR="$scratch/partly" \
        AR="$scratch/tools/failing-ar"
}

# in_own_system COMMAND...: with copies of /etc and /usr/local that nobody else sees.
in_own_system() {
    mkdir "$scratch/etc" "$scratch/local"
    cp -a /etc/. "$scratch/etc/" 2>/dev/null
    # shellcheck disable=SC2016 # for the other shell
    unshare -rm sh -euc '
        mount --bind "$1/etc" /etc
        mount --bind "$1/local" /usr/local
        shift
        "$@"' sh "$scratch" "$@"
}

# As README.md says, "make install" is all that has to be done.
installed_program_runs() (
    unset LD_LIBRARY_PATH PKG_CONFIG_PATH
    # shellcheck disable=SC2016 # for the other shell
    in_own_system sh -euc '
        make -s install
        cc -o "$1/installed" "$1/readme.c" $(pkg-config --cflags --libs nlsock)
        "$1/installed"' sh "$scratch" | grep -w lo
)

# "make install" into a folder that the run-time linker does not search.
says_what_to_do() {
    make_in . -s install PREFIX="$scratch/unknown" > "$scratch/said" 2>&1 \
        && grep "set LD_LIBRARY_PATH" "$scratch/said"
}

build() {
    read_only="$scratch/a folder/nlsock"
    readme_program
    check "the library is built with variables" first_build
    check "the variables are used" variables_are_used
    check "README.md lists the variables" variables_are_listed
    if cargo fetch --quiet --locked > "$scratch/output" 2>&1; then
        check "make vendor" vendor
        check "a read-only source in folders with spaces, without a network" second_build
        check "the same bytes from another folder" same_bytes
        check "installing into folders with spaces" install_with_spaces
        check "linking from folders with spaces" linking_with_spaces
    else
        diagnose "$scratch/output"
        missing=" the packages that cargo downloads"
        lack "building without a network"
    fi
    check "no library is left if cargo makes none" library_elsewhere
    check "no archive is left if ar fails" failing_ar
    check "make install says what has to be done" says_what_to_do
    if unshare -rm true 2>/dev/null; then
        check "the program runs after make install" installed_program_runs
    else
        skip "the program runs after make install" "no mount namespace can be made"
    fi
}
