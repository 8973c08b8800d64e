/*
 * compare.c: `larder-load compare`. See compare.h, and bootstrap.h for the intervals.
 *
 * Settings are compared as JSON: whatever is in `config` and differs makes the comparison
 * meaningless and is refused, but for MAY_DIFFER, which is told. So a setting that is added later
 * is taken seriously without being named here.
 */
#include "loadgen/compare.h"

#include "loadgen/figure.h"
#include "loadgen/hdr.h"
#include "loadgen/json_file.h"
#include "loadgen/report_read.h"

#include <stdio.h>
#include <string.h>

enum {
    EXIT_USAGE_STATUS = 64,
    EXIT_INPUT_STATUS = 65,
    EXIT_OUTPUT_STATUS = 73,
    REPORTS_MAX = 100, /* of a side */
    RUNS_AT_LEAST = 3, /* of each side, to draw runs instead of seconds */
    SECONDS_AT_LEAST = 10,
    FORMAT = 1, /* of --json */
};

/* Buckets are up to 0.8 % wide: a latency cannot differ by less. */
#define BUCKET_WIDTH 0.008

/* Differences that do not forbid to compare, or are what is compared. */
static const char *const MAY_DIFFER[] = {"target",  "admin",          "store",
                                         "seed",    "engine_options", "timeout_seconds",
                                         "seconds", "warmup_seconds", "load"};

static const char description[] =
    "Says for throughput and latency percentiles whether B is faster than A, with intervals of\n"
    "95 %. Several runs of a side are set apart by the word vs:\n"
    "\n"
    "  larder-load compare before.json after.json\n"
    "  larder-load compare a1.json a2.json a3.json vs b1.json b2.json b3.json\n"
    "\n"
    "With three or more runs on each side, runs are drawn; otherwise seconds of the runs, which\n"
    "cannot show how runs differ from each other.\n"
    "\n"
    "Exit statuses: 0 compared, 64 wrong command line, 65 not reports, or of other settings,\n"
    "73 the file of --json cannot be written.\n";

/* From the command line. */
typedef struct Settings {
    gboolean force;
    char *json; /* NULL: no file */
} Settings;

typedef struct Team {
    LoadReport *reports[REPORTS_MAX];
    size_t count;
    LoadSide side;
} Team;

static const char *const words[] = {
    [LOAD_WORD_NONE] = "too few operations",
    [LOAD_WORD_SAME] = "no difference shown",
    [LOAD_WORD_FASTER] = "faster",
    [LOAD_WORD_SLOWER] = "slower",
};

LoadAnswerWord
load_compare_word(const LoadQuestion *question, const LoadRatio *ratio)
{
    if (!ratio->known) {
        return LOAD_WORD_NONE;
    }
    double margin = question->throughput ? 0 : BUCKET_WIDTH;
    if (ratio->low > 1 + margin) {
        return question->throughput ? LOAD_WORD_FASTER : LOAD_WORD_SLOWER;
    }
    if (ratio->high < 1 - margin) {
        return question->throughput ? LOAD_WORD_SLOWER : LOAD_WORD_FASTER;
    }
    return LOAD_WORD_SAME;
}

/* --------------------------------------------------------------------------------- settings -- */

static bool
may_differ(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(MAY_DIFFER); i++) {
        if (strcmp(name, MAY_DIFFER[i]) == 0) {
            return true;
        }
    }
    return false;
}

static char *
value_text(JsonObject *from, const char *name)
{
    JsonNode *node = json_object_get_member(from, name);
    return node == NULL ? g_strdup("not set") : json_to_string(node, FALSE);
}

/* Tells one difference; true: it forbids to compare. */
static bool
tell_difference(const char *name, JsonObject *a, JsonObject *b, GString *out)
{
    g_autofree char *value_a = value_text(a, name);
    g_autofree char *value_b = value_text(b, name);
    if (strcmp(value_a, value_b) == 0) {
        return false;
    }
    g_autofree char *line = g_strdup_printf("  %s: %s, %s\n", name, value_a, value_b);
    if (strstr(out->str, line) == NULL) {
        g_string_append(out, line);
    }
    return !may_differ(name);
}

