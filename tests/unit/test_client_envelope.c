/*
 * test_client_envelope.c: the envelope of values: the vectors that all languages share, and what
 * they cannot say.
 */
#include "service/client/crc32.h"
#include "tests/golden/codec_vectors.h"

#include <larder/envelope.h>

#include <check.h>
#include <stdlib.h>

enum { VALUE_BYTES = 4096, FIELDS_MAX = 8 };

/* An envelope as a row describes it, with what it borrows. */
typedef struct Row {
    LarderEnvelope envelope;
    LarderEnvelopeField fields[FIELDS_MAX];
    LarderBytes owned[FIELDS_MAX + 3];
    unsigned owned_count;
} Row;

static void
free_bytes(LarderBytes bytes)
{
    union {
        const char *borrowed;
        char *owned;
    } data = {bytes.data};
    g_free(data.owned);
}

static LarderBytes
own(Row *row, LarderBytes bytes)
{
    row->owned[row->owned_count++] = bytes;
    return bytes;
}

static void
load_number(JsonObject *json, const char *member, bool *ret_has, int64_t *ret_number)
{
    const char *text = codec_vectors_text(json, member);
    *ret_has = text != NULL;
    *ret_number = text != NULL ? strtoll(text, NULL, 10) : 0;
}

static void
load_fields(JsonObject *json, Row *row)
{
    JsonObject *fields = json_object_get_object_member(json, "fields");
    GList *ids = json_object_get_members(fields);
    for (GList *i = ids; i != NULL; i = i->next) {
        LarderEnvelopeField *field = &row->fields[row->envelope.field_count++];
        field->id = (uint8_t)strtoul(i->data, NULL, 10);
        field->bytes = own(row, codec_vectors_bytes(fields, i->data));
    }
    g_list_free(ids);
    row->envelope.fields = row->fields;
}

static void
load_row(JsonObject *json, Row *row)
{
    LarderEnvelope *envelope = &row->envelope;
    int64_t schema_version;
    memset(row, 0, sizeof *row);
    load_number(json, "schema_version", &envelope->has_schema_version, &schema_version);
    envelope->schema_version = (uint32_t)schema_version;
    load_number(json, "entity_version", &envelope->has_entity_version, &envelope->entity_version);
    load_number(json, "updated_at_ms", &envelope->has_updated_at, &envelope->updated_at_ms);
    envelope->entity_type = own(row, codec_vectors_text_or_hex(json, "entity_type"));
    envelope->trace_id = own(row, codec_vectors_bytes(json, "trace_id"));
    envelope->payload = own(row, codec_vectors_bytes(json, "payload"));
    envelope->checksum = json_object_has_member(json, "checksum");
    if (json_object_has_member(json, "fields")) {
        load_fields(json, row);
    }
}

static void
clear_row(Row *row)
{
    for (unsigned i = 0; i < row->owned_count; i++) {
        free_bytes(row->owned[i]);
    }
}

/* What was decoded is what was encoded, and points into the value. */
static void
expect_same(LarderBytes value, const LarderEnvelope *found, const LarderEnvelope *expected)
{
    ck_assert_int_eq(found->has_schema_version, expected->has_schema_version);
    ck_assert_uint_eq(found->schema_version, expected->schema_version);
    ck_assert_int_eq(found->has_entity_version, expected->has_entity_version);
    ck_assert_int_eq(found->entity_version, expected->entity_version);
    ck_assert_int_eq(found->has_updated_at, expected->has_updated_at);
    ck_assert_int_eq(found->updated_at_ms, expected->updated_at_ms);
    ck_assert_int_eq(found->checksum, expected->checksum);
    ck_assert(larder_bytes_equal(found->entity_type, expected->entity_type));
    ck_assert(larder_bytes_equal(found->trace_id, expected->trace_id));
    ck_assert(larder_bytes_equal(found->payload, expected->payload));
    ck_assert_ptr_eq(found->payload.data, value.data + value.size - found->payload.size);
    size_t cursor = 0;
    LarderEnvelopeField field;
    for (size_t i = 0; i < expected->field_count; i++) {
        ck_assert(larder_envelope_field(found, &cursor, &field));
        ck_assert_uint_eq(field.id, expected->fields[i].id);
        ck_assert(larder_bytes_equal(field.bytes, expected->fields[i].bytes));
    }
    ck_assert(!larder_envelope_field(found, &cursor, &field));
}

