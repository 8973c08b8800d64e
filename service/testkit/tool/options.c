/*
 * options.c: see options.h.
 */
#include "service/testkit/tool/options.h"

#include <glib.h>

static const char summary[] =
    "A Larder server for tests. It prints its addresses as one line of JSON, then takes commands "
    "as\n"
    "lines of JSON on standard input and answers each with one line; it ends when standard input "
    "does.\n\n"
    "  "
    "{\"command\":\"inject\",\"kind\":\"exception\",\"outcome\":\"refused\",\"code\":\"overload\","
    "\"times\":1}\n"
    "  {\"command\":\"executed\",\"method\":\"put\"}\n\n"
    "Commands: inject hits clear advance cut drain executed trace calls stop.";

/* Adds a section for each NAME or NAME=ENGINE to the text of the configuration. */
static void
add_stores(ToolOptions *options, char **stores)
{
    GString *text = g_string_new(options->config);
    for (char **store = stores; store != NULL && *store != NULL; store++) {
        g_auto(GStrv) parts = g_strsplit(*store, "=", 2);
        g_string_append_printf(text, "\n[store \"%s\"]\nengine=%s\n",
                               parts[0] == NULL ? "" : parts[0],
                               parts[0] == NULL || parts[1] == NULL ? "hashmap" : parts[1]);
    }
    g_free(options->config);
    options->config = g_string_free(text, FALSE);
}

bool
tool_options_parse(int argc, char **argv, ToolOptions *ret_options, char **ret_problem)
{
    ToolOptions options = {.version = false};
    gboolean version = FALSE;
    g_auto(GStrv) stores = NULL;
    g_autofree char *config_path = NULL;
    gint64 clock_ms = 0;
    const GOptionEntry entries[] = {
        {"engine", 0, 0, G_OPTION_ARG_STRING, &options.engine, "Engine of the store \"default\"",
         "NAME"},
        {"store", 0, 0, G_OPTION_ARG_STRING_ARRAY, &stores, "A further store; may be repeated",
         "NAME[=ENGINE]"},
        {"unix", 0, 0, G_OPTION_ARG_FILENAME, &options.unix_path,
         "Listen on unix sockets, PATH for data and PATH.admin, instead of free TCP ports", "PATH"},
        {"clock", 0, 0, G_OPTION_ARG_INT64, &clock_ms,
         "A clock of its own that stands at MS since 1970 until it is advanced", "MS"},
        {"config", 0, 0, G_OPTION_ARG_FILENAME, &config_path,
         "Configuration file, as for larderd; addresses and data_dir in it are ignored", "FILE"},
        {"directory", 0, 0, G_OPTION_ARG_FILENAME, &options.directory,
         "Directory for data, which stays; without it files are in memory", "DIR"},
        {"version", 0, 0, G_OPTION_ARG_NONE, &version, "Print the version and end", NULL},
        {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_set_summary(context, summary);
    g_autoptr(GError) error = NULL;
    bool fine = g_option_context_parse(context, &argc, &argv, &error) != FALSE &&
                (config_path == NULL ||
                 g_file_get_contents(config_path, &options.config, NULL, &error) != FALSE);
    if (!fine || argc > 1) {
        *ret_problem =
            fine ? g_strdup_printf("\"%s\" is not expected", argv[1]) : g_strdup(error->message);
        tool_options_clear(&options);
        return false;
    }
    add_stores(&options, stores);
    options.version = version != FALSE;
    options.server = (LarderTestServerOptions){
        .engine = options.engine,
        .unix_path = options.unix_path,
        .directory = options.directory,
        .config = options.config,
        .clock_ms = clock_ms,
    };
    *ret_options = options;
    return true;
}

void
tool_options_clear(ToolOptions *options)
{
    g_free(options->engine);
    g_free(options->unix_path);
    g_free(options->directory);
    g_free(options->config);
}
