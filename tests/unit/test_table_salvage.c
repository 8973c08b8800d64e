/*
 * test_table_salvage.c: of a table with damage, what is intact comes out: never an entry that was
 * not in it, never less than the blocks that were not touched.
 *
 * Every byte of a small table is flipped in turn; then some places at once.
 */
#include "engine/table/salvage.h"

#include "engine/format/footer.h"
#include "tests/support/table_rig.h"

#include <check.h>

static BaseRand rng;
static TableRig rig;
static TableModel model;
static TableSummary summary;

/* Where the parts of the table begin, by its footer. */
static FormatFooter footer;

typedef struct Out {
    size_t next; /* of the model */
    size_t skipped;
    size_t fragments;
} Out;

static const int64_t versions[] = {90, 5};
static const FormatFragment fragment = {BASE_SLICE_LITERAL("\0pp"), BASE_SLICE_LITERAL("\0x"),
                                        versions, 2};

static void
set_up(void)
{
    static const TableModelShape shape = {
        .keys = 60, .versions_max = 2, .prefix = 2, .key_max = 4, .value_max = 12, .system = true};
    TableBuilderOptions options = table_rig_options(200);
    BaseBuf bytes = BASE_BUF_INIT;
    uint64_t data_end;
    rng = base_rand(11);
    table_rig_init(&rig, 1 << 20);
    model = table_model_random(&rng, &shape);
    summary = table_rig_build(&rig, &options, model.entries, model.count, &fragment, 1);
    table_rig_read_file(&rig, &bytes);
    ck_assert_int_eq(format_footer_decode(base_slice(bytes.data + bytes.len - FORMAT_FOOTER_BYTES,
                                                     FORMAT_FOOTER_BYTES),
                                          bytes.len, &footer, &data_end)
                         .code,
                     BASE_OK);
    base_buf_clear(&bytes);
}

static void
tear_down(void)
{
    table_model_clear(&model);
    table_rig_clear(&rig);
}

static BaseStatus
take_fragment(void *user, const FormatFragment *found)
{
    Out *out = user;
    ck_assert(base_slice_equal(found->start, fragment.start));
    ck_assert(base_slice_equal(found->stop, fragment.stop));
    ck_assert_uint_eq(found->version_count, 2);
    ck_assert_int_eq(found->versions[0], 90);
    ck_assert_uint_eq(out->next, 0);
    out->fragments++;
    return base_ok();
}

/* An entry of the model, in its order. */
static BaseStatus
take_entry(void *user, const FormatEntry *entry)
{
    Out *out = user;
    while (out->next < model.count && !table_model_same(entry, &model.entries[out->next])) {
        out->next++;
        out->skipped++;
    }
    ck_assert_uint_lt(out->next, model.count);
    out->next++;
    return base_ok();
}

static BaseStatus
salvage(int64_t version_override, const TableSalvageVisitor *visitor, TableSalvage *ret_result)
{
    TableOptions options = {.env = rig.env,
                            .path = TABLE_RIG_PATH,
                            .expect = true,
                            .size = summary.size,
                            .id = summary.id,
                            .version_override = version_override,
                            .cache = rig.cache};
    return table_salvage(&options, visitor, ret_result);
}

static BaseStatus
salvage_model(Out *out, TableSalvage *ret_result)
{
    *out = (Out){0};
    TableSalvageVisitor visitor = {take_fragment, take_entry, out};
    return salvage(0, &visitor, ret_result);
}

static bool
in_part(uint64_t at, FormatHandle part)
{
    return at >= part.offset && at < part.offset + part.size + FORMAT_FRAME_TRAILER_BYTES;
}

