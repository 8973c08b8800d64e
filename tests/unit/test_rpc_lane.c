/*
 * test_rpc_lane.c: what a lane makes of every kind of request, as bytes.
 *
 * Requests are written with the wire writer, in both protocols, with and without frames; replies
 * are read back with the strict parser.
 */
#include "tests/unit/rpc_rig.h"

/* A reply, taken apart. */
typedef struct Answer {
    WireTape tape;
    WireMessage message;
    const WireValue *exception; /* of the contract, or the TApplicationException; NULL: a result */
    int kind;                   /* field id of the contract's exception; 0 otherwise */
} Answer;

static WireFormat
format_of(int way)
{
    return (WireFormat){rig_way_is_compact(way) ? WIRE_COMPACT : WIRE_BINARY,
                        rig_way_is_framed(way)};
}

static void
answer_read(const Rig *rig, Answer *answer)
{
    WireError error;
    *answer = (Answer){.tape = WIRE_TAPE_INIT};
    WireLimits limits = WIRE_LIMITS_DEFAULT;
    limits.request_bytes_max = WIRE_FRAME_BYTES_CAP;
    ck_assert_msg(wire_parse_reply(base_buf_slice(&rig->reply), &limits, &answer->tape,
                                   &answer->message, &error),
                  "%s", wire_format_explain(error.code));
    const WireValue *first = wire_tape_first(answer->message.arguments);
    if (answer->message.type == WIRE_EXCEPTION) {
        answer->exception = answer->message.arguments;
    } else if (first->id != 0) {
        answer->exception = first;
        answer->kind = first->id;
    }
}

static void
answer_clear(Answer *answer)
{
    wire_tape_clear(&answer->tape);
}

/* A text field of the exception, in a buffer that the next call overwrites. */
static const char *
answer_text(const Answer *answer, int16_t id)
{
    static char text[512];
    const WireValue *value = wire_tape_field(answer->exception, id, WIRE_BYTES);
    ck_assert_ptr_nonnull(value);
    BaseSlice bytes = wire_tape_bytes(&answer->tape, value);
    snprintf(text, sizeof text, "%.*s", (int)bytes.len, (const char *)bytes.data);
    return text;
}

static int64_t
answer_number(const Answer *answer, int16_t id, WireType type)
{
    const WireValue *value = wire_tape_field(answer->exception, id, type);
    ck_assert_ptr_nonnull(value);
    return value->number;
}

/* Checks that the last reply is InvalidRequest with this code and field. */
static void
expect_invalid(const Rig *rig, int64_t code, const char *field)
{
    Answer answer;
    answer_read(rig, &answer);
    ck_assert_int_eq(answer.kind, WIRE_INVALID_REQUEST);
    ck_assert_int_eq(answer_number(&answer, 1, WIRE_I32), code);
    ck_assert_str_eq(answer_text(&answer, 4), field);
    ck_assert_str_ne(answer_text(&answer, 2), "");
    ck_assert_int_eq(rig->verdict.outcome, OBS_INVALID);
    ck_assert(!rig->verdict.close);
    answer_clear(&answer);
}

/* Checks that the last reply is a TApplicationException of this type. */
static void
expect_application_error(const Rig *rig, WireApplicationCode code, bool close, WireFormat format)
{
    Answer answer;
    answer_read(rig, &answer);
    ck_assert_int_eq(answer.message.type, WIRE_EXCEPTION);
    ck_assert_int_eq(answer_number(&answer, 2, WIRE_I32), code);
    ck_assert_str_ne(answer_text(&answer, 1), "");
    ck_assert_int_eq(answer.message.seqid, 77);
    ck_assert_int_eq(answer.message.format.protocol, format.protocol);
    ck_assert_int_eq(answer.message.format.framed, format.framed);
    ck_assert_int_eq(rig->verdict.close, close);
    ck_assert_int_eq(rig->verdict.outcome, OBS_PROTOCOL);
    answer_clear(&answer);
}

