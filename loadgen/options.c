/*
 * options.c: the command line of larder-load. See options.h.
 *
 * Numbers are read as text by GOption and checked here, so that every message names the option,
 * what was given, and the range that is allowed.
 */
#include "loadgen/options.h"

#include "loadgen/keys.h"
#include "loadgen/options_target.h"
#include "loadgen/options_together.h"
#include "loadgen/value.h"

#include <errno.h>
#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* As given, before checking. */
typedef struct Texts {
    char *connections;
    char *pipeline;
    char *threads;
    char *records;
    char *key_size;
    char *get_percent;
    char *seconds;
    char *operations;
    char *scan_length;
    char *compression_ratio;
    char *key_shape;
    char *workload;
    char *warmup_seconds;
    char *timeout_seconds;
    char *rate;
    char *seed;
    char *protocol;
    gboolean no_load;
    gboolean load;
    gboolean version;
    gboolean quiet;
} Texts;

static const char description[] =
    "Examples:\n"
    "  larder-load                                             1,000,000 records, mixed, 10 s\n"
    "  larder-load --workload=get --connections=50 --pipeline=16\n"
    "  larder-load --rate=20000 --seconds=60 --json=out.json   open loop: latency at a load\n"
    "  larder-load --target=unix:/run/larder.sock --no-load    the records are there already\n"
    "  larder-load --target=embedded:hashmap --threads=2       the engine alone, no server\n"
    "  larder-load --target=redis:tcp:127.0.0.1:6379           the same load on a Redis server\n"
    "  larder-load -t embedded:lsm -w fillrandom -n 5000000 --engine-option=write_buffer=32M\n"
    "  larder-load -d zipfian --mix='get:80,put:15,scan(10..100):5'     shares of operations\n"
    "  larder-load --sweep --objective='p99<5ms'               the highest rate that keeps it\n"
    "\n"
    "Workloads: get, put, mixed, multi_get, ycsb-a to ycsb-f (the core workloads of YCSB), mix\n"
    "(what --mix says), and those of db_bench: fillseq, fillrandom, fillsync, overwrite,\n"
    "readrandom, readmissing, readseq, readreverse, seekrandom, readwhilewriting, deleterandom,\n"
    "compact (embedded only). fill... begin without loading the records first.\n"
    "\n"
    "Without --rate every connection sends its next request when a reply is there (closed loop):\n"
    "that shows the highest throughput, and hides what users wait when a server stalls. With "
    "--rate\n"
    "requests are due at fixed times and latency counts from then on (open loop).\n"
    "\n"
    "Every value that is read is checked. Use keys that nobody else writes: --key-prefix.\n"
    "\n"
    "Commands, each with --help: larder-load plot, larder-load compare, larder-load verify.\n"
    "\n"
    "Exit statuses:\n"
    "  0   every value was right            69  the target cannot be reached or has no such store\n"
    "  1   wrong values were read           70  out of memory\n"
    "  2   no operation succeeded           73  a file cannot be written\n"
    "  64  wrong command line\n";

static char *
wrong_number(const char *name, const char *text, const char *low, const char *high)
{
    return g_strdup_printf("--%s=%s: must be a number from %s to %s", name, text, low, high);
}

/* Reads an integer between two bounds; an absent text leaves *ret_number alone. */
static char *
read_integer(const char *name, const char *text, int64_t low, int64_t high, int64_t *ret_number)
{
    if (text == NULL) {
        return NULL;
    }
    char *end = NULL;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (end != text && *end == '\0' && errno == 0 && number >= low && number <= high) {
        *ret_number = number;
        return NULL;
    }
    g_autofree char *low_text = g_strdup_printf("%" G_GINT64_FORMAT, low);
    g_autofree char *high_text = g_strdup_printf("%" G_GINT64_FORMAT, high);
    return wrong_number(name, text, low_text, high_text);
}

