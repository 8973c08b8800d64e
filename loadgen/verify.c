/*
 * verify.c: `larder-load verify`. Reads every record of an expected-state file from a server and
 * judges it; see history.h.
 *
 * Reads are pipelined on one connection of the SDK, which tries again what can be tried again. A
 * record that cannot be read has no verdict; then the whole has none either, unless something wrong
 * was found already.
 */
#include "loadgen/verify.h"

#include "loadgen/figure.h"
#include "loadgen/history.h"
#include "loadgen/json_file.h"
#include "loadgen/value.h"

#include <larder/client.h>

#include <errno.h>
#include <glib.h>
#include <inttypes.h>

enum {
    EXIT_WRONG_STATUS = 1,
    EXIT_USAGE_STATUS = 64,
    EXIT_INPUT_STATUS = 65,
    EXIT_UNAVAILABLE_STATUS = 69,
    EXIT_OUTPUT_STATUS = 73,
    FORMAT = 1, /* of --json */
    PIPELINE = 64,
    EXAMPLES = 3,
    EXAMPLE_BYTES = 320,
};

static const char description[] =
    "Reads every record of a run that wrote --expect=FILE, and says of each whether what was\n"
    "acknowledged is there. To be used when the server has crashed and is back.\n"
    "\n"
    "Exit statuses: 0 nothing is wrong, 1 something is lost, stale, phantom or torn, 64 wrong\n"
    "command line, 65 the file cannot be used, 69 not all records could be read, 73 the file of\n"
    "--json cannot be written.\n";

typedef struct Verify Verify;

/* From the command line; what was not given is NULL. */
typedef struct Settings {
    char *path;
    char *target;
    char *store;
    char *json;
} Settings;

/* A read that is under way. */
typedef struct Question {
    Verify *verify;
    uint64_t record;
    const LoadWrite *writes;
    size_t count;
} Question;

struct Verify {
    LoadHistory history;
    LarderChannel *channel;
    const char *store;
    Question questions[PIPELINE];
    Question *idle[PIPELINE];
    size_t idle_count;
    size_t at;            /* writes before this one are of records that were asked for */
    uint64_t next_record; /* the next one of those that the run loads */
    uint64_t counts[LOAD_KEEPING_COUNT];
    char examples[LOAD_KEEPING_COUNT][EXAMPLES][EXAMPLE_BYTES];
    uint64_t unread;
    char unread_example[EXAMPLE_BYTES];
};

/* ----------------------------------------------------------------------------------- answers -- */

/* What is there, in words. */
static char *
words_of_finding(const LoadFinding *finding)
{
    LoadValueId id;
    if (!finding->found) {
        return g_strdup("nothing");
    }
    if (load_value_read(finding->value, &id) != LOAD_VALUE_WHOLE) {
        return g_strdup_printf("%zu bytes at version %" PRId64, finding->value.len,
                               finding->version);
    }
    return g_strdup_printf("write %u of record %" PRIu64 " of run %u, at version %" PRId64,
                           id.sequence, id.record, id.run, finding->version);
}

/* What was to be expected, in words. */
static char *
words_of_writes(const Question *question)
{
    const LoadWrite *newest = NULL;
    for (size_t i = 0; i < question->count; i++) {
        const LoadWrite *write = &question->writes[i];
        newest = write->version != 0 && (newest == NULL || write->version >= newest->version)
                     ? write
                     : newest;
    }
    if (newest == NULL) {
        return g_strdup_printf("%zu writes were begun, none acknowledged", question->count);
    }
    return g_strdup_printf("%s %u was acknowledged at version %" PRId64 ", the newest of %zu",
                           newest->remove ? "remove" : "write", newest->sequence, newest->version,
                           question->count);
}

static void
note(Verify *verify, LoadKeeping keeping, const Question *question, const LoadFinding *finding)
{
    uint64_t place = verify->counts[keeping]++;
    if (keeping < LOAD_KEEPING_LOST || place >= EXAMPLES) {
        return;
    }
    g_autofree char *expected = words_of_writes(question);
    g_autofree char *there = words_of_finding(finding);
    (void)g_snprintf(verify->examples[keeping][place], EXAMPLE_BYTES,
                     "record %" PRIu64 ": %s; found %s", question->record, expected, there);
}

static void
on_reply(void *context, LarderReply *reply)
{
    Question *question = context;
    Verify *verify = question->verify;
    if (reply->outcome == LARDER_OK) {
        const LarderGetResult *got = reply->as.get;
        LoadFinding finding = {got->found, base_slice(got->value.data, got->value.size),
                               got->version};
        note(verify,
             load_history_judge(&verify->history, question->record, question->writes,
                                question->count, &finding),
             question, &finding);
    } else if (verify->unread++ == 0) {
        (void)g_snprintf(verify->unread_example, EXAMPLE_BYTES, "record %" PRIu64 ": %s: %.200s",
                         question->record, larder_outcome_name(reply->outcome),
                         reply->message.data);
    }
    verify->idle[verify->idle_count++] = question;
    larder_reply_free(reply);
}

