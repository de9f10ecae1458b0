/* Where a thread finds what it has of its own: thread-local data is the compiler's matter, and Rust
 * offers it with its standard library only. */

static _Thread_local void *own;

void **
nlsock_thread_own(void)
{
    return &own;
}
