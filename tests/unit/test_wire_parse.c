/*
 * test_wire_parse.c: every rule of the parser, in both protocols, framed and not.
 *
 * Messages are written here as hexadecimal text of their arguments; the header is put in front.
 */
#include "service/wire/parse.h"
#include "tests/golden/golden.h"

#include <check.h>
#include <stdlib.h>

static const char *const HEADS[2] = {
    [WIRE_BINARY] = "80010001 00000003 676574 00000007",
    [WIRE_COMPACT] = "8221 07 03 676574",
};

typedef struct Case {
    WireProtocol protocol;
    const char *arguments;
    WireCode code;
} Case;

/* A field of type X is "XX 00ID ..." in binary, and "DT ..." (id delta, type) in compact. */
static const Case CASES[] = {
    /* Well-formed. */
    {WIRE_BINARY, "00", WIRE_OK},
    {WIRE_BINARY, "08 0001 00000005 00", WIRE_OK},
    {WIRE_BINARY, "02 0001 00 02 0002 01 00", WIRE_OK},
    {WIRE_BINARY, "0b 0001 00000000 00", WIRE_OK},
    {WIRE_BINARY, "0d 0001 0b 0b 00000000 00", WIRE_OK},
    {WIRE_BINARY, "0f 0001 0c 00000002 00 00 00", WIRE_OK},
    {WIRE_BINARY, "0e 0001 03 00000002 01 02 00", WIRE_OK},
    {WIRE_BINARY, "08 ffff 00000005 08 7fff 00000005 08 8000 00000005 00", WIRE_OK},
    {WIRE_COMPACT, "00", WIRE_OK},
    {WIRE_COMPACT, "11 12 00", WIRE_OK},
    {WIRE_COMPACT, "15 0a 00", WIRE_OK},
    {WIRE_COMPACT, "1b 00 00", WIRE_OK},
    {WIRE_COMPACT, "1b 01 88 00 00 00", WIRE_OK},
    {WIRE_COMPACT, "19 2c 00 00 00", WIRE_OK},
    {WIRE_COMPACT, "19 f3 02 01 02 00", WIRE_OK},
    {WIRE_COMPACT, "19 31 01 02 00 00", WIRE_OK},
    {WIRE_COMPACT, "19 22 01 02 00", WIRE_OK},
    {WIRE_COMPACT, "14 ffff03 05 04 00 00", WIRE_OK},
    {WIRE_COMPACT, "15 ffffffff0f 00", WIRE_OK},
    {WIRE_COMPACT, "16 ffffffffffffffffff01 00", WIRE_OK},
    /* Types. */
    {WIRE_BINARY, "01 0001 00", WIRE_BAD_TYPE},
    {WIRE_BINARY, "05 0001 00", WIRE_BAD_TYPE},
    {WIRE_BINARY, "07 0001 00", WIRE_BAD_TYPE},
    {WIRE_BINARY, "09 0001 0000000000000000 00", WIRE_BAD_TYPE},
    {WIRE_BINARY, "10 0001 00000000 00", WIRE_BAD_TYPE},
    {WIRE_BINARY, "ff 0001 00", WIRE_BAD_TYPE},
    {WIRE_BINARY, "0f 0001 00 00000001 00", WIRE_BAD_TYPE},
    {WIRE_BINARY, "0f 0001 00 00000000 00", WIRE_BAD_TYPE},
    {WIRE_BINARY, "0f 0001 01 7fffffff 00", WIRE_BAD_TYPE},
    {WIRE_BINARY, "0e 0001 01 00000001 00", WIRE_BAD_TYPE},
    {WIRE_BINARY, "0d 0001 01 0b 00000001 00", WIRE_BAD_TYPE},
    {WIRE_BINARY, "0d 0001 0b 00 00000000 00", WIRE_BAD_TYPE},
    {WIRE_COMPACT, "1d 00", WIRE_BAD_TYPE},
    {WIRE_COMPACT, "1e 00", WIRE_BAD_TYPE},
    {WIRE_COMPACT, "1f 00", WIRE_BAD_TYPE},
    {WIRE_COMPACT, "10 00", WIRE_BAD_TYPE},
    {WIRE_COMPACT, "19 10 00", WIRE_BAD_TYPE},
    {WIRE_COMPACT, "19 00 00", WIRE_BAD_TYPE},
    {WIRE_COMPACT, "19 fd 01 00", WIRE_BAD_TYPE},
    {WIRE_COMPACT, "1b 01 08 00 00", WIRE_BAD_TYPE},
    {WIRE_COMPACT, "1b 01 80 00 00", WIRE_BAD_TYPE},
    /* Ids: a repeated one, of the same type and of another, near, far, negative; past the end. */
    {WIRE_BINARY, "08 0001 00000005 08 0001 00000005 00", WIRE_DUPLICATE_FIELD},
    {WIRE_BINARY, "08 0001 00000005 0b 0001 00000000 00", WIRE_DUPLICATE_FIELD},
    {WIRE_BINARY, "0b 0002 00000000 0b 0002 00000000 00", WIRE_DUPLICATE_FIELD},
    {WIRE_BINARY, "03 003f 00 03 0040 00 03 003f 00 00", WIRE_DUPLICATE_FIELD},
    {WIRE_BINARY, "03 03e8 00 03 0001 00 03 03e8 00 00", WIRE_DUPLICATE_FIELD},
    {WIRE_BINARY, "03 ffff 00 03 ffff 00 00", WIRE_DUPLICATE_FIELD},
    {WIRE_BINARY, "0c 0001 03 0002 00 03 0002 00 00 00", WIRE_DUPLICATE_FIELD},
    {WIRE_COMPACT, "13 00 03 02 00 00", WIRE_DUPLICATE_FIELD},
    {WIRE_COMPACT, "11 02 02 00", WIRE_DUPLICATE_FIELD},
    {WIRE_COMPACT, "03 feff03 00 13 00 00", WIRE_BAD_VARINT},
    /* The same ids in neighbouring structs are fine. */
    {WIRE_BINARY, "0f 0001 0c 00000002 03 0001 00 00 03 0001 00 00 00", WIRE_OK},
    {WIRE_BINARY, "0c 0001 03 0001 00 00 0c 0002 03 0001 00 00 00", WIRE_OK},
    /* Lengths and counts. */
    {WIRE_BINARY, "0b 0001 ffffffff 00", WIRE_BAD_LENGTH},
    {WIRE_BINARY, "0b 0001 80000000 00", WIRE_BAD_LENGTH},
    {WIRE_BINARY, "0b 0001 7fffffff 00", WIRE_BAD_LENGTH},
    {WIRE_BINARY, "0b 0001 00000003 6161", WIRE_BAD_LENGTH},
    {WIRE_BINARY, "0f 0001 0b ffffffff 00", WIRE_BAD_LENGTH},
    {WIRE_BINARY, "0f 0001 0c 7fffffff 00", WIRE_BAD_LENGTH},
    {WIRE_BINARY, "0f 0001 0a 00000002 0000000000000000 00", WIRE_BAD_LENGTH},
    {WIRE_BINARY, "0f 0001 0a 00000001 00000000000000", WIRE_BAD_LENGTH},
    {WIRE_BINARY, "0f 0001 0a 00000001 0000000000000000", WIRE_TRUNCATED},
    {WIRE_BINARY, "0f 0001 0b 00000002 00000000 00", WIRE_BAD_LENGTH},
    {WIRE_BINARY, "0d 0001 0b 0b ffffffff 00", WIRE_BAD_LENGTH},
    {WIRE_BINARY, "0d 0001 0b 0b 00000002 00000000 00000000 00", WIRE_BAD_LENGTH},
    {WIRE_COMPACT, "18 05 61", WIRE_BAD_LENGTH},
    {WIRE_COMPACT, "18 ffffffff07 00", WIRE_BAD_LENGTH},
    {WIRE_COMPACT, "18 ffffffff0f 00", WIRE_BAD_LENGTH},
    {WIRE_COMPACT, "19 4c 00 00", WIRE_BAD_LENGTH},
    {WIRE_COMPACT, "19 fc ffffffff07 00", WIRE_BAD_LENGTH},
    {WIRE_COMPACT, "19 27 0000000000000000 00", WIRE_BAD_LENGTH},
    {WIRE_COMPACT, "1b 7f 88 00 00", WIRE_BAD_LENGTH},
    /* Booleans. */
    {WIRE_BINARY, "02 0001 02 00", WIRE_BAD_BOOL},
    {WIRE_BINARY, "0f 0001 02 00000001 ff 00", WIRE_BAD_BOOL},
    {WIRE_COMPACT, "19 11 03 00", WIRE_BAD_BOOL},
    /* Varints. */
    {WIRE_COMPACT, "14 ffff04 00", WIRE_BAD_VARINT},
    {WIRE_COMPACT, "14 80808000 00", WIRE_BAD_VARINT},
    {WIRE_COMPACT, "15 ffffffff10 00", WIRE_BAD_VARINT},
    {WIRE_COMPACT, "15 808080808000 00", WIRE_BAD_VARINT},
    {WIRE_COMPACT, "16 ffffffffffffffffff02 00", WIRE_BAD_VARINT},
    {WIRE_COMPACT, "18 80808080808000 00", WIRE_BAD_VARINT},
    {WIRE_COMPACT, "05 80808000 00 00", WIRE_BAD_VARINT},
    /* Ends. */
    {WIRE_BINARY, "", WIRE_TRUNCATED},
    {WIRE_BINARY, "08", WIRE_TRUNCATED},
    {WIRE_BINARY, "08 00", WIRE_TRUNCATED},
    {WIRE_BINARY, "08 0001 000000", WIRE_TRUNCATED},
    {WIRE_BINARY, "08 0001 00000005", WIRE_TRUNCATED},
    {WIRE_BINARY, "0f 0001 0b 0000", WIRE_TRUNCATED},
    {WIRE_BINARY, "04 0001 00000000000000", WIRE_TRUNCATED},
    {WIRE_BINARY, "00 00", WIRE_TRAILING},
    {WIRE_COMPACT, "", WIRE_TRUNCATED},
    {WIRE_COMPACT, "15", WIRE_TRUNCATED},
    {WIRE_COMPACT, "15 80", WIRE_TRUNCATED},
    {WIRE_COMPACT, "17 00000000000000", WIRE_TRUNCATED},
    {WIRE_COMPACT, "05", WIRE_TRUNCATED},
    {WIRE_COMPACT, "00 00", WIRE_TRAILING},
};