static void
try_valid(JsonObject *json, void *context)
{
    (void)context;
    Row row;
    LarderEnvelope found;
    LarderBytes written;
    char memory[VALUE_BYTES];
    LarderBytes value = codec_vectors_bytes(json, "value");
    load_row(json_object_get_object_member(json, "envelope"), &row);
    ck_assert_uint_eq(larder_envelope_size(&row.envelope), value.size);
    ck_assert_int_eq(larder_envelope_encode(&row.envelope, memory, value.size, &written),
                     LARDER_ENVELOPE_OK);
    ck_assert_msg(larder_bytes_equal(written, value), "%s", codec_vectors_text(json, "value"));
    ck_assert_int_eq(larder_envelope_encode(&row.envelope, memory, value.size - 1, &written),
                     LARDER_ENVELOPE_NO_SPACE);
    ck_assert_uint_eq(written.size, 0);
    ck_assert(larder_envelope_is(value));
    ck_assert_int_eq(larder_envelope_decode(value, &found), LARDER_ENVELOPE_OK);
    expect_same(value, &found, &row.envelope);
    clear_row(&row);
    free_bytes(value);
}

START_TEST(writes_and_reads_the_vectors)
{
    ck_assert_uint_gt(codec_vectors_visit("envelopes", "valid", try_valid, NULL), 0);
}
END_TEST

static void
try_invalid(JsonObject *json, void *context)
{
    (void)context;
    LarderEnvelope found;
    LarderBytes value = codec_vectors_bytes(json, "value");
    const char *expected = codec_vectors_text(json, "code");
    const char *code = larder_envelope_code_name(larder_envelope_decode(value, &found));
    ck_assert_msg(strcmp(code, expected) == 0, "%s: %s, not %s", codec_vectors_text(json, "value"),
                  code, expected);
    ck_assert_ptr_null(found.payload.data);
    ck_assert(!found.has_schema_version && !found.checksum && found.header.size == 0);
    free_bytes(value);
}

START_TEST(refuses_to_read_what_is_invalid)
{
    (void)codec_vectors_visit("envelopes", "invalid", try_invalid, NULL);
}
END_TEST

static void
try_refused(JsonObject *json, void *context)
{
    (void)context;
    Row row;
    LarderBytes written;
    char memory[VALUE_BYTES];
    load_row(json_object_get_object_member(json, "envelope"), &row);
    LarderEnvelopeCode code =
        larder_envelope_encode(&row.envelope, memory, sizeof memory, &written);
    ck_assert_str_eq(larder_envelope_code_name(code), codec_vectors_text(json, "code"));
    ck_assert_uint_eq(larder_envelope_size(&row.envelope), 0);
    ck_assert_uint_eq(written.size, 0);
    clear_row(&row);
}

START_TEST(refuses_to_write_what_is_invalid)
{
    (void)codec_vectors_visit("envelopes", "refused", try_refused, NULL);
}
END_TEST

START_TEST(fields_must_ascend_and_types_be_utf8)
{
    char memory[64];
    LarderBytes written;
    LarderEnvelopeField fields[] = {{40, {"a", 1}}, {40, {"b", 1}}};
    LarderEnvelope envelope = {.fields = fields, .field_count = 2};
    ck_assert_int_eq(larder_envelope_encode(&envelope, memory, sizeof memory, &written),
                     LARDER_ENVELOPE_BAD_ORDER);
    fields[1].id = 39;
    ck_assert_int_eq(larder_envelope_encode(&envelope, memory, sizeof memory, &written),
                     LARDER_ENVELOPE_BAD_ORDER);
    fields[1].id = 41;
    ck_assert_int_eq(larder_envelope_encode(&envelope, memory, sizeof memory, &written),
                     LARDER_ENVELOPE_OK);
    envelope.entity_type = larder_text("\xC3");
    ck_assert_int_eq(larder_envelope_encode(&envelope, memory, sizeof memory, &written),
                     LARDER_ENVELOPE_BAD_FIELD);
}
END_TEST

