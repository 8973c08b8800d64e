/*
 * test_lsm_log_salvage.c: of a damaged log every commit comes out that is not in the damage, in
 * order, and every gap is told.
 *
 * Segments are put together byte by byte, so for each record it is known where it lies and which
 * commits it has. The model of damage: a record that was touched is lost, one that was not is
 * there.
 */
#include "engine/lsm/log_salvage.h"

#include "engine/base/rand.h"
#include "engine/env/mem.h"
#include "engine/format/log_header.h"
#include "engine/format/log_record.h"
#include "tests/support/lsm_files.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    SEGMENTS = 4,
    RECORDS = 30, /* of a segment */
    FIRST = 11,   /* number of the first segment */
    SEGMENT_BYTES = 16384,
    GAPS_MAX = 200,
};

typedef struct Record {
    size_t offset;
    size_t len;
    int64_t first; /* versions of its commits */
    int64_t last;
} Record;

typedef struct Segment {
    char name[32];
    Record records[RECORDS];
    size_t used;
    bool header_lost;
} Segment;

typedef struct Rig {
    Env *env;
    BaseRand rand;
    Segment segments[SEGMENTS];
    int64_t last;
    bool *seen; /* by version */
    int64_t before;
    LsmLogGap gaps[GAPS_MAX];
    size_t gap_count;
} Rig;

static Rig rig;

/* ----------------------------------------------------------------------------------- the log -- */

static void
add_record(BaseBuf *bytes, uint64_t id, uint64_t start, Record *record)
{
    BaseBuf payload = BASE_BUF_INIT;
    FormatLogWriter writer = {0};
    record->offset = bytes->len;
    record->first = rig.last + 1;
    for (uint64_t left = 1 + base_rand_below(&rig.rand, 3); left > 0; left--) {
        int64_t version = ++rig.last;
        format_log_commit_begin(&writer, &payload, &(FormatLogCommit){version, 1000 + version, 1});
        FormatLogOperation put = {.kind = FORMAT_LOG_PUT,
                                  .key = base_slice(&version, sizeof(version)),
                                  .value = base_slice(&version, sizeof(version))};
        ck_assert(format_log_commit_add(&payload, &put));
    }
    record->last = rig.last;
    record->len = format_log_record_len(payload.len);
    uint8_t *space = base_buf_extend(bytes, record->len);
    ck_assert_ptr_nonnull(space);
    memcpy(space + FORMAT_LOG_RECORD_HEAD_BYTES, payload.data, payload.len);
    uint64_t durable = start + base_rand_below(&rig.rand, record->offset);
    format_log_record_seal(space, payload.len, id, record->offset, durable);
    base_buf_clear(&payload);
}

static void
write_segment(size_t n, uint64_t start)
{
    Segment *segment = &rig.segments[n];
    BaseBuf bytes = BASE_BUF_INIT;
    FormatLogHeader header = {.kind = FORMAT_LOG_SEGMENT,
                              .id = base_rand_next(&rig.rand),
                              .number = FIRST + n,
                              .start = start,
                              .previous = n == 0 ? FIRST - 1 : FIRST + n - 1,
                              .previous_len = n == 0 ? 500 : rig.segments[n - 1].used,
                              .version_base = rig.last};
    ck_assert(format_log_header_encode(&bytes, &header));
    for (size_t i = 0; i < RECORDS; i++) {
        add_record(&bytes, header.id, start, &segment->records[i]);
    }
    segment->used = bytes.len;
    ck_assert_uint_lt(bytes.len, SEGMENT_BYTES);
    size_t zeros = SEGMENT_BYTES - bytes.len;
    memset(base_buf_extend(&bytes, zeros), 0, zeros);
    (void)snprintf(segment->name, sizeof(segment->name), "%06zu.wal", (size_t)FIRST + n);
    lsm_files_write(rig.env, "/", segment->name, base_buf_slice(&bytes));
    base_buf_clear(&bytes);
}

static void
setup(void)
{
    memset(&rig, 0, sizeof(rig));
    rig.env = env_mem_new();
    rig.rand = base_rand(3);
    ck_assert_ptr_nonnull(rig.env);
    uint64_t start = 4000;
    for (size_t n = 0; n < SEGMENTS; n++) {
        write_segment(n, start);
        start += rig.segments[n].used;
    }
    rig.seen = calloc((size_t)rig.last + 1, sizeof(bool));
}

static void
teardown(void)
{
    free(rig.seen);
    env_mem_free(rig.env);
}

/* ----------------------------------------------------------------------------------- reading -- */

