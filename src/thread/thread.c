/* SPDX-License-Identifier: Apache-2.0 */
/* Two things that Rust has only in its standard library or not at all: a thread-local variable, and
 * the address of a stack frame. */

/* Pointers of each thread.  Those to the heap are here because leak checkers look for pointers in
 * thread-local variables, but not in the thread's block, which is from mmap(). */
struct nlsock_own {
    void *block;                /* The thread's block; null if it has none yet. */
    void *heap[2];              /* Objects on the heap; null if there are none. */
};

static _Thread_local struct nlsock_own own;

struct nlsock_thread {
    struct nlsock_own *own;
    void *frame;                /* The frame of nlsock_thread(). */
};

/* Returns the address of the thread's pointers, and the address of this function's frame.  Since
 * the stack grows downwards, the frame is at a lower address than those of all functions that are
 * running on the same stack. */
struct nlsock_thread
nlsock_thread(void)
{
    struct nlsock_thread thread = { &own, __builtin_frame_address(0) };

    return thread;
}
