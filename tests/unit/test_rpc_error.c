/*
 * test_rpc_error.c: all five exceptions, with every code that an engine can bring about, as a stock
 * client receives them.
 *
 * The scripted engine fails as the key says. NotHere needs more than one node and so no key brings
 * it about; it is thrown directly.
 */
#include "service/rpc/error.h"
#include "tests/support/scripted_engine.h"
#include "tests/unit/rpc_rig.h"

typedef struct Case {
    const char *key;
    ObsOutcome outcome;
    int code; /* of the outcome's exception */
    int64_t retry_after_ms;
} Case;

static const Case writes[] = {
    {"!refuse-overload!retry-200ms:k", OBS_REFUSED, LARDER_RPC_REFUSED_CODE_OVERLOAD, 200},
    {"!refuse-disk_full:k", OBS_REFUSED, LARDER_RPC_REFUSED_CODE_DISK_FULL, 0},
    {"!refuse-memory_full:k", OBS_REFUSED, LARDER_RPC_REFUSED_CODE_MEMORY_FULL, 0},
    {"!refuse-closing:k", OBS_REFUSED, LARDER_RPC_REFUSED_CODE_DRAINING, 0},
    {"!refuse-deadline:k", OBS_REFUSED, LARDER_RPC_REFUSED_CODE_DEADLINE, 0},
    {"!refuse-read_only:k", OBS_REFUSED, LARDER_RPC_REFUSED_CODE_READ_ONLY, 0},
    {"!unknown:k", OBS_INDETERMINATE, LARDER_RPC_INDETERMINATE_CODE_ENGINE_UNKNOWN, 0},
    {"!unknown-applied:k", OBS_INDETERMINATE, LARDER_RPC_INDETERMINATE_CODE_ENGINE_UNKNOWN, 0},
    {"!fail-io:k", OBS_FAILED, LARDER_RPC_FAILED_CODE_IO_ERROR, 0},
    {"!fail-corruption:k", OBS_FAILED, LARDER_RPC_FAILED_CODE_CORRUPTION, 0},
    {"!fail-poisoned:k", OBS_FAILED, LARDER_RPC_FAILED_CODE_POISONED, 0},
    {"!fail-internal:k", OBS_FAILED, LARDER_RPC_FAILED_CODE_INTERNAL, 0},
};

static const Case reads[] = {
    {"!read-io:k", OBS_FAILED, LARDER_RPC_FAILED_CODE_IO_ERROR, 0},
    {"!read-corruption:k", OBS_FAILED, LARDER_RPC_FAILED_CODE_CORRUPTION, 0},
};

/* Checks that exactly the exception of the outcome was thrown, with its code and texts. */
static void
expect_thrown(const RigThrown *thrown, const Case *expected)
{
    ck_assert_int_eq(thrown->invalid != NULL, expected->outcome == OBS_INVALID);
    ck_assert_int_eq(thrown->elsewhere != NULL, expected->outcome == OBS_NOT_HERE);
    ck_assert_int_eq(thrown->refused != NULL, expected->outcome == OBS_REFUSED);
    ck_assert_int_eq(thrown->indeterminate != NULL, expected->outcome == OBS_INDETERMINATE);
    ck_assert_int_eq(thrown->failed != NULL, expected->outcome == OBS_FAILED);
    if (thrown->refused != NULL) {
        ck_assert_int_eq((int)thrown->refused->code, expected->code);
        ck_assert_str_ne(thrown->refused->message, "");
        ck_assert_str_eq(thrown->refused->scope, "store:default");
        if (expected->retry_after_ms != 0) {
            ck_assert_int_eq(thrown->refused->retry_after_ms, expected->retry_after_ms);
        }
    }
    if (thrown->indeterminate != NULL) {
        ck_assert_int_eq((int)thrown->indeterminate->code, expected->code);
        ck_assert_str_ne(thrown->indeterminate->message, "");
    }
    if (thrown->failed != NULL) {
        ck_assert_int_eq((int)thrown->failed->code, expected->code);
        ck_assert_str_ne(thrown->failed->message, "");
    }
}

static void
put(RigClient *client, const char *key, RigThrown *thrown)
{
    GByteArray *bytes = rig_text(key);
    LarderRpcPutOptions *options = g_object_new(LARDER_RPC_TYPE_PUT_OPTIONS, NULL);
    LarderRpcWriteResult *result = g_object_new(LARDER_RPC_TYPE_WRITE_RESULT, NULL);
    ck_assert(!larder_rpc_store_if_put(client->store, &result, "default", bytes, bytes, options,
                                       RIG_INTO(thrown)));
    g_object_unref(result);
    g_object_unref(options);
    g_byte_array_unref(bytes);
}

static void
batch(RigClient *client, const char *key, RigThrown *thrown)
{
    GByteArray *bytes = rig_text(key);
    GPtrArray *mutations = g_ptr_array_new_with_free_func(g_object_unref);
    g_ptr_array_add(mutations,
                    g_object_new(LARDER_RPC_TYPE_MUTATION, "kind", LARDER_RPC_MUTATION_KIND_PUT,
                                 "key", bytes, "value", bytes, NULL));
    LarderRpcBatchOptions *options = g_object_new(LARDER_RPC_TYPE_BATCH_OPTIONS, NULL);
    LarderRpcBatchResult *result = g_object_new(LARDER_RPC_TYPE_BATCH_RESULT, NULL);
    ck_assert(!larder_rpc_store_if_batch(client->store, &result, "default", mutations, options,
                                         RIG_INTO(thrown)));
    g_object_unref(result);
    g_object_unref(options);
    g_ptr_array_unref(mutations);
    g_byte_array_unref(bytes);
}

