/*
 * test_lsm_log_scan.c: logs that end in every way: closed, torn, damaged.
 *
 * A log is written with the real writer to files in memory; then the test crashes, cuts or damages
 * them and reads them back. Commits are numbered, so what is read is compared with what was
 * written, and what was reported durable must never be missing without an error.
 */
#include "engine/env/mem.h"
#include "engine/format/log_header.h"
#include "engine/format/log_record.h"
#include "engine/lsm/log.h"
#include "engine/lsm/log_scan.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

enum { GROUPS_MAX = 64, SEGMENT_BYTES = 2048, FILE_MAX = 1 << 16 };

typedef struct Rig {
    Env *env;
    LsmLog *log;
    CommitGroup group;
    uint64_t segments;
    int64_t written; /* versions 1 to written */
    int64_t durable; /* of those, known to be durable */
    int64_t first;   /* version that was read first; 0: none */
    int64_t seen;    /* version that was read last; 0: none */
    LsmLogEnd end;
    BaseRand rand;
} Rig;

static void
ignore(void *user, CommitGroup *group, BaseStatus status)
{
    (void)user;
    (void)group;
    ck_assert_int_eq(status.code, BASE_OK);
}

static void
open_rig(Rig *rig, uint64_t number)
{
    *rig = (Rig){.env = env_mem_new(), .rand = base_rand(number)};
    ck_assert_ptr_nonnull(rig->env);
    LsmLogArgs args = {.env = rig->env,
                       .directory = "/",
                       .clock = base_clock_real(),
                       .mode = LSM_SYNC_OS,
                       .id_seed = number + 99,
                       .report = ignore};
    ck_assert_int_eq(lsm_log_new(&args, &rig->log).code, BASE_OK);
}

static void
close_rig(Rig *rig)
{
    lsm_log_free(rig->log);
    env_mem_free(rig->env);
}

static void
next_segment_after(Rig *rig, int64_t version)
{
    LsmSegment *segment = NULL;
    ck_assert_int_eq(lsm_log_segment_new(rig->log, ++rig->segments, SEGMENT_BYTES, &segment).code,
                     BASE_OK);
    ck_assert_int_eq(lsm_log_switch(rig->log, segment, version).code, BASE_OK);
}

static void
next_segment(Rig *rig)
{
    next_segment_after(rig, rig->written);
}

/* One record of one to three commits, whose only operation says their version. */
static void
write_group(Rig *rig)
{
    BaseBuf record = BASE_BUF_INIT;
    FormatLogWriter writer = {0};
    int64_t before = rig->written;
    ck_assert_ptr_nonnull(base_buf_extend(&record, FORMAT_LOG_RECORD_HEAD_BYTES));
    for (uint64_t left = 1 + base_rand_below(&rig->rand, 3); left > 0; left--) {
        int64_t version = ++rig->written;
        format_log_commit_begin(&writer, &record, &(FormatLogCommit){version, 1000 + version, 1});
        FormatLogOperation put = {.kind = FORMAT_LOG_PUT,
                                  .key = base_slice(&version, sizeof(version)),
                                  .value = base_slice(&version, sizeof(version))};
        ck_assert(format_log_commit_add(&record, &put));
    }
    uint64_t len = format_log_record_len(record.len - FORMAT_LOG_RECORD_HEAD_BYTES);
    if (!lsm_log_segment_reserve(lsm_log_current(rig->log), len)) {
        next_segment_after(rig, before);
        ck_assert(lsm_log_segment_reserve(lsm_log_current(rig->log), len));
    }
    ck_assert_int_eq(lsm_log_append(rig->log, &record).code, BASE_OK);
    base_buf_clear(&record);
}

static void
sync_log(Rig *rig)
{
    ck_assert_int_eq(lsm_log_sync(rig->log).code, BASE_OK);
    rig->durable = rig->written;
}

/* A log of several segments, synced now and then. */
static void
write_log(Rig *rig)
{
    next_segment(rig);
    for (uint64_t left = 10 + base_rand_below(&rig->rand, GROUPS_MAX); left > 0; left--) {
        write_group(rig);
        if (base_rand_below(&rig->rand, 6) == 0) {
            sync_log(rig);
        }
        if (base_rand_below(&rig->rand, 20) == 0) {
            next_segment(rig);
        }
    }
}

static BaseStatus
visit(void *user, const FormatLogCommit *commit, FormatLogReader *reader)
{
    Rig *rig = user;
    for (uint64_t i = 0; i < commit->operations; i++) {
        FormatLogOperation operation;
        BaseStatus status = format_log_reader_operation(reader, &operation);
        if (status.code != BASE_OK) {
            return status;
        }
        ck_assert_mem_eq(operation.value.data, &commit->version, sizeof(commit->version));
    }
    ck_assert(rig->seen == 0 || commit->version == rig->seen + 1);
    rig->first = rig->seen == 0 ? commit->version : rig->first;
    rig->seen = commit->version;
    return base_ok();
}