/* Tells the settings that differ between two reports; true: one of them forbids to compare. */
static bool
tell_settings(const LoadReport *a, const LoadReport *b, GString *out)
{
    bool forbidden = false;
    g_autoptr(GList) names_a = json_object_get_members(a->config);
    g_autoptr(GList) names_b = json_object_get_members(b->config);
    for (GList *name = names_a; name != NULL; name = name->next) {
        forbidden |= tell_difference(name->data, a->config, b->config, out);
    }
    for (GList *name = names_b; name != NULL; name = name->next) {
        if (!json_object_has_member(a->config, name->data)) {
            forbidden |= tell_difference(name->data, a->config, b->config, out);
        }
    }
    return forbidden;
}

/* Tells what differs beside the settings. */
static void
tell_surroundings(const LoadReport *a, const LoadReport *b, GString *out)
{
    static const char *const parts[][2] = {{"target", "server"},     {"target", "engine"},
                                           {"target", "durability"}, {"host", "name"},
                                           {"host", "system"},       {"host", "processor"}};
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        const char *text_a = load_report_text(a, parts[i][0], parts[i][1]);
        const char *text_b = load_report_text(b, parts[i][0], parts[i][1]);
        if (strcmp(text_a, text_b) != 0) {
            g_string_append_printf(out, "  %s.%s: \"%s\", \"%s\"\n", parts[i][0], parts[i][1],
                                   text_a, text_b);
        }
    }
}

/* False: the reports must not be compared. Says what differs either way. */
static bool
check_settings(const Team *a, const Team *b, bool force)
{
    g_autoptr(GString) different = g_string_new(NULL);
    const LoadReport *first = a->reports[0];
    bool forbidden = false;
    for (size_t i = 1; i < a->count; i++) {
        forbidden |= tell_settings(first, a->reports[i], different);
    }
    for (size_t i = 0; i < b->count; i++) {
        forbidden |= tell_settings(first, b->reports[i], different);
    }
    if (forbidden && !force) {
        g_printerr("larder-load compare: the settings differ, and --force was not given:\n%s",
                   different->str);
        return false;
    }
    tell_surroundings(first, b->reports[0], different);
    if (different->len != 0) {
        g_print("Different:\n%s", different->str);
    }
    return true;
}

/* -------------------------------------------------------------------------------- the table -- */

/* False: a second of a report has no histogram. */
static bool
add_seconds(Team *team, const LoadReport *report)
{
    g_autofree BaseHistogram *histogram = g_new(BaseHistogram, 1);
    for (size_t i = 0; i < report->interval_count; i++) {
        const LoadInterval *interval = &report->intervals[i];
        if (!load_hdr_read(interval->hdr, histogram)) {
            g_printerr("larder-load compare: %s: series.latency_hdr: must be a histogram\n",
                       report->path);
            return false;
        }
        load_side_add(&team->side, interval->span, interval->finished, histogram);
    }
    return true;
}

static bool
make_units(Team *team, bool runs)
{
    for (size_t i = 0; i < team->count; i++) {
        const LoadReport *report = team->reports[i];
        if (runs) {
            load_side_add(&team->side, report->measured_seconds,
                          report->per_second * report->measured_seconds, report->latency);
        } else if (!add_seconds(team, report)) {
            return false;
        }
    }
    load_side_ready(&team->side, runs);
    if (team->side.units->len == 0) {
        g_printerr("larder-load compare: %s: series: must not be empty\n", team->reports[0]->path);
        return false;
    }
    return true;
}

/* A line of the table, with its answer. */
typedef struct Row {
    const char *name;
    const char *json_name;
    LoadQuestion question;
    LoadRatio ratio;
} Row;

enum { ROWS = 6 };

