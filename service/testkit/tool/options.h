/*
 * options.h: the command line of larder-test-server.
 *
 * Threading: one owner. Uses GLib's aborting allocator.
 */
#ifndef LARDER_SERVICE_TESTKIT_TOOL_OPTIONS_H
#define LARDER_SERVICE_TESTKIT_TOOL_OPTIONS_H

#include <larder/test_server.h>

typedef struct ToolOptions {
    LarderTestServerOptions server; /* points at the texts below */
    bool version;
    char *engine;
    char *unix_path;
    char *directory;
    char *config; /* the text: that of the file, and sections for further stores */
} ToolOptions;

/* False: *ret_problem says why, to be freed with g_free(). --help ends the program. */
bool tool_options_parse(int argc, char **argv, ToolOptions *ret_options, char **ret_problem);

void tool_options_clear(ToolOptions *options);

#endif
