/*
 * options.h: the command line of larderd.
 *
 * Threading: main thread. Uses GLib's aborting allocator: not for request paths.
 */
#ifndef LARDER_SERVICE_OPTIONS_H
#define LARDER_SERVICE_OPTIONS_H

#include "service/config.h"

typedef struct Options {
    char *config; /* path; NULL: none */
    gboolean check_config;
    gboolean print_config;
    gboolean version;
    char *verify; /* a directory; NULL: not asked for, like the next one */
    char *repair;
    char **listen; /* NULL: not given, like the next two */
    char **admin_listen;
    char *data_dir;
} Options;

/*
 * Reads the command line; --help is answered at once and ends the process. False: *ret_problem
 * says what is wrong; free it with g_free().
 */
bool options_parse(int argc, char **argv, Options *ret_options, char **ret_problem);

/* What the command line says of the configuration; borrowed from the options. */
ConfigOverrides options_overrides(const Options *options);

void options_clear(Options *options);

#endif