static void
begin(WireWriter *writer, BaseBuf *out, WireFormat format, WireMessageType type, const char *method)
{
    base_buf_reset(out);
    wire_writer_begin(writer, out, format, 1u << 24);
    wire_writer_message(writer, type, base_slice_text(method), 77);
    wire_writer_struct_begin(writer);
}

static BaseSlice
end(WireWriter *writer)
{
    wire_writer_struct_end(writer);
    ck_assert(wire_writer_finish(writer));
    return base_buf_slice(writer->out);
}

static void
write_argument(WireWriter *writer, const RpcArgument *argument)
{
    wire_writer_field(writer, argument->id, argument->type);
    switch (argument->type) {
    case WIRE_BYTES:
        wire_writer_bytes(writer, strcmp(argument->name, "store") == 0
                                      ? BASE_SLICE_LITERAL("default")
                                      : BASE_SLICE_LITERAL("x"));
        break;
    case WIRE_I32:
        wire_writer_i32(writer, 1);
        break;
    case WIRE_I64:
        wire_writer_i64(writer, 1);
        break;
    case WIRE_LIST:
        wire_writer_list(writer, rpc_methods_element(argument), 0);
        break;
    case WIRE_MAP:
        wire_writer_map(writer, WIRE_BYTES, WIRE_BYTES, 0);
        break;
    default:
        ck_assert_int_eq(argument->type, WIRE_STRUCT);
        wire_writer_struct_begin(writer);
        wire_writer_struct_end(writer);
        break;
    }
}

/* Writes a call of a method with all arguments but `without`, or with that one as a bool. */
static BaseSlice
write_call(BaseBuf *out, const RpcMethod *method, const RpcArgument *without, bool as_bool, int way)
{
    WireWriter writer;
    begin(&writer, out, format_of(way), WIRE_CALL, method->name);
    for (const RpcArgument *argument = method->arguments; argument->id != 0; argument++) {
        if (argument != without) {
            write_argument(&writer, argument);
        } else if (as_bool) {
            wire_writer_field_bool(&writer, argument->id, true);
        }
    }
    return end(&writer);
}

static BaseSlice
write_ping(BaseBuf *out, WireFormat format, WireMessageType type, size_t payload)
{
    static const uint8_t zeros[2048];
    WireWriter writer;
    begin(&writer, out, format, type, "ping");
    wire_writer_field_bytes(&writer, 1, base_slice(zeros, payload));
    return end(&writer);
}

START_TEST(an_unknown_method_leaves_the_connection_open)
{
    Rig *rig = rig_new();
    BaseBuf out = BASE_BUF_INIT;
    WireWriter writer;
    static const char *const names[] = {"no_such_method", "get2", "ge", "drain", "health"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        for (int way = 0; way < RIG_WAYS; way++) {
            begin(&writer, &out, format_of(way), WIRE_CALL, names[i]);
            rig_raw(rig, end(&writer));
            expect_application_error(rig, WIRE_APPLICATION_UNKNOWN_METHOD, false, format_of(way));
        }
    }
    ck_assert_uint_eq(rig_counted(rig, "", OBS_PROTOCOL), 20);
    base_buf_clear(&out);
    rig_free(rig);
}
END_TEST

START_TEST(a_oneway_call_is_told_and_closed)
{
    Rig *rig = rig_new();
    BaseBuf out = BASE_BUF_INIT;
    for (int way = 0; way < RIG_WAYS; way++) {
        rig_raw(rig, write_ping(&out, format_of(way), WIRE_ONEWAY, 1));
        expect_application_error(rig, WIRE_APPLICATION_INVALID_MESSAGE_TYPE, true, format_of(way));
    }
    ck_assert_uint_eq(rig_counted(rig, "ping", OBS_PROTOCOL), RIG_WAYS);
    base_buf_clear(&out);
    rig_free(rig);
}
END_TEST

