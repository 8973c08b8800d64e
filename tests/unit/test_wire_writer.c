/*
 * test_wire_writer.c: what the writer writes is what the parser reads, and errors leave nothing
 * behind.
 */
#include "service/wire/direct.h"
#include "service/wire/parse.h"
#include "service/wire/writer.h"

#include <check.h>
#include <stdlib.h>

static const int64_t NUMBERS[] = {0,         1,         -1,        63,        64,       -64,
                                  -65,       127,       128,       8191,      8192,     INT16_MAX,
                                  INT16_MIN, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN};
enum { NUMBER_COUNT = sizeof(NUMBERS) / sizeof(NUMBERS[0]) };

static const WireFormat FORMATS[] = {
    {WIRE_BINARY, false}, {WIRE_BINARY, true}, {WIRE_COMPACT, false}, {WIRE_COMPACT, true}};
enum { FORMAT_COUNT = sizeof(FORMATS) / sizeof(FORMATS[0]) };

static WireTape tape;
static WireMessage message;

static void
begin(WireWriter *writer, BaseBuf *out, WireFormat format, size_t bytes_max)
{
    wire_writer_begin(writer, out, format, bytes_max);
    wire_writer_message(writer, WIRE_CALL, BASE_SLICE_LITERAL("get"), -5);
    wire_writer_struct_begin(writer);
}

/* Ends and parses. */
static const WireValue *
finish(WireWriter *writer)
{
    wire_writer_struct_end(writer);
    ck_assert(wire_writer_finish(writer));
    WireError error;
    ck_assert(wire_parse_request(base_buf_slice(writer->out), &WIRE_LIMITS_DEFAULT, &tape, &message,
                                 &error));
    ck_assert_int_eq(message.seqid, -5);
    ck_assert(base_slice_equal(message.method, BASE_SLICE_LITERAL("get")));
    return message.arguments;
}

START_TEST(numbers_round_trip)
{
    for (int f = 0; f < FORMAT_COUNT; f++) {
        BaseBuf out = BASE_BUF_INIT;
        WireWriter writer;
        begin(&writer, &out, FORMATS[f], 100000);
        wire_writer_field(&writer, 3, WIRE_LIST);
        wire_writer_list(&writer, WIRE_I64, NUMBER_COUNT);
        for (int i = 0; i < NUMBER_COUNT; i++) {
            wire_writer_i64(&writer, NUMBERS[i]);
        }
        for (int16_t i = 0; i < NUMBER_COUNT; i++) {
            wire_writer_field_i32(&writer, (int16_t)(100 + 20 * i), (int32_t)NUMBERS[i]);
            wire_writer_field(&writer, (int16_t)(101 + 20 * i), WIRE_I16);
            wire_writer_i16(&writer, (int16_t)NUMBERS[i]);
            wire_writer_field(&writer, (int16_t)(102 + 20 * i), WIRE_BYTE);
            wire_writer_byte(&writer, (int8_t)NUMBERS[i]);
        }
        const WireValue *arguments = finish(&writer);
        const WireValue *number = wire_tape_first(wire_tape_field(arguments, 3, WIRE_LIST));
        for (int i = 0; i < NUMBER_COUNT; i++, number++) {
            ck_assert_int_eq(number->number, NUMBERS[i]);
        }
        for (int16_t i = 0; i < NUMBER_COUNT; i++) {
            int16_t id = (int16_t)(100 + 20 * i);
            ck_assert_int_eq(wire_tape_field(arguments, id, WIRE_I32)->number, (int32_t)NUMBERS[i]);
            id++;
            ck_assert_int_eq(wire_tape_field(arguments, id, WIRE_I16)->number, (int16_t)NUMBERS[i]);
            id++;
            ck_assert_int_eq(wire_tape_field(arguments, id, WIRE_BYTE)->number, (int8_t)NUMBERS[i]);
        }
        base_buf_clear(&out);
    }
}
END_TEST

/* Ids that are near, as far as compact's short form reaches, a step further, and behind. */
START_TEST(ids_at_every_distance_round_trip)
{
    static const int16_t ids[] = {1, 16, 32, 49, 48, 63, 0, 15, 31, -1, -32768, 32767};
    for (int f = 0; f < FORMAT_COUNT; f++) {
        BaseBuf out = BASE_BUF_INIT;
        WireWriter writer;
        begin(&writer, &out, FORMATS[f], 100000);
        for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
            wire_writer_field_i32(&writer, ids[i], (int32_t)i);
        }
        const WireValue *arguments = finish(&writer);
        for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
            ck_assert_int_eq(wire_tape_field(arguments, ids[i], WIRE_I32)->number, (int64_t)i);
        }
        base_buf_clear(&out);
    }
}
END_TEST

