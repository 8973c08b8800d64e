/*
 * outcome.c: replies made here, and what outcomes mean. See outcome.h.
 */
#include "service/client/outcome.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const outcome_names[] = {
    [LARDER_OK] = "ok",
    [LARDER_INVALID_REQUEST] = "invalid_request",
    [LARDER_NOT_HERE] = "not_here",
    [LARDER_REFUSED] = "refused",
    [LARDER_INDETERMINATE] = "indeterminate",
    [LARDER_FAILED] = "failed",
    [LARDER_UNREACHABLE] = "unreachable",
    [LARDER_LOST] = "lost",
    [LARDER_PROTOCOL] = "protocol",
    [LARDER_NO_MEMORY] = "no_memory",
    [LARDER_CANCELLED] = "cancelled",
};

enum { OUTCOME_COUNT = sizeof outcome_names / sizeof outcome_names[0] };

const char *
larder_outcome_name(LarderOutcome outcome)
{
    return (unsigned)outcome < OUTCOME_COUNT ? outcome_names[outcome] : "unknown";
}

LarderExecuted
larder_outcome_executed(LarderOutcome outcome)
{
    switch (outcome) {
    case LARDER_OK:
        return LARDER_YES;
    case LARDER_INVALID_REQUEST:
    case LARDER_NOT_HERE:
    case LARDER_REFUSED:
    case LARDER_UNREACHABLE:
        return LARDER_NO;
    default:
        return LARDER_MAYBE;
    }
}

static LarderReply no_memory_replies[LARDER_METHOD_COUNT];
static pthread_once_t no_memory_once = PTHREAD_ONCE_INIT;

static void
make_no_memory_replies(void)
{
    for (unsigned i = 0; i < LARDER_METHOD_COUNT; i++) {
        no_memory_replies[i] = (LarderReply){
            .outcome = LARDER_NO_MEMORY,
            .method = (LarderMethod)i,
            .message = larder_text("no memory"),
        };
    }
}

LarderReply *
client_outcome_no_memory(LarderMethod method)
{
    (void)pthread_once(&no_memory_once, make_no_memory_replies);
    return &no_memory_replies[(unsigned)method < LARDER_METHOD_COUNT ? (unsigned)method : 0];
}

bool
client_outcome_is_constant(const LarderReply *reply)
{
    return reply >= no_memory_replies && reply < no_memory_replies + LARDER_METHOD_COUNT;
}

void
larder_reply_free(LarderReply *reply)
{
    if (reply != NULL && !client_outcome_is_constant(reply)) {
        free(reply);
    }
}

/* Memory for `size` bytes, the message and its NUL behind them; NULL: none. */
static void *
with_message(size_t size, const char *format, va_list arguments, LarderBytes *ret_message)
{
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *memory = length < 0 ? NULL : malloc(size + (size_t)length + 1);
    if (memory != NULL) {
        (void)vsnprintf(memory + size, (size_t)length + 1, format, arguments);
        *ret_message = larder_bytes(memory + size, (size_t)length);
    }
    return memory;
}

LarderReply *
client_outcome_reply(LarderMethod method, LarderOutcome outcome, const char *format, ...)
{
    LarderBytes message;
    va_list arguments;
    va_start(arguments, format);
    LarderReply *reply = with_message(sizeof *reply, format, arguments, &message);
    va_end(arguments);
    if (reply == NULL) {
        return client_outcome_no_memory(method);
    }
    *reply = (LarderReply){.outcome = outcome, .method = method, .message = message};
    return reply;
}

typedef struct InvalidReply {
    LarderReply reply; /* at the start, for larder_reply_free() */
    LarderInvalidRequest exception;
} InvalidReply;

LarderReply *
client_outcome_over_limit(LarderMethod method, const ClientExcess *excess, const char *format, ...)
{
    LarderBytes message;
    va_list arguments;
    va_start(arguments, format);
    InvalidReply *invalid = with_message(sizeof *invalid, format, arguments, &message);
    va_end(arguments);
    if (invalid == NULL) {
        return client_outcome_no_memory(method);
    }
    invalid->exception = (LarderInvalidRequest){
        .code = LARDER_INVALID_CODE_OVER_LIMIT,
        .message = message,
        .field = larder_text(excess->field),
        .limit = excess->limit,
        .actual = excess->actual,
    };
    invalid->reply = (LarderReply){
        .outcome = LARDER_INVALID_REQUEST,
        .method = method,
        .exception = {.invalid_request = &invalid->exception},
        .code = LARDER_INVALID_CODE_OVER_LIMIT,
        .message = message,
    };
    return &invalid->reply;
}