START_TEST(malformed_bytes_close)
{
    Rig *rig = rig_new();
    BaseBuf out = BASE_BUF_INIT;
    for (int way = 0; way < RIG_WAYS; way++) {
        BaseSlice ping = write_ping(&out, format_of(way), WIRE_CALL, 5);
        if (rig_way_is_framed(way)) {
            out.data[3]--;
        }
        rig_raw(rig, base_slice(ping.data, ping.len - 1));
        expect_application_error(rig, WIRE_APPLICATION_PROTOCOL_ERROR, true, format_of(way));
        ck_assert(base_buf_append_byte(&out, 0));
        ping = base_buf_slice(&out);
        if (rig_way_is_framed(way)) {
            out.data[3] = (uint8_t)(out.data[3] + 2);
        }
        rig_raw(rig, ping);
        expect_application_error(rig, WIRE_APPLICATION_PROTOCOL_ERROR, true, format_of(way));
    }
    ck_assert(rig_raw(rig, BASE_SLICE_LITERAL("GET / HTTP/1.1\r\n")).close);
    ck_assert_uint_eq(rig->reply.len, 0);
    ck_assert_uint_eq(rig_counted(rig, "", OBS_PROTOCOL), 1);
    ck_assert_uint_eq(rig_counted(rig, "ping", OBS_PROTOCOL), 8);
    base_buf_clear(&out);
    rig_free(rig);
}
END_TEST

START_TEST(what_the_scanner_calls_bad_is_never_executed)
{
    Rig *rig = rig_new();
    BaseBuf out = BASE_BUF_INIT;
    RpcCall call = {.input = write_ping(&out, format_of(0), WIRE_CALL, 5), .bad = true};
    rig->verdict = rpc_lane_call(rig->lane, &call, &rig->reply);
    expect_application_error(rig, WIRE_APPLICATION_PROTOCOL_ERROR, true, format_of(0));
    base_buf_clear(&out);
    rig_free(rig);
}
END_TEST

START_TEST(every_required_argument_is_missed_by_name)
{
    Rig *rig = rig_new();
    BaseBuf out = BASE_BUF_INIT;
    for (size_t row = 0; rpc_methods_at(row)->service == RPC_STORE; row++) {
        const RpcMethod *method = rpc_methods_at(row);
        for (const RpcArgument *argument = method->arguments; argument->id != 0; argument++) {
            for (int way = 0; argument->required && way < 2 * RIG_WAYS; way++) {
                rig_raw(rig, write_call(&out, method, argument, way >= RIG_WAYS, way % RIG_WAYS));
                expect_invalid(rig, LARDER_RPC_INVALID_CODE_BAD_ARGUMENT, argument->name);
            }
        }
    }
    base_buf_clear(&out);
    rig_free(rig);
}
END_TEST

START_TEST(options_may_be_missing_or_of_another_type)
{
    Rig *rig = rig_new();
    BaseBuf out = BASE_BUF_INIT;
    size_t row = rpc_methods_find(RPC_STORE, BASE_SLICE_LITERAL("get"));
    const RpcMethod *get = rpc_methods_at(row);
    for (int way = 0; way < 2 * RIG_WAYS; way++) {
        rig_raw(rig, write_call(&out, get, &get->arguments[2], way >= RIG_WAYS, way % RIG_WAYS));
        Answer answer;
        answer_read(rig, &answer);
        ck_assert_ptr_null(answer.exception);
        answer_clear(&answer);
    }
    ck_assert_uint_eq(rig_counted(rig, "get", OBS_OK), 2 * RIG_WAYS);
    base_buf_clear(&out);
    rig_free(rig);
}
END_TEST

START_TEST(unknown_fields_are_skipped)
{
    Rig *rig = rig_new();
    BaseBuf out = BASE_BUF_INIT;
    WireWriter writer;
    for (int way = 0; way < RIG_WAYS; way++) {
        begin(&writer, &out, format_of(way), WIRE_CALL, "ping");
        wire_writer_field(&writer, -3, WIRE_DOUBLE);
        wire_writer_double(&writer, 0.5);
        wire_writer_field_bytes(&writer, 1, BASE_SLICE_LITERAL("pong"));
        wire_writer_field(&writer, 9, WIRE_MAP);
        wire_writer_map(&writer, WIRE_I64, WIRE_BYTES, 1);
        wire_writer_i64(&writer, 1);
        wire_writer_bytes(&writer, BASE_SLICE_LITERAL("x"));
        wire_writer_field(&writer, 3000, WIRE_STRUCT);
        wire_writer_struct_begin(&writer);
        wire_writer_field_bool(&writer, 1, true);
        wire_writer_struct_end(&writer);
        rig_raw(rig, end(&writer));
        Answer answer;
        answer_read(rig, &answer);
        ck_assert_ptr_null(answer.exception);
        const WireValue *result = wire_tape_first(answer.message.arguments);
        const WireValue *payload = wire_tape_field(result, 1, WIRE_BYTES);
        ck_assert_ptr_nonnull(payload);
        ck_assert(
            base_slice_equal(wire_tape_bytes(&answer.tape, payload), BASE_SLICE_LITERAL("pong")));
        answer_clear(&answer);
    }
    base_buf_clear(&out);
    rig_free(rig);
}
END_TEST

