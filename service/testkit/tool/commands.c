/*
 * commands.c: see commands.h.
 *
 * A command takes its fields, and acts only if all of them make sense. Calls are recorded as the
 * text that shows them, at most COMMANDS_CALLS_MAX between two questions; more are counted.
 */
#include "service/testkit/tool/commands.h"

#include "service/testkit/faults.h"
#include "service/testkit/names.h"
#include "service/testkit/tool/json.h"

#include <inttypes.h>
#include <pthread.h>

enum { COMMANDS_CALLS_MAX = 10000 };

struct ToolCommands {
    LarderTestServer *server;
    bool stopped;
    pthread_mutex_t lock; /* of the two below */
    GPtrArray *calls;     /* of char *, one object each */
    uint64_t dropped;
};

/* Executes a command whose name was taken; problems go to `json`. */
typedef void Command(ToolCommands *commands, ToolJson *json, GString *answer);

/* ------------------------------------------------------------------------------------ faults -- */

/* A text that is NUL-terminated as it stands; NULL: absent, or it has a NUL, which is a problem. */
static const char *
take_name(ToolJson *json, const char *field)
{
    const GString *text = tool_json_take_text(json, field);
    if (text == NULL) {
        return NULL;
    }
    if (strlen(text->str) != text->len) {
        tool_json_complain(json, "%s has a NUL in it", field);
        return NULL;
    }
    return text->str;
}

static LarderFaultKind
take_kind(ToolJson *json)
{
    LarderFaultKind kind = LARDER_FAULT_DELAY;
    const char *name = take_name(json, "kind");
    if (name == NULL || !testkit_names_kind(name, &kind)) {
        tool_json_complain(json, "kind has to be one of %s", TESTKIT_NAMES_KINDS);
    }
    return kind;
}

static LarderOutcome
take_outcome(ToolJson *json)
{
    LarderOutcome outcome = LARDER_OK;
    const char *name = take_name(json, "outcome");
    if (name != NULL && !testkit_names_exception(name, &outcome)) {
        tool_json_complain(json, "outcome has to be one of %s", TESTKIT_NAMES_EXCEPTIONS);
    }
    return outcome;
}

static int32_t
take_code(ToolJson *json, LarderOutcome outcome)
{
    if (tool_json_is_number(json, "code")) {
        int64_t number = tool_json_take_number(json, "code", 0);
        if (number < 0 || number > INT32_MAX) {
            tool_json_complain(json, "code is out of range");
            return 0;
        }
        return (int32_t)number;
    }
    int32_t code = 0;
    const char *name = take_name(json, "code");
    if (name != NULL && !testkit_names_code(outcome, name, &code)) {
        tool_json_complain(json, "outcome %s has no code \"%s\"", larder_outcome_name(outcome),
                           name);
    }
    return code;
}

/* The prefix as bytes, for g_free(). */
static guchar *
take_prefix(ToolJson *json, LarderBytes *ret_prefix)
{
    const GString *text = tool_json_take_text(json, "key_prefix");
    const char *encoded = take_name(json, "key_prefix_base64");
    if (text != NULL && encoded != NULL) {
        tool_json_complain(json, "key_prefix and key_prefix_base64 exclude each other");
    }
    if (text != NULL) {
        *ret_prefix = larder_bytes(text->str, text->len);
    }
    if (encoded == NULL || encoded[0] == '\0') {
        return NULL;
    }
    gsize len = 0;
    guchar *bytes = g_base64_decode(encoded, &len);
    g_autofree char *again = g_base64_encode(bytes, len);
    if (strcmp(again, encoded) != 0) {
        tool_json_complain(json, "key_prefix_base64 is not base64");
    }
    *ret_prefix = larder_bytes(bytes, len);
    return bytes;
}