/* --------------------------------------------------------------------------------- questions -- */

/* The next record with its writes. False: there is none. */
static bool
next_question(Verify *verify, Question *question)
{
    const LoadHistory *history = &verify->history;
    bool loaded_left = verify->next_record < history->head.records;
    bool writes_left = verify->at < history->count;
    if (!loaded_left && !writes_left) {
        return false;
    }
    uint64_t record = loaded_left ? verify->next_record : history->writes[verify->at].record;
    size_t begin = verify->at;
    while (verify->at < history->count && history->writes[verify->at].record == record) {
        verify->at++;
    }
    verify->next_record += loaded_left ? 1 : 0;
    *question = (Question){verify, record, history->writes + begin, verify->at - begin};
    return true;
}

/* Asks for one more record. False: there are no more, or there is no memory. */
static bool
ask(Verify *verify)
{
    uint8_t key[LOAD_KEY_BYTES_MAX + 1];
    Question *question = verify->idle[verify->idle_count - 1];
    if (!next_question(verify, question)) {
        return false;
    }
    BaseSlice bytes =
        load_keys_write_near(&verify->history.head.keys, question->record, false, key);
    if (!larder_channel_get(verify->channel, larder_text(verify->store),
                            larder_bytes(bytes.data, bytes.len), NULL, on_reply, question)) {
        verify->unread++;
        return true;
    }
    verify->idle_count--;
    return true;
}

static void
ask_all(Verify *verify)
{
    for (size_t i = 0; i < PIPELINE; i++) {
        verify->idle[verify->idle_count++] = &verify->questions[i];
    }
    bool more = true;
    while (more || larder_channel_pending(verify->channel) != 0) {
        while (more && verify->idle_count != 0) {
            more = ask(verify);
        }
        (void)larder_channel_poll(verify->channel, -1);
        if (verify->unread >= PIPELINE) {
            more = false; /* it does not answer: there is no use in going on */
        }
    }
}

/* ----------------------------------------------------------------------------------- report -- */

static uint64_t
count_wrong(const Verify *verify)
{
    uint64_t wrong = 0;
    for (int keeping = LOAD_KEEPING_LOST; keeping < LOAD_KEEPING_COUNT; keeping++) {
        wrong += verify->counts[keeping];
    }
    return wrong;
}

static int
report(const Verify *verify, const char *path, const char *target)
{
    const LoadHistory *history = &verify->history;
    char figure[LOAD_FIGURE_BYTES];
    g_print("larder-load verify   %s against %s\n", path, target);
    load_figure_count(figure, history->count);
    g_print("  run %u: %s writes begun", history->head.run, figure);
    load_figure_count(figure, history->acknowledged);
    g_print(", %s acknowledged", figure);
    load_figure_count(figure, history->unanswered);
    g_print(", %s without an answer\n\n", figure);
    for (int keeping = 0; keeping < LOAD_KEEPING_COUNT; keeping++) {
        load_figure_count(figure, verify->counts[keeping]);
        g_print("%-10s %14s  %s\n", load_keeping_name((LoadKeeping)keeping), figure,
                load_keeping_meaning((LoadKeeping)keeping));
        for (int i = 0; i < EXAMPLES && verify->examples[keeping][i][0] != '\0'; i++) {
            g_print("    %s\n", verify->examples[keeping][i]);
        }
    }
    uint64_t wrong = count_wrong(verify);
    if (verify->unread != 0) {
        g_print("\nNot all records could be read: %s\n", verify->unread_example);
    }
    if (wrong != 0) {
        load_figure_count(figure, wrong);
        g_print("\nWRONG: %s records\n", figure);
        return EXIT_WRONG_STATUS;
    }
    if (verify->unread != 0) {
        return EXIT_UNAVAILABLE_STATUS;
    }
    g_print("\nNothing that was acknowledged is lost, and nothing is there that should not be.\n");
    return 0;
}

