/*
 * command_read.c: get and mget.
 */
#include "service/cli/command_run.h"

#include "service/cli/call.h"
#include "service/cli/report.h"
#include "service/cli/source.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

/* Keys of one multi_get: a server that allows fewer says so. */
enum { KEYS_PER_CALL = 1000, KEY_FILE_LINE_MAX = 1 << 20 };

static void
report_get(CliCall *call, LarderBytes key, const LarderGetResult *result)
{
    CliReport report = cli_report_begin(call);
    cli_report_bytes(&report, "key", key);
    cli_report_boolean(&report, "found", result->found);
    if (result->unchanged) {
        cli_report_boolean(&report, "unchanged", true);
    }
    if (result->has_value) {
        cli_report_bytes(&report, "value", result->value);
    }
    if (result->found) {
        cli_report_integer(&report, "version", result->version);
        cli_report_time_ms(&report, "expires_at_ms", result->expires_at_ms, "never");
        cli_report_count(&report, "length", result->full_length);
    }
    cli_report_end(&report);
}

static void
print_get(CliCall *call, LarderBytes key, const LarderGetResult *result)
{
    bool details = cli_call_has(call, CLI_OPTION_LONG) || cli_call_has(call, CLI_OPTION_NO_VALUE);
    if (call->json || (details && result->found)) {
        report_get(call, key, result);
    } else if (!result->found) {
        (void)cli_call_problem(call, CLI_NEGATIVE, "not found");
    } else if (result->unchanged) {
        cli_call_note(call, "unchanged: it has version %" PRId64, result->version);
    } else {
        cli_call_print_bytes(call, CLI_PLAIN, result->value);
        (void)base_buf_append(&call->text, "\n", call->out == CLI_RAW ? 0 : 1);
    }
}

CliStatus
cli_run_get(CliCall *call)
{
    const CliOptionValue *values = call->options->values;
    LarderGetOptions options = {
        .has_deadline_ms = values[CLI_OPTION_DEADLINE].set,
        .deadline_ms = values[CLI_OPTION_DEADLINE].number,
        .has_if_version_not = values[CLI_OPTION_IF_VERSION_NOT].set,
        .if_version_not = values[CLI_OPTION_IF_VERSION_NOT].number,
        .has_want_value = values[CLI_OPTION_NO_VALUE].set,
        .want_value = false,
        .has_offset = values[CLI_OPTION_OFFSET].set,
        .offset = values[CLI_OPTION_OFFSET].number,
        .has_length = values[CLI_OPTION_LENGTH].set,
        .length = values[CLI_OPTION_LENGTH].number,
    };
    LarderGetArguments arguments = {.store = cli_call_store(call), .options = &options};
    if (!cli_call_bytes(call, "KEY", cli_call_argument(call, 0), &arguments.key)) {
        return call->status;
    }
    LarderReply *reply = cli_call_data(call, LARDER_METHOD_GET, &arguments);
    if (reply == NULL) {
        return call->status;
    }
    const LarderGetResult *result = reply->as.get;
    CliStatus status = result->found && !result->unchanged ? CLI_OK : CLI_NEGATIVE;
    print_get(call, arguments.key, result);
    larder_reply_free(reply);
    return status;
}

/* The keys of one mget. */
typedef struct Keys {
    LarderBytes *items;
    size_t count;
    size_t capacity;
} Keys;

static bool
add_key(CliCall *call, Keys *keys, const char *what, const char *text)
{
    if (keys->count == keys->capacity) {
        size_t capacity = keys->capacity * 2 + 64;
        LarderBytes *items = realloc(keys->items, capacity * sizeof *items);
        if (items == NULL) {
            return cli_call_problem(call, CLI_NO_MEMORY, "there is no memory");
        }
        keys->items = items;
        keys->capacity = capacity;
    }
    return cli_call_bytes(call, what, text, &keys->items[keys->count++]);
}