static char *
read_int(const char *name, const char *text, int low, int high, int *ret_number)
{
    int64_t number = *ret_number;
    char *problem = read_integer(name, text, low, high, &number);
    *ret_number = (int)number;
    return problem;
}

static char *
read_real(const char *name, const char *text, double low, double high, double *ret_number)
{
    if (text == NULL) {
        return NULL;
    }
    char *end = NULL;
    double number = g_ascii_strtod(text, &end);
    if (end != text && *end == '\0' && number >= low && number <= high) {
        *ret_number = number;
        return NULL;
    }
    g_autofree char *low_text = g_strdup_printf("%g", low);
    g_autofree char *high_text = g_strdup_printf("%.15g", high);
    return wrong_number(name, text, low_text, high_text);
}

/* Checks every number; the first problem, or NULL. */
static char *
read_numbers(const Texts *texts, LoadOptions *options)
{
    const struct {
        const char *name;
        const char *text;
        int low;
        int high;
        int *number;
    } whole[] = {
        {"connections", texts->connections, 1, 10000, &options->connections},
        {"pipeline", texts->pipeline, 1, 4096, &options->pipeline},
        {"threads", texts->threads, 1, 256, &options->threads},
        {"key-size", texts->key_size, 1, LOAD_KEY_BYTES_MAX, &options->key_size},
        {"get-percent", texts->get_percent, 0, 100, &options->get_percent},
        {"scan-length", texts->scan_length, 1, LOAD_SCAN_LENGTH_MAX, &options->scan_length},
    };
    const struct {
        const char *name;
        const char *text;
        double low;
        double high;
        double *number;
    } reals[] = {
        {"seconds", texts->seconds, 0.1, 1e6, &options->seconds},
        {"warmup-seconds", texts->warmup_seconds, 0, 1e6, &options->warmup_seconds},
        {"timeout-seconds", texts->timeout_seconds, 0.001, 3600, &options->timeout_seconds},
        {"rate", texts->rate, 0, 1e8, &options->rate},
        {"compression-ratio", texts->compression_ratio, 0.01, 1, &options->compression_ratio},
    };
    int64_t seed = (int64_t)options->seed;
    char *problem =
        read_integer("records", texts->records, 1, INT64_C(10000000000), &options->records);
    if (problem == NULL) {
        problem = read_integer("operations", texts->operations, 1, INT64_C(1000000000000),
                               &options->operations);
    }
    if (problem == NULL) {
        problem = read_integer("seed", texts->seed, 0, INT64_MAX, &seed);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(whole) && problem == NULL; i++) {
        problem =
            read_int(whole[i].name, whole[i].text, whole[i].low, whole[i].high, whole[i].number);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(reals) && problem == NULL; i++) {
        problem =
            read_real(reals[i].name, reals[i].text, reals[i].low, reals[i].high, reals[i].number);
    }
    options->seed = (uint64_t)seed;
    return problem;
}

/* How long the run is: by time or by operations, with the workload's presets. */
static char *
check_length(const Texts *texts, LoadOptions *options)
{
    const LoadWorkload *workload = options->workload;
    bool compact = workload->kind == LOAD_COMPACT;
    if (texts->operations != NULL && (texts->seconds != NULL || workload->writer)) {
        return g_strdup_printf("--operations: does not go with %s",
                               workload->writer ? workload->name : "--seconds");
    }
    if (texts->operations == NULL && workload->counted && (texts->seconds == NULL || compact)) {
        options->operations = compact ? 1 : options->records;
    }
    bool warms_up = texts->warmup_seconds != NULL && options->warmup_seconds > 0;
    if (options->operations != 0 && workload->counted && warms_up) {
        return g_strdup_printf("--warmup-seconds: does not go with %s, unless --seconds is given",
                               workload->name);
    }
    if (options->operations != 0 && !warms_up) {
        options->warmup_seconds = 0;
    }
    return NULL;
}