/* The same as a file. */
static bool
write_report(const Verify *verify, const Settings *settings, char **ret_problem)
{
    const LoadHistory *history = &verify->history;
    g_autoptr(JsonBuilder) json = json_builder_new();
    json_builder_begin_object(json);
    load_json_number(json, "format", FORMAT);
    load_json_text(json, "program", "larder-load verify");
    load_json_text(json, "target", settings->target);
    load_json_text(json, "store", settings->store);
    load_json_number(json, "run", history->head.run);
    load_json_number(json, "writes", (int64_t)history->count);
    load_json_number(json, "acknowledged", (int64_t)history->acknowledged);
    load_json_number(json, "unanswered", (int64_t)history->unanswered);
    load_json_begin_object(json, "verdicts");
    for (int keeping = 0; keeping < LOAD_KEEPING_COUNT; keeping++) {
        load_json_number(json, load_keeping_name((LoadKeeping)keeping),
                         (int64_t)verify->counts[keeping]);
    }
    json_builder_end_object(json);
    load_json_begin_array(json, "examples");
    for (int keeping = 0; keeping < LOAD_KEEPING_COUNT; keeping++) {
        for (int i = 0; i < EXAMPLES && verify->examples[keeping][i][0] != '\0'; i++) {
            json_builder_add_string_value(json, verify->examples[keeping][i]);
        }
    }
    json_builder_end_array(json);
    load_json_number(json, "wrong", (int64_t)count_wrong(verify));
    load_json_number(json, "unread", (int64_t)verify->unread);
    json_builder_end_object(json);
    return load_json_file_write(settings->json, json, ret_problem);
}

/* ----------------------------------------------------------------------------- the command -- */

static int
complain(char *problem, int status)
{
    g_printerr("larder-load verify: %s\n", problem);
    g_free(problem);
    return status;
}

static int
verify_history(Verify *verify, const Settings *settings)
{
    LarderProblem problem;
    LarderClientOptions options = {
        .address = settings->target, .pipeline_max = PIPELINE, .name = "larder-load"};
    verify->channel = larder_channel_new(&options, &problem);
    if (verify->channel == NULL) {
        return complain(g_strdup_printf("--target=%s: %s", settings->target, problem.message),
                        EXIT_USAGE_STATUS);
    }
    ask_all(verify);
    larder_channel_free(verify->channel);
    char *unwritten = NULL;
    int status = report(verify, settings->path, settings->target);
    if (settings->json != NULL && !write_report(verify, settings, &unwritten)) {
        return complain(unwritten, EXIT_OUTPUT_STATUS);
    }
    return status;
}

static int
verify_file(const Settings *settings)
{
    g_autofree Verify *verify = g_new0(Verify, 1);
    const char *path = settings->path;
    char *problem = NULL;
    verify->store = settings->store;
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return complain(g_strdup_printf("--expect=%s: %s", path, g_strerror(errno)),
                        EXIT_INPUT_STATUS);
    }
    bool good = load_history_read(file, &verify->history, &problem);
    (void)fclose(file);
    if (!good) {
        int status = complain(g_strdup_printf("--expect=%s: %s", path, problem), EXIT_INPUT_STATUS);
        g_free(problem);
        return status;
    }
    int status = verify_history(verify, settings);
    load_history_clear(&verify->history);
    return status;
}

static int
parse_and_verify(int argc, char **argv, Settings *settings)
{
    const GOptionEntry entries[] = {
        {"expect", 'e', 0, G_OPTION_ARG_FILENAME, &settings->path, "What a run wrote with --expect",
         "FILE"},
        {"target", 't', 0, G_OPTION_ARG_STRING, &settings->target,
         "tcp:HOST:PORT or unix:PATH of the server [tcp:127.0.0.1:7400]", "TARGET"},
        {"store", 0, 0, G_OPTION_ARG_STRING, &settings->store, "Store of the server [default]",
         "NAME"},
        {"json", 'j', 0, G_OPTION_ARG_FILENAME, &settings->json, "Write the verdicts to a file",
         "FILE"},
        {0},
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(GOptionContext) context =
        g_option_context_new("- is everything there that was acknowledged?");
    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_set_description(context, description);
    if (!g_option_context_parse(context, &argc, &argv, &error)) {
        return complain(g_strdup(error->message), EXIT_USAGE_STATUS);
    }
    if (argc > 1 || settings->path == NULL) {
        return complain(settings->path == NULL ? g_strdup("--expect=FILE: must be given")
                                               : g_strdup_printf("\"%s\" is no option", argv[1]),
                        EXIT_USAGE_STATUS);
    }
    settings->target = settings->target == NULL ? g_strdup("tcp:127.0.0.1:7400") : settings->target;
    settings->store = settings->store == NULL ? g_strdup("default") : settings->store;
    return verify_file(settings);
}

int
load_verify_main(int argc, char **argv)
{
    Settings settings = {.path = NULL};
    int status = parse_and_verify(argc, argv, &settings);
    g_free(settings.path);
    g_free(settings.target);
    g_free(settings.store);
    g_free(settings.json);
    return status;
}