START_TEST(booleans_doubles_and_bytes_round_trip)
{
    for (int f = 0; f < FORMAT_COUNT; f++) {
        BaseBuf out = BASE_BUF_INIT;
        WireWriter writer;
        begin(&writer, &out, FORMATS[f], 100000);
        wire_writer_field_bool(&writer, -7, true);
        wire_writer_field_bool(&writer, 1, false);
        wire_writer_field(&writer, 2, WIRE_DOUBLE);
        wire_writer_double(&writer, -0.1);
        wire_writer_field(&writer, 32767, WIRE_LIST);
        wire_writer_list(&writer, WIRE_BOOL, 2);
        wire_writer_bool(&writer, true);
        wire_writer_bool(&writer, false);
        wire_writer_field_bytes(&writer, 3, BASE_SLICE_EMPTY);
        wire_writer_field(&writer, 4, WIRE_BYTES);
        memcpy(wire_writer_bytes_room(&writer, 3), "x\0y", 3);
        const WireValue *arguments = finish(&writer);
        ck_assert_int_eq(wire_tape_field(arguments, -7, WIRE_BOOL)->number, 1);
        ck_assert_int_eq(wire_tape_field(arguments, 1, WIRE_BOOL)->number, 0);
        ck_assert_double_eq(wire_tape_field(arguments, 2, WIRE_DOUBLE)->real, -0.1);
        const WireValue *list = wire_tape_field(arguments, 32767, WIRE_LIST);
        ck_assert_int_eq(wire_tape_first(list)->number, 1);
        ck_assert_int_eq(wire_tape_first(list)[1].number, 0);
        ck_assert_uint_eq(wire_tape_bytes(&tape, wire_tape_field(arguments, 3, WIRE_BYTES)).len, 0);
        ck_assert(
            base_slice_equal(wire_tape_bytes(&tape, wire_tape_field(arguments, 4, WIRE_BYTES)),
                             base_slice("x\0y", 3)));
        base_buf_clear(&out);
    }
}
END_TEST

START_TEST(containers_of_every_size_round_trip)
{
    static const uint32_t counts[] = {0, 1, 14, 15, 16, 127, 128, 1000};
    for (int f = 0; f < FORMAT_COUNT; f++) {
        for (size_t c = 0; c < sizeof(counts) / sizeof(counts[0]); c++) {
            BaseBuf out = BASE_BUF_INIT;
            WireWriter writer;
            begin(&writer, &out, FORMATS[f], 100000);
            wire_writer_field(&writer, 1, WIRE_MAP);
            wire_writer_map(&writer, WIRE_BYTES, WIRE_STRUCT, counts[c]);
            for (uint32_t i = 0; i < counts[c]; i++) {
                wire_writer_bytes(&writer, BASE_SLICE_LITERAL("k"));
                wire_writer_struct_begin(&writer);
                wire_writer_field_i32(&writer, 9, (int32_t)i);
                wire_writer_struct_end(&writer);
            }
            wire_writer_field(&writer, 3, WIRE_SET);
            wire_writer_list(&writer, WIRE_BYTE, counts[c]);
            for (uint32_t i = 0; i < counts[c]; i++) {
                wire_writer_byte(&writer, 1);
            }
            wire_writer_field_i32(&writer, 2, 77);
            const WireValue *arguments = finish(&writer);
            const WireValue *map = wire_tape_field(arguments, 1, WIRE_MAP);
            ck_assert_uint_eq(map->count, counts[c]);
            ck_assert_uint_eq(map->span, 1 + 3 * counts[c]);
            ck_assert_uint_eq(wire_tape_field(arguments, 3, WIRE_SET)->count, counts[c]);
            ck_assert_int_eq(wire_tape_field(arguments, 2, WIRE_I32)->number, 77);
            base_buf_clear(&out);
        }
    }
}
END_TEST