static BaseStatus
scan(Rig *rig, uint64_t floor, uint64_t clean_segment, uint64_t clean_len)
{
    rig->first = 0;
    rig->seen = 0;
    LsmLogScanArgs args = {.env = rig->env,
                           .directory = "/",
                           .floor = floor,
                           .clean_segment = clean_segment,
                           .clean_len = clean_len,
                           .visit = visit,
                           .user = rig};
    return lsm_log_scan(&args, &rig->end);
}

static void
path_of(uint64_t segment, char path[32])
{
    (void)snprintf(path, 32, "/%06llu.wal", (unsigned long long)segment);
}

/* Turns a bit around. */
static void
damage_byte(Rig *rig, uint64_t segment, int64_t offset)
{
    char path[32];
    path_of(segment, path);
    EnvFile *file = NULL;
    uint8_t byte;
    size_t len;
    ck_assert_int_eq(env_open_file(rig->env, path, ENV_OPEN_WRITE, &file).code, BASE_OK);
    ck_assert_int_eq(env_file_read_at(file, offset, &byte, 1, &len).code, BASE_OK);
    byte ^= (uint8_t)(1u << base_rand_below(&rig->rand, 8));
    ck_assert_int_eq(env_file_write_at(file, offset, &byte, 1).code, BASE_OK);
    env_file_close(file);
}

/* ------------------------------------------------------------------------------------- tests -- */

START_TEST(a_whole_log_is_read_to_its_end)
{
    Rig rig;
    open_rig(&rig, (uint64_t)_i);
    write_log(&rig);
    ck_assert_int_eq(scan(&rig, 0, 0, 0).code, BASE_OK);
    ck_assert_int_eq(rig.first, 1);
    ck_assert_int_eq(rig.seen, rig.written);
    ck_assert_int_eq(rig.end.version, rig.written);
    ck_assert_int_eq(rig.end.stamp_ms, 1000 + rig.written);
    ck_assert_int_eq(rig.end.torn_bytes, 0);
    ck_assert_uint_eq(rig.end.segment, rig.segments);
    LsmLogStats stats;
    lsm_log_stats(rig.log, &stats);
    ck_assert_uint_eq(rig.end.position, stats.written);
    ck_assert_int_eq(scan(&rig, 0, rig.segments, rig.end.len).code, BASE_OK);
    close_rig(&rig);
}
END_TEST

START_TEST(a_crash_leaves_a_prefix_with_all_that_was_durable)
{
    Rig rig;
    open_rig(&rig, (uint64_t)_i + 1000);
    write_log(&rig);
    BaseRand keep = base_rand((uint64_t)_i);
    env_mem_crash(rig.env, _i % 5 == 0 ? NULL : &keep);
    BaseStatus status = scan(&rig, 0, 0, 0);
    ck_assert_msg(status.code == BASE_OK, "%s", rig.end.message);
    ck_assert_int_le(rig.first, 1);
    ck_assert_int_ge(rig.seen, rig.durable);
    ck_assert_int_le(rig.seen, rig.written);
    close_rig(&rig);
}
END_TEST

/* Damage before something that proves durability is an error that names the place. */
START_TEST(damage_before_the_durable_position_is_found)
{
    Rig rig;
    open_rig(&rig, (uint64_t)_i + 2000);
    next_segment(&rig);
    for (int i = 0; i < 10; i++) {
        write_group(&rig);
    }
    sync_log(&rig);
    ck_assert_int_eq(scan(&rig, 0, 0, 0).code, BASE_OK);
    int64_t offset = (int64_t)base_rand_below(&rig.rand, rig.end.len);
    write_group(&rig); /* carries the durable position */
    damage_byte(&rig, 1, offset);
    ck_assert_int_eq(scan(&rig, 0, 0, 0).code, BASE_CORRUPTION);
    ck_assert_ptr_nonnull(strstr(rig.end.message, "000001.wal at byte"));
    close_rig(&rig);
}
END_TEST

START_TEST(damage_in_an_earlier_segment_is_found)
{
    Rig rig;
    open_rig(&rig, (uint64_t)_i + 3000);
    next_segment(&rig);
    write_group(&rig);
    sync_log(&rig);
    ck_assert_int_eq(scan(&rig, 0, 0, 0).code, BASE_OK);
    int64_t offset = (int64_t)base_rand_below(&rig.rand, rig.end.len);
    next_segment(&rig);
    write_group(&rig);
    damage_byte(&rig, 1, offset);
    ck_assert_int_eq(scan(&rig, 0, 0, 0).code, BASE_CORRUPTION);
    close_rig(&rig);
}
END_TEST

