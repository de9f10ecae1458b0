/* Two things that Rust has only in its standard library or not at all: a thread-local variable, and
 * the address of a stack frame. */

static _Thread_local void *block;

struct nlsock_thread {
    void **block;               /* Address of the thread's pointer to its block. */
    void *frame;                /* The frame of nlsock_thread(). */
};

/* Returns the address of the thread's pointer to its block, and the address of this function's
 * frame.  Since the stack grows downwards, the frame is at a lower address than those of all
 * functions that are running on the same stack. */
struct nlsock_thread
nlsock_thread(void)
{
    struct nlsock_thread thread = { &block, __builtin_frame_address(0) };

    return thread;
}
