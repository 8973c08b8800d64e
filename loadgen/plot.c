/*
 * plot.c: `larder-load plot`. See plot.h.
 */
#include "loadgen/plot.h"

#include <string.h>

enum { EXIT_USAGE_STATUS = 64, EXIT_INPUT_STATUS = 65, EXIT_OUTPUT_STATUS = 73 };

static const char description[] =
    "Writes PREFIX-latency.svg and PREFIX-throughput.svg of one to six reports that were written\n"
    "with --json.\n"
    "\n"
    "Exit statuses: 0 written, 64 wrong command line, 65 not a report, 73 cannot be written.\n";

char *
load_plot_name(const LoadReport *report)
{
    g_autofree char *name = g_path_get_basename(report->path);
    return g_str_has_suffix(name, ".json") ? g_strndup(name, strlen(name) - strlen(".json"))
                                           : g_steal_pointer(&name);
}

char *
load_plot_setting(const LoadReport *report)
{
    return g_strdup_printf("%s, %s, %s loop", load_report_text(report, "target", "engine"),
                           load_report_text(report, "config", "workload"), report->arrival);
}

static int
complain(char *problem, int status)
{
    g_printerr("larder-load plot: %s\n", problem);
    g_free(problem);
    return status;
}

static int
plot_all(LoadReport **reports, size_t count, const char *prefix)
{
    char *problem = NULL;
    g_autofree char *latency = g_strconcat(prefix, "-latency.svg", NULL);
    g_autofree char *throughput = g_strconcat(prefix, "-throughput.svg", NULL);
    if (!load_plot_latency(reports, count, latency, &problem) ||
        !load_plot_throughput(reports, count, throughput, &problem)) {
        return complain(problem, EXIT_OUTPUT_STATUS);
    }
    g_print("%s\n%s\n", latency, throughput);
    return 0;
}

static int
read_and_plot(char **paths, size_t count, const char *prefix)
{
    char *problem = NULL;
    int status = 0;
    LoadReport *reports[LOAD_PLOT_REPORTS_MAX] = {NULL};
    for (size_t i = 0; i < count && status == 0; i++) {
        reports[i] = load_report_read(paths[i], &problem);
        status = reports[i] == NULL ? complain(problem, EXIT_INPUT_STATUS) : 0;
    }
    if (status == 0) {
        status = plot_all(reports, count, prefix);
    }
    for (size_t i = 0; i < count; i++) {
        load_report_free(reports[i]);
    }
    return status;
}

int
load_plot_main(int argc, char **argv)
{
    g_autofree char *prefix = NULL;
    const GOptionEntry entries[] = {
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &prefix, "Begins the names [load]", "PREFIX"},
        {0},
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(GOptionContext) context = g_option_context_new("FILE.json... - pictures of reports");
    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_set_description(context, description);
    if (!g_option_context_parse(context, &argc, &argv, &error)) {
        return complain(g_strdup(error->message), EXIT_USAGE_STATUS);
    }
    if (argc < 2 || argc > LOAD_PLOT_REPORTS_MAX + 1) {
        return complain(g_strdup_printf("%d files were given: must be 1 to %d", argc - 1,
                                        LOAD_PLOT_REPORTS_MAX),
                        EXIT_USAGE_STATUS);
    }
    return read_and_plot(argv + 1, (size_t)argc - 1, prefix == NULL ? "load" : prefix);
}
