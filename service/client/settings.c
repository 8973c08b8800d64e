/*
 * settings.c: the options of clients and channels. See settings.h.
 */
#include "service/client/settings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    CONNECT_TIMEOUT_MS = 5000,
    TIMEOUT_MS = 30000,
    CONNECTIONS_MAX = 8,
    CONNECTIONS_CAP = 16384,
    PIPELINE_MAX = 1024,
    PIPELINE_CAP = 1024 * 1024,
    ATTEMPTS_MAX = 4,
    PAUSE_MS = 10,
    PAUSE_MAX_MS = 1000,
    BUDGET_PERCENT = 10,
    BUDGET_PERCENT_CAP = 100,
    NAME_BYTES_MAX = 64,
    REPLY_VALUES_MAX = 8 * 1024 * 1024, /* 16 bytes each while a reply is worked on */
};

#define TIME_CAP_MS INT64_C(31536000000) /* a year: sums of times do not overflow */

__attribute__((format(printf, 2, 3))) static bool
fail(LarderProblem *ret_problem, const char *format, ...)
{
    if (ret_problem != NULL) {
        va_list arguments;
        va_start(arguments, format);
        (void)vsnprintf(ret_problem->message, sizeof ret_problem->message, format, arguments);
        va_end(arguments);
    }
    return false;
}

typedef struct Number {
    const char *name;
    int64_t value;
    int64_t lowest;
    int64_t highest;
} Number;

static bool
check_numbers(const LarderClientOptions *options, LarderProblem *ret_problem)
{
    const Number numbers[] = {
        {"connect_timeout_ms", options->connect_timeout_ms, 0, TIME_CAP_MS},
        {"timeout_ms", options->timeout_ms, 0, TIME_CAP_MS},
        {"connections_max", (int64_t)options->connections_max, 0, CONNECTIONS_CAP},
        {"pipeline_max", (int64_t)options->pipeline_max, 0, PIPELINE_CAP},
        {"protocol", (int64_t)options->protocol, LARDER_BINARY, LARDER_COMPACT},
        {"retry.attempts_max", options->retry.attempts_max, 0, INT32_MAX},
        {"retry.pause_ms", options->retry.pause_ms, 0, TIME_CAP_MS},
        {"retry.pause_max_ms", options->retry.pause_max_ms, 0, TIME_CAP_MS},
        {"retry.budget_percent", options->retry.budget_percent, -1, BUDGET_PERCENT_CAP},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        const Number *number = &numbers[i];
        if (number->value < number->lowest || number->value > number->highest) {
            return fail(ret_problem, "%s must be %lld to %lld, not %lld", number->name,
                        (long long)number->lowest, (long long)number->highest,
                        (long long)number->value);
        }
    }
    return true;
}

static int64_t
or_default(int64_t value, int64_t otherwise)
{
    return value != 0 ? value : otherwise;
}

static ClientRetryPolicy
policy_of(const LarderRetry *retry)
{
    ClientRetryPolicy policy = {
        .attempts_max = (int)or_default(retry->attempts_max, ATTEMPTS_MAX),
        .pause_us = 1000 * or_default(retry->pause_ms, PAUSE_MS),
        .pause_max_us = 1000 * or_default(retry->pause_max_ms, PAUSE_MAX_MS),
        .budget_percent = (int)or_default(retry->budget_percent, BUDGET_PERCENT),
    };
    if (policy.pause_max_us < policy.pause_us) {
        policy.pause_max_us = policy.pause_us;
    }
    return policy;
}

static void
set_numbers(ClientSettings *settings, const LarderClientOptions *options)
{
    bool compact = options->protocol == LARDER_COMPACT;
    size_t reply_bytes = options->reply_bytes_max;
    if (reply_bytes == 0 || reply_bytes > WIRE_FRAME_BYTES_CAP) {
        reply_bytes = WIRE_FRAME_BYTES_CAP;
    }
    settings->format = (WireFormat){compact ? WIRE_COMPACT : WIRE_BINARY, true};
    settings->limits = (WireLimits){
        .request_bytes_max = reply_bytes,
        .container_items_max = REPLY_VALUES_MAX,
        .map_items_max = REPLY_VALUES_MAX,
        .values_max = REPLY_VALUES_MAX,
    };
    settings->reply_bytes_max = reply_bytes;
    settings->connect_timeout_us =
        1000 * or_default(options->connect_timeout_ms, CONNECT_TIMEOUT_MS);
    settings->timeout_us = 1000 * or_default(options->timeout_ms, TIMEOUT_MS);
    settings->connections_max =
        (size_t)or_default((int64_t)options->connections_max, CONNECTIONS_MAX);
    settings->pipeline_max = (size_t)or_default((int64_t)options->pipeline_max, PIPELINE_MAX);
    settings->retry = policy_of(&options->retry);
    settings->trace = options->trace;
    settings->trace_context = options->trace_context;
}

static bool
copy_texts(ClientSettings *settings, const LarderClientOptions *options)
{
    settings->address_text = strdup(options->address);
    settings->name = options->name == NULL ? NULL : strdup(options->name);
    if (settings->address_text == NULL || (options->name != NULL && settings->name == NULL)) {
        client_settings_clear(settings);
        return false;
    }
    return true;
}

void
client_settings_no_memory(LarderProblem *ret_problem)
{
    (void)fail(ret_problem, "no memory");
}

bool
client_settings_init(ClientSettings *settings, const LarderClientOptions *options,
                     LarderProblem *ret_problem)
{
    *settings = (ClientSettings){.address_text = NULL};
    if (options == NULL || options->address == NULL) {
        return fail(ret_problem, "an address is needed: tcp:HOST:PORT or unix:PATH");
    }
    BaseStatus status = client_address_parse(options->address, &settings->address);
    if (!base_is_ok(status)) {
        return fail(ret_problem, "%s: %s", options->address, status.what);
    }
    if (!check_numbers(options, ret_problem)) {
        return false;
    }
    if (options->name != NULL && strlen(options->name) > NAME_BYTES_MAX) {
        return fail(ret_problem, "name must have at most %d bytes", NAME_BYTES_MAX);
    }
    set_numbers(settings, options);
    return copy_texts(settings, options) || fail(ret_problem, "no memory");
}

void
client_settings_clear(ClientSettings *settings)
{
    free(settings->address_text);
    free(settings->name);
    settings->address_text = NULL;
    settings->name = NULL;
}
