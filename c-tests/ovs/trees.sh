# SPDX-License-Identifier: Apache-2.0
# Builds the relinked tree, and checks that it uses the library.  Read by check-ovs.sh and
# check-kernel.sh.

# programs FOLDER: prints the programs of a tree, by their paths in it.
programs() {
    (cd "$1" && find . -type f -perm -u+x ! -name '*.so*' ! -name '*.o') | sed 's|^\./||' | sort \
        | while read -r file; do
            readelf -lW "$1/$file" 2>/dev/null | grep -q INTERP && echo "$file"
        done
}

# Writes the names of the functions and data of the three objects to 'replaced.names'.
name_interface() {
    for object in $replaced; do
        nm --defined-only --extern-only "$original/${embedded:+ovs/}lib/$object.o" || return
    done | awk 'NF == 3 { print $3 }' | sort -u > "$scratch/replaced.names"
    [ -s "$scratch/replaced.names" ]
}

# The structures in the tree's headers are those of the library.
same_layout() {
    folder=$original/${embedded:+ovs}
    gcc -D_GNU_SOURCE -w -fsyntax-only -DINTERFACE_"$interface" \
        -I"$folder" -I"$folder/include" -I"$folder/lib" "$here/layout.c"
}

# The library has every function of the three objects that the rest of the tree calls.
has_functions() {
    find "$original" -name '*.o' ! -name netlink-socket.o ! -name netlink.o ! -name ofpbuf.o \
        -exec nm --undefined-only {} + 2> /dev/null | awk '{ print $NF }' | sort -u \
        | comm -12 - "$scratch/replaced.names" | comm -23 - "$exports" > "$scratch/names"
    [ ! -s "$scratch/names" ] || { echo "missing:"; cat "$scratch/names"; return 1; }
}

# The tree has the interface of the library: its version is only a guess.
fits() {
    check "the three objects have names to replace" name_interface || return
    check "$library_name has the structures of this tree" same_layout || return
    check "$library_name has all functions that this tree needs" has_functions
}

# without_objects ARCHIVE: removes the three objects from it, if it has them.
without_objects() {
    ar t "$1" > "$scratch/names" || return
    for object in $replaced; do
        ! grep -qx "$object.o" "$scratch/names" || ar d "$1" "$object.o" || return
    done
}

# Copies the original to the folder in which the programs are linked again.
copy_original() {
    rm -rf "$relinked" "$scratch/library"
    mkdir "$relinked" "$scratch/library" || return
    # Also a copy of the library: the one in the stage may be built again meanwhile.
    cp -L "$library" "$scratch/library/$library_name.so" || return
    ln -s "$library_name.so" "$scratch/library/$soname"
    (cd "$original" && tar -cf - --exclude=./tests/testsuite.dir --exclude=./tests/testsuite.log .) \
        | (cd "$relinked" && tar -xpf -) || return
    cd "$relinked" || return
    for part in $parts; do
        { echo "nlsock := $scratch/library/$library_name.so"; cat "$here/relink.mk"; } \
            > "$part/GNUmakefile" || return
    done

    # Scripts, settings of the tests and more contain the original's path: replace it.  Their time
    # stays the same, or make would build too much again.
    grep -rlIF "$original" . > "$scratch/names"
    while read -r file; do
        cp -p "$file" "$scratch/before" && sed -i "s|$original|$relinked|g" "$file" \
            && touch -r "$scratch/before" "$file" || return
    done < "$scratch/names"

    # The three objects are nowhere.  libtool's description of each stays: with it, make does not
    # compile the object again.
    find . -name '*.a' ! -path './tests/*.at' > "$scratch/archives"
    while read -r archive; do
        without_objects "$archive" || return
    done < "$scratch/archives"
    for object in $replaced; do
        rm "${embedded:+ovs/}lib/$object.o" || return
    done
    programs "$original" | xargs rm -f
}

