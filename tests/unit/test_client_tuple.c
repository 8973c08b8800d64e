/*
 * test_client_tuple.c: keys made of typed parts: the vectors that all languages share, and random
 * tuples, whose encodings must compare as they do.
 *
 * A tuple is a list of parts here, nested ones as OPEN, parts, CLOSE: the form in which the reader
 * gives it.
 */
#include "engine/base/rand.h"
#include "tests/golden/codec_vectors.h"
#include "tests/support/tuple_part.h"

#include <larder/tuple.h>

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { PARTS_MAX = 64, KEY_BYTES = 4096 };

typedef struct Parts {
    LarderTuplePart items[PARTS_MAX];
    unsigned count;
} Parts;

static LarderTuplePart *
add(Parts *parts, LarderTupleType type)
{
    ck_assert_uint_lt(parts->count, PARTS_MAX);
    LarderTuplePart *part = &parts->items[parts->count++];
    memset(part, 0, sizeof *part);
    part->type = type;
    return part;
}

static bool
owns_bytes(LarderTupleType type)
{
    return type == LARDER_TUPLE_TENANT || type == LARDER_TUPLE_TEXT || type == LARDER_TUPLE_BYTES ||
           type == LARDER_TUPLE_UUID;
}

static void
free_bytes(LarderBytes bytes)
{
    union {
        const char *borrowed;
        char *owned;
    } data = {bytes.data};
    g_free(data.owned);
}

static void
clear(Parts *parts)
{
    for (unsigned i = 0; i < parts->count; i++) {
        if (owns_bytes(parts->items[i].type)) {
            free_bytes(parts->items[i].bytes);
        }
    }
    parts->count = 0;
}

/* --- from the vectors --- */

