/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors that somebody else closes behind the library's back:
 *
 *   descriptor SELECTION closed|reused
 *   call NAME ... finds closed|reused
 *
 * The number stays in use, so that no new socket gets it: by a descriptor that is good for nothing
 * (O_PATH), on which calls fail with EBADF, or by a file, on which they fail with ENOTSOCK. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "fake-calls.h"

static struct {
    enum fk_taken taken;
    bool by_library;            /* The library itself has replaced it. */
    bool known;                 /* A call on it has failed, so the library knows. */
} descriptors[MAX_FDS];
static int end_of_taken;        /* One more than the highest that was ever taken. */
static int n_taken, intrusions;

void
descriptors_reset(void)
{
    for (int fd = 0; fd < end_of_taken; fd++) {
        if (descriptors[fd].taken && !descriptors[fd].by_library) {
            syscall(SYS_close, fd);
            descriptors[fd].taken = FK_TAKEN_NOT;
        }
    }
    intrusions = n_taken = 0;
}

void
descriptor_take(struct sock *sock, enum fk_taken taken)
{
    int fd = sock->fd;
    int other = open(taken == FK_TAKEN_CLOSED ? "/" : "/dev/null",
                     (taken == FK_TAKEN_CLOSED ? O_PATH : O_RDWR) | O_CLOEXEC);

    if (other < 0 || syscall(SYS_dup3, other, fd, O_CLOEXEC) < 0) {
        abort();
    }
    syscall(SYS_close, other);
    sock_close(fd);
    descriptors[fd].taken = taken;
    descriptors[fd].by_library = false;
    end_of_taken = fd < end_of_taken ? end_of_taken : fd + 1;
    descriptors[fd].known = false;
    n_taken++;
    if (fake_trace) {
        fprintf(stderr, "fake kernel: descriptor %d is taken\n", fd);
    }
}

void
descriptor_used(enum fake_call call, int fd)
{
    if (fd >= 0 && fd < MAX_FDS && descriptors[fd].taken) {
        intrusions += descriptors[fd].known && !descriptors[fd].by_library
                      && !is_query(call);
        descriptors[fd].known |= !is_query(call);
        /* Once the library has noticed that, it fails with EBADF by itself. */
        note_error(EBADF);
        note_error(ENOTSOCK);
    }
}

void
descriptor_replaced(int fd)
{
    descriptors[fd].taken = FK_TAKEN_REUSED;
    descriptors[fd].by_library = true;
}

void
descriptor_closed(int fd)
{
    if (fd >= 0 && fd < MAX_FDS) {
        descriptors[fd].taken = FK_TAKEN_NOT;
    }
}

struct choice {
    const struct fk_taking *taking;
    int n;
};

static void
take_if_selected(struct sock *sock, void *choice_)
{
    struct choice *choice = choice_;

    if (selection_has(&choice->taking->selection, ++choice->n)) {
        descriptor_take(sock, choice->taking->taken);
    }
}

void
descriptors_take(const struct fk_taking *taking)
{
    struct choice choice = { taking, 0 };

    for_each_sock(take_if_selected, &choice);
}

bool
fake_any_taken(void)
{
    return n_taken;
}

int
fake_intrusions(void)
{
    return intrusions;
}
