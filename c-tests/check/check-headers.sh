# SPDX-License-Identifier: Apache-2.0
# Compiles every public header, alone and together with others.  There must be no warning.  Read by
# check.sh.

public="netlink-socket.h netlink.h netlink-protocol.h ofpbuf.h nlsock-ext.h"
compat="config.h util.h vlog.h timeval.h poll-loop.h dynamic-string.h"
kernel="linux/rtnetlink.h linux/genetlink.h"

headers_ovs3="netlink-socket.h netlink.h netlink-protocol.h openvswitch/ofpbuf.h nlsock-ext.h"

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

# Compiles each header alone, each pair in both orders, and all before and after the kernel's.
compile_combinations() {
    include="-I$stage/include/nlsock-ovs3"
    for a in $headers_ovs3; do
        compile_headers "$1" "$2" "$a" || return 1
        for b in $headers_ovs3 $kernel; do
            [ "$a" = "$b" ] || compile_headers "$1" "$2" "$a" "$b" || return 1
        done
    done
    include="-I$stage/include/nlsock -I$stage/include/nlsock/compat"
    for a in $public $compat; do
        compile_headers "$1" "$2" "$a" || return 1
        for b in $public $kernel; do
            [ "$a" = "$b" ] || compile_headers "$1" "$2" "$a" "$b" || return 1
            [ "$a" = "$b" ] || compile_headers "$1" "$2" "$b" "$a" || return 1
        done
    done
    # shellcheck disable=SC2086 # words
    compile_headers "$1" "$2" $kernel $public $compat \
        && compile_headers "$1" "$2" $compat $public $kernel
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
    for compiler in gcc clang g++ clang++; do
        case $compiler in
            *++) standards="c++17" ;;
            *) standards="c99 c11 c17" ;;
        esac
        for standard in $standards; do
            name="headers compile as $standard with $compiler"
            if have $compiler; then
                check_silent "$name" compile_combinations $compiler $standard
            else
                skip "$name" "no $compiler"
            fi
        done
    done
}