static double
double_of(const char *hex)
{
    uint64_t bits = strtoull(hex, NULL, 16);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void add_list(Parts *parts, JsonArray *list);

static void
add_json(Parts *parts, JsonObject *item)
{
    const char *text;
    if (json_object_has_member(item, "null")) {
        add(parts, LARDER_TUPLE_NULL);
    } else if (json_object_has_member(item, "boolean")) {
        add(parts, LARDER_TUPLE_BOOLEAN)->boolean =
            json_object_get_boolean_member(item, "boolean") != FALSE;
    } else if ((text = codec_vectors_text(item, "integer")) != NULL) {
        add(parts, LARDER_TUPLE_INTEGER)->integer = strtoll(text, NULL, 10);
    } else if ((text = codec_vectors_text(item, "double")) != NULL) {
        add(parts, LARDER_TUPLE_DOUBLE)->number = double_of(text);
    } else if (json_object_has_member(item, "uuid")) {
        add(parts, LARDER_TUPLE_UUID)->bytes = codec_vectors_bytes(item, "uuid");
    } else if (json_object_has_member(item, "bytes")) {
        add(parts, LARDER_TUPLE_BYTES)->bytes = codec_vectors_bytes(item, "bytes");
    } else if (json_object_has_member(item, "tuple")) {
        add(parts, LARDER_TUPLE_OPEN);
        add_list(parts, json_object_get_array_member(item, "tuple"));
        add(parts, LARDER_TUPLE_CLOSE);
    } else {
        add(parts, LARDER_TUPLE_TEXT)->bytes = codec_vectors_text_or_hex(item, "text");
    }
}

static void
add_list(Parts *parts, JsonArray *list)
{
    for (unsigned i = 0; i < json_array_get_length(list); i++) {
        add_json(parts, json_array_get_object_element(list, i));
    }
}

static void
load_parts(JsonObject *row, const char *member, Parts *ret_parts)
{
    ret_parts->count = 0;
    if (json_object_has_member(row, "tenant") || json_object_has_member(row, "tenant_hex")) {
        add(ret_parts, LARDER_TUPLE_TENANT)->bytes = codec_vectors_text_or_hex(row, "tenant");
    }
    add_list(ret_parts, json_object_get_array_member(row, member));
}

/* --- writing, reading, comparing --- */

static LarderTupleWriter
write_parts(const Parts *parts, char *memory, size_t capacity)
{
    LarderTupleWriter writer = larder_tuple_writer(memory, capacity);
    for (unsigned i = 0; i < parts->count; i++) {
        tuple_part_write(&writer, &parts->items[i]);
    }
    return writer;
}

/* By the rules of the header; false < true, and equal doubles are one. */
static int
compare_doubles(double a, double b)
{
    if (isnan(a) || isnan(b)) {
        return (isnan(a) != 0) - (isnan(b) != 0);
    }
    return (a > b) - (a < b);
}

static int
compare_bytes(LarderBytes a, LarderBytes b)
{
    int order = memcmp(a.data, b.data, a.size < b.size ? a.size : b.size);
    return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

static int
compare_part(const LarderTuplePart *a, const LarderTuplePart *b)
{
    if (a->type != b->type) {
        return a->type < b->type ? -1 : 1;
    }
    if (a->type == LARDER_TUPLE_BOOLEAN) {
        return (int)a->boolean - (int)b->boolean;
    }
    if (a->type == LARDER_TUPLE_INTEGER) {
        return (a->integer > b->integer) - (a->integer < b->integer);
    }
    if (a->type == LARDER_TUPLE_DOUBLE) {
        return compare_doubles(a->number, b->number);
    }
    return owns_bytes(a->type) ? compare_bytes(a->bytes, b->bytes) : 0;
}

/* CLOSE is the lowest type, so what holds for tuples holds for nested ones, too. */
static int
compare_parts(const Parts *a, const Parts *b)
{
    for (unsigned i = 0; i < a->count && i < b->count; i++) {
        int order = compare_part(&a->items[i], &b->items[i]);
        if (order != 0) {
            return order;
        }
    }
    return (a->count > b->count) - (a->count < b->count);
}

/* Reads the key: the same parts, and then its end. */
static void
expect_reads(LarderBytes key, const Parts *expected)
{
    char memory[KEY_BYTES];
    LarderTupleReader reader = larder_tuple_reader(key, memory, key.size);
    LarderTuplePart part;
    for (unsigned i = 0; i < expected->count; i++) {
        LarderTupleCode code = larder_tuple_next(&reader, &part);
        ck_assert_str_eq(larder_tuple_code_name(code), "ok");
        ck_assert_int_eq(compare_part(&part, &expected->items[i]), 0);
    }
    ck_assert_int_eq(larder_tuple_next(&reader, &part), LARDER_TUPLE_DONE);
    ck_assert_int_eq(larder_tuple_next(&reader, &part), LARDER_TUPLE_DONE);
    ck_assert_int_eq(larder_tuple_check(key), LARDER_TUPLE_OK);
}

/* --- the vectors --- */

static void
try_valid(JsonObject *row, void *context)
{
    (void)context;
    Parts parts;
    char memory[KEY_BYTES];
    LarderBytes key = codec_vectors_bytes(row, "key");
    load_parts(row, "parts", &parts);
    LarderTupleWriter writer = write_parts(&parts, memory, key.size);
    LarderBytes written;
    ck_assert_int_eq(larder_tuple_finish(&writer, &written), LARDER_TUPLE_OK);
    ck_assert_msg(larder_bytes_equal(written, key), "%s", codec_vectors_text(row, "key"));
    if (key.size > 0) {
        writer = write_parts(&parts, memory, key.size - 1);
        ck_assert_int_eq(larder_tuple_finish(&writer, &written), LARDER_TUPLE_NO_SPACE);
        ck_assert_uint_eq(writer.size, key.size);
        ck_assert_uint_eq(written.size, 0);
    }
    if (json_object_has_member(row, "read")) {
        clear(&parts);
        load_parts(row, "read", &parts);
    }
    expect_reads(key, &parts);
    clear(&parts);
    free_bytes(key);
}

START_TEST(writes_and_reads_the_vectors)
{
    unsigned count = codec_vectors_visit("tuples", "ascending", try_valid, NULL);
    count += codec_vectors_visit("tuples", "valid", try_valid, NULL);
    ck_assert_uint_gt(count, 0);
}
END_TEST

typedef struct Chain {
    LarderBytes key;
    Parts parts;
    bool begun;
} Chain;

static void
try_next_of_chain(JsonObject *row, void *context)
{
    Chain *chain = context;
    Parts parts;
    LarderBytes key = codec_vectors_bytes(row, "key");
    load_parts(row, "parts", &parts);
    if (chain->begun) {
        ck_assert_int_lt(compare_bytes(chain->key, key), 0);
        ck_assert_int_lt(compare_parts(&chain->parts, &parts), 0);
        free_bytes(chain->key);
        clear(&chain->parts);
    }
    chain->begun = true;
    chain->key = key;
    chain->parts = parts;
}

START_TEST(keeps_the_order_of_the_vectors)
{
    Chain chain = {.begun = false};
    (void)codec_vectors_visit("tuples", "ascending", try_next_of_chain, &chain);
    if (chain.begun) {
        free_bytes(chain.key);
        clear(&chain.parts);
    }
}
END_TEST

/* What reading a key to its end says. */
static LarderTupleCode
read_all(LarderBytes key)
{
    char memory[KEY_BYTES];
    LarderTupleReader reader = larder_tuple_reader(key, memory, sizeof memory);
    LarderTuplePart part;
    LarderTupleCode code = LARDER_TUPLE_OK;
    while (code == LARDER_TUPLE_OK) {
        code = larder_tuple_next(&reader, &part);
    }
    return code;
}

static void
try_invalid(JsonObject *row, void *context)
{
    (void)context;
    const char *expected = codec_vectors_text(row, "code");
    LarderBytes key = codec_vectors_bytes(row, "key");
    ck_assert_msg(strcmp(larder_tuple_code_name(larder_tuple_check(key)), expected) == 0,
                  "%s: %s, not %s", codec_vectors_text(row, "key"),
                  larder_tuple_code_name(larder_tuple_check(key)), expected);
    ck_assert_str_eq(larder_tuple_code_name(read_all(key)), expected);
    free_bytes(key);
}

START_TEST(refuses_to_read_what_is_invalid)
{
    (void)codec_vectors_visit("tuples", "invalid", try_invalid, NULL);
}
END_TEST

static void
try_refused(JsonObject *row, void *context)
{
    (void)context;
    Parts parts;
    char memory[KEY_BYTES];
    load_parts(row, "parts", &parts);
    LarderTupleWriter writer = write_parts(&parts, memory, sizeof memory);
    LarderBytes written;
    LarderTupleCode code = larder_tuple_finish(&writer, &written);
    ck_assert_str_eq(larder_tuple_code_name(code), codec_vectors_text(row, "code"));
    ck_assert_uint_eq(written.size, 0);
    clear(&parts);
}

START_TEST(refuses_to_write_what_is_invalid)
{
    (void)codec_vectors_visit("tuples", "refused", try_refused, NULL);
}
END_TEST

static void
expect_keys(JsonObject *row, const char *member, LarderBytes prefix, LarderBytes stop, bool within)
{
    JsonArray *keys = json_object_get_array_member(row, member);
    for (unsigned i = 0; i < json_array_get_length(keys); i++) {
        JsonObject *holder = json_object_new();
        json_object_set_string_member(holder, "key", json_array_get_string_element(keys, i));
        LarderBytes key = codec_vectors_bytes(holder, "key");
        ck_assert_int_eq(larder_tuple_check(key), LARDER_TUPLE_OK);
        bool begins = key.size >= prefix.size && memcmp(key.data, prefix.data, prefix.size) == 0;
        bool between =
            compare_bytes(key, prefix) >= 0 && (stop.size == 0 || compare_bytes(key, stop) < 0);
        ck_assert_int_eq(begins, within);
        ck_assert_int_eq(between, within);
        free_bytes(key);
        json_object_unref(holder);
    }
}

static void
try_prefix(JsonObject *row, void *context)
{
    (void)context;
    Parts parts;
    char memory[KEY_BYTES];
    char stop_memory[KEY_BYTES];
    load_parts(row, "parts", &parts);
    LarderTupleWriter writer = write_parts(&parts, memory, sizeof memory);
    if (json_object_has_member(row, "text_prefix") ||
        json_object_has_member(row, "text_prefix_hex")) {
        LarderBytes text = codec_vectors_text_or_hex(row, "text_prefix");
        larder_tuple_add_text_prefix(&writer, text);
        free_bytes(text);
    }
    LarderBytes prefix;
    LarderBytes stop;
    LarderBytes expected = codec_vectors_bytes(row, "prefix");
    LarderBytes expected_stop = codec_vectors_bytes(row, "stop");
    ck_assert_int_eq(larder_tuple_finish_prefix(&writer, &prefix), LARDER_TUPLE_OK);
    ck_assert(larder_bytes_equal(prefix, expected));
    ck_assert_int_eq(larder_tuple_stop(prefix, stop_memory, prefix.size, &stop), LARDER_TUPLE_OK);
    ck_assert(larder_bytes_equal(stop, expected_stop));
    expect_keys(row, "within", prefix, stop, true);
    expect_keys(row, "outside", prefix, stop, false);
    free_bytes(expected);
    free_bytes(expected_stop);
    clear(&parts);
}

START_TEST(prefixes_hold_exactly_the_tuples_that_begin_so)
{
    (void)codec_vectors_visit("tuples", "prefixes", try_prefix, NULL);
}
END_TEST

/* --- random tuples --- */

static uint64_t
seed(void)
{
    const char *text = getenv("LARDER_SEED");
    uint64_t value = text != NULL ? strtoull(text, NULL, 10) : (uint64_t)getpid() * 2654435761u;
    (void)printf("LARDER_SEED=%llu\n", (unsigned long long)value);
    (void)fflush(stdout);
    return value;
}

/* Few different bytes, the special ones among them, so that tuples often begin alike. */
static LarderBytes
random_bytes(BaseRand *rand, size_t size, const char *alphabet, size_t letters)
{
    char *bytes = g_malloc(size + 1);
    for (size_t i = 0; i < size; i++) {
        bytes[i] = alphabet[base_rand_below(rand, letters)];
    }
    return larder_bytes(bytes, size);
}

static int64_t
random_integer(BaseRand *rand)
{
    uint64_t bits = base_rand_next(rand) >> base_rand_below(rand, 64);
    bits += base_rand_below(rand, 3);
    return base_rand_below(rand, 2) == 0 ? (int64_t)bits : (int64_t)~bits;
}

static double
random_double(BaseRand *rand)
{
    static const double SPECIAL[] = {0.0, -0.0, 1.0, -1.0, INFINITY, -INFINITY, NAN, 5e-324};
    if (base_rand_below(rand, 2) == 0) {
        return SPECIAL[base_rand_below(rand, sizeof SPECIAL / sizeof SPECIAL[0])];
    }
    uint64_t bits = base_rand_next(rand);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void
add_random(Parts *parts, BaseRand *rand, unsigned *depth)
{
    size_t size = base_rand_below(rand, 4);
    switch (base_rand_below(rand, *depth > 0 ? 9 : 8)) {
    case 0:
        add(parts, LARDER_TUPLE_NULL);
        break;
    case 1:
        add(parts, LARDER_TUPLE_BOOLEAN)->boolean = base_rand_below(rand, 2) == 0;
        break;
    case 2:
        add(parts, LARDER_TUPLE_INTEGER)->integer = random_integer(rand);
        break;
    case 3:
        add(parts, LARDER_TUPLE_DOUBLE)->number = random_double(rand);
        break;
    case 4:
        add(parts, LARDER_TUPLE_UUID)->bytes = random_bytes(rand, 16, "\x00\xFF", 2);
        break;
    case 5:
        add(parts, LARDER_TUPLE_TEXT)->bytes = random_bytes(rand, size, "\x00\x01\x02z", 4);
        break;
    case 6:
        add(parts, LARDER_TUPLE_BYTES)->bytes = random_bytes(rand, size, "\x00\x01\x02\xFF", 4);
        break;
    case 7:
        add(parts, LARDER_TUPLE_OPEN);
        ++*depth;
        break;
    default:
        add(parts, LARDER_TUPLE_CLOSE);
        --*depth;
        break;
    }
}

static void
random_parts(Parts *parts, BaseRand *rand)
{
    unsigned depth = 0;
    parts->count = 0;
    if (base_rand_below(rand, 4) == 0) {
        size_t size = 1 + base_rand_below(rand, 2);
        add(parts, LARDER_TUPLE_TENANT)->bytes = random_bytes(rand, size, "\x00\x01z", 3);
    }
    for (uint64_t left = base_rand_below(rand, 6); left > 0; left--) {
        add_random(parts, rand, &depth);
    }
    for (; depth > 0; depth--) {
        add(parts, LARDER_TUPLE_CLOSE);
    }
}

START_TEST(encodings_compare_as_random_tuples_do)
{
    enum { TUPLES = 1500 };
    static Parts tuples[TUPLES];
    static char memory[TUPLES][512];
    static LarderBytes keys[TUPLES];
    BaseRand rand = base_rand(seed());
    for (unsigned i = 0; i < TUPLES; i++) {
        random_parts(&tuples[i], &rand);
        LarderTupleWriter writer = write_parts(&tuples[i], memory[i], sizeof memory[i]);
        ck_assert_int_eq(larder_tuple_finish(&writer, &keys[i]), LARDER_TUPLE_OK);
        expect_reads(keys[i], &tuples[i]);
    }
    unsigned equal = 0;
    for (unsigned i = 0; i < TUPLES; i++) {
        for (unsigned j = 0; j < i; j++) {
            int expected = compare_parts(&tuples[i], &tuples[j]);
            int found = compare_bytes(keys[i], keys[j]);
            if ((expected > 0) != (found > 0) || (expected < 0) != (found < 0)) {
                ck_abort_msg("tuples %u and %u compare as %d, their keys as %d", i, j, expected,
                             found);
            }
            equal += expected == 0;
        }
    }
    ck_assert_uint_gt(equal, 0);
    for (unsigned i = 0; i < TUPLES; i++) {
        clear(&tuples[i]);
    }
}
END_TEST

/* --- what vectors cannot say --- */

START_TEST(the_first_problem_stays)
{
    char memory[8];
    LarderBytes key;
    LarderTupleWriter writer = larder_tuple_writer(memory, sizeof memory);
    larder_tuple_close(&writer);
    larder_tuple_add_text(&writer, larder_text("\xFF"));
    ck_assert_int_eq(larder_tuple_finish(&writer, &key), LARDER_TUPLE_UNBALANCED);
    writer = larder_tuple_writer(memory, sizeof memory);
    larder_tuple_add_text(&writer, larder_text("longer than that"));
    ck_assert_int_eq(larder_tuple_finish(&writer, &key), LARDER_TUPLE_NO_SPACE);
    larder_tuple_add_text(&writer, larder_text("\xFF"));
    ck_assert_int_eq(larder_tuple_finish(&writer, &key), LARDER_TUPLE_BAD_TEXT);
    writer = larder_tuple_writer(NULL, 0);
    ck_assert_int_eq(larder_tuple_finish(&writer, &key), LARDER_TUPLE_OK);
    ck_assert_uint_eq(key.size, 0);
}
END_TEST

START_TEST(what_is_open_is_a_prefix_and_no_key)
{
    char memory[64];
    LarderBytes bytes;
    LarderTupleWriter writer = larder_tuple_writer(memory, sizeof memory);
    larder_tuple_open(&writer);
    larder_tuple_add_integer(&writer, 1);
    ck_assert_int_eq(larder_tuple_finish(&writer, &bytes), LARDER_TUPLE_UNBALANCED);
    ck_assert_int_eq(larder_tuple_finish_prefix(&writer, &bytes), LARDER_TUPLE_OK);
    ck_assert(larder_bytes_equal(bytes, larder_bytes("\x48\x19\x01", 3)));
    larder_tuple_add_text_prefix(&writer, larder_text("a"));
    ck_assert_int_eq(larder_tuple_finish(&writer, &bytes), LARDER_TUPLE_UNBALANCED);
    ck_assert_int_eq(larder_tuple_finish_prefix(&writer, &bytes), LARDER_TUPLE_OK);
    larder_tuple_close(&writer);
    ck_assert_int_eq(larder_tuple_finish_prefix(&writer, &bytes), LARDER_TUPLE_BEHIND_PREFIX);
}
END_TEST

START_TEST(a_tenant_comes_first)
{
    char memory[64];
    LarderBytes key;
    LarderTupleWriter writer = larder_tuple_writer(memory, sizeof memory);
    larder_tuple_add_null(&writer);
    larder_tuple_add_tenant(&writer, larder_text("acme"));
    ck_assert_int_eq(larder_tuple_finish(&writer, &key), LARDER_TUPLE_BAD_TENANT);
}
END_TEST

START_TEST(bytes_are_copied_only_when_they_were_escaped)
{
    char memory[64];
    LarderBytes key;
    LarderTuplePart part;
    LarderTupleWriter writer = larder_tuple_writer(memory, sizeof memory);
    larder_tuple_add_text(&writer, larder_text("plain"));
    larder_tuple_add_bytes(&writer, larder_bytes("\0\1", 2));
    ck_assert_int_eq(larder_tuple_finish(&writer, &key), LARDER_TUPLE_OK);
    LarderTupleReader reader = larder_tuple_reader(key, NULL, 0);
    ck_assert_int_eq(larder_tuple_next(&reader, &part), LARDER_TUPLE_OK);
    ck_assert_ptr_eq(part.bytes.data, key.data + 1);
    ck_assert_int_eq(larder_tuple_next(&reader, &part), LARDER_TUPLE_NO_SPACE);
    ck_assert_int_eq(larder_tuple_next(&reader, &part), LARDER_TUPLE_NO_SPACE);
    char two[2];
    reader.memory = two;
    reader.capacity = sizeof two;
    ck_assert_int_eq(larder_tuple_next(&reader, &part), LARDER_TUPLE_OK);
    ck_assert_ptr_eq(part.bytes.data, two);
    ck_assert(larder_bytes_equal(part.bytes, larder_bytes("\0\1", 2)));
    ck_assert_int_eq(larder_tuple_next(&reader, &part), LARDER_TUPLE_DONE);
}
END_TEST

START_TEST(a_stop_needs_its_space_and_may_not_exist)
{
    char memory[2];
    LarderBytes stop;
    ck_assert_int_eq(larder_tuple_stop(larder_text("abc"), memory, 2, &stop),
                     LARDER_TUPLE_NO_SPACE);
    ck_assert_int_eq(larder_tuple_stop(larder_text("ab\xFF"), memory, 2, &stop), LARDER_TUPLE_OK);
    ck_assert(larder_bytes_equal(stop, larder_text("ac")));
    ck_assert_int_eq(larder_tuple_stop(larder_text("\xFF\xFF"), memory, 2, &stop), LARDER_TUPLE_OK);
    ck_assert_uint_eq(stop.size, 0);
}
END_TEST

START_TEST(codes_have_names)
{
    ck_assert_str_eq(larder_tuple_code_name(LARDER_TUPLE_BEHIND_PREFIX), "behind_prefix");
    ck_assert_str_eq(larder_tuple_code_name((LarderTupleCode)99), "unknown");
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("tuple");
    tcase_add_test(cases, writes_and_reads_the_vectors);
    tcase_add_test(cases, keeps_the_order_of_the_vectors);
    tcase_add_test(cases, refuses_to_read_what_is_invalid);
    tcase_add_test(cases, refuses_to_write_what_is_invalid);
    tcase_add_test(cases, prefixes_hold_exactly_the_tuples_that_begin_so);
    tcase_add_test(cases, encodings_compare_as_random_tuples_do);
    tcase_add_test(cases, the_first_problem_stays);
    tcase_add_test(cases, what_is_open_is_a_prefix_and_no_key);
    tcase_add_test(cases, a_tenant_comes_first);
    tcase_add_test(cases, bytes_are_copied_only_when_they_were_escaped);
    tcase_add_test(cases, a_stop_needs_its_space_and_may_not_exist);
    tcase_add_test(cases, codes_have_names);
    tcase_set_timeout(cases, 120);
    Suite *suite = suite_create("client");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    codec_vectors_clear();
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