static WireTape tape;
static WireMessage message;
static WireError error;

static WireCode
parse(const BaseBuf *buf, const WireLimits *limits)
{
    error = (WireError){WIRE_OK, 0};
    bool fine = wire_parse_request(base_buf_slice(buf), limits, &tape, &message, &error);
    ck_assert_int_eq(fine, error.code == WIRE_OK);
    ck_assert_uint_le(error.offset, buf->len);
    ck_assert_int_eq(fine, message.arguments != NULL);
    return error.code;
}

static WireCode
parse_hex(const char *head, const char *arguments, bool framed, const WireLimits *limits)
{
    BaseBuf body = BASE_BUF_INIT;
    golden_append_hex(&body, head);
    golden_append_hex(&body, arguments);
    BaseBuf whole = BASE_BUF_INIT;
    if (framed) {
        golden_append_framed(&whole, base_buf_slice(&body));
    } else {
        ck_assert(base_buf_append_slice(&whole, base_buf_slice(&body)));
    }
    WireCode code = parse(&whole, limits);
    base_buf_clear(&body);
    base_buf_clear(&whole);
    return code;
}

START_TEST(each_rule_in_each_protocol)
{
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        const Case *c = &CASES[i];
        for (int framed = 0; framed < 2; framed++) {
            WireCode code =
                parse_hex(HEADS[c->protocol], c->arguments, framed != 0, &WIRE_LIMITS_DEFAULT);
            ck_assert_msg(code == c->code, "%s %s: %s, not %s",
                          c->protocol == WIRE_BINARY ? "binary" : "compact", c->arguments,
                          wire_format_explain(code), wire_format_explain(c->code));
            ck_assert(message.header);
            ck_assert_int_eq(message.format.protocol, c->protocol);
            ck_assert_int_eq(message.format.framed, framed);
            ck_assert_int_eq(message.seqid, 7);
        }
    }
}
END_TEST