static void
ask_all(Team *a, Team *b, Row rows[ROWS])
{
    static const struct {
        const char *name;
        const char *json_name;
        LoadQuestion question;
    } asked[ROWS] = {
        {"per s", "per_second", {true, 0}},      {"p50 us", "p50_ns", {false, 50}},
        {"p90 us", "p90_ns", {false, 90}},       {"p99 us", "p99_ns", {false, 99}},
        {"p99.9 us", "p99.9_ns", {false, 99.9}}, {"p99.99 us", "p99.99_ns", {false, 99.99}},
    };
    for (size_t i = 0; i < ROWS; i++) {
        rows[i] = (Row){asked[i].name, asked[i].json_name, asked[i].question,
                        load_bootstrap(&a->side, &b->side, &asked[i].question)};
    }
}

static void
print_row(const Row *row)
{
    const LoadQuestion *question = &row->question;
    const LoadRatio *ratio = &row->ratio;
    const char *name = row->name;
    char a[LOAD_FIGURE_BYTES] = "-";
    char b[LOAD_FIGURE_BYTES] = "-";
    if (question->throughput) {
        load_figure_count(a, (uint64_t)ratio->a);
        load_figure_count(b, (uint64_t)ratio->b);
    } else if (ratio->known) {
        load_figure_us(a, (int64_t)ratio->a);
        load_figure_us(b, (int64_t)ratio->b);
    }
    if (ratio->known) {
        g_print("%-12s %14s %14s %8.3f   %8.3f to %8.3f   %s\n", name, a, b, ratio->ratio,
                ratio->low, ratio->high, words[load_compare_word(question, ratio)]);
    } else {
        g_print("%-12s %14s %14s %8s   %8s    %8s   %s\n", name, a, b, "-", "-", "-",
                words[LOAD_WORD_NONE]);
    }
}

static void
print_table(const Team *a, const Team *b, const Row rows[ROWS], bool runs)
{
    g_print("A is %s%s, B is %s%s\n", a->reports[0]->path, a->count > 1 ? " and more" : "",
            b->reports[0]->path, b->count > 1 ? " and more" : "");
    if (runs) {
        g_print("Intervals of 95 %%: bootstrap of whole runs, %zu and %zu, %d draws\n", a->count,
                b->count, LOAD_BOOTSTRAP_DRAWS);
    } else {
        g_print("Intervals of 95 %%: bootstrap of seconds, %u and %u pieces in blocks of %zu and "
                "%zu, %d draws.\nThey do not show how runs differ: three runs or more of each "
                "would.\n",
                a->side.units->len, b->side.units->len, a->side.block, b->side.block,
                LOAD_BOOTSTRAP_DRAWS);
        if (MIN(a->side.units->len, b->side.units->len) < SECONDS_AT_LEAST) {
            g_print("With fewer than %d seconds of each the intervals are too narrow, too.\n",
                    SECONDS_AT_LEAST);
        }
    }
    g_print("\n%-12s %14s %14s %8s   %20s   %s\n", "", "A", "B", "B / A", "interval of B / A",
            "B is");
    for (size_t i = 0; i < ROWS; i++) {
        print_row(&rows[i]);
    }
}

static void
add_team(JsonBuilder *json, const char *name, const Team *team)
{
    load_json_begin_object(json, name);
    load_json_begin_array(json, "reports");
    for (size_t i = 0; i < team->count; i++) {
        g_autofree char *path = g_filename_display_name(team->reports[i]->path);
        json_builder_add_string_value(json, path);
    }
    json_builder_end_array(json);
    load_json_number(json, "pieces", team->side.units->len);
    load_json_number(json, "block", (int64_t)team->side.block);
    json_builder_end_object(json);
}

/* What is not known has no figures, but an answer. */
static void
add_row(JsonBuilder *json, const Row *row)
{
    const LoadRatio *ratio = &row->ratio;
    load_json_begin_object(json, row->json_name);
    load_json_text(json, "b_is", words[load_compare_word(&row->question, ratio)]);
    if (ratio->known) {
        load_json_real(json, "a", ratio->a);
        load_json_real(json, "b", ratio->b);
        load_json_real(json, "ratio", ratio->ratio);
        load_json_real(json, "low", ratio->low);
        load_json_real(json, "high", ratio->high);
    }
    json_builder_end_object(json);
}