# Builds the relinked tree, unless an earlier run has built it from this original and this library.
build_relinked() {
    soname=$(readelf -dW "$library" | sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p')
    linked=$({ fingerprint; cat "$library" "$here/relink.mk"; } | cksum)
    if [ "$(cat "$relinked/.linked" 2>/dev/null)" = "$linked" ] \
        && cmp -s "$library" "$scratch/library/$soname"; then
        echo "# the relinked tree is in $relinked already"
        ok "the copy links"
        return
    fi
    check "the original can be copied" copy_original \
        && check "the copy links" make_all "$relinked" \
        && echo "$linked" > "$relinked/.linked"
}

all_programs_there() {
    programs "$original" > "$scratch/original.programs"
    programs "$relinked" > "$scratch/relinked.programs"
    [ -s "$scratch/original.programs" ] \
        && diff "$scratch/original.programs" "$scratch/relinked.programs"
}

no_object_returned() {
    folder=$relinked/${embedded:+ovs/}lib
    ! find "$folder" -name netlink-socket.o -o -name netlink.o -o -name ofpbuf.o | grep . \
        && ! nm "$folder/.libs/libopenvswitch.a" 2>/dev/null | awk 'NF == 3 && $2 != "t" {
            print $3 }' | sort -u | comm -12 - "$scratch/replaced.names" | grep .
}

# own_none PROGRAM: the program defines none of the names.
own_none() {
    ! nm --defined-only --extern-only "$1" | awk 'NF == 3 { print $3 }' | sort -u \
        | comm -12 - "$scratch/replaced.names" | grep .
}

# takes PROGRAM: prints the names that it takes from shared libraries.
takes() {
    nm -D --undefined-only "$1" | awk '{ print $NF }' | sort -u \
        | comm -12 - "$scratch/replaced.names"
}

# bind PROGRAM [SETTING...]: writes to 'bindings' where the dynamic linker finds each symbol.  Fails
# if one is not found.
bind() {
    program=$1
    shift
    env "$@" LD_TRACE_LOADED_OBJECTS=1 LD_WARN=yes LD_BIND_NOW=yes LD_DEBUG=bindings "$program" \
        > "$scratch/bindings" 2>&1
    ! grep 'undefined symbol' "$scratch/bindings"
}

# bound FILE LIBRARY: prints the names that the file takes from the library, according to
# 'bindings'.
bound() {
    awk -v file="$1" -v library="$2" '
        $2 == "binding" && $4 == file && $7 == library {
            name = $0; sub(/.*symbol `/, "", name); sub(/'\''.*/, "", name); print name }' \
        "$scratch/bindings" | sort -u
}

# bound_to_library PROGRAM: the dynamic linker finds each of the names in the library.
bound_to_library() {
    ldd "$1" | grep -F "$soname => $scratch/library/$soname " || {
        ldd "$1"
        return 1
    }
    bind "$1" || return
    bound "$1" "$scratch/library/$soname" > "$scratch/bound.names"
    ! takes "$1" | comm -23 - "$scratch/bound.names" | grep .
}

prove() {
    check "both trees have the same programs" all_programs_there
    check "the relinked archive has none of the three objects" no_object_returned
    : > "$scratch/taken.names"
    users=0
    while read -r program; do
        if [ ! -x "$relinked/$program" ]; then
            not_ok "$program links"
            continue
        fi
        check "$program defines nothing of the library" own_none "$relinked/$program"
        takes "$relinked/$program" > "$scratch/names"
        [ -s "$scratch/names" ] || continue
        users=$((users + 1))
        cat "$scratch/names" >> "$scratch/taken.names"
        check "$program takes $(grep -c . "$scratch/names") names from the library" \
            bound_to_library "$relinked/$program"
    done < "$scratch/original.programs"
    echo "# $users programs take $(sort -u "$scratch/taken.names" | grep -c .) of" \
        "$(grep -c . "$scratch/replaced.names") names from the library"
    check "the daemon takes names from the library" grep -qx nl_sock_create "$scratch/taken.names"
}
