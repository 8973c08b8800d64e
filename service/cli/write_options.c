/*
 * write_options.c: what the options of the command line say about a write. See write_options.h.
 */
#include "service/cli/write_options.h"

#include "engine/base/clock.h"
#include "service/cli/number.h"

#include <stdio.h>
#include <sys/random.h>

bool
cli_uuid_parse(const char *text, uint8_t ret_uuid[16])
{
    char digits[32];
    size_t count = 0;
    for (const char *at = text; *at != '\0'; at++) {
        size_t place = (size_t)(at - text);
        bool dash = place == 8 || place == 13 || place == 18 || place == 23;
        if (dash != (*at == '-') || place > 35) {
            return false;
        }
        if (!dash) {
            digits[count++] = *at;
        }
    }
    BaseBuf into = {ret_uuid, 0, 16, false};
    const char *problem = NULL;
    return count == sizeof digits &&
           cli_escape_decode(CLI_HEX, base_slice(digits, count), &into, &problem);
}

bool
cli_uuid_make(int64_t now_ms, uint8_t ret_uuid[16])
{
    if (getrandom(ret_uuid, 16, 0) != 16) {
        return false;
    }
    for (unsigned i = 0; i < 6; i++) {
        ret_uuid[i] = (uint8_t)((uint64_t)now_ms >> (40 - 8 * i));
    }
    ret_uuid[6] = (uint8_t)(0x70 | (ret_uuid[6] & 0x0f));
    ret_uuid[8] = (uint8_t)(0x80 | (ret_uuid[8] & 0x3f));
    return true;
}

/* Tells the id that was made, since without it nobody can ask again. */
static void
note_uuid(CliCall *call, const uint8_t uuid[16])
{
    char text[37];
    size_t len = 0;
    for (size_t i = 0; i < 16; i++) {
        bool dash = i == 4 || i == 6 || i == 8 || i == 10;
        len += (size_t)snprintf(text + len, sizeof text - len, dash ? "-%02x" : "%02x", uuid[i]);
    }
    cli_call_note(call, "request id %s", text);
}

static bool
read_request_id(CliCall *call, CliWriteOptions *options)
{
    const char *text = cli_options_text(call->options, CLI_OPTION_REQUEST_ID, NULL);
    if (text == NULL) {
        return true;
    }
    uint8_t *uuid = cli_call_alloc(call, 16);
    if (uuid == NULL) {
        return false;
    }
    bool fresh = strcmp(text, "new") == 0;
    if (fresh ? !cli_uuid_make(base_clock_wall_ms(base_clock_real()), uuid)
              : !cli_uuid_parse(text, uuid)) {
        return cli_call_problem(call, CLI_USAGE,
                                "--request-id=%s: must be a UUIDv7 or the word new", text);
    }
    if (fresh) {
        note_uuid(call, uuid);
    }
    options->has_request_id = true;
    options->request_id = larder_bytes(uuid, 16);
    return true;
}

static bool
read_fence(CliCall *call, CliWriteOptions *options)
{
    const char *text = cli_options_text(call->options, CLI_OPTION_FENCE, NULL);
    if (text == NULL) {
        return true;
    }
    const char *colon = strrchr(text, ':');
    if (colon == NULL || colon == text || !cli_number_integer(colon + 1, &options->fence.token)) {
        return cli_call_problem(call, CLI_USAGE, "--fence=%s: must be LEASE:TOKEN", text);
    }
    options->has_fence = true;
    options->fence.lease = larder_bytes(text, (size_t)(colon - text));
    return true;
}

static bool
read_condition(CliCall *call, CliWriteOptions *options)
{
    const CliOptionValue *values = call->options->values;
    LarderCondition *condition = &options->condition;
    condition->has_absent = values[CLI_OPTION_IF_ABSENT].set;
    condition->absent = condition->has_absent;
    condition->has_present = values[CLI_OPTION_IF_PRESENT].set;
    condition->present = condition->has_present;
    condition->has_version_equal = values[CLI_OPTION_IF_VERSION].set;
    condition->version_equal = values[CLI_OPTION_IF_VERSION].number;
    condition->has_version_at_most = values[CLI_OPTION_IF_VERSION_AT_MOST].set;
    condition->version_at_most = values[CLI_OPTION_IF_VERSION_AT_MOST].number;
    if (!cli_call_option_bytes(call, CLI_OPTION_IF_VALUE, &condition->has_value_equal,
                               &condition->value_equal)) {
        return false;
    }
    options->has_condition = condition->has_absent || condition->has_present ||
                             condition->has_version_equal || condition->has_version_at_most ||
                             condition->has_value_equal;
    return true;
}

static bool
read_expiry(CliCall *call, CliWriteOptions *options)
{
    const CliOptionValue *values = call->options->values;
    LarderExpiry *expiry = &options->expiry;
    expiry->has_ttl_ms = values[CLI_OPTION_TTL].set;
    expiry->ttl_ms = values[CLI_OPTION_TTL].number;
    expiry->has_at_ms = values[CLI_OPTION_EXPIRE_AT].set;
    expiry->at_ms = values[CLI_OPTION_EXPIRE_AT].number;
    expiry->has_keep = values[CLI_OPTION_KEEP_TTL].set;
    expiry->keep = expiry->has_keep;
    int never = values[CLI_OPTION_NO_TTL].set;
    int given = expiry->has_ttl_ms + expiry->has_at_ms + expiry->has_keep + never;
    if (given > 1) {
        return cli_call_problem(call, CLI_USAGE,
                                "--ttl, --expire-at, --keep-ttl and --no-ttl exclude each other");
    }
    options->has_expiry = given == 1;
    return true;
}

bool
cli_write_options(CliCall *call, CliWriteOptions *ret_options)
{
    const CliOptionValue *values = call->options->values;
    *ret_options = (CliWriteOptions){
        .has_deadline_ms = values[CLI_OPTION_DEADLINE].set,
        .deadline_ms = values[CLI_OPTION_DEADLINE].number,
        .has_durability = values[CLI_OPTION_SYNC].set,
        .durability = LARDER_DURABILITY_SYNC,
        .has_return_current = values[CLI_OPTION_RETURN_CURRENT].set,
        .return_current = true,
    };
    return read_condition(call, ret_options) && read_expiry(call, ret_options) &&
           read_fence(call, ret_options) && read_request_id(call, ret_options);
}

bool
cli_range_options(CliCall *call, LarderKeyRange *ret_range)
{
    LarderKeyRange range = {0};
    if (!cli_call_option_bytes(call, CLI_OPTION_PREFIX, &range.has_prefix, &range.prefix) ||
        !cli_call_option_bytes(call, CLI_OPTION_START, &range.has_start_key, &range.start_key) ||
        !cli_call_option_bytes(call, CLI_OPTION_STOP, &range.has_stop_key, &range.stop_key)) {
        return false;
    }
    if (range.has_prefix && (range.has_start_key || range.has_stop_key)) {
        return cli_call_problem(call, CLI_USAGE, "--prefix excludes --start and --stop");
    }
    *ret_range = range;
    return true;
}
