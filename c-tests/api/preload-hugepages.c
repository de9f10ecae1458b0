/* SPDX-License-Identifier: Apache-2.0 */
/* Gives anonymous mappings of 2 MiB or more transparent huge pages, as a machine does where these
 * are set to "always".  To be preloaded under test-thread-memory.c, or linked to startup.c of the
 * benchmark, which say when. */

#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define HUGE_PAGE ((size_t) 2 << 20)

/* Whether to do so. */
extern bool preload_hugepages;
bool preload_hugepages;

void *mmap64(void *address, size_t size, int protection, int flags, int fd, off64_t offset);

void *
mmap64(void *address, size_t size, int protection, int flags, int fd, off64_t offset)
{
#ifdef SYS_mmap2
    void *p = (void *) syscall(SYS_mmap2, address, size, protection, flags, fd, offset / 4096);
#else
    void *p = (void *) syscall(SYS_mmap, address, size, protection, flags, fd, offset);
#endif

    if (preload_hugepages && p != MAP_FAILED && size >= HUGE_PAGE && flags & MAP_ANONYMOUS) {
        madvise(p, size, MADV_HUGEPAGE);
    }
    return p;
}

#undef mmap
void *
mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset)
{
    return mmap64(address, size, protection, flags, fd, offset);
}