static void
get(RigClient *client, const char *key, RigThrown *thrown)
{
    GByteArray *bytes = rig_text(key);
    LarderRpcGetOptions *options = g_object_new(LARDER_RPC_TYPE_GET_OPTIONS, NULL);
    LarderRpcGetResult *result = g_object_new(LARDER_RPC_TYPE_GET_RESULT, NULL);
    ck_assert(!larder_rpc_store_if_get(client->store, &result, "default", bytes, options,
                                       RIG_INTO(thrown)));
    g_object_unref(result);
    g_object_unref(options);
    g_byte_array_unref(bytes);
}

/* Lets `call` fail for each case and checks what is thrown and counted. */
static void
try_all(int way, const Case *cases, size_t count,
        void (*call)(RigClient *client, const char *key, RigThrown *thrown), const char *method)
{
    Rig *rig = rig_new_with(&scripted_class);
    RigClient client = rig_client(rig, way);
    for (size_t i = 0; i < count; i++) {
        RigThrown thrown = {0};
        uint64_t before = rig_counted(rig, method, cases[i].outcome);
        call(&client, cases[i].key, &thrown);
        expect_thrown(&thrown, &cases[i]);
        ck_assert_int_eq(rig->verdict.outcome, cases[i].outcome);
        ck_assert(!rig->verdict.close);
        ck_assert_uint_eq(rig_counted(rig, method, cases[i].outcome), before + 1);
        rig_thrown_clear(&thrown);
    }
    rig_client_clear(&client);
    rig_free(rig);
}

START_TEST(a_put_can_end_in_every_way)
{
    try_all(_i, writes, sizeof writes / sizeof writes[0], put, "put");
}
END_TEST

START_TEST(a_batch_can_end_in_every_way)
{
    try_all(_i, writes, sizeof writes / sizeof writes[0], batch, "batch");
}
END_TEST

START_TEST(a_read_can_fail)
{
    try_all(_i, reads, sizeof reads / sizeof reads[0], get, "get");
}
END_TEST

START_TEST(a_late_outcome_is_waited_for)
{
    Rig *rig = rig_new_with(&scripted_class);
    RigClient client = rig_client(rig, _i);
    RigThrown thrown = {0};
    static const Case late = {"", OBS_REFUSED, LARDER_RPC_REFUSED_CODE_DISK_FULL, 0};
    put(&client, "!delay-20ms!refuse-disk_full:k", &thrown);
    expect_thrown(&thrown, &late);
    rig_thrown_clear(&thrown);
    rig_client_clear(&client);
    rig_free(rig);
}
END_TEST

START_TEST(each_kind_becomes_its_exception)
{
    static const ObsOutcome outcomes[] = {
        OBS_OK, OBS_INVALID, OBS_NOT_HERE, OBS_REFUSED, OBS_INDETERMINATE, OBS_FAILED, OBS_FAILED};
    rpc_types_init();
    for (int kind = STORE_ERROR_INVALID; kind <= STORE_ERROR_WOULD_BLOCK; kind++) {
        RigThrown thrown = {0};
        ObsCall call = {.outcome = OBS_OK};
        StoreError error = {.kind = (StoreErrorKind)kind, .code = 2, .limit = 10, .actual = 11};
        snprintf(error.message, sizeof error.message, "why");
        snprintf(error.field, sizeof error.field, "options.what");
        RpcThrows throws = {&thrown.invalid, &thrown.elsewhere, &thrown.refused,
                            &thrown.indeterminate, &thrown.failed};
        ck_assert(!rpc_error_throw(&error, &call, throws));
        ck_assert_int_eq(call.outcome, outcomes[kind]);
        ck_assert_int_eq(thrown.elsewhere != NULL, kind == STORE_ERROR_NOT_HERE);
        if (thrown.elsewhere != NULL) {
            ck_assert_int_eq(thrown.elsewhere->code, LARDER_RPC_NOT_HERE_CODE_CROSS_SHARD);
            ck_assert_str_eq(thrown.elsewhere->message, "why");
            ck_assert_str_eq(thrown.elsewhere->owner, "");
        }
        if (thrown.invalid != NULL) {
            ck_assert_str_eq(thrown.invalid->field, "options.what");
            ck_assert_int_eq(thrown.invalid->limit, 10);
            ck_assert_int_eq(thrown.invalid->actual, 11);
        }
        rig_thrown_clear(&thrown);
    }
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("error");
    tcase_add_loop_test(cases, a_put_can_end_in_every_way, 0, RIG_WAYS);
    tcase_add_loop_test(cases, a_batch_can_end_in_every_way, 0, RIG_WAYS);
    tcase_add_loop_test(cases, a_read_can_fail, 0, RIG_WAYS);
    tcase_add_loop_test(cases, a_late_outcome_is_waited_for, 0, RIG_WAYS);
    tcase_add_test(cases, each_kind_becomes_its_exception);
    return rig_run("rpc", cases);
}
