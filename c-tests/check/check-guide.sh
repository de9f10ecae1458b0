# SPDX-License-Identifier: Apache-2.0
# Compiles and runs what README.md and the guide show.  Read by check.sh.
#
# blocks.awk explains what may be in these files.  Sessions run as a reader would type them, each in
# a network namespace of its own, in a folder with all programs of the guide.  A program without a
# session runs without arguments.

# extract FILE: writes the blocks of a Markdown file to a folder of its own.
extract() {
    blocks=$scratch/guide/$(basename "$1" .md)
    mkdir -p "$blocks"
    awk -v out="$blocks" -f "$here/blocks.awk" "$1"
    for file in "$blocks"/file.*; do
        [ ! -e "$file" ] || cp "$file" "$programs/${file##*/file.}"
    done
}

# name_of SOURCE: the name of a program, from its first line: "/* NAME.c: ...".
name_of() {
    sed -n '1s|^/\* \([a-z0-9-]*\)\.c: .* \*/$|\1|p' "$1"
}

# package_of SOURCE: the pkg-config package that a block needs, by the headers that it includes.
package_of() {
    case $(cat "$1") in
        *'<libmnl/'*) echo libmnl ;;
        *'<netlink/'*) echo libnl-3.0 ;;
        *) echo nlsock ;;
    esac
}

# lacks SOURCE: the program needs a library that this machine does not have; prints its name.
lacks() {
    package=$(package_of "$1")
    [ "$package" != nlsock ] && ! pkg-config --exists "$package" 2>/dev/null && echo "$package"
}

# compile_block SOURCE OUTPUT [OPTION...]
compile_block() {
    source=$1
    output=$2
    shift 2
    # shellcheck disable=SC2046,SC2086 # words
    ${CC:-cc} -std=gnu11 -O1 $warnings "$@" -o "$output" "$source" \
        $(flags "$(package_of "$source")" --cflags --libs) -lpthread
}

# compile_program SOURCE: into the folder of the programs, and copies the source there.
compile_program() {
    program=$(name_of "$1")
    [ -n "$program" ] || { echo "the first line has no name:"; head -n 1 "$1"; return 1; }
    [ ! -f "$programs/$program.c" ] || { echo "there are two $program.c"; return 1; }
    cp "$1" "$programs/$program.c"
    compile_block "$1" "$programs/$program"
}

# compile_blocks: compiles the blocks of C of all files.
compile_blocks() {
    for source in "$scratch"/guide/*/*.c; do
        label="$(basename "$(dirname "$source")").md, block $(basename "${source%.*.c}")"
        lacking=$(lacks "$source")
        case $source in
            *.fragment.c)
                check "$label compiles" compile_block "$source" "$scratch/fragment.o" -c
                ;;
            *)
                if [ -n "$lacking" ]; then
                    skip "$label compiles" "no $lacking"
                else
                    check "$label compiles" compile_program "$source"
                fi
                ;;
        esac
    done
}

# session_runs SESSION: each command succeeds, and prints something of the form that is shown.  The
# time limit is for a program that waits for what does not come.
session_runs() {
    rm -f "$programs"/*.printed
    (cd "$programs" && PATH=$stage/bin:$PATH $unshare timeout 60 sh "$1") || { cat "$programs"/*.printed; return 1; }
    for shown in "${1%.session}".*.shown; do
        printed=${shown%.shown}
        printed=$programs/${printed##*.}.printed
        awk -f "$here/form.awk" "$shown" "$printed" || { cat "$printed"; return 1; }
    done
}

# program_runs NAME
program_runs() {
    (cd "$programs" && $unshare timeout 60 "./$1")
}

# run_sessions: runs the sessions, unless this machine lacks the library of a program in one.
run_sessions() {
    for session in "$scratch"/guide/*/*.session; do
        label="$(basename "$(dirname "$session")").md, block $(basename "$session" .session)"
        lacking=
        for package in libmnl libnl-3.0; do
            grep -q " $package)" "$session" && ! pkg-config --exists $package && lacking=$package
        done
        grep -q -- '-- ip ' "$session" && ! have ip && lacking=iproute2
        grep -q 'tshark -r' "$session" && ! have tshark && lacking=tshark
        if [ -n "$lacking" ]; then
            skip "$label runs as shown" "no $lacking"
        else
            check "$label runs as shown" session_runs "$session"
        fi
    done
}

# run_others: runs the programs that no session runs.
run_others() {
    for source in "$programs"/*.c; do
        program=$(basename "$source" .c)
        cat "$scratch"/guide/*/*.session | grep -q "\./$program\b" \
            || check "the program $program runs" program_runs "$program"
    done
}

# moving.md states that programs can be linked with another library and this one.
no_common_names() {
    folder=$(pkg-config --variable=libdir "$1")
    nm -D --defined-only "$folder/$2" | awk '{ sub(/@.*/, "", $3); print $3 }' | LC_ALL=C sort -u \
        > "$scratch/theirs"
    [ -s "$scratch/theirs" ] || return 1
    ! LC_ALL=C sort -u src/flavour/*/exports.list | LC_ALL=C comm -12 - "$scratch/theirs" | grep .
}

common_names() {
    for pair in libmnl:libmnl.so libnl-3.0:libnl-3.so; do
        if pkg-config --exists "${pair%:*}" 2>/dev/null; then
            check "${pair%:*} has no function of ours" no_common_names "${pair%:*}" "${pair#*:}"
        else
            skip "${pair%:*} has no function of ours" "no ${pair%:*}"
        fi
    done
}

# header_folders: where the headers of the three libraries are.
header_folders() {
    echo include
    for folder in /usr/include/libmnl /usr/include/libnl3; do
        [ ! -d "$folder" ] || echo "$folder"
    done
}

# Each function that the guide mentions is declared in a header, as far as the headers are here.
functions_exist() {
    # shellcheck disable=SC2016,SC2046 # not a command; words
    grep -oh '`[a-z_0-9]*()`' docs/guide/*.md | tr -d '`()' | sort -u \
        | grep -E '^(nl|mnl|genl|ofpbuf)' | while read -r function; do
            grep -rqwF "$function" $(header_folders) || echo "$function"
        done > "$scratch/unknown"
    [ -d /usr/include/libmnl ] || sed -i '/^mnl/d' "$scratch/unknown"
    [ -d /usr/include/libnl3 ] || sed -i '/^nl_\|^nla_\|^nlmsg_\|^genl/d' "$scratch/unknown"
    ! grep . "$scratch/unknown"
}

guide() {
    . "$c_tests/support/namespace.sh"
    programs=$scratch/guide/programs
    mkdir -p "$programs"
    for file in README.md docs/guide/*.md docs/testing-a-daemon.md; do
        check "$file can be read" extract "$file"
    done
    check "the functions in the guide exist" functions_exist
    compile_blocks
    common_names
    if [ -z "$unshare" ]; then
        skip "the programs of the guide run" "no network namespace can be made"
    elif ! have pkg-config; then
        skip "the programs of the guide run" "no pkg-config"
    else
        run_sessions
        run_others
    fi
}
