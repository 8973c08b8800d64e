/*
 * test_lsm_log.c: what the log reports as durable survives a crash, and nothing is written after
 * the first failure.
 *
 * The files are in memory, where a crash drops what was not synced. Groups carry their number as
 * payload, so what is read back after a crash is a prefix of the numbers, to be compared with what
 * was reported.
 */
#include "engine/env/mem.h"
#include "engine/format/file_name.h"
#include "engine/format/log_header.h"
#include "engine/format/log_record.h"
#include "engine/lsm/log.h"
#include "tests/support/fault_env.h"

#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { GROUPS = 64, SEGMENT_BYTES = 4096, FILE_MAX = 1 << 16 };

typedef struct Rig {
    Env *memory;
    FaultEnv fault;
    LsmLog *log;
    LsmSegment *segments[GROUPS];
    size_t segment_count;
    CommitGroup groups[GROUPS];
    pthread_mutex_t lock;
    pthread_cond_t reported;
    BaseStatus outcomes[GROUPS];
    bool done[GROUPS];
    size_t sent;
    size_t report_count;
} Rig;

static void
report(void *user, CommitGroup *group, BaseStatus status)
{
    Rig *rig = user;
    size_t index = (size_t)(group - rig->groups);
    pthread_mutex_lock(&rig->lock);
    ck_assert(!rig->done[index]);
    rig->done[index] = true;
    rig->outcomes[index] = status;
    rig->report_count++;
    pthread_cond_broadcast(&rig->reported);
    pthread_mutex_unlock(&rig->lock);
}

static void
wait_for_reports(Rig *rig, size_t count)
{
    pthread_mutex_lock(&rig->lock);
    while (rig->report_count < count) {
        pthread_cond_wait(&rig->reported, &rig->lock);
    }
    pthread_mutex_unlock(&rig->lock);
}

static void
open_log(Rig *rig, LsmSyncMode mode)
{
    memset(rig, 0, sizeof(*rig));
    pthread_mutex_init(&rig->lock, NULL);
    pthread_cond_init(&rig->reported, NULL);
    rig->memory = env_mem_new();
    ck_assert_ptr_nonnull(rig->memory);
    fault_env_init(&rig->fault, rig->memory, base_error(BASE_IO, "as the test wants it"));
    LsmLogArgs args = {.env = &rig->fault.env,
                       .directory = "/",
                       .clock = base_clock_real(),
                       .mode = mode,
                       .interval_ms = 1,
                       .id_seed = 7,
                       .report = report,
                       .user = rig};
    ck_assert_int_eq(lsm_log_new(&args, &rig->log).code, BASE_OK);
}

static void
close_log(Rig *rig)
{
    lsm_log_free(rig->log);
    env_mem_free(rig->memory);
    pthread_cond_destroy(&rig->reported);
    pthread_mutex_destroy(&rig->lock);
}

static BaseStatus
next_segment(Rig *rig)
{
    LsmSegment *segment = NULL;
    BaseStatus status =
        lsm_log_segment_new(rig->log, rig->segment_count + 1, SEGMENT_BYTES, &segment);
    if (status.code == BASE_OK) {
        rig->segments[rig->segment_count++] = segment;
        status = lsm_log_switch(rig->log, segment, (int64_t)rig->sent);
    }
    return status;
}

/* Writes the next group, whose payload is its number, 1 for the first. */
static void
send(Rig *rig, bool sync, int64_t not_before_us)
{
    CommitGroup *group = &rig->groups[rig->sent++];
    uint64_t number = rig->sent;
    group->sync = sync;
    BaseBuf record = BASE_BUF_INIT;
    ck_assert_ptr_nonnull(base_buf_extend(&record, FORMAT_LOG_RECORD_HEAD_BYTES));
    ck_assert(base_buf_append(&record, &number, sizeof(number)));
    ck_assert(
        lsm_log_segment_reserve(lsm_log_current(rig->log), format_log_record_len(sizeof(number))));
    BaseStatus status = lsm_log_append(rig->log, &record);
    lsm_log_commit(rig->log, group, status, not_before_us);
    base_buf_clear(&record);
}

