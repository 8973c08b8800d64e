/*
 * calls.h: the methods of the contract as plain C calls over any implementation of its interface.
 *
 * The generated interface LarderRpcStoreIf is implemented by the stock c_glib client, so a
 * statement that is written against it holds for whatever the client's transport leads to. A
 * Request names what differs from the defaults; an Answer has room for the results and exceptions
 * of every method.
 *
 * Threading: one thread. Answers own memory: answer_clear() frees it.
 */
#ifndef LARDER_TESTS_CONFORMANCE_CALLS_H
#define LARDER_TESTS_CONFORMANCE_CALLS_H

#include "engine/base/buf.h"

#include <larder_rpc_store.h>

/* One call. Zero is the default everywhere; `with_` members say that the next one is given. */
typedef struct Request {
    const char *store; /* NULL: the subject's */
    BaseSlice key;
    BaseSlice value;
    int64_t delta;

    bool absent;
    bool present;
    bool with_version_equal;
    int64_t version_equal;
    bool with_version_at_most;
    int64_t version_at_most;
    bool with_value_equal;
    BaseSlice value_equal;

    bool with_ttl;
    int64_t ttl_ms;
    bool with_at;
    int64_t at_ms;
    bool keep;

    bool return_current;
    bool with_want_existed;
    bool want_existed;
    bool sync;
    bool with_fence;
    bool with_request_id;
    bool with_snapshot;
    bool with_deadline;
    int64_t deadline_ms;

    bool with_if_version_not;
    int64_t if_version_not;
    bool without_value;
    bool with_offset;
    int64_t offset;
    bool with_length;
    int64_t length;

    bool with_initial;
    int64_t initial;
    bool with_bounds;
    int64_t lowest;
    int64_t highest;
    bool no_create;
    bool with_max_length;
    int64_t max_length;

    bool with_start;
    BaseSlice start;
    bool with_stop;
    BaseSlice stop;
    bool with_prefix;
    BaseSlice prefix;
    bool reverse;
    bool keys_only;
    bool count_only;
    int64_t limit_items; /* 0: the default, in scan only */
    int64_t limit_bytes;
    int64_t limit_examined;
    BaseSlice page_token;
    bool dry_run;
    int64_t split_bytes;

    const BaseSlice *keys; /* multi_get */
    size_t key_count;
    GPtrArray *mutations; /* of LarderRpcMutation; batch and bulk_write; taken over */
    GPtrArray *guards;    /* of LarderRpcGuard; batch; taken over */
} Request;

/* A record of multi_get or scan. */
typedef struct AnswerItem {
    bool found;
    bool has_value;
    GByteArray *key;
    GByteArray *value;
    int64_t version;
    int64_t expires_at_ms;
    int64_t full_length;
    bool applied; /* bulk_write */
    int reason;
    int64_t number;
} AnswerItem;

typedef struct Answer {
    int exception; /* field id of the exception, 1 to 5; 0: a result; -1: no answer at all */
    int code;
    char field[64];
    char message[512];
    int64_t limit;
    int64_t actual;

    bool found;
    bool unchanged;
    bool has_value;
    GByteArray *value; /* of get; or the current value */
    int64_t version;
    int64_t expires_at_ms;
    int64_t full_length;

    bool applied;
    bool has_existed;
    bool existed;
    int reason;
    int64_t current_version;
    int64_t number; /* increment: the sum; append: the length; remove_range: keys; checksum: hash */
    int64_t bytes;
    int failed_guard;
    int failed_mutation;

    AnswerItem *items;
    size_t item_count;
    GByteArray *next_token;
    int stop_reason;
    int64_t count;
    int64_t examined;
    int64_t read_version;
    bool exact;
} Answer;

/* Where calls go. */
typedef struct Target {
    LarderRpcStoreIf *store;
    const char *store_name;
} Target;

Answer call_get(const Target *target, Request request);
Answer call_multi_get(const Target *target, Request request);
Answer call_put(const Target *target, Request request);
Answer call_remove(const Target *target, Request request);
Answer call_touch(const Target *target, Request request);
Answer call_increment(const Target *target, Request request);
Answer call_append(const Target *target, Request request);
Answer call_batch(const Target *target, Request request);
Answer call_bulk_write(const Target *target, Request request);
Answer call_scan(const Target *target, Request request);
Answer call_remove_range(const Target *target, Request request);
Answer call_range_info(const Target *target, Request request); /* one range */
Answer call_checksum(const Target *target, Request request);

/* One element for `mutations`, with the key, value, delta, condition and expiry of the request. */
LarderRpcMutation *mutation_new(LarderRpcMutationKind kind, Request request);
/* One element for `guards`. */
LarderRpcGuard *guard_new(Request request);

/* An empty array that unrefs its elements, for mutations and guards. */
GPtrArray *list_new(void);

void answer_clear(Answer *answer);

#endif