START_TEST(a_store_name_must_be_text_without_nul)
{
    static const BaseSlice names[] = {
        {(const uint8_t *)"default\0x", 9},
        {(const uint8_t *)"\0", 1},
        {(const uint8_t *)"\xff\xfe", 2},
        {(const uint8_t *)"\xc3", 1},
    };
    Rig *rig = rig_new();
    BaseBuf out = BASE_BUF_INIT;
    WireWriter writer;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        begin(&writer, &out, format_of((int)i), WIRE_CALL, "get");
        wire_writer_field_bytes(&writer, 1, names[i]);
        wire_writer_field_bytes(&writer, 2, BASE_SLICE_LITERAL("key"));
        rig_raw(rig, end(&writer));
        expect_invalid(rig, LARDER_RPC_INVALID_CODE_BAD_ARGUMENT, "store");
    }
    begin(&writer, &out, format_of(0), WIRE_CALL, "get");
    wire_writer_field_bytes(&writer, 1, BASE_SLICE_LITERAL("other"));
    wire_writer_field_bytes(&writer, 2, BASE_SLICE_LITERAL("key"));
    rig_raw(rig, end(&writer));
    expect_invalid(rig, LARDER_RPC_INVALID_CODE_UNKNOWN_STORE, "store");
    base_buf_clear(&out);
    rig_free(rig);
}
END_TEST

START_TEST(elements_of_another_type_are_the_list_s_fault)
{
    Rig *rig = rig_new();
    BaseBuf out = BASE_BUF_INIT;
    WireWriter writer;
    static const struct {
        const char *method;
        const char *field;
    } cases[] = {{"multi_get", "keys"}, {"batch", "mutations"}, {"range_info", "ranges"}};
    for (size_t i = 0; i < 3; i++) {
        begin(&writer, &out, format_of((int)i), WIRE_CALL, cases[i].method);
        wire_writer_field_bytes(&writer, 1, BASE_SLICE_LITERAL("default"));
        wire_writer_field(&writer, 2, WIRE_LIST);
        wire_writer_list(&writer, WIRE_I64, 2);
        wire_writer_i64(&writer, 1);
        wire_writer_i64(&writer, 2);
        rig_raw(rig, end(&writer));
        expect_invalid(rig, LARDER_RPC_INVALID_CODE_BAD_ARGUMENT, cases[i].field);
    }
    base_buf_clear(&out);
    rig_free(rig);
}
END_TEST

/* Writes a server_info that names a client; way as always. */
static BaseSlice
write_server_info(BaseBuf *out, int way, BaseSlice client)
{
    WireWriter writer;
    begin(&writer, out, format_of(way), WIRE_CALL, "server_info");
    wire_writer_field(&writer, 1, WIRE_STRUCT);
    wire_writer_struct_begin(&writer);
    wire_writer_field_bytes(&writer, 2, client);
    wire_writer_struct_end(&writer);
    return end(&writer);
}