START_TEST(a_payload_beyond_memory_is_no_space)
{
    LarderBytes written;
    LarderEnvelope envelope = {.payload = {"", SIZE_MAX - 2}};
    ck_assert_uint_eq(larder_envelope_size(&envelope), 0);
    ck_assert_int_eq(larder_envelope_encode(&envelope, NULL, 0, &written),
                     LARDER_ENVELOPE_NO_SPACE);
}
END_TEST

/* Every bit of an envelope with a checksum matters. */
START_TEST(a_checksum_sees_every_bit)
{
    char memory[128];
    LarderBytes value;
    LarderEnvelope found;
    LarderEnvelope envelope = {.checksum = true, .has_updated_at = true, .updated_at_ms = 1};
    envelope.payload = larder_text("a payload");
    ck_assert_int_eq(larder_envelope_encode(&envelope, memory, sizeof memory, &value),
                     LARDER_ENVELOPE_OK);
    for (size_t bit = 0; bit < value.size * 8; bit++) {
        char mask = (char)(1 << bit % 8);
        memory[bit / 8] ^= mask;
        LarderEnvelopeCode code = larder_envelope_decode(value, &found);
        /* A changed id can make the checksum look like a field of a later version. */
        ck_assert(code != LARDER_ENVELOPE_OK || !found.checksum);
        memory[bit / 8] ^= mask;
    }
    ck_assert_int_eq(larder_envelope_decode(value, &found), LARDER_ENVELOPE_OK);
}
END_TEST

/* By the definition, a bit at a time. */
static uint32_t
slow_crc32(LarderBytes bytes)
{
    uint32_t state = UINT32_MAX;
    for (size_t i = 0; i < bytes.size; i++) {
        state ^= (uint8_t)bytes.data[i];
        for (int bit = 0; bit < 8; bit++) {
            state = state >> 1 ^ ((state & 1) != 0 ? 0xEDB88320u : 0);
        }
    }
    return ~state;
}

START_TEST(the_checksum_is_crc32)
{
    char all[256];
    for (int i = 0; i < 256; i++) {
        all[i] = (char)i;
        LarderBytes one = larder_bytes(&all[i], 1);
        ck_assert_uint_eq(client_crc32_extend(0, one), slow_crc32(one));
    }
    LarderBytes bytes = larder_bytes(all, sizeof all);
    LarderBytes begin = larder_bytes(all, 100);
    LarderBytes rest = larder_bytes(all + 100, sizeof all - 100);
    ck_assert_uint_eq(client_crc32_extend(0, bytes), slow_crc32(bytes));
    ck_assert_uint_eq(client_crc32_extend(client_crc32_extend(0, begin), rest), slow_crc32(bytes));
    ck_assert_uint_eq(client_crc32_extend(0, larder_text("123456789")), 0xCBF43926u);
}
END_TEST

START_TEST(codes_have_names)
{
    ck_assert_str_eq(larder_envelope_code_name(LARDER_ENVELOPE_UNKNOWN_FIELD), "unknown_field");
    ck_assert_str_eq(larder_envelope_code_name((LarderEnvelopeCode)99), "unknown");
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("envelope");
    tcase_add_test(cases, writes_and_reads_the_vectors);
    tcase_add_test(cases, refuses_to_read_what_is_invalid);
    tcase_add_test(cases, refuses_to_write_what_is_invalid);
    tcase_add_test(cases, fields_must_ascend_and_types_be_utf8);
    tcase_add_test(cases, a_payload_beyond_memory_is_no_space);
    tcase_add_test(cases, a_checksum_sees_every_bit);
    tcase_add_test(cases, the_checksum_is_crc32);
    tcase_add_test(cases, codes_have_names);
    Suite *suite = suite_create("client");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    codec_vectors_clear();
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