/* All of a fault; what it returns is the prefix, for g_free(). */
static guchar *
take_fault(ToolJson *json, LarderFault *ret_fault)
{
    *ret_fault = (LarderFault){
        .kind = take_kind(json),
        .method = take_name(json, "method"),
        .skip = tool_json_take_number(json, "skip", 0),
        .times = tool_json_take_number(json, "times", 0),
        .delay_ms = tool_json_take_number(json, "delay_ms", 0),
        .outcome = take_outcome(json),
        .retry_after_ms = tool_json_take_number(json, "retry_after_ms", 0),
    };
    ret_fault->code = take_code(json, ret_fault->outcome);
    return take_prefix(json, &ret_fault->key_prefix);
}

static void
inject(ToolCommands *commands, ToolJson *json, GString *answer)
{
    LarderFault fault;
    LarderProblem problem = {""};
    guchar *prefix = take_fault(json, &fault);
    bool sound = tool_json_is_done(json) && testkit_faults_check(&fault, &problem);
    if (sound) {
        g_string_append_printf(answer, ",\"fault\":%" PRId64,
                               larder_test_server_inject(commands->server, &fault));
    } else {
        tool_json_complain(json, "%s", problem.message);
    }
    g_free(prefix);
}

static void
hits(ToolCommands *commands, ToolJson *json, GString *answer)
{
    int64_t fault = tool_json_take_number(json, "fault", -1);
    int64_t count = larder_test_server_fault_hits(commands->server, fault);
    if (count < 0) {
        tool_json_complain(json, "there is no such fault");
    }
    g_string_append_printf(answer, ",\"hits\":%" PRId64, count);
}

static void
clear(ToolCommands *commands, ToolJson *json, GString *answer)
{
    (void)answer;
    if (tool_json_is_done(json)) {
        larder_test_server_clear_faults(commands->server);
    }
}

/* ------------------------------------------------------------------------------------ server -- */

static void
advance(ToolCommands *commands, ToolJson *json, GString *answer)
{
    (void)answer;
    int64_t ms = tool_json_take_number(json, "ms", 0);
    if (tool_json_is_done(json) && !larder_test_server_advance_ms(commands->server, ms)) {
        tool_json_complain(json, "the server has the real clock (see --clock), or its clock cannot "
                                 "go there");
    }
}

static void
cut(ToolCommands *commands, ToolJson *json, GString *answer)
{
    (void)answer;
    if (tool_json_is_done(json)) {
        larder_test_server_cut(commands->server);
    }
}

static void
drain(ToolCommands *commands, ToolJson *json, GString *answer)
{
    (void)answer;
    if (tool_json_is_done(json)) {
        larder_test_server_drain(commands->server);
    }
}

static void
executed(ToolCommands *commands, ToolJson *json, GString *answer)
{
    const char *method = take_name(json, "method");
    int64_t count = larder_test_server_executed(commands->server, method);
    if (count < 0) {
        tool_json_complain(json, "there is no method \"%s\"", method);
    }
    g_string_append_printf(answer, ",\"executed\":%" PRId64, count);
}

static void
stop(ToolCommands *commands, ToolJson *json, GString *answer)
{
    (void)answer;
    commands->stopped = tool_json_is_done(json);
}

/* ------------------------------------------------------------------------------------- trace -- */

static void
record(void *context, const LarderTestCall *call)
{
    ToolCommands *commands = context;
    GString *text = g_string_new("{\"method\":");
    tool_json_write_text(text, call->method, strlen(call->method));
    g_string_append(text, ",\"store\":");
    tool_json_write_text(text, call->store.data, call->store.size);
    g_string_append(text, ",\"key_base64\":");
    tool_json_write_bytes(text, call->key.data, call->key.size);
    g_string_append(text, ",\"peer\":");
    tool_json_write_text(text, call->peer, strlen(call->peer));
    g_string_append_printf(text,
                           ",\"outcome\":\"%s\",\"code\":%" PRId32 ",\"executed\":%s,"
                           "\"queue_us\":%" PRId64 ",\"duration_us\":%" PRId64
                           ",\"request_bytes\":%zu,\"reply_bytes\":%zu}",
                           larder_outcome_name(call->outcome), call->code,
                           call->executed ? "true" : "false", call->queue_us, call->duration_us,
                           call->request_bytes, call->reply_bytes);
    char *object = g_string_free(text, FALSE);
    (void)pthread_mutex_lock(&commands->lock);
    bool full = commands->calls->len == COMMANDS_CALLS_MAX;
    commands->dropped += full;
    if (!full) {
        g_ptr_array_add(commands->calls, object);
    }
    (void)pthread_mutex_unlock(&commands->lock);
    if (full) {
        g_free(object);
    }
}

