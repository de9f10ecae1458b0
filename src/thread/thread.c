/* What Rust offers only with its standard library: a thread-local variable, and the address of a
 * stack frame. */

static _Thread_local void *block;

/* Returns the address of the thread's pointer to its block. */
void **
nlsock_thread_block(void)
{
    return &block;
}

/* Returns the address of this function's frame.  It is lower than that of every function that is
 * still running on the same stack: the stack grows downwards. */
void *
nlsock_thread_frame(void)
{
    return __builtin_frame_address(0);
}
