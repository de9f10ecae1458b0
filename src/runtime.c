/* SPDX-License-Identifier: Apache-2.0 */
/* Rust's precompiled core library refers to two functions that unwind the stack.  They are never
 * called, since a panic aborts.  The linker needs definitions all the same.
 *
 * This is C because a function that Rust defines under a given name is exported. */

void rust_eh_personality(void);
void _Unwind_Resume(void);

void
rust_eh_personality(void)
{
    __builtin_trap();
}

void
_Unwind_Resume(void)
{
    __builtin_trap();
}