START_TEST(heads_that_are_none)
{
    static const struct {
        const char *head;
        WireCode code;
    } heads[] = {
        {"80020001 00000003 676574 00000007", WIRE_BAD_VERSION},
        {"80010101 00000003 676574 00000007", WIRE_BAD_VERSION},
        {"81010001 00000003 676574 00000007", WIRE_BAD_VERSION},
        {"80010002 00000003 676574 00000007", WIRE_BAD_MESSAGE_TYPE},
        {"80010003 00000003 676574 00000007", WIRE_BAD_MESSAGE_TYPE},
        {"80010000 00000003 676574 00000007", WIRE_BAD_MESSAGE_TYPE},
        {"80010005 00000003 676574 00000007", WIRE_BAD_MESSAGE_TYPE},
        {"80010001 00000000 00000007", WIRE_BAD_METHOD},
        {"80010001 00000041 676574 00000007", WIRE_BAD_METHOD},
        {"80010001 00000003 670074 00000007", WIRE_BAD_METHOD},
        {"80010001 00000003 672074 00000007", WIRE_BAD_METHOD},
        {"80010001 00000003 67ff74 00000007", WIRE_BAD_METHOD},
        {"80010001 ffffffff 676574 00000007", WIRE_BAD_LENGTH},
        {"8222 07 03 676574", WIRE_BAD_VERSION},
        {"8241 07 03 676574", WIRE_BAD_MESSAGE_TYPE},
        {"8261 07 03 676574", WIRE_BAD_MESSAGE_TYPE},
        {"8201 07 03 676574", WIRE_BAD_MESSAGE_TYPE},
        {"82e1 07 03 676574", WIRE_BAD_MESSAGE_TYPE},
        {"8221 07 00", WIRE_BAD_METHOD},
        {"8221 07 41 676574", WIRE_BAD_METHOD},
        {"8221 ffffffff10 03 676574", WIRE_BAD_VARINT},
        {"47455420 2f204854", WIRE_BAD_VERSION},
        {"", WIRE_TRUNCATED},
        {"80", WIRE_TRUNCATED},
        {"82", WIRE_TRUNCATED},
        {"80010001 00000003 6765", WIRE_TRUNCATED},
    };
    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
        WireCode code = parse_hex(heads[i].head, "", false, &WIRE_LIMITS_DEFAULT);
        ck_assert_msg(code == heads[i].code, "%s: %s", heads[i].head, wire_format_explain(code));
        ck_assert(!message.header);
    }
}
END_TEST