static bool
write_table(const char *path, const Team *a, const Team *b, const Row rows[ROWS], bool runs)
{
    char *problem = NULL;
    g_autoptr(JsonBuilder) json = json_builder_new();
    json_builder_begin_object(json);
    load_json_number(json, "format", FORMAT);
    load_json_text(json, "program", "larder-load compare");
    load_json_text(json, "drawn", runs ? "runs" : "seconds");
    add_team(json, "a", a);
    add_team(json, "b", b);
    load_json_begin_object(json, "rows");
    for (size_t i = 0; i < ROWS; i++) {
        add_row(json, &rows[i]);
    }
    json_builder_end_object(json);
    json_builder_end_object(json);
    if (load_json_file_write(path, json, &problem)) {
        return true;
    }
    g_printerr("larder-load compare: %s\n", problem);
    g_free(problem);
    return false;
}

/* ----------------------------------------------------------------------------- the command -- */

static int
complain(char *problem, int status)
{
    g_printerr("larder-load compare: %s\n", problem);
    g_free(problem);
    return status;
}

static bool
read_team(Team *team, char **paths, size_t count)
{
    team->side = load_side();
    for (size_t i = 0; i < count; i++) {
        char *problem = NULL;
        team->reports[i] = load_report_read(paths[i], &problem);
        if (team->reports[i] == NULL) {
            (void)complain(problem, 0);
            return false;
        }
        team->count++;
    }
    return true;
}

static void
clear_team(Team *team)
{
    for (size_t i = 0; i < team->count; i++) {
        load_report_free(team->reports[i]);
    }
    if (team->side.units != NULL) {
        load_side_clear(&team->side);
    }
}

static int
compare(char **paths_a, size_t count_a, char **paths_b, size_t count_b, const Settings *settings)
{
    Row rows[ROWS];
    Team a = {.count = 0};
    Team b = {.count = 0};
    bool runs = count_a >= RUNS_AT_LEAST && count_b >= RUNS_AT_LEAST;
    int status = EXIT_INPUT_STATUS;
    if (read_team(&a, paths_a, count_a) && read_team(&b, paths_b, count_b) &&
        check_settings(&a, &b, settings->force) && make_units(&a, runs) && make_units(&b, runs)) {
        ask_all(&a, &b, rows);
        print_table(&a, &b, rows, runs);
        bool written = settings->json == NULL || write_table(settings->json, &a, &b, rows, runs);
        status = written ? 0 : EXIT_OUTPUT_STATUS;
    }
    clear_team(&a);
    clear_team(&b);
    return status;
}

/* Compares the sides that the words behind the options name. */
static int
compare_words(int argc, char **argv, const Settings *settings)
{
    int versus = 1;
    while (versus < argc && strcmp(argv[versus], "vs") != 0) {
        versus++;
    }
    if (versus == argc && argc == 3) {
        return compare(argv + 1, 1, argv + 2, 1, settings);
    }
    int count_a = versus - 1;
    int count_b = argc - versus - 1;
    if (count_a < 1 || count_b < 1 || count_a > REPORTS_MAX || count_b > REPORTS_MAX) {
        return complain(
            g_strdup_printf("wants two files, or 1 to %d, the word vs, and as many", REPORTS_MAX),
            EXIT_USAGE_STATUS);
    }
    return compare(argv + 1, (size_t)count_a, argv + versus + 1, (size_t)count_b, settings);
}

int
load_compare_main(int argc, char **argv)
{
    Settings settings = {.force = FALSE};
    const GOptionEntry entries[] = {
        {"force", 'f', 0, G_OPTION_ARG_NONE, &settings.force,
         "Compare although the settings differ", NULL},
        {"json", 'j', 0, G_OPTION_ARG_FILENAME, &settings.json, "Write all figures to a file",
         "FILE"},
        {0},
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(GOptionContext) context =
        g_option_context_new("A.json B.json | A.json... vs B.json... - is B faster than A?");
    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_set_description(context, description);
    int status = g_option_context_parse(context, &argc, &argv, &error)
                     ? compare_words(argc, argv, &settings)
                     : complain(g_strdup(error->message), EXIT_USAGE_STATUS);
    g_free(settings.json);
    return status;
}