static void
check_flip(uint64_t at)
{
    Out out;
    TableSalvage result;
    BaseStatus status = salvage_model(&out, &result);
    if (at >= summary.size - FORMAT_FOOTER_BYTES || in_part(at, footer.index)) {
        ck_assert_int_ne(status.code, BASE_OK);
        return;
    }
    ck_assert_int_eq(status.code, BASE_OK);
    bool data = at < footer.ranges.offset;
    bool ranges = in_part(at, footer.ranges);
    ck_assert(result.ranges_lost == ranges);
    ck_assert_uint_eq(out.fragments, ranges ? 0 : 1);
    ck_assert_int_eq(result.blocks_lost, data ? 1 : 0);
    ck_assert_int_eq(result.entries + result.entries_lost, (int64_t)model.count);
    ck_assert((result.entries_lost != 0) == data);
    ck_assert_int_lt(result.entries_lost, (int64_t)model.count / 4);
    ck_assert_uint_eq(out.skipped + (model.count - out.next), (size_t)result.entries_lost);
}

START_TEST(a_flip_costs_one_part)
{
    BaseBuf bytes = BASE_BUF_INIT;
    table_rig_read_file(&rig, &bytes);
    for (size_t at = 0; at < bytes.len; at++) {
        uint8_t bits = (uint8_t)(1U << (at % 8));
        bytes.data[at] ^= bits;
        table_rig_write_file(&rig, base_buf_slice(&bytes));
        check_flip(at);
        bytes.data[at] ^= bits;
    }
    base_buf_clear(&bytes);
}
END_TEST

START_TEST(many_flips_cost_what_they_hit)
{
    BaseBuf bytes = BASE_BUF_INIT;
    table_rig_read_file(&rig, &bytes);
    for (int round = 0; round < 200; round++) {
        Out out;
        TableSalvage result;
        BaseBuf damaged = BASE_BUF_INIT;
        ck_assert(base_buf_append_slice(&damaged, base_buf_slice(&bytes)));
        for (int i = 0; i < 8; i++) {
            damaged.data[base_rand_below(&rng, footer.ranges.offset)] ^= 4;
        }
        table_rig_write_file(&rig, base_buf_slice(&damaged));
        ck_assert_int_eq(salvage_model(&out, &result).code, BASE_OK);
        ck_assert_int_le(result.blocks_lost, 8);
        ck_assert_int_eq(result.entries + result.entries_lost, (int64_t)model.count);
        base_buf_clear(&damaged);
    }
    base_buf_clear(&bytes);
}
END_TEST

START_TEST(what_is_behind_the_end_does_not_count)
{
    Out out;
    TableSalvage result;
    BaseBuf bytes = BASE_BUF_INIT;
    table_rig_read_file(&rig, &bytes);
    ck_assert(base_buf_append_slice(&bytes, BASE_SLICE_LITERAL("something else")));
    table_rig_write_file(&rig, base_buf_slice(&bytes));
    ck_assert_int_eq(salvage_model(&out, &result).code, BASE_OK);
    ck_assert_int_eq(result.entries, (int64_t)model.count);
    bytes.len = summary.size - 1;
    table_rig_write_file(&rig, base_buf_slice(&bytes));
    ck_assert_int_eq(salvage_model(&out, &result).code, BASE_CORRUPTION);
    base_buf_clear(&bytes);
}
END_TEST

static BaseStatus
check_fragment_version(void *user, const FormatFragment *found)
{
    (void)user;
    ck_assert_uint_eq(found->version_count, 1);
    ck_assert_int_eq(found->versions[0], 1234);
    return base_ok();
}

static BaseStatus
check_version(void *user, const FormatEntry *entry)
{
    ck_assert_int_eq(entry->version, 1234);
    return ++*(int *)user == 10 ? base_error(BASE_CLOSED, "enough") : base_ok();
}

START_TEST(versions_are_overridden_and_visits_end)
{
    int count = 0;
    TableSalvage result;
    TableSalvageVisitor visitor = {check_fragment_version, check_version, &count};
    ck_assert_int_eq(salvage(1234, &visitor, &result).code, BASE_CLOSED);
    ck_assert_int_eq(count, 10);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("table_salvage");
    TCase *cases = tcase_create("salvage");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, a_flip_costs_one_part);
    tcase_add_test(cases, many_flips_cost_what_they_hit);
    tcase_add_test(cases, what_is_behind_the_end_does_not_count);
    tcase_add_test(cases, versions_are_overridden_and_visits_end);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