static char *
check_workload(const Texts *texts, LoadOptions *options)
{
    const char *preset = options->laws.words.mix == NULL ? "mixed" : "mix";
    const char *name = texts->workload == NULL ? preset : texts->workload;
    const LoadWorkload *workload = load_workload_find(name);
    if (workload == NULL) {
        GString *problem = g_string_new(NULL);
        g_string_append_printf(problem, "--workload=%s: must be one of", name);
        for (size_t i = 0; (workload = load_workload_at(i)) != NULL; i++) {
            g_string_append_printf(problem, " %s", workload->name);
        }
        return g_string_free(problem, FALSE);
    }
    options->workload = workload;
    if (texts->get_percent != NULL && !workload->mixed) {
        return g_strdup("--get-percent: goes with --workload=mixed only");
    }
    if (!workload->mixed) {
        options->get_percent = workload->kind == LOAD_GET ? 100 : 0;
    }
    if (texts->scan_length != NULL && !load_op_is_walk(workload->kind)) {
        return g_strdup("--scan-length: goes with multi_get, readseq, readreverse and seekrandom "
                        "only");
    }
    if (texts->scan_length == NULL) {
        options->scan_length = (int)workload->walk;
    }
    if (workload->embedded && options->target_kind != LOAD_TARGET_EMBEDDED) {
        return g_strdup_printf("--workload=%s: goes with --target=embedded:ENGINE only", name);
    }
    return check_length(texts, options);
}

static char *
check_key_shape(const Texts *texts, LoadOptions *options)
{
    if (options->laws.recorded != NULL) {
        bool made = texts->records != NULL || texts->key_size != NULL || texts->key_shape != NULL;
        options->key_shape = LOAD_KEY_RECORDED;
        return made ? g_strdup("--keys: does not go with --records, --key-size and --key-shape, "
                               "which the file decides")
                    : NULL;
    }
    if (texts->key_shape == NULL) {
        options->key_shape = options->workload->ycsb ? LOAD_KEY_SCATTERED : LOAD_KEY_DECIMAL;
        return NULL;
    }
    for (int shape = 0; shape < LOAD_KEY_RECORDED; shape++) {
        if (g_str_equal(texts->key_shape, load_key_shape_name((LoadKeyShape)shape))) {
            options->key_shape = (LoadKeyShape)shape;
            return NULL;
        }
    }
    return g_strdup_printf("--key-shape=%s: must be decimal, binary or scattered",
                           texts->key_shape);
}

static char *
check_words(const Texts *texts, LoadOptions *options)
{
    if (texts->load && texts->no_load) {
        return g_strdup("--load and --no-load exclude each other");
    }
    if (texts->load && options->workload->fresh) {
        return g_strdup_printf("--load: does not go with %s", options->workload->name);
    }
    if (texts->load && options->target_kind == LOAD_TARGET_NULL) {
        return g_strdup("--load: does not go with --target=null, which keeps nothing");
    }
    options->load =
        !texts->no_load && !options->workload->fresh && options->target_kind != LOAD_TARGET_NULL;
    if (texts->protocol == NULL || g_str_equal(texts->protocol, "binary")) {
        options->protocol = WIRE_BINARY;
    } else if (g_str_equal(texts->protocol, "compact")) {
        options->protocol = WIRE_COMPACT;
    } else {
        return g_strdup_printf("--protocol=%s: must be binary or compact", texts->protocol);
    }
    return NULL;
}

static char *
check_laws(LoadOptions *options)
{
    LoadLaws *laws = &options->laws;
    char *problem = load_study_read(&options->study, options->operations != 0, &options->rate);
    if (problem == NULL) {
        problem = load_laws_read(laws, options->workload, options->rate > 0);
    }
    uint32_t scan = load_mix_longest(&laws->mix, LOAD_SCAN);
    uint32_t multi_get = load_mix_longest(&laws->mix, LOAD_MULTI_GET);
    if (laws->mix.count != 0) {
        options->scan_length = (int)(scan > multi_get ? scan : multi_get);
    }
    options->value_size = (int)laws->sizes.most;
    if (problem == NULL && laws->recorded != NULL) {
        options->records = laws->recorded->key_count;
        options->key_size = (int)laws->recorded->longest;
    }
    return problem;
}

