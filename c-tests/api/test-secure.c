/* SPDX-License-Identifier: Apache-2.0 */
/* A program that has more privileges than its user ignores the environment variables.  Linked
 * statically, since such a program also ignores LD_LIBRARY_PATH. */

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include "nlsock-ext.h"
#include "tap.h"

#define NOBODY 65534
/* The exit status of a program without more privileges. */
#define NOT_SECURE 77

static char copy[] = P_tmpdir "/test-secure-XXXXXX";

/* Copies this program, so that its mode and owner can be changed. */
static bool
make_copy(void)
{
    char buffer[65536];
    ssize_t n;
    int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    int to = mkstemp(copy);
    bool whole = from >= 0 && to >= 0;

    while (whole && (n = read(from, buffer, sizeof buffer)) != 0) {
        whole = n > 0 && write(to, buffer, (size_t) n) == n;
    }
    whole = whole && !fchmod(to, 0755);
    close(from);
    close(to);
    return whole;
}

static void
run_copy(void)
{
    execl(copy, copy, "child", (char *) NULL);
    _exit(1);
}

static void
run_copy_as_nobody(void)
{
    if (setgid(NOBODY) || setuid(NOBODY)) {
        _exit(1);
    }
    run_copy();
}

/* Runs the copy with values of the variables about which the library would log warnings. */
static int
run_with_value(void (*run)(void), char *output, size_t size)
{
    setenv("NLSOCK_LOG", "loud\n\x1b[31m", 1);
    setenv("NLSOCK_CAPTURE", "/no such folder/capture", 1);
    setenv("NLSOCK_CAPTURE_SIZE", "1", 1);
    return WEXITSTATUS(tap_child(run, output, size));
}

static void
usual_programs_read_the_variable(void)
{
    char output[1024];

    CHECK_INT(run_with_value(run_copy, output, sizeof output), NOT_SECURE);
    CHECK(strstr(output, "|WARN|NLSOCK_LOG=loud\\n\\x1b[31m: must be off, err, warn, info or dbg"));
    CHECK(strstr(output, "|WARN|NLSOCK_CAPTURE_SIZE=1: must be a number of bytes"));
    CHECK(strstr(output, "|WARN|NLSOCK_CAPTURE=/no such folder/capture: no capture"));
}

static void
set_user_id_programs_ignore_it(void)
{
    char output[1024];
    int status;

    if (geteuid()) {
        SKIP("needs root");
    }
    if (chown(copy, NOBODY, NOBODY) || chmod(copy, 04755)) {
        SKIP("the owner or the mode of the copy cannot be set");
    }
    status = run_with_value(run_copy, output, sizeof output);
    if (status == NOT_SECURE) {
        SKIP("set-user-id bits have no effect in the folder for temporary files");
    }
    CHECK_INT(status, 0);
    CHECK_STR(output, "");
}

static void
programs_with_file_capabilities_ignore_it(void)
{
    struct vfs_cap_data data = { .magic_etc = VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE };
    char output[1024];
    int status;

    data.data[0].permitted = 1u << CAP_NET_ADMIN;
    if (geteuid() || chown(copy, 0, 0) || chmod(copy, 0755)
        || setxattr(copy, "security.capability", &data, sizeof data, 0)) {
        SKIP("no file capabilities can be set");
    }
    status = run_with_value(run_copy_as_nobody, output, sizeof output);
    if (status == NOT_SECURE) {
        SKIP("file capabilities have no effect in the folder for temporary files");
    }
    CHECK_INT(status, 0);
    CHECK_STR(output, "");
}

int
main(int argc, char *argv[])
{
    (void) argv;
    if (argc > 1) {
        /* Makes the linker use the library. */
        return getauxval(AT_SECURE) && nlsock_version() ? 0 : NOT_SECURE;
    }
    if (!make_copy()) {
        unlink(copy);
        printf("1..0 # SKIP this program cannot be copied: %s\n", strerror(errno));
        return EXIT_SUCCESS;
    }
    RUN(usual_programs_read_the_variable);
    RUN(set_user_id_programs_ignore_it);
    RUN(programs_with_file_capabilities_ignore_it);
    unlink(copy);
    return tap_done();
}
