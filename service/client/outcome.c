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

LarderOutcome
client_outcome_of_loss(BaseStatus why, bool unsent)
{
    if (unsent) {
        return LARDER_UNREACHABLE;
    }
    return why.code == BASE_INVALID ? LARDER_PROTOCOL : LARDER_LOST;
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

LarderReply *
client_outcome_reply(LarderMethod method, LarderOutcome outcome, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    LarderReply *reply = length < 0 ? NULL : malloc(sizeof *reply + (size_t)length + 1);
    if (reply == NULL) {
        return client_outcome_no_memory(method);
    }
    char *text = (char *)(reply + 1);
    va_start(arguments, format);
    (void)vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    *reply = (LarderReply){
        .outcome = outcome,
        .method = method,
        .message = larder_bytes(text, (size_t)length),
    };
    return reply;
}

typedef struct InvalidReply {
    LarderReply reply; /* at the start, for larder_reply_free() */
    LarderInvalidRequest exception;
} InvalidReply;

int
client_outcome_explain(const ClientFlaw *flaw, char *text, size_t size)
{
    if (flaw->code == LARDER_INVALID_CODE_OVER_LIMIT) {
        return snprintf(text, size, "%s: %lld is over the limit %s, which is %lld", flaw->field,
                        (long long)flaw->actual, flaw->what, (long long)flaw->limit);
    }
    return snprintf(text, size, "%s: %s", flaw->field, flaw->what);
}

LarderReply *
client_outcome_invalid(LarderMethod method, const ClientFlaw *flaw)
{
    size_t length = (size_t)client_outcome_explain(flaw, NULL, 0);
    InvalidReply *invalid = malloc(sizeof *invalid + length + 1);
    if (invalid == NULL) {
        return client_outcome_no_memory(method);
    }
    char *text = (char *)(invalid + 1);
    (void)client_outcome_explain(flaw, text, length + 1);
    invalid->exception = (LarderInvalidRequest){
        .code = flaw->code,
        .message = larder_bytes(text, length),
        .field = larder_text(flaw->field),
        .limit = flaw->limit,
        .actual = flaw->actual,
    };
    invalid->reply = (LarderReply){
        .outcome = LARDER_INVALID_REQUEST,
        .method = method,
        .exception = {.invalid_request = &invalid->exception},
        .code = (int32_t)flaw->code,
        .message = invalid->exception.message,
    };
    return &invalid->reply;
}
