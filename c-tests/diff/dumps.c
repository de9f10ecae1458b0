/* SPDX-License-Identifier: Apache-2.0 */
/* Dumps from the real kernel, whole and not, and lookups of names. */

#include "network.h"

static struct ofpbuf request;
static size_t room = NL_DUMP_BUFSIZE;

/* Looks at the dump's first 'most' messages. */
static void
dump(int protocol, int most, bool quietly)
{
    struct ofpbuf msg, buf;
    struct nl_dump state;
    int n = 0;

    memset(&state, 0x55, sizeof state);
    memset(&msg, 0x55, sizeof msg);
    ofpbuf_init(&buf, room);
    nl_dump_start(&state, protocol, &request);
    say_message("sent", &request, &request);
    while (n < most && nl_dump_next(&state, &msg, &buf)) {
        n++;
        if (!quietly) {
            say_message("message", &msg, &request);
            say("a view %d", ofpbuf_base(&msg) == ofpbuf_data(&msg) && msg.source == OFPBUF_STACK);
        }
    }
    say("messages %d", n);
    if (n < most) {
        say("then null %d, %u bytes", !ofpbuf_data(&msg), ofpbuf_size(&msg));
        show_fields("buffer", &buf);
        say("and %d", nl_dump_next(&state, &msg, &buf));
    }
    say("done %d", nl_dump_done(&state));
    ofpbuf_uninit(&buf);
}

static void
put_request(uint16_t type)
{
    struct ifinfomsg ifi;

    memset(&ifi, 0, sizeof ifi);
    ofpbuf_clear(&request);
    nl_msg_put_nlmsghdr(&request, 0, type, NLM_F_REQUEST);
    nl_msg_put(&request, &ifi, sizeof ifi);
}

static void
put_families(void)
{
    ofpbuf_clear(&request);
    nl_msg_put_genlmsghdr(&request, 0, GENL_ID_CTRL, NLM_F_REQUEST, CTRL_CMD_GETFAMILY, 1);
}

static void
add_routes(void)
{
    unsigned int i;

    for (i = 0; i < 500; i++) {
        put_route(&request, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_ACK, i);
        if (nl_transact(NETLINK_ROUTE, &request, NULL)) {
            say("no route %u", i);
        }
    }
    forget_log("");
}

static void
dump_unsupported(void)
{
    put_request(RTM_GETLINK);
    dump(1, 1, false);
}

static void
dump_no_protocol(void)
{
    struct nl_dump state;

    put_request(RTM_GETLINK);
    nl_dump_start(&state, 32, &request);
    say("done %d", nl_dump_done(&state));
}

static void
dump_short(void)
{
    ofpbuf_clear(&request);
    ofpbuf_put_zeros(&request, 8);
    dump(NETLINK_ROUTE, 1, false);
}

static void
dump_with_room(void)
{
    put_request(RTM_GETLINK);
    dump(NETLINK_ROUTE, 100, false);
    put_getroute(&request);
    dump(NETLINK_ROUTE, 10000, true);
}

static void
dump_links(void)
{
    put_request(RTM_GETLINK);
    dump(NETLINK_ROUTE, 100, false);
}

static void
dump_nothing(void)
{
    put_request(65000);
    dump(NETLINK_ROUTE, 100, false);
}

static void
dump_families(void)
{
    put_families();
    dump(NETLINK_GENERIC, 1000, true);
}

/* Stops in the middle, and looks at whether what comes next is disturbed by that. */
static int most;

static void
dump_some(void)
{
    put_getroute(&request);
    dump(NETLINK_ROUTE, most, true);
    put_getlink(&request, 1);
    say("then %d", nl_transact(NETLINK_ROUTE, &request, NULL));
    put_getroute(&request);
    dump(NETLINK_ROUTE, 10000, true);
}

void
subject_dumps(void)
{
    static const int mosts[] = { 0, 1, 3, 99, 100, 101, 499, 500, 501, 600 };
    static const size_t rooms[] = { 0, 15, 16, 17, 100, 1000, 8192, 32768 };
    size_t i;

    enter_network();
    hide_sequence_numbers();
    ofpbuf_init(&request, 64);
    /* In a child process each, so with an empty pool. */
    attempt(dump_links, "links");
    attempt(dump_nothing, "no such messages");
    attempt(dump_families, "families");
    attempt(add_routes, "adding routes");
    for (i = 0; i < N_ELEMENTS(mosts); i++) {
        most = mosts[i];
        attempt(dump_some, "the first %d", most);
    }
    for (i = 0; i < N_ELEMENTS(rooms); i++) {
        room = rooms[i];
        attempt(dump_with_room, "room for %zu", room);
    }
    room = NL_DUMP_BUFSIZE;
    attempt(dump_unsupported, "protocol 1");
    attempt(dump_no_protocol, "protocol 32");
    attempt(dump_short, "a request too short");
    ofpbuf_uninit(&request);
}

/* Names. */

static void
family(const char *name, int number)
{
    begin_case("family %.20s from %d", name, number);
    say("returns %d", nl_lookup_genl_family(name, &number));
    say("number %d", number);
    say("cached %d", nl_lookup_genl_family(name, &number));
    say("number %d", number);
}

static void
group(const char *family_name, const char *name)
{
    unsigned int number = 77;

    begin_case("group %.20s of %s", name, family_name);
    say("returns %d", nl_lookup_genl_mcgroup(family_name, name, &number));
    say("number %u", number);
}

void
subject_lookups(void)
{
    static char long_name[3000];

    enter_network();
    hide_sequence_numbers();
    memset(long_name, 'n', sizeof long_name - 1);
    family("nlctrl", 0);
    family("nlctrl", 5);
    family("nlctrl", -7);
    family("no-such-family", 0);
    family("", 0);
    family(long_name, 0);
    group("nlctrl", "notify");
    group("nlctrl", "no-such-group");
    group("nlctrl", "");
    group("no-such-family", "notify");
    group("nlctrl", long_name);
}
