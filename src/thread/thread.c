/* Two things that Rust has only in its standard library or not at all: a thread-local variable, and
 * the address of a stack frame. */

/* Leak checkers look for pointers to the heap here, and not in the block, which is a mapping. */
struct nlsock_own {
    void *block;                /* What the thread has of its own; null if it has nothing yet. */
    void *heap[2];              /* Objects on the heap. */
};

static _Thread_local struct nlsock_own own;

struct nlsock_thread {
    struct nlsock_own *own;
    void *frame;                /* The frame of nlsock_thread(). */
};

/* Returns the thread's own pointers, and the address of this function's frame.  The frame is at a lower
 * address than that of every function that is still running on the same stack: the stack grows
 * downwards. */
struct nlsock_thread
nlsock_thread(void)
{
    struct nlsock_thread thread = { &own, __builtin_frame_address(0) };

    return thread;
}