/* Adds the keys of --from, one a line. */
static bool
read_keys(CliCall *call, Keys *keys, const char *path)
{
    CliSource source;
    BaseSlice line = BASE_SLICE_EMPTY;
    BaseBuf text = BASE_BUF_INIT;
    int trouble = cli_source_open(&source, path);
    CliSourceResult result = trouble == 0 ? CLI_SOURCE_GOOD : CLI_SOURCE_TROUBLE;
    bool good = trouble == 0;
    while (good && (result = cli_source_line(&source, &line)) == CLI_SOURCE_GOOD) {
        base_buf_reset(&text);
        good = base_buf_append_slice(&text, line) && base_buf_append_byte(&text, 0) &&
               (line.len == 0 || add_key(call, keys, "the key", (const char *)text.data));
    }
    if (good && result == CLI_SOURCE_INTERRUPTED) {
        call->status = CLI_INTERRUPTED;
        good = false;
    } else if (result == CLI_SOURCE_TROUBLE) {
        errno = trouble != 0 ? trouble : source.trouble;
        good = cli_call_problem(call, CLI_FILE, "%s: %m", path);
    }
    cli_source_close(&source);
    base_buf_clear(&text);
    return good;
}

static void
print_item(CliCall *call, LarderBytes key, const LarderGetItem *item)
{
    LarderGetResult result = {
        .found = item->found,
        .has_value = item->has_value,
        .value = item->value,
        .version = item->version,
        .expires_at_ms = item->expires_at_ms,
        .full_length = item->full_length,
    };
    if (call->json) {
        report_get(call, key, &result);
        return;
    }
    if (!item->found) {
        BaseBuf text = BASE_BUF_INIT;
        (void)cli_escape_encode(call->out, cli_slice(key), &text);
        (void)cli_call_problem(call, CLI_NEGATIVE, "not found: %.*s", (int)text.len,
                               (const char *)text.data);
        base_buf_clear(&text);
        return;
    }
    cli_call_print_bytes(call, CLI_KEY, key);
    if (cli_call_has(call, CLI_OPTION_LONG)) {
        cli_call_print(call, "\t%" PRId64 "\t%" PRId64 "\t%" PRId64, item->version,
                       item->expires_at_ms, item->full_length);
    }
    if (item->has_value) {
        (void)base_buf_append_byte(&call->text, '\t');
        cli_call_print_bytes(call, CLI_PLAIN, item->value);
    }
    (void)base_buf_append_byte(&call->text, '\n');
}

/* One call for some of the keys; the server may answer only the first of them. */
static bool
get_some(CliCall *call, const Keys *keys, size_t *at, bool *all_found)
{
    const CliOptionValue *values = call->options->values;
    LarderMultiGetOptions options = {
        .has_deadline_ms = values[CLI_OPTION_DEADLINE].set,
        .deadline_ms = values[CLI_OPTION_DEADLINE].number,
        .has_want_values = values[CLI_OPTION_NO_VALUE].set,
        .want_values = false,
    };
    size_t left = keys->count - *at;
    LarderMultiGetArguments arguments = {
        .store = cli_call_store(call),
        .keys = {keys->items + *at, left < KEYS_PER_CALL ? left : KEYS_PER_CALL},
        .options = &options,
    };
    LarderReply *reply = cli_call_data(call, LARDER_METHOD_MULTI_GET, &arguments);
    if (reply == NULL) {
        return false;
    }
    LarderGetItemList items = reply->as.multi_get->items;
    bool good = items.count > 0 && items.count <= arguments.keys.count;
    for (size_t i = 0; i < items.count && good; i++) {
        print_item(call, keys->items[*at + i], &items.items[i]);
        *all_found = *all_found && items.items[i].found;
    }
    *at += items.count;
    larder_reply_free(reply);
    if (!good) {
        return cli_call_problem(call, CLI_PROTOCOL, "the server answered another number of keys");
    }
    return cli_call_flush(call);
}

CliStatus
cli_run_mget(CliCall *call)
{
    Keys keys = {0};
    bool good = true;
    bool all_found = true;
    for (size_t i = 0; good && cli_call_argument(call, i) != NULL; i++) {
        good = add_key(call, &keys, "KEY", cli_call_argument(call, i));
    }
    const char *path = cli_options_text(call->options, CLI_OPTION_FROM, NULL);
    if (good && path != NULL && strcmp(path, "-") == 0 && call->session->input_taken) {
        good = cli_call_problem(call, CLI_USAGE, "the commands come from the standard input");
    } else if (good && path != NULL) {
        good = read_keys(call, &keys, path);
    } else if (good && keys.count == 0) {
        good = cli_call_problem(call, CLI_USAGE, "mget: KEY is missing, or --from");
    }
    for (size_t at = 0; good && at < keys.count;) {
        good = get_some(call, &keys, &at, &all_found);
    }
    free(keys.items);
    return !good ? call->status : all_found ? CLI_OK : CLI_NEGATIVE;
}
