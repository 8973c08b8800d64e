/*
 * test_rpc_observer.c: what observers of a lane see, and what becomes of their demands.
 *
 * Calls are made by the stock client where they are answered, and as bytes where they are not.
 */
#include "service/rpc/observer.h"
#include "tests/unit/rpc_rig.h"

enum { KEY_SIZE = 32 };

/* An observer that notes what it sees and demands what the test says. */
typedef struct Watcher {
    RpcObserver observer;
    RpcDemand demand;
    int asked;
    int told;
    char method[KEY_SIZE];
    char store[KEY_SIZE];
    char key[KEY_SIZE];
    RpcObserved last; /* its texts are gone */
    RpcObservedEnd end;
} Watcher;

static void
note(char text[KEY_SIZE], BaseSlice slice)
{
    (void)snprintf(text, KEY_SIZE, "%.*s", (int)slice.len, (const char *)slice.data);
}

static void
before_call(void *user, const RpcObserved *call, RpcDemand *demand)
{
    Watcher *watcher = user;
    ck_assert(!demand->skip && !demand->throws && !demand->close);
    ck_assert_int_eq(demand->fate, RPC_REPLY_SENT);
    watcher->asked++;
    *demand = watcher->demand;
    note(watcher->key, call->key);
}

static void
after_call(void *user, const RpcObserved *call, const RpcObservedEnd *end)
{
    Watcher *watcher = user;
    watcher->told++;
    note(watcher->method, base_slice_text(call->method));
    note(watcher->store, call->store);
    note(watcher->key, call->key);
    watcher->last = *call;
    watcher->end = *end;
}

static void
watch(Rig *rig, Watcher *watcher, const RpcObserver *next)
{
    watcher->observer = (RpcObserver){next, watcher, before_call, after_call};
    atomic_store(&rig->context.observers, &watcher->observer);
}

/* The bytes of a put of "v" at `key`. */
static BaseSlice
put_bytes(BaseBuf *out, int way, const char *key)
{
    WireWriter writer;
    const WireFormat format = {rig_way_is_compact(way) ? WIRE_COMPACT : WIRE_BINARY,
                               rig_way_is_framed(way)};
    base_buf_reset(out);
    wire_writer_begin(&writer, out, format, 1u << 20);
    wire_writer_message(&writer, WIRE_CALL, BASE_SLICE_LITERAL("put"), 77);
    wire_writer_struct_begin(&writer);
    wire_writer_field_bytes(&writer, 1, BASE_SLICE_LITERAL("default"));
    wire_writer_field_bytes(&writer, 2, base_slice_text(key));
    wire_writer_field_bytes(&writer, 3, BASE_SLICE_LITERAL("v"));
    wire_writer_struct_end(&writer);
    ck_assert(wire_writer_finish(&writer));
    return base_buf_slice(out);
}

/* Whether a put of this key has been executed. */
static bool
is_there(Rig *rig, const char *key)
{
    RigClient client = rig_client(rig, 0);
    RigThrown thrown = {.error = NULL};
    LarderRpcGetOptions *options = g_object_new(LARDER_RPC_TYPE_GET_OPTIONS, NULL);
    LarderRpcGetResult *result = g_object_new(LARDER_RPC_TYPE_GET_RESULT, NULL);
    GByteArray *bytes = rig_text(key);
    atomic_store(&rig->context.observers, NULL);
    ck_assert(larder_rpc_store_client_get(client.store, &result, "default", bytes, options,
                                          RIG_INTO(&thrown)));
    bool found = result->found != FALSE;
    g_byte_array_unref(bytes);
    g_object_unref(options);
    g_object_unref(result);
    rig_thrown_clear(&thrown);
    rig_client_clear(&client);
    return found;
}