/* What only shows when several options are seen together. */
static char *
check_together(LoadOptions *options)
{
    BaseSlice prefix = base_slice_text(options->key_prefix);
    if (prefix.len > LOAD_KEY_PREFIX_BYTES_MAX) {
        return g_strdup_printf("--key-prefix: must have at most %d bytes",
                               LOAD_KEY_PREFIX_BYTES_MAX);
    }
    size_t key_size_min =
        load_keys_size_min(options->key_shape, prefix, load_options_together_records(options));
    if ((size_t)options->key_size < key_size_min) {
        return g_strdup_printf("--key-size=%d: must be from %zu to %d with --records=%" PRId64
                               " and --key-prefix=%s",
                               options->key_size, key_size_min, LOAD_KEY_BYTES_MAX,
                               options->records, options->key_prefix);
    }
    if (options->target_kind == LOAD_TARGET_EMBEDDED || options->target_kind == LOAD_TARGET_NULL) {
        options->connections = options->threads;
    }
    if (options->connections < options->threads) {
        return g_strdup_printf("--threads=%d: must be from 1 to %d, the number of connections",
                               options->threads, options->connections);
    }
    if (options->workload->writer && options->threads < 2) {
        return g_strdup_printf("--threads=%d: must be at least 2 with %s", options->threads,
                               options->workload->name);
    }
    int64_t walk_bytes =
        (int64_t)options->scan_length * ((int64_t)options->key_size + options->value_size);
    if (options->target_kind == LOAD_TARGET_MEMCACHED && walk_bytes != 0) {
        return g_strdup_printf("--workload=%s: a memcached server has no such operation",
                               options->workload->name);
    }
    if (options->target_kind == LOAD_TARGET_SOCKET && walk_bytes > LOAD_SCAN_BYTES_MAX) {
        return g_strdup_printf("--scan-length=%d: a reply would be longer than %d bytes",
                               options->scan_length, LOAD_SCAN_BYTES_MAX);
    }
    if (options->records < options->threads) {
        return g_strdup_printf("--threads=%d: must be from 1 to %" PRId64 ", the number of records",
                               options->threads, options->records);
    }
    return load_options_together(options);
}

static char *
check(const Texts *texts, LoadOptions *options)
{
    char *problem = read_numbers(texts, options);
    if (problem == NULL) {
        problem = load_options_target(options);
    }
    if (problem == NULL) {
        problem = check_workload(texts, options);
    }
    if (problem == NULL) {
        problem = check_laws(options);
    }
    if (problem == NULL) {
        problem = check_key_shape(texts, options);
    }
    if (problem == NULL) {
        problem = check_words(texts, options);
    }
    return problem != NULL ? problem : check_together(options);
}

/* The options that other nouns read. */
static void
add_options(GOptionContext *context, LoadOptions *o)
{
    GOptionEntry study[LOAD_STUDY_OPTIONS + 1] = {{0}};
    GOptionEntry laws[LOAD_LAW_OPTIONS + 1] = {{0}};
    load_study_options(&o->study, study);
    load_laws_options(&o->laws.words, laws);
    g_option_context_add_main_entries(context, study, NULL);
    g_option_context_add_main_entries(context, laws, NULL);
}

