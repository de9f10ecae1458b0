/* SPDX-License-Identifier: Apache-2.0 */
/* unload PLUGIN: a thread uses the plugin, and ends when that is unloaded.  Then the main thread
 * loads, uses and unloads it many times, after which the process is no larger. */

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include "sizes.h"

static pthread_barrier_t barrier;
static void *plugin;
static int error = -1;

static void *
use_plugin(void *aux)
{
    int (*use)(void) = (int (*)(void)) dlsym(plugin, "plugin_use");

    error = use ? use() : -1;
    pthread_barrier_wait(&barrier);
    /* It is unloaded meanwhile. */
    pthread_barrier_wait(&barrier);
    return aux;
}

static bool
load_use_and_unload(const char *file)
{
    int (*use)(void);
    bool works;

    plugin = dlopen(file, RTLD_NOW);
    use = plugin ? (int (*)(void)) dlsym(plugin, "plugin_use") : NULL;
    works = use && !use();
    return plugin && !dlclose(plugin) && works;
}

/* Returns whether no memory of threads stays after a plugin is unloaded. */
static bool
no_memory_stays(const char *file)
{
    /* A thread's memory is 4 MiB of address space. */
    const long most = 16 * 1024;
    long before, more;

    if (!load_use_and_unload(file)) {
        return false;
    }
    before = address_space();
    for (int i = 0; i < 20; i++) {
        if (!load_use_and_unload(file)) {
            return false;
        }
    }
    more = address_space() - before;
    if (more > most) {
        fprintf(stderr, "%ld KiB more\n", more);
    }
    return more <= most;
}

int
main(int argc, char *argv[])
{
    pthread_t thread;

    plugin = argc == 2 ? dlopen(argv[1], RTLD_NOW) : NULL;
    if (!plugin) {
        fprintf(stderr, "%s\n", argc == 2 ? dlerror() : "usage: unload PLUGIN");
        return EXIT_FAILURE;
    }
    pthread_barrier_init(&barrier, NULL, 2);
    if (pthread_create(&thread, NULL, use_plugin, NULL)) {
        return EXIT_FAILURE;
    }
    pthread_barrier_wait(&barrier);
    dlclose(plugin);
    if (dlopen(argv[1], RTLD_NOW | RTLD_NOLOAD)) {
        fprintf(stderr, "%s is still there, so this shows nothing\n", argv[1]);
        return EXIT_FAILURE;
    }
    pthread_barrier_wait(&barrier);
    pthread_join(thread, NULL);
    return error || !no_memory_stays(argv[1]) ? EXIT_FAILURE : EXIT_SUCCESS;
}