/* ---------------------------------------------------------------------------------- reading -- */

/* Reads one segment; *number goes up as long as records continue the count. */
static bool
read_segment(const Env *env, uint64_t file, uint64_t *number, FormatLogHeader *ret_header)
{
    char name[FORMAT_FILE_NAME_BYTES];
    char path[FORMAT_FILE_NAME_BYTES + 1] = "/";
    format_file_name_write((FormatFileName){FORMAT_FILE_LOG, file}, name);
    memcpy(path + 1, name, sizeof(name));
    BaseBuf bytes = BASE_BUF_INIT;
    bool good =
        env_read_file(env, path, FILE_MAX, &bytes).code == BASE_OK &&
        format_log_header_decode(base_buf_slice(&bytes), FORMAT_LOG_SEGMENT, ret_header).code ==
            BASE_OK;
    size_t offset = FORMAT_LOG_HEADER_BYTES;
    while (good && offset < bytes.len) {
        FormatLogRecord record;
        BaseSlice rest = base_slice(bytes.data + offset, bytes.len - offset);
        if (format_log_record_read(rest, ret_header->id, offset, &record) != FORMAT_LOG_RECORD) {
            break;
        }
        uint64_t value;
        ck_assert_uint_eq(record.payload.len, sizeof(value));
        memcpy(&value, record.payload.data, sizeof(value));
        ck_assert_uint_eq(value, *number + 1);
        ck_assert_uint_le(record.durable, ret_header->start + offset);
        *number = value;
        offset += record.len;
    }
    base_buf_clear(&bytes);
    return good;
}

/* How many groups, from the first on, can be read back. */
static uint64_t
read_back(const Rig *rig)
{
    uint64_t number = 0;
    for (size_t i = 0; i < rig->segment_count; i++) {
        FormatLogHeader header;
        if (!read_segment(rig->memory, i + 1, &number, &header)) {
            break;
        }
        ck_assert_uint_eq(header.previous, i);
    }
    return number;
}

/* ------------------------------------------------------------------------------------- tests -- */

START_TEST(what_always_reports_survives)
{
    Rig rig;
    open_log(&rig, LSM_SYNC_ALWAYS);
    for (size_t i = 0; i < GROUPS; i++) {
        if (i % 10 == 0) {
            ck_assert_int_eq(next_segment(&rig).code, BASE_OK);
        }
        send(&rig, false, 0);
        if (i % 8 == 7) {
            wait_for_reports(&rig, i + 1);
        }
    }
    wait_for_reports(&rig, GROUPS);
    BaseRand keep = base_rand((uint64_t)_i);
    env_mem_crash(rig.memory, _i == 0 ? NULL : &keep);
    ck_assert_uint_eq(read_back(&rig), GROUPS);
    close_log(&rig);
}
END_TEST

START_TEST(os_reports_at_once_and_syncs_when_asked)
{
    Rig rig;
    open_log(&rig, LSM_SYNC_OS);
    ck_assert_int_eq(next_segment(&rig).code, BASE_OK);
    send(&rig, false, 0);
    ck_assert_uint_eq(rig.report_count, 1);
    LsmLogStats stats;
    lsm_log_stats(rig.log, &stats);
    ck_assert_int_eq(stats.syncs, 0);
    ck_assert_uint_eq(stats.durable, 0);
    send(&rig, true, 0);
    wait_for_reports(&rig, 2);
    lsm_log_stats(rig.log, &stats);
    ck_assert_uint_eq(stats.durable, stats.written);
    send(&rig, false, 0);
    ck_assert_int_eq(lsm_log_sync(rig.log).code, BASE_OK);
    env_mem_crash(rig.memory, NULL);
    ck_assert_uint_eq(read_back(&rig), 3);
    close_log(&rig);
}
END_TEST

