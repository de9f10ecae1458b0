# SPDX-License-Identifier: Apache-2.0
# Builds the programs that are compared, in the folder 'build'.  Read by check-diff.sh.
#
#   original   the headers of the original, its three objects, the rest of its library
#   ours       our headers and our library, alone in the process
#   relinked   the original's headers, our library, the rest of the original's library: like a
#              daemon that is linked again without being compiled again

# What came after 3.1.
later="nl_msg_start_nested_with_flag nl_msg_wrap_nested ofpbuf_truncate NL_A_RTA_VIA"

# Prints flags that define ORIGINAL_HAS_NAME for the names that the original's headers have.
original_has() {
    for name in $later; do
        ! grep -qsw "$name" "$original/lib/netlink.h" "$original/include/openvswitch/ofpbuf.h" \
            || echo "-DORIGINAL_HAS_$name"
    done
}

# Sets 'has' to the words after "if:" in differences.list that hold for the original.
list_conditions() {
    has=
    [ -z "${NLSOCK_REF-}" ] || return 0
    has=headers
    for name in $(sed -n 's/^if: !*//p' "$here/differences.list" | sort -u); do
        grep -qw "$name" "$original/lib/netlink-socket.c" || name=!$name
        has="$has $name"
    done
}

compile() {
    # shellcheck disable=SC2046,SC2086 # words
    ${CC:-cc} -std=gnu11 -D_GNU_SOURCE -O1 -g -Wall -Wextra -Werror $(original_has) \
        -DFLAVOUR_"$interface" -I"$here" -I"$root/c-tests/support" "$@"
}

# compile_cases FOLDER FLAG...: compiles each file.
compile_cases() {
    folder=$build/$1
    shift
    mkdir -p "$folder" || return
    for file in "$here"/*.c; do
        compile "$@" -c -o "$folder/$(basename "$file" .c).o" "$file" || return
    done
}

# Makes one library of the original's three objects, and another of the rest of its library.  What
# the rest needs and neither has stays undefined: no program here calls it.
split_original() {
    archives=$original/lib/.libs
    cp "$archives/libopenvswitch.a" "$build/rest.a" || return
    # Up to 3.3, what is compiled for other processors has archives of its own.
    others=$(find "$archives" -name 'libopenvswitch?*.a')
    for object in $replaced; do
        ar d "$build/rest.a" "$object.o" || return
        set -- "$@" "$original/lib/$object.o"
    done
    # shellcheck disable=SC2046,SC2086 # words
    cc -shared -o "$build/liboriginal.so" "$@" \
        && cc -shared -o "$build/librest.so" -Wl,--whole-archive "$build/rest.a" \
            -Wl,--no-whole-archive $others $(libraries "$original") -lpthread
}

# link PROGRAM FOLDER FLAG...: links the objects in the folder.  All libraries are loaded.
link() {
    program=$1
    folder=$2
    shift 2
    cc -o "$build/$program" "$build/$folder"/*.o -Wl,--no-as-needed "$@" -lpthread \
        -Wl,--allow-shlib-undefined -Wl,-rpath,"$build" -Wl,-rpath,"$stage/lib"
}

# The cases with our headers, and the mutant.
compile_ours() {
    check "the cases compile with our headers" compile_cases with-ours -I"$headers" \
        && check "the mutant compiles" compile -shared -fPIC -I"$headers" \
            -o "$build/mutant.so" "$here/preload/mutant.c"
}

build_programs() {
    check "the original splits in two libraries" split_original \
        && check "the cases compile with the original's headers" compile_cases with-theirs \
            -DORIGINAL -isystem "$original/include" -isystem "$original/lib" -isystem "$original" \
        && compile_ours \
        && check "the original's program links" link original with-theirs \
            -L"$build" -loriginal -lrest \
        && check "ours links" link ours with-ours -L"$stage/lib" -l"${library_name#lib}" \
        && check "the relinked one links" link relinked with-theirs \
            -L"$stage/lib" -l"${library_name#lib}" -L"$build" -lrest
}

# Our library of the 2014 interface, and another one with that interface, both with our headers.
build_beside_library() {
    compile_ours \
        && check "what our headers need compiles" compile -I"$headers" -shared -fPIC \
            -o "$build/libheaders.so" "$root/c-tests/faults/reference.c" \
        && check "the original's program links" link original with-ours "$NLSOCK_REF" \
            -L"$build" -lheaders -Wl,-rpath,"$(dirname "$NLSOCK_REF")" \
        && check "ours links" link ours with-ours -L"$stage/lib" -lnlsock
}

# takes_from PROGRAM LIBRARY: every function of the interface that the program calls is bound to the
# library, except for the weak ones, which came after 3.1.
takes_from() {
    LD_TRACE_LOADED_OBJECTS=1 LD_WARN=yes LD_BIND_NOW=yes LD_DEBUG=bindings "$build/$1" \
        > "$build/bindings" 2>&1
    takes "$build/$1" U > "$build/taken"
    awk -v program="$build/$1" -v library="$2" '
        $2 == "binding" && $4 == program && index($7, library) {
            name = $0; sub(/.*symbol `/, "", name); sub(/'\''.*/, "", name); print name }' \
        "$build/bindings" | sort -u > "$build/bound"
    [ -s "$build/taken" ] && ! comm -23 "$build/taken" "$build/bound" | grep .
}

# takes PROGRAM KINDS: prints the functions of the interface that it takes from libraries, of these
# kinds: U is strong, w is weak.
takes() {
    nm -D --undefined-only "$1" | awk -v kinds="$2" 'index(kinds, $1) { print $2 }' \
        | grep -E '^(nl|ofpbuf)_' | sort -u
}

# The cases call every function that the library exports.
complete() {
    grep -E '^(nl|ofpbuf)_' "$exports" | sort > "$build/exported"
    takes "$build/ours" Uw > "$build/taken"
    [ -s "$build/exported" ] && ! comm -23 "$build/exported" "$build/taken" | grep .
}
