/* SPDX-License-Identifier: Apache-2.0 */
/* What the library logs: standard error is a file that is looked at after every call. */

#include "cases.h"
#include <sys/mman.h>
#include <unistd.h>

static bool sequence_numbers_vary;
static int log_fd = -1;         /* What standard error became. */
static off_t log_read;          /* So much of it was looked at. */

/* Open vSwitch's log, if the process has it. */
extern void vlog_set_verbosity(const char *) __attribute__((weak));

void
start_log(const char *level)
{
    log_fd = memfd_create("log", 0);
    if (log_fd < 0 || dup2(log_fd, STDERR_FILENO) < 0) {
        abort();
    }
    if (vlog_set_verbosity) {
        char words[64];

        vlog_set_verbosity("ANY:ANY:off");
        snprintf(words, sizeof words, "netlink_socket:console:%s", level);
        vlog_set_verbosity(words);
        snprintf(words, sizeof words, "netlink:console:%s", level);
        vlog_set_verbosity(words);
    }
}

/* Returns what was logged since this was last called, as a string to be freed. */
static char *
read_log(void)
{
    off_t end = lseek(log_fd, 0, SEEK_END);
    size_t size = (size_t) (end - log_read);
    char *text = calloc(1, size + 1);

    if (!text || pread(log_fd, text, size, log_read) != (ssize_t) size) {
        abort();
    }
    log_read = end;
    return text;
}

bool
is_logged(void)
{
    return lseek(log_fd, 0, SEEK_END) > log_read;
}

bool
forget_log(const char *word)
{
    char *text = read_log();
    bool found = strstr(text, word) != NULL;

    free(text);
    return found;
}

void
hide_sequence_numbers(void)
{
    sequence_numbers_vary = true;
}

/* If 'text' starts with 'name' and a number other than 0, prints the text without the number and
 * returns what follows; else returns null. */
static char *
hide_number(const char *name, char *text)
{
    size_t length = strlen(name);

    if (strncmp(text, name, length) || text[length] == '0') {
        return NULL;
    }
    printf("%s?", name);
    return text + length + strspn(text + length, "0123456789abcdef");
}

/* Prints a line of the log without its time and number, and without port ids, since the kernel
 * chooses them. */
static void
print_log_line(char *text)
{
    int bars = 0;

    while (*text && bars < 2) {
        bars += *text++ == '|';
    }
    while (*text) {
        char *next = hide_number("pid=", text);

        if (!next && sequence_numbers_vary) {
            next = hide_number("seq=", text);
        }
        if (!next) {
            putchar(*text);
            next = text + 1;
        }
        text = next;
    }
    putchar('\n');
}

void
say_log(const char *key)
{
    int number = 0;
    char *text = read_log(), *next;

    for (char *start = text; *start; start = next) {
        next = strchr(start, '\n');
        next = next ? (*next = '\0', next + 1) : start + strlen(start);
        printf("%s log %d: ", key, ++number);
        print_log_line(start);
    }
    free(text);
}
