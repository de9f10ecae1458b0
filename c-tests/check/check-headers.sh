# Compiles every public header, alone and together with others.  There must be no warning.  Read by
# check.sh.

public="netlink-socket.h netlink.h netlink-protocol.h ofpbuf.h nlsock-ext.h"
compat="config.h util.h vlog.h timeval.h poll-loop.h dynamic-string.h"
kernel="linux/rtnetlink.h linux/genetlink.h"

headers_ovs3="netlink-socket.h netlink.h netlink-protocol.h openvswitch/ofpbuf.h nlsock-ext.h"

# compile_headers COMPILER STANDARD HEADER...: compiles a file that includes these headers in this
# order, with the folders in 'include'.
compile_headers() {
    compiler=$1
    standard=$2
    shift 2
    case $standard in
        c++*) language=c++ ;;
        *) language=c ;;
    esac
    for header; do
        echo "#include <$header>"
    done > "$scratch/headers.$language"
    case " $* " in
        *" netlink.h "*) echo "struct nl_policy policy = { NL_POLICY_FOR(int), 0 };" ;;
    esac >> "$scratch/headers.$language"
    echo "int main(void);" >> "$scratch/headers.$language"
    echo "int main(void) { return 0; }" >> "$scratch/headers.$language"
    # shellcheck disable=SC2086 # words
    "$compiler" -x "$language" -std="$standard" -Wall -Wextra -Werror -pedantic \
        $include -fsyntax-only "$scratch/headers.$language"
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

headers() {
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