/* At every limit short of the whole, what was there before stays and nothing is added. */
START_TEST(a_message_over_its_limit_leaves_nothing)
{
    for (int f = 0; f < FORMAT_COUNT; f++) {
        size_t whole = SIZE_MAX;
        for (size_t limit = 0; limit <= 200 && whole == SIZE_MAX; limit++) {
            BaseBuf out = BASE_BUF_INIT;
            ck_assert(base_buf_append(&out, "before", 6));
            WireWriter writer;
            begin(&writer, &out, FORMATS[f], limit);
            wire_writer_field_bytes(&writer, 1, BASE_SLICE_LITERAL("some bytes"));
            wire_writer_field_bool(&writer, 2, true);
            wire_writer_field_i64(&writer, 3, -1);
            wire_writer_struct_end(&writer);
            ck_assert_uint_le(wire_writer_length(&writer), limit);
            if (wire_writer_finish(&writer)) {
                whole = wire_writer_length(&writer);
                ck_assert_uint_eq(whole, limit);
            } else {
                ck_assert_int_eq(writer.code, WIRE_TOO_LONG);
                ck_assert(base_slice_equal(base_buf_slice(&out), BASE_SLICE_LITERAL("before")));
            }
            base_buf_clear(&out);
        }
        ck_assert_uint_ne(whole, SIZE_MAX);
    }
}
END_TEST

START_TEST(a_struct_too_deep_is_an_error)
{
    BaseBuf out = BASE_BUF_INIT;
    WireWriter writer;
    begin(&writer, &out, FORMATS[2], 100000);
    for (int depth = 1; depth < WIRE_DEPTH_MAX; depth++) {
        wire_writer_field(&writer, 1, WIRE_STRUCT);
        wire_writer_struct_begin(&writer);
        ck_assert(wire_writer_ok(&writer));
    }
    wire_writer_struct_begin(&writer);
    ck_assert(!wire_writer_ok(&writer));
    wire_writer_field_i64(&writer, 1, 1);
    ck_assert_ptr_null(wire_writer_bytes_room(&writer, 1));
    ck_assert(!wire_writer_finish(&writer));
    ck_assert_int_eq(writer.code, WIRE_TOO_DEEP);
    ck_assert_uint_eq(out.len, 0);
    base_buf_clear(&out);
}
END_TEST

/* The bytes of `value` in room of just its size, and the writer's. */
static void
assert_direct_is_written(BaseSlice value, int64_t number)
{
    BaseBuf out = BASE_BUF_INIT;
    WireWriter writer;
    wire_writer_begin(&writer, &out, FORMATS[0], 100000);
    wire_writer_field_bytes(&writer, 0x1234, value);
    wire_writer_field_i64(&writer, 5, number);
    wire_writer_field_i32(&writer, -6, (int32_t)number);
    wire_writer_field_bool(&writer, 7, number != 0);
    wire_writer_field_bytes(&writer, 8, value);
    uint8_t *room = malloc(out.len);
    ck_assert_ptr_nonnull(room);
    uint8_t *to = wire_direct_bytes(room, 0x1234, value);
    to = wire_direct_i64(to, 5, number);
    to = wire_direct_i32(to, -6, (int32_t)number);
    to = wire_direct_bool(to, 7, number != 0);
    to = wire_direct_bytes(to, 8, value);
    ck_assert_uint_eq((size_t)(to - room), out.len);
    ck_assert_mem_eq(room, out.data, out.len);
    free(room);
    base_buf_clear(&out);
}

START_TEST(what_is_stored_at_once_is_what_is_written)
{
    for (size_t len = 0; len <= 300; len++) {
        uint8_t *exact = malloc(len + 1); /* its end is where the sanitizer looks */
        ck_assert_ptr_nonnull(exact);
        for (size_t i = 0; i < len; i++) {
            exact[i + 1] = (uint8_t)(i * 7 + len);
        }
        assert_direct_is_written(base_slice(exact + 1, len), NUMBERS[len % NUMBER_COUNT]);
        free(exact);
    }
}
END_TEST

START_TEST(every_error_is_explained)
{
    for (int code = 0; code < WIRE_CODE_COUNT; code++) {
        ck_assert_str_ne(wire_format_explain((WireCode)code), "unknown error");
    }
    ck_assert_str_eq(wire_format_explain(WIRE_CODE_COUNT), "unknown error");
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("writer");
    tcase_add_test(cases, numbers_round_trip);
    tcase_add_test(cases, ids_at_every_distance_round_trip);
    tcase_add_test(cases, booleans_doubles_and_bytes_round_trip);
    tcase_add_test(cases, containers_of_every_size_round_trip);
    tcase_add_test(cases, a_message_over_its_limit_leaves_nothing);
    tcase_add_test(cases, a_struct_too_deep_is_an_error);
    tcase_add_test(cases, what_is_stored_at_once_is_what_is_written);
    tcase_add_test(cases, every_error_is_explained);
    Suite *suite = suite_create("wire");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    wire_tape_clear(&tape);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