/* Lets GOption fill in the texts. NULL, or what it has to say. */
static char *
parse_texts(int *argc, char ***argv, Texts *t, LoadOptions *o)
{
    const GOptionEntry entries[] = {
        {"target", 't', 0, G_OPTION_ARG_STRING_ARRAY, &o->targets,
         "tcp:HOST:PORT, unix:PATH (repeat it for several servers), embedded:ENGINE, null, "
         "redis:ADDRESS or memcached:ADDRESS [tcp:127.0.0.1:7400]",
         "TARGET"},
        {"store", 0, 0, G_OPTION_ARG_STRING, &o->store, "Store of the server [default]", "NAME"},
        {"workload", 'w', 0, G_OPTION_ARG_STRING, &t->workload, "See below [mixed]", "NAME"},
        {"get-percent", 0, 0, G_OPTION_ARG_STRING, &t->get_percent,
         "Share of gets in mixed, 0-100 [50]", "N"},
        {"connections", 'c', 0, G_OPTION_ARG_STRING, &t->connections, "1-10000 [50]", "N"},
        {"pipeline", 'p', 0, G_OPTION_ARG_STRING, &t->pipeline,
         "Requests under way per connection, 1-4096 [1]", "N"},
        {"threads", 0, 0, G_OPTION_ARG_STRING, &t->threads, "1-256 [1]", "N"},
        {"records", 'n', 0, G_OPTION_ARG_STRING, &t->records, "1-10000000000 [1000000]", "N"},
        {"key-size", 0, 0, G_OPTION_ARG_STRING, &t->key_size, "Bytes, up to 1024 [16]", "N"},
        {"key-shape", 0, 0, G_OPTION_ARG_STRING, &t->key_shape,
         "decimal, binary or scattered [decimal]", "NAME"},
        {"key-prefix", 0, 0, G_OPTION_ARG_STRING, &o->key_prefix, "Begins every key [key]", "TEXT"},
        {"compression-ratio", 0, 0, G_OPTION_ARG_STRING, &t->compression_ratio,
         "To what part of their size values can be compressed, about, 0.01-1 [1]", "R"},
        {"scan-length", 0, 0, G_OPTION_ARG_STRING, &t->scan_length,
         "Entries of one walk, keys of one multi_get, 1-10000 [1000; seekrandom: 1; multi_get: "
         "100]",
         "N"},
        {"operations", 0, 0, G_OPTION_ARG_STRING, &t->operations,
         "End after so many, of all threads together [fillseq, fillrandom, deleterandom: as many "
         "as "
         "records; others: by time]",
         "N"},
        {"seconds", 's', 0, G_OPTION_ARG_STRING, &t->seconds, "Measured time, 0.1-1000000 [10]",
         "S"},
        {"warmup-seconds", 0, 0, G_OPTION_ARG_STRING, &t->warmup_seconds,
         "Before it, not measured, 0-1000000 [2; with --operations: 0]", "S"},
        {"timeout-seconds", 0, 0, G_OPTION_ARG_STRING, &t->timeout_seconds,
         "For one reply, 0.001-3600 [10]", "S"},
        {"rate", 'r', 0, G_OPTION_ARG_STRING, &t->rate,
         "Requests a second, open loop; 0: closed loop, 0-100000000 [0]", "N"},
        {"seed", 0, 0, G_OPTION_ARG_STRING, &t->seed, "Of the key sequence [1]", "N"},
        {"protocol", 0, 0, G_OPTION_ARG_STRING, &t->protocol, "binary or compact [binary]", "NAME"},
        {"load", 0, 0, G_OPTION_ARG_NONE, &t->load, "Write every record first (the default)", NULL},
        {"no-load", 0, 0, G_OPTION_ARG_NONE, &t->no_load, "The records are there already", NULL},
        {"directory", 0, 0, G_OPTION_ARG_FILENAME, &o->directory,
         "embedded: parent of the temporary data directory [$TMPDIR]", "DIR"},
        {"engine-option", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o->engine_options,
         "embedded: an option of the engine, as write_buffer=64M; may be repeated", "NAME=VALUE"},
        {"admin", 0, 0, G_OPTION_ARG_STRING, &o->admin,
         "Where to ask what the server does [with the default target: tcp:127.0.0.1:7401]",
         "ADDRESS"},
        {"expect", 0, 0, G_OPTION_ARG_FILENAME, &o->expect,
         "Write down every write and its answer, for larder-load verify", "FILE"},
        {"hgrm", 0, 0, G_OPTION_ARG_FILENAME, &o->hgrm, "Write percentiles (HdrHistogram)", "FILE"},
        {"hlog", 0, 0, G_OPTION_ARG_FILENAME, &o->hlog, "Write an HdrHistogram log", "FILE"},
        {"json", 'j', 0, G_OPTION_ARG_FILENAME, &o->json, "Write all figures to a file", "FILE"},
        {"quiet", 'q', 0, G_OPTION_ARG_NONE, &t->quiet, "No progress", NULL},
        {"version", 0, 0, G_OPTION_ARG_NONE, &t->version, "Print the version and exit", NULL},
        {0},
    };
    g_autoptr(GOptionContext) context =
        g_option_context_new("- load for Larder, every read checked");
    add_options(context, o);
    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_set_description(context, description);
    g_autoptr(GError) error = NULL;
    if (!g_option_context_parse(context, argc, argv, &error)) {
        return g_strdup(error->message);
    }
    return *argc > 1 ? g_strdup_printf("\"%s\" is no option", (*argv)[1]) : NULL;
}

