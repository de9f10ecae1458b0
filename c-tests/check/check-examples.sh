# SPDX-License-Identifier: Apache-2.0
# Compiles the programs in examples/ as a user would, runs them, and looks at what they print.  Read
# by check.sh.
#
# The test of an example is a function of its name.  It runs in a network namespace of its own if it
# changes something there.

# compile_example NAME: with the package that its first comment names.
compile_example() {
    package=$(sed -n 's/.*pkg-config --cflags --libs \([a-z0-9-]*\)).*/\1/p' "examples/$1.c")
    mkdir -p "$scratch/examples"
    # shellcheck disable=SC2046,SC2086 # words
    ${CC:-cc} -std=gnu11 -O2 $warnings -o "$scratch/examples/$1" "examples/$1.c" \
        $(flags $package --cflags --libs) -lpthread
}

# in_namespace SCRIPT: runs the shell script in a new network namespace, with the examples in its
# PATH and in an empty folder.
in_namespace() {
    rm -rf "$scratch/empty"
    mkdir "$scratch/empty"
    (cd "$scratch/empty" && PATH="$scratch/examples:$PATH" $unshare sh -euc "$helpers $1")
}

# For the scripts: until_prints TEXT FILE waits until the file has such a line.
# shellcheck disable=SC2016 # for the other shell
helpers='
until_prints() {
    n=0
    until grep -q "$1" "$2"; do
        n=$((n + 1))
        [ $n -lt 500 ] || { echo "no $1 in:"; cat "$2"; return 1; }
        sleep .02
    done
}
'

# prints TEXT FILE: the file has a line that matches; else shows the file.
prints() {
    grep -q -- "$1" "$2" || { echo "no \"$1\" in:"; cat "$2"; return 1; }
}

example_genl() {
    "$scratch/examples/genl" nlctrl > "$scratch/printed" \
        && prints '^family nlctrl is 16$' "$scratch/printed" \
        && "$scratch/examples/genl" > "$scratch/printed" \
        && prints '^nlctrl 16, group notify ' "$scratch/printed"
}

example_batch_errors() {
    ! "$scratch/examples/batch-errors" lo no-such-link a-name-that-is-too-long > "$scratch/printed" \
        && prints '^lo: index 1$' "$scratch/printed" \
        && prints '^no-such-link: No such device$' "$scratch/printed" \
        && prints '^a-name-that-is-too-long: .*attribute 3, at byte 32' "$scratch/printed"
}

example_addresses() {
    in_namespace 'change link lo up; addresses' > "$scratch/printed" \
        && prints '^lo 127\.0\.0\.1/8$' "$scratch/printed"
}

example_routes() {
    in_namespace 'change link lo up; routes' > "$scratch/printed" \
        && prints '^127\.0\.0\.0/8 link 1 table 255$' "$scratch/printed"
}

example_set_link() {
    in_namespace 'set-link lo up; addresses; set-link lo down; ! set-link none up 2>&1' \
        > "$scratch/printed" \
        && prints '^lo 127\.0\.0\.1/8$' "$scratch/printed" \
        && prints 'could not set none up (No such device)' "$scratch/printed"
}

example_change() {
    in_namespace '
        change link lo up
        change address add lo 192.0.2.1/24
        change route add lo 198.51.100.0/24
        change route add lo 203.0.113.0/24 198.51.100.1
        addresses
        routes
        ! change address add lo 192.0.2.1/24 2>&1
        ! change route add lo 233.252.0.0/24 100.64.0.1 2>&1
        ! change link none up 2>&1
        change route delete lo 203.0.113.0/24
        change route delete lo 198.51.100.0/24
        change address delete lo 192.0.2.1/24
        change link lo down
        echo after:
        addresses
        routes' > "$scratch/printed" || { cat "$scratch/printed"; return 1; }
    prints '^lo 192\.0\.2\.1/24$' "$scratch/printed" \
        && prints '^198\.51\.100\.0/24 link 1 table 254$' "$scratch/printed" \
        && prints '^203\.0\.113\.0/24 via 198\.51\.100\.1 ' "$scratch/printed" \
        && prints '^change: File exists' "$scratch/printed" \
        && prints '^change: .*: .*exthop' "$scratch/printed" \
        && prints '^change: none: No such device$' "$scratch/printed" \
        && ! sed '1,/^after:/d' "$scratch/printed" | grep -F -e 192.0.2 -e 198.51.100
}