static void
trace(ToolCommands *commands, ToolJson *json, GString *answer)
{
    (void)answer;
    bool on = tool_json_take_boolean(json, "on", true);
    if (tool_json_is_done(json)) {
        larder_test_server_trace(commands->server, on ? record : NULL, commands);
    }
}

static void
calls(ToolCommands *commands, ToolJson *json, GString *answer)
{
    if (!tool_json_is_done(json)) {
        return;
    }
    (void)pthread_mutex_lock(&commands->lock);
    g_string_append(answer, ",\"calls\":[");
    for (guint i = 0; i < commands->calls->len; i++) {
        g_string_append(answer, i == 0 ? "" : ",");
        g_string_append(answer, g_ptr_array_index(commands->calls, i));
    }
    g_string_append_printf(answer, "],\"dropped\":%" PRIu64, commands->dropped);
    g_ptr_array_set_size(commands->calls, 0);
    commands->dropped = 0;
    (void)pthread_mutex_unlock(&commands->lock);
}

/* ---------------------------------------------------------------------------------- dispatch -- */

static const struct {
    const char *name;
    Command *command;
} table[] = {
    {"inject", inject}, {"hits", hits},   {"clear", clear},       {"advance", advance},
    {"cut", cut},       {"drain", drain}, {"executed", executed}, {"trace", trace},
    {"calls", calls},   {"stop", stop},
};

/* Executes a command; what is wrong goes to `json`. */
static void
execute(ToolCommands *commands, ToolJson *json, GString *answer)
{
    const char *name = take_name(json, "command");
    for (size_t i = 0; name != NULL && i < G_N_ELEMENTS(table); i++) {
        if (strcmp(name, table[i].name) == 0) {
            table[i].command(commands, json, answer);
            (void)tool_json_is_done(json);
            return;
        }
    }
    tool_json_complain(json, "command has to be one of inject, hits, clear, advance, cut, drain, "
                             "executed, trace, calls, stop");
}

ToolCommands *
tool_commands_new(LarderTestServer *server)
{
    ToolCommands *commands = g_new0(ToolCommands, 1);
    commands->server = server;
    commands->calls = g_ptr_array_new_with_free_func(g_free);
    (void)pthread_mutex_init(&commands->lock, NULL);
    return commands;
}

void
tool_commands_free(ToolCommands *commands)
{
    if (commands == NULL) {
        return;
    }
    larder_test_server_trace(commands->server, NULL, NULL);
    g_ptr_array_unref(commands->calls);
    (void)pthread_mutex_destroy(&commands->lock);
    g_free(commands);
}

void
tool_commands_fail(GString *answer, const char *why)
{
    g_string_append(answer, "{\"ok\":false,\"error\":");
    tool_json_write_text(answer, why, strlen(why));
    g_string_append(answer, "}\n");
}

bool
tool_commands_execute(ToolCommands *commands, const char *line, size_t len, GString *answer)
{
    ToolJson json;
    gsize before = answer->len;
    g_string_append(answer, "{\"ok\":true");
    if (tool_json_read(&json, line, len)) {
        execute(commands, &json, answer);
    }
    if (json.problem[0] == '\0') {
        g_string_append(answer, "}\n");
    } else {
        g_string_truncate(answer, before);
        tool_commands_fail(answer, json.problem);
    }
    tool_json_clear(&json);
    return !commands->stopped;
}