START_TEST(a_call_is_seen_twice)
{
    Rig *rig = rig_new();
    Watcher watcher = {.asked = 0};
    BaseBuf out = BASE_BUF_INIT;
    watch(rig, &watcher, NULL);
    for (int way = 0; way < RIG_WAYS; way++) {
        BaseSlice request = put_bytes(&out, way, "the key");
        ck_assert(!rig_raw(rig, request).close);
        ck_assert_int_eq(watcher.asked, way + 1);
        ck_assert_int_eq(watcher.told, way + 1);
        ck_assert_str_eq(watcher.method, "put");
        ck_assert_str_eq(watcher.store, "default");
        ck_assert_str_eq(watcher.key, "the key");
        ck_assert_str_eq(watcher.last.peer, "test");
        ck_assert_int_eq(watcher.last.service, RPC_STORE);
        ck_assert_uint_eq(watcher.last.request_bytes, request.len);
        ck_assert_int_eq(watcher.end.outcome, OBS_OK);
        ck_assert_int_eq(watcher.end.code, 0);
        ck_assert(watcher.end.executed);
        ck_assert_uint_eq(watcher.end.reply_bytes, rig->reply.len);
    }
    base_buf_clear(&out);
    rig_free(rig);
}
END_TEST

START_TEST(refused_arguments_are_told_only)
{
    Rig *rig = rig_new();
    Watcher watcher = {.asked = 0};
    BaseBuf out = BASE_BUF_INIT;
    WireWriter writer;
    watch(rig, &watcher, NULL);
    wire_writer_begin(&writer, &out, (WireFormat){WIRE_BINARY, false}, 1u << 20);
    wire_writer_message(&writer, WIRE_CALL, BASE_SLICE_LITERAL("put"), 77);
    wire_writer_struct_begin(&writer);
    wire_writer_field_bytes(&writer, 2, BASE_SLICE_LITERAL("k"));
    wire_writer_struct_end(&writer);
    ck_assert(wire_writer_finish(&writer));
    rig_raw(rig, base_buf_slice(&out));
    ck_assert_int_eq(watcher.asked, 0);
    ck_assert_int_eq(watcher.told, 1);
    ck_assert_str_eq(watcher.key, "k");
    ck_assert_str_eq(watcher.store, "");
    ck_assert_int_eq(watcher.end.outcome, OBS_INVALID);
    ck_assert_int_eq(watcher.end.code, 1);
    ck_assert(!watcher.end.executed);
    rig_raw(rig, base_slice(out.data, out.len - 1)); /* bytes that are no request */
    ck_assert_int_eq(watcher.told, 1);
    base_buf_clear(&out);
    rig_free(rig);
}
END_TEST

START_TEST(what_the_store_turns_down_was_not_executed)
{
    Rig *rig = rig_new();
    Watcher watcher = {.asked = 0};
    BaseBuf out = BASE_BUF_INIT;
    watch(rig, &watcher, NULL);
    rig_raw(rig, put_bytes(&out, 1, ""));
    ck_assert_int_eq(watcher.asked, 1);
    ck_assert_int_eq(watcher.end.outcome, OBS_INVALID);
    ck_assert_int_eq(watcher.end.code, 1);
    ck_assert(!watcher.end.executed);
    base_buf_clear(&out);
    rig_free(rig);
}
END_TEST

START_TEST(an_exception_takes_the_place_of_a_reply)
{
    Rig *rig = rig_new();
    BaseBuf out = BASE_BUF_INIT;
    for (int kind = WIRE_INVALID_REQUEST; kind <= WIRE_FAILED; kind++) {
        for (int skip = 0; skip < 2; skip++) {
            char key[KEY_SIZE];
            (void)snprintf(key, sizeof key, "%d-%d", kind, skip);
            Watcher watcher = {.demand = {.skip = skip == 1,
                                          .throws = true,
                                          .exception = {.kind = (WireExceptionKind)kind,
                                                        .code = 2,
                                                        .message = BASE_SLICE_LITERAL("why")}}};
            watch(rig, &watcher, NULL);
            RpcVerdict verdict = rig_raw(rig, put_bytes(&out, kind % RIG_WAYS, key));
            ck_assert(!verdict.close);
            ck_assert_int_eq(verdict.outcome, kind);
            ck_assert_int_eq(watcher.end.outcome, kind);
            ck_assert_int_eq(watcher.end.code, 2);
            ck_assert_int_eq(watcher.end.executed, skip == 0);
            ck_assert_int_eq(is_there(rig, key), skip == 0);
        }
    }
    ck_assert_uint_eq(rig_counted(rig, "put", OBS_REFUSED), 2);
    base_buf_clear(&out);
    rig_free(rig);
}
END_TEST