example_monitor() {
    in_namespace '
        monitor 2 > lines &
        until_prints "^watching$" lines
        change link lo up
        change link lo down
        wait $!
        cat lines' > "$scratch/printed" \
        && prints '^link lo: up, ' "$scratch/printed" \
        && prints '^link lo: down, ' "$scratch/printed"
}

example_namespace_monitor() {
    in_namespace '
        namespace-monitor 2 > lines &
        until_prints "^watching$" lines
        change link lo up
        change link lo down
        wait $!
        cat lines' > "$scratch/printed" \
        && prints '^link lo: up, mtu [0-9]*$' "$scratch/printed" \
        && prints '^link lo: down, mtu [0-9]*$' "$scratch/printed"
}

example_epoll_monitor() {
    for signal in TERM INT; do
        in_namespace '
            epoll-monitor > lines &
            until_prints "^watching$" lines
            change link lo up
            until_prints "^lo: up$" lines
            kill -s '$signal' $!
            wait $!
            cat lines' > "$scratch/printed" \
            && prints '^ended by a signal$' "$scratch/printed" || return
    done
}

# Routes that are added are counted, each by one thread.
example_threaded_dump() {
    in_namespace '
        change link lo up
        threaded-dump | tail -n 1
        n=0
        while [ $n != 200 ]; do
            change route add lo 10.1.$n.0/24
            n=$((n + 1))
        done
        threaded-dump' > "$scratch/printed" \
        && awk '
            /^thread/ { sum += $3 }
            !/^thread/ { total[++n] = $1 }
            END { exit !(n == 2 && sum == total[2] && total[2] == total[1] + 200) }' \
            "$scratch/printed" || { cat "$scratch/printed"; return 1; }
}

# A program that listens on port 4242 and then becomes another one.
compile_listener() {
    cat > "$scratch/listen.c" <<'END'
#include <arpa/inet.h>
#include <unistd.h>
int main(int argc, char *argv[])
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(4242) };
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    if (argc < 2 || bind(fd, (struct sockaddr *) &address, sizeof address) || listen(fd, 1)) {
        return 1;
    }
    return execvp(argv[1], argv + 1);
}
END
    ${CC:-cc} -o "$scratch/examples/listen" "$scratch/listen.c"
}

example_sock_diag() {
    compile_listener && in_namespace 'listen sock-diag' > "$scratch/printed" \
        && prints '^LISTEN 0\.0\.0\.0:4242 0\.0\.0\.0:0 ' "$scratch/printed"
}

# run_example NAME: its test, unless this machine cannot run it.
run_example() {
    test=example_$(echo "$1" | tr - _)
    if ! command -v "$test" >/dev/null; then
        not_ok "the example $1 has a test in check-examples.sh"
    elif [ -z "$unshare" ]; then
        skip "the example $1" "no network namespace can be made"
    elif [ "$1" = sock-diag ] && "$scratch/examples/$1" 2>&1 | grep -q 'no inet_diag'; then
        skip "the example $1" "this kernel has no inet_diag"
    else
        check "the example $1" "$test"
    fi
}

examples() {
    . "$c_tests/support/namespace.sh"
    for file in examples/*.c; do
        check "the example $(basename "$file" .c) compiles" compile_example "$(basename "$file" .c)"
    done
    for file in examples/*.c; do
        run_example "$(basename "$file" .c)"
    done
    check "the demonstration runs" "$here/demo.sh" "$stage"
}