START_TEST(interval_syncs_by_itself)
{
    Rig rig;
    open_log(&rig, LSM_SYNC_INTERVAL);
    ck_assert_int_eq(next_segment(&rig).code, BASE_OK);
    send(&rig, false, 0);
    ck_assert_uint_eq(rig.report_count, 1);
    LsmLogStats stats;
    do {
        lsm_log_stats(rig.log, &stats);
    } while (stats.durable != stats.written);
    env_mem_crash(rig.memory, NULL);
    ck_assert_uint_eq(read_back(&rig), 1);
    close_log(&rig);
}
END_TEST

START_TEST(a_group_can_be_told_to_wait)
{
    Rig rig;
    open_log(&rig, LSM_SYNC_OS);
    ck_assert_int_eq(next_segment(&rig).code, BASE_OK);
    int64_t due = base_clock_monotonic_us(base_clock_real()) + 20000;
    send(&rig, false, due);
    send(&rig, false, 0);
    ck_assert(rig.done[1]);
    wait_for_reports(&rig, 2);
    ck_assert_int_ge(base_clock_monotonic_us(base_clock_real()), due);
    close_log(&rig);
}
END_TEST

/* Writes records of many lengths into one segment; returns the bytes of its file. */
static BaseBuf
write_records(const Env *env, const char *directory)
{
    enum { RECORDS = 3000, LONGEST = 200000, BYTES = 5 << 20 };
    LsmSegment *segment = NULL;
    LsmLog *log = NULL;
    char path[128];
    LsmLogArgs args = {.env = env,
                       .directory = directory,
                       .clock = base_clock_real(),
                       .mode = LSM_SYNC_OS,
                       .id_seed = 7,
                       .report = report};
    BaseBuf record = BASE_BUF_INIT;
    BaseBuf bytes = BASE_BUF_INIT;
    BaseRand rand = base_rand(3);
    ck_assert_int_eq(lsm_log_new(&args, &log).code, BASE_OK);
    ck_assert_int_eq(lsm_log_segment_new(log, 1, BYTES, &segment).code, BASE_OK);
    ck_assert_int_eq(lsm_log_switch(log, segment, 0).code, BASE_OK);
    for (int i = 0; i < RECORDS; i++) {
        size_t len = 1 + base_rand_below(&rand, i % 500 == 0 ? LONGEST : 2000);
        base_buf_reset(&record);
        uint8_t *place = base_buf_extend(&record, FORMAT_LOG_RECORD_HEAD_BYTES + len);
        ck_assert_ptr_nonnull(place);
        memset(place, i, FORMAT_LOG_RECORD_HEAD_BYTES + len);
        if (!lsm_log_segment_reserve(segment, format_log_record_len(len))) {
            break;
        }
        ck_assert_int_eq(lsm_log_append(log, &record).code, BASE_OK);
    }
    LsmLogStats stats;
    lsm_log_stats(log, &stats);
    ck_assert_int_eq(lsm_log_sync(log).code, BASE_OK);
    lsm_log_free(log);
    (void)snprintf(path, sizeof(path), "%s/000001.wal", directory);
    ck_assert_int_eq(env_read_file(env, path, 2 * BYTES, &bytes).code, BASE_OK);
    ck_assert_uint_ge(bytes.len, stats.segment_len);
    bytes.len = stats.segment_len;
    base_buf_clear(&record);
    return bytes;
}