START_TEST(a_bad_text_or_type_deep_inside_is_the_callers_fault)
{
    Rig *rig = rig_new();
    BaseBuf out = BASE_BUF_INIT;
    WireWriter writer;
    for (int way = 0; way < RIG_WAYS; way++) {
        rig_raw(rig, write_server_info(&out, way, base_slice("a\0b", 3)));
        expect_invalid(rig, LARDER_RPC_INVALID_CODE_BAD_ARGUMENT, "");
        begin(&writer, &out, format_of(way), WIRE_CALL, "batch");
        wire_writer_field_bytes(&writer, 1, BASE_SLICE_LITERAL("default"));
        wire_writer_field(&writer, 2, WIRE_LIST);
        wire_writer_list(&writer, WIRE_STRUCT, 0);
        wire_writer_field(&writer, 3, WIRE_STRUCT);
        wire_writer_struct_begin(&writer);
        wire_writer_field(&writer, 2, WIRE_LIST);
        wire_writer_list(&writer, WIRE_BYTES, 1);
        wire_writer_bytes(&writer, BASE_SLICE_LITERAL("no guard"));
        wire_writer_struct_end(&writer);
        rig_raw(rig, end(&writer));
        expect_invalid(rig, LARDER_RPC_INVALID_CODE_BAD_ARGUMENT, "");
    }
    base_buf_clear(&out);
    rig_free(rig);
}
END_TEST

START_TEST(sizes_over_a_limit_name_it)
{
    Rig *rig = rig_new();
    BaseBuf out = BASE_BUF_INIT;
    Answer answer;
    rig_raw(rig, write_ping(&out, format_of(0), WIRE_CALL, 1024));
    ck_assert_int_eq(rig->verdict.outcome, OBS_OK);
    rig_raw(rig, write_ping(&out, format_of(0), WIRE_CALL, 1025));
    expect_invalid(rig, LARDER_RPC_INVALID_CODE_OVER_LIMIT, "payload");
    answer_read(rig, &answer);
    ck_assert_int_eq(answer_number(&answer, 5, WIRE_I64), 1024);
    ck_assert_int_eq(answer_number(&answer, 6, WIRE_I64), 1025);
    answer_clear(&answer);
    char client[65];
    memset(client, 'c', sizeof client);
    rig_raw(rig, write_server_info(&out, 1, base_slice(client, 64)));
    ck_assert_int_eq(rig->verdict.outcome, OBS_OK);
    rig_raw(rig, write_server_info(&out, 1, base_slice(client, 65)));
    expect_invalid(rig, LARDER_RPC_INVALID_CODE_OVER_LIMIT, "options.client");
    base_buf_clear(&out);
    rig_free(rig);
}
END_TEST

START_TEST(a_reply_over_the_limit_of_a_reader_asks_for_less)
{
    Rig *rig = rig_new();
    BaseBuf out = BASE_BUF_INIT;
    Answer answer;
    rig->limits.reply_bytes_max = 500;
    for (int way = 0; way < RIG_WAYS; way++) {
        rig_raw(rig, write_ping(&out, format_of(way), WIRE_CALL, 600));
        expect_invalid(rig, LARDER_RPC_INVALID_CODE_OVER_LIMIT, "");
        answer_read(rig, &answer);
        ck_assert_int_eq(answer_number(&answer, 5, WIRE_I64), 500);
        answer_clear(&answer);
        rig_raw(rig, write_ping(&out, format_of(way), WIRE_CALL, 300));
        ck_assert_int_eq(rig->verdict.outcome, OBS_OK);
    }
    base_buf_clear(&out);
    rig_free(rig);
}
END_TEST

START_TEST(a_lost_reply_of_a_writer_is_indeterminate)
{
    Rig *rig = rig_new();
    BaseBuf out = BASE_BUF_INIT;
    Answer answer;
    size_t row = rpc_methods_find(RPC_STORE, BASE_SLICE_LITERAL("put"));
    rig->limits.reply_bytes_max = 40;
    rig_raw(rig, write_call(&out, rpc_methods_at(row), NULL, false, 0));
    ck_assert(!rig->verdict.close);
    answer_read(rig, &answer);
    ck_assert_int_eq(answer.kind, WIRE_INDETERMINATE);
    ck_assert_int_eq(rig->verdict.outcome, OBS_INDETERMINATE);
    answer_clear(&answer);
    base_buf_clear(&out);
    rig_free(rig);
}
END_TEST