START_TEST(oneway_is_a_request_and_a_reply_is_not)
{
    ck_assert_int_eq(
        parse_hex("80010004 00000003 676574 00000007", "00", true, &WIRE_LIMITS_DEFAULT), WIRE_OK);
    ck_assert_int_eq(message.type, WIRE_ONEWAY);
    ck_assert_int_eq(parse_hex("8281 07 03 676574", "00", false, &WIRE_LIMITS_DEFAULT), WIRE_OK);
    ck_assert_int_eq(message.type, WIRE_ONEWAY);
    BaseBuf buf = BASE_BUF_INIT;
    golden_append_hex(&buf, "80010002 00000003 676574 00000007 00");
    ck_assert(
        wire_parse_reply(base_buf_slice(&buf), &WIRE_LIMITS_DEFAULT, &tape, &message, &error));
    ck_assert_int_eq(message.type, WIRE_REPLY);
    buf.data[3] = WIRE_CALL;
    ck_assert(
        !wire_parse_reply(base_buf_slice(&buf), &WIRE_LIMITS_DEFAULT, &tape, &message, &error));
    ck_assert_int_eq(error.code, WIRE_BAD_MESSAGE_TYPE);
    base_buf_clear(&buf);
}
END_TEST

START_TEST(a_frame_is_exactly_one_message)
{
    static const struct {
        const char *bytes;
        WireCode code;
        bool header;
    } frames[] = {
        {"00000000", WIRE_TRUNCATED, false},
        {"000000", WIRE_TRUNCATED, false},
        {"00000010 80010001 00000003 676574 00000007 00", WIRE_OK, true},
        {"0000000f 80010001 00000003 676574 00000007 00", WIRE_TRAILING, true},
        {"00000011 80010001 00000003 676574 00000007 00", WIRE_TRUNCATED, true},
        {"00000011 80010001 00000003 676574 00000007 00 00", WIRE_TRAILING, true},
        {"03ffffff 80010001 00000003 676574 00000007 00", WIRE_TOO_LONG, true},
        {"04000000 80010001 00000003 676574 00000007 00", WIRE_BAD_VERSION, false},
    };
    for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
        WireCode code = parse_hex(frames[i].bytes, "", false, &WIRE_LIMITS_DEFAULT);
        ck_assert_msg(code == frames[i].code, "%s: %s", frames[i].bytes, wire_format_explain(code));
        ck_assert_msg(message.header == frames[i].header, "%s", frames[i].bytes);
    }
}
END_TEST

