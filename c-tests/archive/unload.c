/* SPDX-License-Identifier: Apache-2.0 */
/* unload PLUGIN: a thread uses the plugin, and ends when that is unloaded. */

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

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
    return error ? EXIT_FAILURE : EXIT_SUCCESS;
}