START_TEST(a_reply_goes_behind_what_is_there)
{
    Rig *rig = rig_new();
    BaseBuf out = BASE_BUF_INIT;
    BaseBuf replies = BASE_BUF_INIT;
    RpcCall call = {.input = write_ping(&out, format_of(2), WIRE_CALL, 3)};
    ck_assert(base_buf_append(&replies, "before", 6));
    rpc_lane_call(rig->lane, &call, &replies);
    size_t one = replies.len - 6;
    rpc_lane_call(rig->lane, &call, &replies);
    ck_assert_uint_eq(replies.len, 6 + 2 * one);
    ck_assert_mem_eq(replies.data, "before", 6);
    ck_assert_uint_eq(replies.data[6 + 3], one - 4);
    ck_assert_uint_eq(replies.data[6 + one + 3], one - 4);
    base_buf_clear(&replies);
    base_buf_clear(&out);
    rig_free(rig);
}
END_TEST

START_TEST(every_method_answers_in_every_way)
{
    Rig *rig = rig_new();
    BaseBuf out = BASE_BUF_INIT;
    int unsupported = 0;
    for (size_t row = 0; rpc_methods_at(row)->service == RPC_STORE; row++) {
        const RpcMethod *method = rpc_methods_at(row);
        for (int way = 0; way < RIG_WAYS; way++) {
            Answer answer;
            rig_raw(rig, write_call(&out, method, NULL, false, way));
            answer_read(rig, &answer);
            ck_assert(!rig->verdict.close);
            ck_assert(base_slice_equal(answer.message.method, base_slice_text(method->name)));
            ck_assert_int_eq(answer.message.seqid, 77);
            if (answer.kind == WIRE_INVALID_REQUEST &&
                answer_number(&answer, 1, WIRE_I32) == LARDER_RPC_INVALID_CODE_UNSUPPORTED) {
                unsupported++;
                ck_assert_ptr_nonnull(strstr(answer_text(&answer, 2), method->name));
            }
            answer_clear(&answer);
        }
    }
    ck_assert_int_eq(unsupported, 13 * RIG_WAYS);
    base_buf_clear(&out);
    rig_free(rig);
}
END_TEST

START_TEST(a_lane_serves_only_its_services)
{
    Rig *rig = rig_new();
    BaseBuf out = BASE_BUF_INIT;
    RpcLane *idle = NULL;
    RpcCall call = {.input = write_ping(&out, format_of(0), WIRE_CALL, 1)};
    ck_assert(base_is_ok(rpc_lane_new(&rig->context, NULL, 0, &idle)));
    rig->verdict = rpc_lane_call(idle, &call, &rig->reply);
    expect_application_error(rig, WIRE_APPLICATION_UNKNOWN_METHOD, false, format_of(0));
    rpc_lane_free(idle);
    rpc_lane_free(NULL);
    base_buf_clear(&out);
    rig_free(rig);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("lane");
    tcase_add_test(cases, an_unknown_method_leaves_the_connection_open);
    tcase_add_test(cases, a_oneway_call_is_told_and_closed);
    tcase_add_test(cases, malformed_bytes_close);
    tcase_add_test(cases, what_the_scanner_calls_bad_is_never_executed);
    tcase_add_test(cases, every_required_argument_is_missed_by_name);
    tcase_add_test(cases, options_may_be_missing_or_of_another_type);
    tcase_add_test(cases, unknown_fields_are_skipped);
    tcase_add_test(cases, a_store_name_must_be_text_without_nul);
    tcase_add_test(cases, elements_of_another_type_are_the_list_s_fault);
    tcase_add_test(cases, a_bad_text_or_type_deep_inside_is_the_callers_fault);
    tcase_add_test(cases, sizes_over_a_limit_name_it);
    tcase_add_test(cases, a_reply_over_the_limit_of_a_reader_asks_for_less);
    tcase_add_test(cases, a_lost_reply_of_a_writer_is_indeterminate);
    tcase_add_test(cases, a_reply_goes_behind_what_is_there);
    tcase_add_test(cases, every_method_answers_in_every_way);
    tcase_add_test(cases, a_lane_serves_only_its_services);
    return rig_run("rpc", cases);
}