/* Arguments that are `levels` deep altogether. */
static void
append_nested(BaseBuf *buf, const char *open, const char *close, unsigned levels)
{
    for (unsigned i = 1; i < levels; i++) {
        golden_append_hex(buf, open);
    }
    for (unsigned i = 1; i < levels; i++) {
        golden_append_hex(buf, close);
    }
    golden_append_hex(buf, "00");
}

START_TEST(depth_is_limited_in_structs_and_containers)
{
    static const struct {
        WireProtocol protocol;
        const char *open;
        const char *close;
    } nests[] = {
        {WIRE_BINARY, "0c 0001", "00"},
        {WIRE_COMPACT, "1c", "00"},
        {WIRE_BINARY, "0f 0001 0c 00000001", "00"},
        {WIRE_COMPACT, "19 1c", "00"},
    };
    for (size_t i = 0; i < sizeof(nests) / sizeof(nests[0]); i++) {
        /* The last two add two levels with each opening, behind the one of the arguments. */
        unsigned step = i < 2 ? 1 : 2;
        for (unsigned openings = 1; openings < 200; openings++) {
            BaseBuf buf = BASE_BUF_INIT;
            golden_append_hex(&buf, HEADS[nests[i].protocol]);
            append_nested(&buf, nests[i].open, nests[i].close, openings + 1);
            unsigned depth = 1 + step * openings;
            ck_assert_int_eq(parse(&buf, &WIRE_LIMITS_DEFAULT),
                             depth <= WIRE_DEPTH_MAX ? WIRE_OK : WIRE_TOO_DEEP);
            base_buf_clear(&buf);
        }
    }
}
END_TEST

/* A binary struct of fields (BYTE) with ids counting down from `first`. */
static void
append_descending_fields(BaseBuf *buf, unsigned first, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        unsigned id = first - i;
        const uint8_t field[4] = {WIRE_BYTE, (uint8_t)(id >> 8), (uint8_t)id, 0};
        ck_assert(base_buf_append(buf, field, sizeof(field)));
    }
    ck_assert(base_buf_append_byte(buf, 0));
}

START_TEST(far_ids_are_limited_and_near_ones_are_not)
{
    for (unsigned count = 60; count < 70; count++) {
        BaseBuf buf = BASE_BUF_INIT;
        golden_append_hex(&buf, HEADS[WIRE_BINARY]);
        append_descending_fields(&buf, 20000, count);
        ck_assert_int_eq(parse(&buf, &WIRE_LIMITS_DEFAULT),
                         count <= WIRE_FAR_FIELDS_MAX ? WIRE_OK : WIRE_TOO_MANY);
        base_buf_clear(&buf);
    }
    BaseBuf buf = BASE_BUF_INIT;
    golden_append_hex(&buf, HEADS[WIRE_BINARY]);
    append_descending_fields(&buf, 63 + WIRE_FAR_FIELDS_MAX, 64 + WIRE_FAR_FIELDS_MAX);
    ck_assert_int_eq(parse(&buf, &WIRE_LIMITS_DEFAULT), WIRE_OK);
    ck_assert_uint_eq(message.arguments->count, 64 + WIRE_FAR_FIELDS_MAX);
    base_buf_clear(&buf);
}
END_TEST