static void
clear_texts(Texts *texts)
{
    char **all[] = {&texts->connections,
                    &texts->pipeline,
                    &texts->threads,
                    &texts->records,
                    &texts->key_size,
                    &texts->get_percent,
                    &texts->seconds,
                    &texts->warmup_seconds,
                    &texts->rate,
                    &texts->timeout_seconds,
                    &texts->seed,
                    &texts->protocol,
                    &texts->operations,
                    &texts->scan_length,
                    &texts->key_shape,
                    &texts->workload,
                    &texts->compression_ratio};
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
        g_clear_pointer(all[i], g_free);
    }
}

/* Fills in the words that were not given. */
static void
set_default(char **word, const char *preset)
{
    if (*word == NULL) {
        *word = g_strdup(preset);
    }
}

LoadOptionsResult
load_options_parse(int *argc, char ***argv, LoadOptions *ret_options, char **ret_problem)
{
    LoadOptions options = {
        .get_percent = 50,
        .connections = 50,
        .pipeline = 1,
        .threads = 1,
        .records = 1000000,
        .key_size = 16,
        .compression_ratio = 1,
        .seconds = 10,
        .warmup_seconds = 2,
        .timeout_seconds = 10,
        .seed = 1,
    };
    Texts texts = {0};
    LoadOptionsResult result = LOAD_OPTIONS_WRONG;
    char *problem = parse_texts(argc, argv, &texts, &options);
    if (problem == NULL && texts.version) {
        (void)puts("larder-load " LARDER_VERSION);
        result = LOAD_OPTIONS_DONE;
    } else if (problem == NULL) {
        if (options.targets == NULL) {
            set_default(&options.admin, "tcp:127.0.0.1:7401");
        }
        set_default(&options.store, "default");
        set_default(&options.key_prefix, "key");
        set_default(&options.directory, g_get_tmp_dir());
        options.quiet = texts.quiet;
        problem = check(&texts, &options);
        result = problem == NULL ? LOAD_OPTIONS_RUN : LOAD_OPTIONS_WRONG;
    }
    clear_texts(&texts);
    if (result == LOAD_OPTIONS_RUN) {
        *ret_options = options;
        return result;
    }
    load_options_clear(&options);
    if (problem != NULL) {
        *ret_problem = problem;
    }
    return result;
}

void
load_options_clear(LoadOptions *options)
{
    g_free(options->target);
    g_strfreev(options->targets);
    g_free(options->addresses);
    g_free(options->directory);
    g_free(options->store);
    g_strfreev(options->engine_options);
    g_free(options->key_prefix);
    load_laws_clear(&options->laws);
    load_study_clear(&options->study);
    g_free(options->json);
    g_free(options->expect);
    g_free(options->hgrm);
    g_free(options->hlog);
    g_free(options->admin);
    *options = (LoadOptions){0};
}