START_TEST(damage_of_a_log_that_was_closed_is_found)
{
    Rig rig;
    open_rig(&rig, (uint64_t)_i + 4000);
    next_segment(&rig);
    write_group(&rig);
    ck_assert_int_eq(scan(&rig, 0, 0, 0).code, BASE_OK);
    uint64_t len = rig.end.len;
    damage_byte(&rig, 1, (int64_t)base_rand_below(&rig.rand, len));
    ck_assert_int_eq(scan(&rig, 0, 1, len).code, BASE_CORRUPTION);
    close_rig(&rig);
}
END_TEST

START_TEST(a_missing_segment_is_found)
{
    Rig rig;
    open_rig(&rig, 1);
    for (int i = 0; i < 3; i++) {
        next_segment(&rig);
        write_group(&rig);
    }
    sync_log(&rig);
    next_segment(&rig);
    write_group(&rig);
    char path[32];
    path_of((uint64_t)_i + 1, path);
    ck_assert_int_eq(env_unlink(rig.env, path).code, BASE_OK);
    ck_assert_int_eq(scan(&rig, 1, 0, 0).code, BASE_CORRUPTION);
    /* Below the floor it is not needed. */
    ck_assert_int_eq(scan(&rig, (uint64_t)_i + 2, 0, 0).code, BASE_OK);
    ck_assert_int_eq(rig.seen, rig.written);
    ck_assert_int_eq(scan(&rig, 1, 9, 100).code, BASE_CORRUPTION);
    close_rig(&rig);
}
END_TEST

START_TEST(an_unused_segment_is_nothing)
{
    Rig rig;
    open_rig(&rig, 1);
    next_segment(&rig);
    write_group(&rig);
    LsmSegment *spare = NULL;
    ck_assert_int_eq(lsm_log_segment_new(rig.log, 2, SEGMENT_BYTES, &spare).code, BASE_OK);
    rig.segments = 2;
    next_segment(&rig);
    write_group(&rig);
    ck_assert_int_eq(scan(&rig, 0, 0, 0).code, BASE_OK);
    ck_assert_int_eq(rig.seen, rig.written);
    ck_assert_uint_eq(rig.end.highest, 3);
    lsm_log_segment_discard(rig.log, spare);
    close_rig(&rig);
}
END_TEST

/* A crash may leave a later segment, and nothing of the first one, when neither was synced. */
START_TEST(a_first_segment_that_was_lost_is_the_end_unless_it_was_durable)
{
    for (int synced = 0; synced < 2; synced++) {
        Rig rig;
        EnvFile *first = NULL;
        const uint8_t zeros[SEGMENT_BYTES] = {0};
        open_rig(&rig, 7);
        next_segment(&rig);
        write_group(&rig);
        if (synced != 0) {
            sync_log(&rig);
        }
        for (int i = 0; i < 2; i++) {
            next_segment(&rig);
            write_group(&rig);
        }
        ck_assert_int_eq(env_open_file(rig.env, "/000001.wal", ENV_OPEN_WRITE, &first).code,
                         BASE_OK);
        ck_assert_int_eq(env_file_write_at(first, 0, zeros, sizeof zeros).code, BASE_OK);
        env_file_close(first);
        ck_assert_int_eq(scan(&rig, 0, 0, 0).code, synced != 0 ? BASE_CORRUPTION : BASE_OK);
        ck_assert_int_eq(rig.seen, 0);
        ck_assert_uint_eq(rig.end.segment, 0);
        close_rig(&rig);
    }
}
END_TEST

START_TEST(no_segment_is_an_empty_log)
{
    Rig rig;
    open_rig(&rig, 1);
    ck_assert_int_eq(scan(&rig, 0, 0, 0).code, BASE_OK);
    ck_assert_uint_eq(rig.end.position, 0);
    ck_assert_uint_eq(rig.end.segment, 0);
    close_rig(&rig);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("lsm_log_scan");
    TCase *ends = tcase_create("ends");
    tcase_set_timeout(ends, 120);
    tcase_add_loop_test(ends, a_whole_log_is_read_to_its_end, 0, 20);
    tcase_add_loop_test(ends, a_crash_leaves_a_prefix_with_all_that_was_durable, 0, 200);
    tcase_add_loop_test(ends, damage_before_the_durable_position_is_found, 0, 200);
    tcase_add_loop_test(ends, damage_in_an_earlier_segment_is_found, 0, 50);
    tcase_add_loop_test(ends, damage_of_a_log_that_was_closed_is_found, 0, 50);
    tcase_add_loop_test(ends, a_missing_segment_is_found, 0, 3);
    tcase_add_test(ends, a_first_segment_that_was_lost_is_the_end_unless_it_was_durable);
    tcase_add_test(ends, an_unused_segment_is_nothing);
    tcase_add_test(ends, no_segment_is_an_empty_log);
    suite_add_tcase(suite, ends);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