START_TEST(elements_pairs_and_values_are_limited)
{
    const char *list = "0f 0001 03 00000003 010203 00";
    const char *map = "0d 0001 03 03 00000002 01020304 00";
    ck_assert_int_eq(parse_hex(HEADS[0], list, true, &(WireLimits){1000, 3, 9, 9}), WIRE_OK);
    ck_assert_int_eq(parse_hex(HEADS[0], list, true, &(WireLimits){1000, 2, 9, 9}), WIRE_TOO_MANY);
    ck_assert_int_eq(parse_hex(HEADS[0], map, true, &(WireLimits){1000, 1, 2, 9}), WIRE_OK);
    ck_assert_int_eq(parse_hex(HEADS[0], map, true, &(WireLimits){1000, 9, 1, 9}), WIRE_TOO_MANY);
    /* Arguments, list and three elements make five values. */
    ck_assert_int_eq(parse_hex(HEADS[0], list, true, &(WireLimits){1000, 3, 9, 5}), WIRE_OK);
    ck_assert_int_eq(parse_hex(HEADS[0], list, true, &(WireLimits){1000, 3, 9, 4}), WIRE_TOO_MANY);
    ck_assert_int_eq(parse_hex(HEADS[1], "11 11 00", true, &(WireLimits){1000, 3, 9, 2}),
                     WIRE_TOO_MANY);
    ck_assert_int_eq(parse_hex(HEADS[0], "00", false, &(WireLimits){16, 3, 9, 9}), WIRE_OK);
    ck_assert_int_eq(parse_hex(HEADS[0], "00", false, &(WireLimits){15, 3, 9, 9}), WIRE_TOO_LONG);
    ck_assert_int_eq(parse_hex(HEADS[0], "00", true, &(WireLimits){20, 3, 9, 9}), WIRE_OK);
    ck_assert_int_eq(parse_hex(HEADS[0], "00", true, &(WireLimits){19, 3, 9, 9}), WIRE_TOO_LONG);
    ck_assert(message.header);
}
END_TEST

/* The densest message: structs of a single byte. Memory follows what was received. */
START_TEST(tape_is_bounded_by_the_bytes_received)
{
    enum { COUNT = 60000 };
    BaseBuf buf = BASE_BUF_INIT;
    golden_append_hex(&buf, HEADS[WIRE_COMPACT]);
    golden_append_hex(&buf, "19 fc e0d403");
    for (int i = 0; i < COUNT + 1; i++) {
        ck_assert(base_buf_append_byte(&buf, 0));
    }
    wire_tape_clear(&tape);
    ck_assert_int_eq(parse(&buf, &WIRE_LIMITS_DEFAULT), WIRE_OK);
    ck_assert_uint_eq(tape.count, COUNT + 2);
    ck_assert_uint_le(tape.capacity * sizeof(WireValue), 32 * buf.len + 1024);
    /* A count that is declared and not there costs nothing. */
    buf.len = 30;
    wire_tape_clear(&tape);
    ck_assert_int_eq(parse(&buf, &WIRE_LIMITS_DEFAULT), WIRE_BAD_LENGTH);
    ck_assert_uint_le(tape.capacity, 64);
    base_buf_clear(&buf);
}
END_TEST

/* The same struct in both protocols: every type, and what is within what. */
static const char *const EVERYTHING[2] = {
    [WIRE_BINARY] = "02 0001 01  03 0002 fe  04 0003 3ff8000000000000  06 0004 fffd"
                    "08 0005 80000000  0a 0006 8000000000000000  0b 0007 00000002 6869"
                    "0c 0008 02 0001 00 00  0f 0009 0b 00000002 00000001 61 00000000"
                    "0d 000a 0b 0a 00000001 00000001 6b 0000000000000009  0e 000b 02 00000002 0100"
                    "0b 0064 00000000 00",
    [WIRE_COMPACT] = "11  13 fe  17 000000000000f83f  14 05  15 ffffffff0f  16 ffffffffffffffffff01"
                     "18 02 6869  1c 12 00  19 28 01 61 00  1b 01 86 01 6b 12  1a 21 01 02"
                     "08 c801 00 00",
};

static void
check_numbers(const WireValue *arguments)
{
    ck_assert_int_eq(wire_tape_field(arguments, 1, WIRE_BOOL)->number, 1);
    ck_assert_int_eq(wire_tape_field(arguments, 2, WIRE_BYTE)->number, -2);
    ck_assert_double_eq(wire_tape_field(arguments, 3, WIRE_DOUBLE)->real, 1.5);
    ck_assert_int_eq(wire_tape_field(arguments, 4, WIRE_I16)->number, -3);
    ck_assert_int_eq(wire_tape_field(arguments, 5, WIRE_I32)->number, INT32_MIN);
    ck_assert_int_eq(wire_tape_field(arguments, 6, WIRE_I64)->number, INT64_MIN);
    ck_assert_ptr_null(wire_tape_field(arguments, 6, WIRE_I32));
    ck_assert_ptr_null(wire_tape_field(arguments, 12, WIRE_I32));
}

