/*
 * calls.c: see calls.h. Methods are counted by their row in the table of the contract.
 */
#include "service/testkit/calls.h"

static const LarderOutcome outcomes[] = {
    [OBS_OK] = LARDER_OK,
    [OBS_INVALID] = LARDER_INVALID_REQUEST,
    [OBS_NOT_HERE] = LARDER_NOT_HERE,
    [OBS_REFUSED] = LARDER_REFUSED,
    [OBS_INDETERMINATE] = LARDER_INDETERMINATE,
    [OBS_FAILED] = LARDER_FAILED,
    [OBS_PROTOCOL] = LARDER_PROTOCOL,
};

static LarderBytes
bytes_of(BaseSlice slice)
{
    return larder_bytes(slice.data, slice.len);
}

static void
show(TestkitCalls *calls, const RpcObserved *call, const RpcObservedEnd *end)
{
    const LarderTestCall shown = {
        .method = call->method,
        .store = bytes_of(call->store),
        .key = bytes_of(call->key),
        .peer = call->peer,
        .outcome = outcomes[end->outcome],
        .code = end->code,
        .executed = end->executed,
        .queue_us = call->start_us - call->arrival_us,
        .duration_us = end->end_us - call->arrival_us,
        .request_bytes = call->request_bytes,
        .reply_bytes = end->reply_bytes,
    };
    (void)pthread_mutex_lock(&calls->lock);
    if (calls->hook != NULL) {
        calls->hook(calls->context, &shown);
    }
    (void)pthread_mutex_unlock(&calls->lock);
}

static void
after_call(void *user, const RpcObserved *call, const RpcObservedEnd *end)
{
    TestkitCalls *calls = user;
    if (end->executed) {
        size_t row = rpc_methods_find(call->service, base_slice_text(call->method));
        (void)atomic_fetch_add_explicit(&calls->executed[row], 1, memory_order_relaxed);
    }
    show(calls, call, end);
}

void
testkit_calls_init(TestkitCalls *calls)
{
    *calls = (TestkitCalls){.observer = {.user = calls, .after = after_call}};
    for (size_t row = 0; row < LARDER_METHOD_COUNT; row++) {
        atomic_init(&calls->executed[row], 0);
    }
    (void)pthread_mutex_init(&calls->lock, NULL);
}

void
testkit_calls_free(TestkitCalls *calls)
{
    (void)pthread_mutex_destroy(&calls->lock);
}

int64_t
testkit_calls_executed(TestkitCalls *calls, const char *method)
{
    int64_t sum = method == NULL ? 0 : -1;
    for (size_t row = 0; row < rpc_methods_count(); row++) {
        const RpcMethod *at = rpc_methods_at(row);
        int64_t count = atomic_load_explicit(&calls->executed[row], memory_order_relaxed);
        if (method == NULL) {
            sum += at->service == RPC_STORE ? count : 0;
        } else if (strcmp(at->name, method) == 0) {
            sum = count;
        }
    }
    return sum;
}

void
testkit_calls_trace(TestkitCalls *calls, LarderTestHook *hook, void *context)
{
    (void)pthread_mutex_lock(&calls->lock);
    calls->hook = hook;
    calls->context = context;
    (void)pthread_mutex_unlock(&calls->lock);
}