static BaseStatus
visit(void *user, const FormatLogCommit *commit, FormatLogReader *reader)
{
    (void)user;
    ck_assert_int_gt(commit->version, rig.before);
    ck_assert_int_le(commit->version, rig.last);
    ck_assert_int_eq(commit->stamp_ms, 1000 + commit->version);
    rig.before = commit->version;
    rig.seen[commit->version] = true;
    FormatLogOperation operation;
    ck_assert_uint_eq(reader->left, 1);
    BaseStatus status = format_log_reader_operation(reader, &operation);
    ck_assert_mem_eq(operation.value.data, &commit->version, sizeof(commit->version));
    return status;
}

static void
note_gap(void *user, const LsmLogGap *gap)
{
    (void)user;
    ck_assert_uint_lt(rig.gap_count, GAPS_MAX);
    rig.gaps[rig.gap_count++] = *gap;
}

static LsmLogSalvage
salvage_from(int64_t version, uint64_t clean_len)
{
    LsmInventory inventory;
    LsmLogSalvage result;
    ck_assert_int_eq(lsm_inventory_read(rig.env, "/", &inventory).code, BASE_OK);
    rig.before = 0;
    rig.gap_count = 0;
    memset(rig.seen, 0, (size_t)rig.last + 1);
    LsmLogSalvageArgs args = {.env = rig.env,
                              .directory = "/",
                              .inventory = &inventory,
                              .floor = FIRST,
                              .version = version,
                              .clean_segment = clean_len == 0 ? 0 : FIRST + SEGMENTS - 1,
                              .clean_len = clean_len,
                              .visit = visit,
                              .gap = note_gap};
    ck_assert_int_eq(lsm_log_salvage(&args, &result).code, BASE_OK);
    lsm_inventory_clear(&inventory);
    return result;
}

static bool
has_gap(LsmLogGapKind kind, uint64_t segment, uint64_t offset)
{
    for (size_t i = 0; i < rig.gap_count; i++) {
        const LsmLogGap *gap = &rig.gaps[i];
        if (gap->kind == kind && gap->segment == segment && gap->offset == offset) {
            return true;
        }
    }
    return false;
}

static bool
saw(const Record *record)
{
    for (int64_t version = record->first; version <= record->last; version++) {
        if (rig.seen[version] != rig.seen[record->first]) {
            ck_abort_msg("half of a record was visited");
        }
    }
    return rig.seen[record->first];
}

/* ------------------------------------------------------------------------------------- tests -- */

START_TEST(a_good_log_comes_out_whole)
{
    LsmLogSalvage result = salvage_from(0, rig.segments[SEGMENTS - 1].used);
    ck_assert_int_eq(result.commits, rig.last);
    ck_assert_int_eq(result.version, rig.last);
    ck_assert_int_eq(result.stamp_ms, 1000 + rig.last);
    ck_assert_uint_eq(rig.gap_count, 0);
}
END_TEST

START_TEST(commits_that_are_in_tables_are_passed_over)
{
    LsmLogSalvage result = salvage_from(57, 0);
    ck_assert_int_eq(result.passed, 57);
    ck_assert_int_eq(result.commits, rig.last - 57);
    ck_assert(!rig.seen[57] && rig.seen[58]);
}
END_TEST

/* Damage in one record costs that record, wherever in it. */
START_TEST(a_flip_costs_one_record)
{
    for (int round = 0; round < 400; round++) {
        size_t n = base_rand_below(&rig.rand, SEGMENTS);
        size_t k = base_rand_below(&rig.rand, RECORDS);
        const Segment *segment = &rig.segments[n];
        const Record *record = &segment->records[k];
        int64_t offset = (int64_t)(record->offset + base_rand_below(&rig.rand, record->len));
        uint8_t bits = (uint8_t)(1U << base_rand_below(&rig.rand, 8));
        lsm_files_flip(rig.env, "/", segment->name, offset, bits);
        LsmLogSalvage result = salvage_from(0, rig.segments[SEGMENTS - 1].used);
        ck_assert_int_eq(result.commits, rig.last - (record->last - record->first + 1));
        ck_assert(!saw(record));
        ck_assert_uint_eq(rig.gap_count, 1);
        ck_assert(has_gap(LSM_LOG_DAMAGED, FIRST + n, record->offset));
        ck_assert_uint_eq(rig.gaps[0].bytes, record->len);
        lsm_files_flip(rig.env, "/", segment->name, offset, bits);
    }
}
END_TEST

