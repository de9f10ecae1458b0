# SPDX-License-Identifier: Apache-2.0
# Compiles every public header, alone and together with others.  There must be no warning.  Read by
# check.sh.

kernel="linux/rtnetlink.h linux/genetlink.h"

# The headers of each library for programs.
public_nlsock="netlink-socket.h netlink.h netlink-protocol.h ofpbuf.h nlsock-ext.h"
compat_nlsock="config.h util.h vlog.h timeval.h poll-loop.h dynamic-string.h"
public_nlsock_ovs3="netlink-socket.h netlink.h netlink-protocol.h openvswitch/ofpbuf.h nlsock-ext.h"
compat_nlsock_ovs3="config.h util.h timeval.h netnsid.h openvswitch/vlog.h openvswitch/poll-loop.h
openvswitch/dynamic-string.h"

# choose_headers LIBRARY: sets 'public' and 'compat' to its headers, 'include' to their folders.
choose_headers() {
    case $1 in
        nlsock) public=$public_nlsock compat=$compat_nlsock ;;
        nlsock-ovs3) public=$public_nlsock_ovs3 compat=$compat_nlsock_ovs3 ;;
    esac
    include="-I$stage/include/$1 -I$stage/include/$1/compat"
}

# The lists above have every installed header, except for those that others include.
headers_are_listed() {
    choose_headers "$1"
    # shellcheck disable=SC2086 # words
    { printf '%s\n' $public; printf 'compat/%s\n' $compat; } | sort > "$scratch/listed"
    (cd "$stage/include/$1" && find . -name '*.h' ! -path './generated/*' | sed 's|^\./||' \
        | grep -v '^\(compat/\)*nlsock-[^e]') | sort | diff "$scratch/listed" -
}

# Warnings that a program may turn on, beyond those of compile_headers.
strict="-Wconversion -Wsign-conversion -Wshadow"

# Uses each macro with which a header could cause a warning in the program.
use_macros() {
    case " $* " in
        *" netlink.h "*)
            cat <<END
struct nl_policy policy = { NL_POLICY_FOR(int), 0 };
size_t count(const struct nlattr *nested);
size_t count(const struct nlattr *nested)
{
    const struct nlattr *a;
    size_t left, n = NL_A_U8_SIZE + NL_A_FLAG_SIZE;
    NL_NESTED_FOR_EACH (a, left, nested) {
        n++;
    }
    NL_NESTED_FOR_EACH_UNSAFE (a, left, nested) {
        n++;
    }
    return n;
}
END
            ;;
    esac
    case " $* " in
        *" openvswitch/ofpbuf.h "*)
            echo "char stub[64];"
            echo "struct ofpbuf buffer = OFPBUF_STUB_INITIALIZER(stub);"
            ;;
    esac
}

# compile_headers COMPILER STANDARD HEADER...: compiles a file that includes these headers in this
# order, with the folders in 'include'.
compile_headers() {
    compiler=$1
    standard=$2
    shift 2
    case $standard in
        c++*) language=c++; casts=-Wold-style-cast ;;
        *) language=c; casts= ;;
    esac
    [ "$compiler" != g++ ] || casts="$casts -Wuseless-cast"
    for header; do
        echo "#include <$header>"
    done > "$scratch/headers.$language"
    {
        use_macros "$@"
        echo "int main(void);"
        echo "int main(void) { return 0; }"
    } >> "$scratch/headers.$language"
    # shellcheck disable=SC2086 # words
    "$compiler" -x "$language" -std="$standard" -Wall -Wextra -Werror -pedantic \
        $strict $casts $include -fsyntax-only "$scratch/headers.$language"
}

# compile_each LIBRARY COMPILER STANDARD: compiles each header alone, and all of them before and
# after the kernel's.
compile_each() {
    choose_headers "$1"
    shift
    for header in $public $compat; do
        compile_headers "$@" "$header" || return 1
    done
    # shellcheck disable=SC2086 # words
    compile_headers "$@" $kernel $public $compat && compile_headers "$@" $compat $public $kernel
}

# compile_pairs LIBRARY COMPILER STANDARD: compiles each pair of headers, in both orders.
compile_pairs() {
    choose_headers "$1"
    shift
    for a in $public $compat; do
        for b in $public $kernel; do
            [ "$a" != "$b" ] || continue
            compile_headers "$@" "$a" "$b" && compile_headers "$@" "$b" "$a" || return 1
        done
    done
}

# with_compiler COMPILER STANDARD...
with_compiler() {
    compiler=$1
    shift
    if ! have "$compiler"; then
        skip "headers of $library compile with $compiler" "no $compiler"
        return
    fi
    for standard; do
        check_silent "headers of $library compile as $standard with $compiler" \
            compile_each "$library" "$compiler" "$standard"
    done
    check_silent "pairs of headers of $library compile as $1 with $compiler" \
        compile_pairs "$library" "$compiler" "$1"
}

# A program with a 'struct list' of its own, in C and in C++.
own_list() {
    printf '%s\n' '#define NLSOCK_RENAME_LIST' 'struct list { int mine; };' '#include "vlog.h"' \
        'VLOG_DEFINE_THIS_MODULE(own);' \
        'struct ofpbuf *of(const struct nlsock_list *node) { return ofpbuf_from_list(node); }' \
        'int main(void) { struct list l = { 0 }; VLOG_INFO("%d", l.mine); return l.mine; }' \
        > "$scratch/own-list.c"
    printf '%s\n' '#define NLSOCK_RENAME_LIST' '#include <list>' 'using namespace std;' \
        '#include "ofpbuf.h"' 'int main() { list<int> l; return static_cast<int>(l.size()); }' \
        > "$scratch/own-list.cc"
    for file in "$scratch/own-list.c" "$scratch/own-list.cc"; do
        # shellcheck disable=SC2046,SC2086 # words
        "${CC:-cc}" -Wall -Wextra -Werror -fsyntax-only $(flags nlsock-compat --cflags) "$file" \
            || return
    done
}

headers() {
    check_silent "a program may have its own struct list" own_list
    for library in nlsock nlsock-ovs3; do
        check "all headers of $library are tested" headers_are_listed $library
        for compiler in gcc clang; do
            with_compiler $compiler c99 gnu99 c11 gnu11 c17
        done
        with_compiler g++ c++17
        with_compiler clang++ c++17
    done
}