START_TEST(replies_are_lost_and_halved)
{
    Rig *rig = rig_new();
    BaseBuf out = BASE_BUF_INIT;
    for (int way = 0; way < RIG_WAYS; way++) {
        Watcher watcher = {.asked = 0};
        watch(rig, &watcher, NULL);
        rig_raw(rig, put_bytes(&out, way, "k"));
        size_t whole = rig->reply.len;
        watcher.demand = (RpcDemand){.fate = RPC_REPLY_HALVED, .close = true};
        ck_assert(rig_raw(rig, put_bytes(&out, way, "k")).close);
        ck_assert_uint_eq(rig->reply.len, whole / 2);
        ck_assert_uint_eq(watcher.end.reply_bytes, whole / 2);
        watcher.demand = (RpcDemand){.fate = RPC_REPLY_LOST};
        ck_assert(!rig_raw(rig, put_bytes(&out, way, "lost")).close);
        ck_assert_uint_eq(rig->reply.len, 0);
        ck_assert_uint_eq(watcher.end.reply_bytes, 0);
        ck_assert(watcher.end.executed);
        watcher.demand = (RpcDemand){.skip = true, .close = true};
        ck_assert(rig_raw(rig, put_bytes(&out, way, "skipped")).close);
        ck_assert_uint_eq(rig->reply.len, 0);
        ck_assert(!watcher.end.executed);
        ck_assert(is_there(rig, "lost"));
        ck_assert(!is_there(rig, "skipped"));
    }
    base_buf_clear(&out);
    rig_free(rig);
}
END_TEST

START_TEST(what_was_written_before_stays)
{
    Rig *rig = rig_new();
    Watcher watcher = {.demand = {.fate = RPC_REPLY_LOST}};
    BaseBuf out = BASE_BUF_INIT;
    BaseBuf replies = BASE_BUF_INIT;
    watch(rig, &watcher, NULL);
    ck_assert(base_buf_append(&replies, "before", 6));
    RpcCall call = {.input = put_bytes(&out, 0, "k")};
    (void)rpc_lane_call(rig->lane, &call, &replies);
    ck_assert_uint_eq(replies.len, 6);
    ck_assert_mem_eq(replies.data, "before", 6);
    ck_assert_str_eq(watcher.last.peer, "");
    base_buf_clear(&replies);
    base_buf_clear(&out);
    rig_free(rig);
}
END_TEST

START_TEST(the_first_that_demands_has_its_way)
{
    Rig *rig = rig_new();
    BaseBuf out = BASE_BUF_INIT;
    Watcher last = {.asked = 0};
    Watcher second = {.demand = {.fate = RPC_REPLY_LOST}};
    Watcher first = {.asked = 0};
    const RpcObserver silent = {.next = NULL};
    watch(rig, &last, &silent);
    watch(rig, &second, &last.observer);
    watch(rig, &first, &second.observer);
    rig_raw(rig, put_bytes(&out, 0, "k"));
    ck_assert_uint_eq(rig->reply.len, 0);
    ck_assert_int_eq(first.asked, 1);
    ck_assert_int_eq(second.asked, 1);
    ck_assert_int_eq(last.asked, 0);
    ck_assert_int_eq(first.told + second.told + last.told, 3);
    second.demand.fate = RPC_REPLY_SENT;
    rig_raw(rig, put_bytes(&out, 0, "k"));
    ck_assert_int_eq(last.asked, 1);
    atomic_store(&rig->context.observers, NULL);
    rig_raw(rig, put_bytes(&out, 0, "k"));
    ck_assert_int_eq(first.asked, 2);
    base_buf_clear(&out);
    rig_free(rig);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("observer");
    tcase_add_test(cases, a_call_is_seen_twice);
    tcase_add_test(cases, refused_arguments_are_told_only);
    tcase_add_test(cases, what_the_store_turns_down_was_not_executed);
    tcase_add_test(cases, an_exception_takes_the_place_of_a_reply);
    tcase_add_test(cases, replies_are_lost_and_halved);
    tcase_add_test(cases, what_was_written_before_stays);
    tcase_add_test(cases, the_first_that_demands_has_its_way);
    return rig_run("rpc", cases);
}
