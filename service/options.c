/*
 * options.c: GOption does the work; here are the words.
 */
#include "service/options.h"

static const char options_summary[] =
    "Serves the stores of a data directory by Thrift. Without a configuration file: one durable "
    "store \"default\",\nwith data on " CONFIG_LISTEN " and management on " CONFIG_ADMIN_LISTEN ".";

static const char options_description[] =
    "Examples:\n"
    "  larderd                                        serve with defaults, data in "
    "./" CONFIG_DATA_DIR "\n"
    "  larderd --config larder.conf                   serve as the file says\n"
    "  larderd --config larder.conf --check-config    say everything that is wrong with it\n"
    "  larderd --print-config > larder.conf           a file with every setting, explained\n"
    "  larderd --listen unix:/run/larder.sock --listen tcp:127.0.0.1:0\n"
    "  larderd --verify ./" CONFIG_DATA_DIR
    "                 check every file, while no server runs\n"
    "\n"
    "Signals:\n"
    "  SIGTERM, SIGINT   finish the requests under way, then end; twice: end now\n"
    "  SIGHUP            load the configuration file again\n"
    "\n"
    "Exit statuses:\n"
    "  0   stopped as told              69  an address or the data directory is in use\n"
    "  64  wrong command line           71  the system has no memory or threads left\n"
    "  65  stored data is damaged       74  the data directory cannot be used\n"
    "  70  a defect of larderd          78  wrong configuration\n";

bool
options_parse(int argc, char **argv, Options *ret_options, char **ret_problem)
{
    Options options = {0};
    const GOptionEntry entries[] = {
        {"config", 'c', 0, G_OPTION_ARG_FILENAME, &options.config, "Configuration file", "FILE"},
        {"check-config", 0, 0, G_OPTION_ARG_NONE, &options.check_config,
         "Check the configuration and exit", NULL},
        {"print-config", 0, 0, G_OPTION_ARG_NONE, &options.print_config,
         "Print the configuration in force, as a file, and exit", NULL},
        {"data-dir", 'd', 0, G_OPTION_ARG_FILENAME, &options.data_dir, "Directory of the stores",
         "DIR"},
        {"listen", 'l', 0, G_OPTION_ARG_STRING_ARRAY, &options.listen,
         "Address of the Store service; may be given again", "ADDRESS"},
        {"admin-listen", 'a', 0, G_OPTION_ARG_STRING_ARRAY, &options.admin_listen,
         "Address of Admin and Observe; may be given again", "ADDRESS"},
        {"verify", 0, 0, G_OPTION_ARG_FILENAME, &options.verify,
         "Check every file of the stores in a data directory, or of one store, and exit", "DIR"},
        {"repair", 0, 0, G_OPTION_ARG_FILENAME, &options.repair,
         "Make damaged stores there usable again, with all that is intact, and exit", "DIR"},
        {"version", 0, 0, G_OPTION_ARG_NONE, &options.version, "Print the version and exit", NULL},
        {0},
    };
    g_autoptr(GOptionContext) context = g_option_context_new("- the Larder server");
    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_set_summary(context, options_summary);
    g_option_context_set_description(context, options_description);
    g_autoptr(GError) error = NULL;
    if (!g_option_context_parse(context, &argc, &argv, &error)) {
        *ret_problem = g_strdup(error->message);
    } else if (argc > 1) {
        *ret_problem = g_strdup_printf("\"%s\" is no option", argv[1]);
    } else if (options.verify != NULL && options.repair != NULL) {
        *ret_problem = g_strdup("--verify and --repair exclude each other");
    } else {
        *ret_options = options;
        return true;
    }
    options_clear(&options);
    return false;
}

ConfigOverrides
options_overrides(const Options *options)
{
    return (ConfigOverrides){options->listen, options->admin_listen, options->data_dir};
}

void
options_clear(Options *options)
{
    g_free(options->config);
    g_free(options->data_dir);
    g_free(options->verify);
    g_free(options->repair);
    g_strfreev(options->listen);
    g_strfreev(options->admin_listen);
    *options = (Options){0};
}