static void
check_holders(const WireValue *arguments)
{
    const WireValue *inner = wire_tape_field(arguments, 8, WIRE_STRUCT);
    ck_assert_uint_eq(inner->count, 1);
    ck_assert_int_eq(wire_tape_field(inner, 1, WIRE_BOOL)->number, 0);
    const WireValue *list = wire_tape_field(arguments, 9, WIRE_LIST);
    ck_assert_uint_eq(list->count, 2);
    ck_assert_int_eq(wire_tape_element_type(list), WIRE_BYTES);
    const WireValue *element = wire_tape_first(list);
    ck_assert(base_slice_equal(wire_tape_bytes(&tape, element), BASE_SLICE_LITERAL("a")));
    element = wire_tape_next(element);
    ck_assert_uint_eq(wire_tape_bytes(&tape, element).len, 0);
    ck_assert_ptr_eq(wire_tape_next(element), wire_tape_end(list));
    const WireValue *map = wire_tape_field(arguments, 10, WIRE_MAP);
    ck_assert_uint_eq(map->count, 1);
    ck_assert_int_eq(wire_tape_key_type(map), WIRE_BYTES);
    ck_assert_int_eq(wire_tape_element_type(map), WIRE_I64);
    ck_assert_int_eq(wire_tape_next(wire_tape_first(map))->number, 9);
    const WireValue *set = wire_tape_field(arguments, 11, WIRE_SET);
    ck_assert_int_eq(wire_tape_first(set)->number, 1);
    ck_assert_int_eq(wire_tape_next(wire_tape_first(set))->number, 0);
}

START_TEST(every_type_arrives_on_the_tape)
{
    for (int protocol = 0; protocol < 2; protocol++) {
        BaseBuf buf = BASE_BUF_INIT;
        golden_append_hex(&buf, HEADS[protocol]);
        golden_append_hex(&buf, EVERYTHING[protocol]);
        ck_assert_int_eq(parse(&buf, &WIRE_LIMITS_DEFAULT), WIRE_OK);
        ck_assert(base_slice_equal(message.method, BASE_SLICE_LITERAL("get")));
        ck_assert_uint_eq(message.arguments->count, 12);
        ck_assert_uint_eq(message.arguments->span, tape.count);
        check_numbers(message.arguments);
        check_holders(message.arguments);
        const WireValue *text = wire_tape_field(message.arguments, 7, WIRE_BYTES);
        ck_assert(base_slice_equal(wire_tape_bytes(&tape, text), BASE_SLICE_LITERAL("hi")));
        ck_assert_ptr_nonnull(wire_tape_field(message.arguments, 100, WIRE_BYTES));
        base_buf_clear(&buf);
    }
}
END_TEST

START_TEST(a_tape_is_reused_and_given_back)
{
    ck_assert_int_eq(parse_hex(HEADS[0], EVERYTHING[0], true, &WIRE_LIMITS_DEFAULT), WIRE_OK);
    WireValue *before = tape.values;
    for (int i = 0; i < 100; i++) {
        ck_assert_int_eq(parse_hex(HEADS[1], EVERYTHING[1], false, &WIRE_LIMITS_DEFAULT), WIRE_OK);
        ck_assert_ptr_eq(tape.values, before);
    }
    wire_tape_trim(&tape, tape.capacity);
    ck_assert_ptr_eq(tape.values, before);
    wire_tape_trim(&tape, tape.capacity - 1);
    ck_assert_ptr_null(tape.values);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("parse");
    tcase_add_test(cases, each_rule_in_each_protocol);
    tcase_add_test(cases, heads_that_are_none);
    tcase_add_test(cases, oneway_is_a_request_and_a_reply_is_not);
    tcase_add_test(cases, a_frame_is_exactly_one_message);
    tcase_add_test(cases, depth_is_limited_in_structs_and_containers);
    tcase_add_test(cases, far_ids_are_limited_and_near_ones_are_not);
    tcase_add_test(cases, elements_pairs_and_values_are_limited);
    tcase_add_test(cases, tape_is_bounded_by_the_bytes_received);
    tcase_add_test(cases, every_type_arrives_on_the_tape);
    tcase_add_test(cases, a_tape_is_reused_and_given_back);
    Suite *suite = suite_create("wire");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    wire_tape_clear(&tape);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
