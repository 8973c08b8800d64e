/*
 * noted_ends.h: how calls of the SDK ended, kept by the callback that they were given.
 *
 * Include it from one test program's only source: it holds the one list of the program.
 *
 * Threading: one thread.
 */
#ifndef LARDER_TESTS_SUPPORT_NOTED_ENDS_H
#define LARDER_TESTS_SUPPORT_NOTED_ENDS_H

#include <larder/client.h>

#include <check.h>
#include <stdio.h>

enum { ENDS_MAX = 4096 };

/* How calls have ended, in that order. */
typedef struct End {
    intptr_t tag;
    LarderOutcome outcome;
    int attempts;
    bool uncertain;
    int64_t number; /* version of a get or put */
    char message[128];
} End;

static End ends[ENDS_MAX];
static size_t end_count;

static inline void
note(void *context, LarderReply *reply)
{
    ck_assert_uint_lt(end_count, ENDS_MAX);
    End *end = &ends[end_count++];
    *end = (End){.tag = (intptr_t)context, .outcome = reply->outcome, .attempts = reply->attempts};
    end->uncertain = reply->uncertain;
    (void)snprintf(end->message, sizeof end->message, "%.*s", (int)reply->message.size,
                   reply->message.size == 0 ? "" : reply->message.data);
    if (reply->outcome == LARDER_OK) {
        end->number =
            reply->method == LARDER_METHOD_GET ? reply->as.get->version : reply->as.put->version;
    }
    larder_reply_free(reply);
}

static inline void
assert_end(size_t index, intptr_t tag, LarderOutcome outcome, int attempts)
{
    const End *end = &ends[index];
    ck_assert_msg(end->tag == tag && end->outcome == outcome && end->attempts == attempts,
                  "end %zu: tag %ld, %s after %d: %s", index, (long)end->tag,
                  larder_outcome_name(end->outcome), end->attempts, end->message);
}

#endif
