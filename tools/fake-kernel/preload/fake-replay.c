/* SPDX-License-Identifier: Apache-2.0 */
/* Replay: queues what the recording has. */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "fake-session.h"

static struct datagram *
part_make(const struct fk_part *part)
{
    struct datagram *d = calloc(1, sizeof *d);

    d->data = malloc(part->size + 1);
    memcpy(d->data, part->data, part->size);
    d->size = part->size;
    d->error = part->error;
    d->in_place = part->error != 0 && !part->first;
    d->joined = part->joined;
    d->recorded = true;
    d->lost = part->lost;
    d->late = part->notification;
    d->port = part->peer;
    d->group = part->group;
    d->nsid = part->nsid;
    if (!fk_replay_reached(session(), part->position)) {
        d->when = FK_WHEN_REACHED;
        d->at = part->position;
    } else if (part->delay) {
        d->when = FK_WHEN_CLOCK;
        d->at = clock_now() + part->delay;
    }
    return d;
}

static void
release(struct sock *sock, void *aux)
{
    (void) aux;
    sock_release(sock, false, 0);
}

void
replay_changed(void)
{
    for_each_sock(release, NULL);
}

static void
post_parts(struct sock *sock, const struct fk_answer *answer, const struct fk_item *modifiers)
{
    struct queue dump = { NULL, NULL };

    for (size_t i = 0; i < answer->n_parts; i++) {
        const struct fk_part *part = &answer->parts[i];
        struct datagram *d;

        if (part->group && !sock_is_member(sock, part->group)) {
            continue;
        }
        d = part_make(part);
        if (!part->notification) {
            item_modify(d, modifiers);
        }
        if (answer->dump && d->when == FK_WHEN_NOW) {
            queue_add(&dump, d);
        } else {
            sock_post(sock, d);
        }
    }
    if (dump.head) {
        sock_post_dump(sock, &dump);
    }
}

bool
replay_process(struct sock *sock, const struct nlmsghdr *h, struct fake_record *record,
               const struct fk_item *modifiers)
{
    struct fk_answer answer;

    if (!session_replays()) {
        return false;
    }
    fk_replay_request(session(), sock->protocol, sock->port, (const uint8_t *) h, h->nlmsg_len,
                      &answer);
    switch (answer.kind) {
    case FK_ANSWER_KIND_RECORDED:
        post_parts(sock, &answer, modifiers);
        replay_changed();
        return true;
    case FK_ANSWER_KIND_REFUSE:
        report("unknown %s", answer.report);
        answers_refuse(sock, h, record, answer.error);
        return true;
    case FK_ANSWER_KIND_FAIL:
        report("unknown %s", answer.report);
        _exit(121);
    case FK_ANSWER_KIND_DEFAULT:
        break;
    }
    return false;
}

int
replay_send_error(const struct sock *sock, const uint8_t *datagram, size_t size)
{
    return session_replays()
           ? fk_replay_call(session(), FK_CALL_SEND, sock->protocol, datagram, size) : 0;
}

int
replay_open_error(int protocol)
{
    return session_replays() ? fk_replay_call(session(), FK_CALL_SOCKET, protocol, NULL, 0) : 0;
}

int
replay_connect_error(const struct sock *sock)
{
    return session_replays()
           ? fk_replay_call(session(), FK_CALL_CONNECT, sock->protocol, NULL, 0) : 0;
}

int
replay_join(struct sock *sock, uint32_t group)
{
    struct fk_answer answer;

    if (!session_replays()) {
        return 0;
    }
    fk_replay_membership(session(), sock->protocol, group, &answer);
    post_parts(sock, &answer, NULL);
    return answer.error;
}

uint32_t
replay_port(int protocol)
{
    return session_replays() ? fk_replay_port(session(), protocol) : 0;
}
