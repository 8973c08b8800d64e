/*
 * test_plugin_record.c: records and marks as stored values: bytes that stay, limits, damage.
 */
#include "engine/plugin/key.h"
#include "engine/plugin/record.h"

#include <check.h>
#include <stdlib.h>

/* Bytes of a lasting record, an expiring one and a mark, as every version must read and write. */
static const uint8_t lasting[] = {0x01, 0x08, 0x07, 0x06, 0x05, 0x04, 0x03, 0x02, 0x01, 'v'};
static const uint8_t expiring[] = {0x02, 0x01, 0, 0, 0, 0, 0, 0,   0,  0x10,
                                   0x32, 0,    0, 0, 0, 0, 0, 'v', 'w'};
static const uint8_t mark_bytes[] = {0x11, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f,
                                     0,    0,    0,    0,    0,    0,    0,    0};

START_TEST(records_lie_as_they_always_did)
{
    EngineRecord record;
    uint8_t head[PLUGIN_RECORD_HEAD_MAX];
    ck_assert(base_is_ok(plugin_record_read(base_slice(lasting, sizeof lasting), &record)));
    ck_assert_int_eq(record.version, 0x0102030405060708);
    ck_assert_int_eq(record.expires_at_ms, 0);
    ck_assert(base_slice_equal(record.value, BASE_SLICE_LITERAL("v")));
    ck_assert_uint_eq(plugin_record_write_head(record.version, 0, head), 9);
    ck_assert_mem_eq(head, lasting, 9);

    ck_assert(base_is_ok(plugin_record_read(base_slice(expiring, sizeof expiring), &record)));
    ck_assert_int_eq(record.version, 1);
    ck_assert_int_eq(record.expires_at_ms, 0x3210);
    ck_assert(base_slice_equal(record.value, BASE_SLICE_LITERAL("vw")));
    ck_assert_uint_eq(plugin_record_write_head(1, 0x3210, head), 17);
    ck_assert_mem_eq(head, expiring, 17);
}
END_TEST

START_TEST(marks_lie_as_they_always_did)
{
    PluginMark mark;
    uint8_t bytes[PLUGIN_RECORD_MARK_BYTES];
    ck_assert_uint_eq(sizeof mark_bytes, sizeof bytes);
    ck_assert(
        base_is_ok(plugin_record_read_mark(base_slice(mark_bytes, sizeof mark_bytes), &mark)));
    ck_assert_int_eq(mark.version, INT64_MAX);
    ck_assert_int_eq(mark.stamp_ms, 0);
    plugin_record_write_mark(&mark, bytes);
    ck_assert_mem_eq(bytes, mark_bytes, sizeof bytes);
}
END_TEST

/* A copy of some bytes with one of them changed, and cut to a length. */
static BaseSlice
changed(const uint8_t *bytes, size_t len, size_t at, uint8_t value)
{
    static uint8_t copy[64];
    memcpy(copy, bytes, len);
    copy[at] = value;
    return base_slice(copy, len);
}

START_TEST(damage_is_called_by_its_name)
{
    EngineRecord record;
    PluginMark mark;
    for (size_t len = 0; len < 9; len++) {
        ck_assert_int_eq(plugin_record_read(base_slice(lasting, len), &record).code,
                         BASE_CORRUPTION);
    }
    for (size_t len = 0; len < 17; len++) {
        ck_assert_int_eq(plugin_record_read(base_slice(expiring, len), &record).code,
                         BASE_CORRUPTION);
        ck_assert_int_eq(plugin_record_read_mark(base_slice(mark_bytes, len), &mark).code,
                         BASE_CORRUPTION);
    }
    for (unsigned tag = 0; tag < 256; tag++) {
        BaseSlice bytes = changed(lasting, sizeof lasting, 0, (uint8_t)tag);
        ck_assert_int_eq(plugin_record_read(bytes, &record).code,
                         tag == 1 ? BASE_OK : BASE_CORRUPTION);
        bytes = changed(mark_bytes, sizeof mark_bytes, 0, (uint8_t)tag);
        ck_assert_int_eq(plugin_record_read_mark(bytes, &mark).code,
                         tag == 0x11 ? BASE_OK : BASE_CORRUPTION);
    }
    /* Numbers below their limits: the sign of a version, of an expiry, of a stamp. */
    BaseSlice bytes = changed(lasting, sizeof lasting, 8, 0x80);
    ck_assert_int_eq(plugin_record_read(bytes, &record).code, BASE_CORRUPTION);
    bytes = changed(expiring, sizeof expiring, 16, 0x80);
    ck_assert_int_eq(plugin_record_read(bytes, &record).code, BASE_CORRUPTION);
    bytes = changed(expiring, sizeof expiring, 1, 0);
    ck_assert_int_eq(plugin_record_read(bytes, &record).code, BASE_CORRUPTION);
    bytes = changed(mark_bytes, sizeof mark_bytes, 16, 0x80);
    ck_assert_int_eq(plugin_record_read_mark(bytes, &mark).code, BASE_CORRUPTION);
}
END_TEST

START_TEST(stored_keys_keep_the_order_and_their_keyspace)
{
    static const char long_name[] = "01234567890123456789012345678901234567890123456789012345678901"
                                    "23456789012345678901234567890"
                                    "01234567890123456789012345678901234567890123456789012345678901"
                                    "23456789012345678901234567890"
                                    "01234567890123456789012345678901234567890123456789012345678901"
                                    "23456789012345678901234567890";
    PluginKey small;
    PluginKey large;
    PluginKey stop;
    ck_assert(plugin_key_init(&small, ENGINE_DATA, BASE_SLICE_EMPTY));
    ck_assert(plugin_key_init(&large, ENGINE_DATA, base_slice_text(long_name)));
    plugin_key_init_end(&stop, ENGINE_DATA);
    ck_assert_ptr_null(small.long_bytes);
    ck_assert_ptr_nonnull(large.long_bytes);
    ck_assert_uint_eq(small.bytes.len, 1);
    ck_assert_uint_eq(large.bytes.len, sizeof long_name);
    ck_assert_int_lt(base_slice_compare(small.bytes, large.bytes), 0);
    ck_assert_int_lt(base_slice_compare(large.bytes, stop.bytes), 0);
    plugin_key_clear(&small);
    plugin_key_clear(&large);

    const EngineRange range = {.stop = BASE_SLICE_LITERAL("b")};
    ck_assert(plugin_key_init_stop(&stop, ENGINE_SYSTEM, &range));
    ck_assert(base_slice_equal(stop.bytes, BASE_SLICE_LITERAL("\x01"
                                                              "b")));
    plugin_key_clear(&stop);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("plugin_record");
    TCase *cases = tcase_create("record");
    tcase_add_test(cases, records_lie_as_they_always_did);
    tcase_add_test(cases, marks_lie_as_they_always_did);
    tcase_add_test(cases, damage_is_called_by_its_name);
    tcase_add_test(cases, stored_keys_keep_the_order_and_their_keyspace);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