START_TEST(windows_hold_what_calls_would_write)
{
    char directory[] = "/tmp/larder-log-XXXXXX";
    Env *memory = env_mem_new(); /* has no windows */
    ck_assert_ptr_nonnull(memory);
    ck_assert_ptr_nonnull(mkdtemp(directory));
    BaseBuf by_call = write_records(memory, "");
    BaseBuf by_window = write_records(env_posix(), directory);
    size_t head = FORMAT_LOG_HEADER_BYTES; /* which has the time */
    ck_assert_uint_gt(by_call.len, 2 << 20);
    ck_assert_uint_eq(by_call.len, by_window.len);
    ck_assert(memcmp(by_call.data + head, by_window.data + head, by_call.len - head) == 0);
    base_buf_clear(&by_call);
    base_buf_clear(&by_window);
    char path[64];
    (void)snprintf(path, sizeof(path), "%s/000001.wal", directory);
    ck_assert_int_eq(env_unlink(env_posix(), path).code, BASE_OK);
    ck_assert_int_eq(env_remove_directory(env_posix(), directory).code, BASE_OK);
    env_mem_free(memory);
}
END_TEST

/* Whatever step fails: nothing that was reported OK is missing, and the failure is for ever. */
START_TEST(every_failure_is_final)
{
    for (int64_t fail_at = 0;; fail_at++) {
        Rig rig;
        open_log(&rig, LSM_SYNC_ALWAYS);
        fault_env_arm(&rig.fault, fail_at);
        bool opened = next_segment(&rig).code == BASE_OK;
        for (size_t i = 0; opened && i < 12; i++) {
            if (i == 6 && next_segment(&rig).code != BASE_OK) {
                break;
            }
            send(&rig, false, 0);
            wait_for_reports(&rig, i + 1);
        }
        bool failed = lsm_log_status(rig.log).code != BASE_OK;
        size_t good = 0;
        while (good < rig.sent && rig.outcomes[good].code == BASE_OK) {
            good++;
        }
        for (size_t i = good; i < rig.sent; i++) {
            ck_assert_int_ne(rig.outcomes[i].code, BASE_OK);
        }
        env_mem_crash(rig.memory, NULL);
        ck_assert_uint_ge(read_back(&rig), good);
        close_log(&rig);
        if (opened && !failed && good == 12) {
            ck_assert_int_gt(fail_at, 20);
            return;
        }
    }
}
END_TEST

START_TEST(released_segments_go_away)
{
    Rig rig;
    open_log(&rig, LSM_SYNC_OS);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(next_segment(&rig).code, BASE_OK);
        send(&rig, false, 0);
    }
    lsm_log_segment_release(rig.log, rig.segments[1]);
    lsm_log_segment_release(rig.log, rig.segments[0]);
    LsmLogStats stats;
    do {
        lsm_log_stats(rig.log, &stats);
    } while (stats.segments != 1);
    EnvStat stat;
    while (env_stat(rig.memory, "/000001.wal", &stat).code == BASE_OK) {
    }
    ck_assert_int_eq(env_stat(rig.memory, "/000003.wal", &stat).code, BASE_OK);
    LsmSegment *unused = NULL;
    ck_assert_int_eq(lsm_log_segment_new(rig.log, 9, SEGMENT_BYTES, &unused).code, BASE_OK);
    ck_assert(!lsm_log_segment_reserve(unused, SEGMENT_BYTES + 1));
    ck_assert(lsm_log_segment_reserve(unused, SEGMENT_BYTES));
    ck_assert(!lsm_log_segment_reserve(unused, 1));
    lsm_log_segment_discard(rig.log, unused);
    ck_assert_int_eq(env_stat(rig.memory, "/000009.wal", &stat).code, BASE_NOT_FOUND);
    close_log(&rig);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("lsm_log");
    TCase *log = tcase_create("log");
    tcase_set_timeout(log, 120);
    tcase_add_loop_test(log, what_always_reports_survives, 0, 20);
    tcase_add_test(log, os_reports_at_once_and_syncs_when_asked);
    tcase_add_test(log, interval_syncs_by_itself);
    tcase_add_test(log, a_group_can_be_told_to_wait);
    tcase_add_test(log, windows_hold_what_calls_would_write);
    tcase_add_test(log, every_failure_is_final);
    tcase_add_test(log, released_segments_go_away);
    suite_add_tcase(suite, log);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