START_TEST(many_flips_cost_what_they_hit)
{
    for (int round = 0; round < 50; round++) {
        bool hit[SEGMENTS][RECORDS] = {{false}};
        size_t where[12][3];
        for (size_t i = 0; i < 12; i++) {
            size_t n = base_rand_below(&rig.rand, SEGMENTS);
            size_t k = base_rand_below(&rig.rand, RECORDS);
            const Record *record = &rig.segments[n].records[k];
            where[i][0] = n;
            where[i][1] = record->offset + i % record->len;
            where[i][2] = hit[n][k] ? 0 : 0x40;
            hit[n][k] = true;
            lsm_files_flip(rig.env, "/", rig.segments[n].name, (int64_t)where[i][1],
                           (uint8_t)where[i][2]);
        }
        (void)salvage_from(0, 0);
        for (size_t n = 0; n < SEGMENTS; n++) {
            for (size_t k = 0; k < RECORDS; k++) {
                ck_assert(saw(&rig.segments[n].records[k]) != hit[n][k]);
            }
        }
        for (size_t i = 0; i < 12; i++) {
            lsm_files_flip(rig.env, "/", rig.segments[where[i][0]].name, (int64_t)where[i][1],
                           (uint8_t)where[i][2]);
        }
    }
}
END_TEST

START_TEST(without_a_header_a_segment_is_lost)
{
    lsm_files_flip(rig.env, "/", rig.segments[1].name, 20, 1);
    LsmLogSalvage result = salvage_from(0, 0);
    const Record *first = &rig.segments[1].records[0];
    const Record *last = &rig.segments[1].records[RECORDS - 1];
    ck_assert_int_eq(result.commits, rig.last - (last->last - first->first + 1));
    ck_assert_uint_eq(rig.gap_count, 1);
    ck_assert(has_gap(LSM_LOG_UNREADABLE, FIRST + 1, 0));
}
END_TEST

START_TEST(a_missing_segment_is_told)
{
    lsm_files_remove(rig.env, "/", rig.segments[2].name);
    (void)salvage_from(0, 0);
    ck_assert_uint_eq(rig.gap_count, 1);
    ck_assert(has_gap(LSM_LOG_MISSING, FIRST + 2, 0));
    ck_assert(saw(&rig.segments[3].records[RECORDS - 1]));
    lsm_files_remove(rig.env, "/", rig.segments[3].name);
    (void)salvage_from(0, 0);
    ck_assert_uint_eq(rig.gap_count, 0); /* as if it had never been */
    (void)salvage_from(0, rig.segments[3].used);
    ck_assert_uint_eq(rig.gap_count, 1);
    ck_assert(has_gap(LSM_LOG_MISSING, FIRST + 3, 0));
}
END_TEST

START_TEST(a_segment_that_is_cut_off_gives_what_is_left)
{
    for (size_t n = 0; n < SEGMENTS; n++) {
        const Record *record = &rig.segments[n].records[RECORDS / 2];
        lsm_files_cut(rig.env, "/", rig.segments[n].name, (int64_t)record->offset + 5);
        (void)salvage_from(0, rig.segments[SEGMENTS - 1].used);
        ck_assert(!saw(record) && saw(record - 1));
        ck_assert(has_gap(LSM_LOG_DAMAGED, FIRST + n, record->offset));
    }
    ck_assert_uint_eq(rig.gap_count, SEGMENTS);
}
END_TEST

/* What nobody was promised: bytes behind the last record of the last segment. */
START_TEST(a_torn_end_is_no_damage)
{
    const Segment *last = &rig.segments[SEGMENTS - 1];
    lsm_files_flip(rig.env, "/", last->name, (int64_t)last->used + 100, 0xff);
    LsmLogSalvage result = salvage_from(0, 0);
    ck_assert_int_eq(result.commits, rig.last);
    ck_assert_uint_eq(rig.gap_count, 1);
    ck_assert(has_gap(LSM_LOG_TORN, FIRST + SEGMENTS - 1, last->used));
    const Record *record = &last->records[RECORDS - 1];
    lsm_files_flip(rig.env, "/", last->name, (int64_t)record->offset, 0xff);
    (void)salvage_from(0, 0);
    ck_assert(has_gap(LSM_LOG_TORN, FIRST + SEGMENTS - 1, record->offset));
    (void)salvage_from(0, last->used);
    ck_assert(has_gap(LSM_LOG_DAMAGED, FIRST + SEGMENTS - 1, record->offset));
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("lsm_log_salvage");
    TCase *cases = tcase_create("salvage");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, a_good_log_comes_out_whole);
    tcase_add_test(cases, commits_that_are_in_tables_are_passed_over);
    tcase_add_test(cases, a_flip_costs_one_record);
    tcase_add_test(cases, many_flips_cost_what_they_hit);
    tcase_add_test(cases, without_a_header_a_segment_is_lost);
    tcase_add_test(cases, a_missing_segment_is_told);
    tcase_add_test(cases, a_segment_that_is_cut_off_gives_what_is_left);
    tcase_add_test(cases, a_torn_end_is_no_damage);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
