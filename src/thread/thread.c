/* What Rust offers only with its standard library: a thread-local variable, and the address of a
 * stack frame. */

static _Thread_local void *block;

struct nlsock_thread {
    void **block;               /* The thread's pointer to its block. */
    void *frame;                /* The frame of nlsock_thread(). */
};

/* Returns where the thread's pointer to its block is, and the address of this function's frame.  The
 * frame is at a lower address than that of every function that is still running on the same stack: the
 * stack grows downwards. */
struct nlsock_thread
nlsock_thread(void)
{
    struct nlsock_thread thread = { &block, __builtin_frame_address(0) };

    return thread;
}
