/*
 * test_lsm_worker.c: the threads: what is written comes into tables and down to the last level
 * while readers read; nothing is lost when files fail; whoever waits is told.
 */
#include "engine/lsm/worker.h"
#include "tests/support/job_rig.h"

#include <check.h>
#include <dirent.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#define LAST (LSM_LEVELS - 1)

static JobRig rig;
static LsmWorker *worker;

static void
setup(void)
{
    job_rig_init(&rig, 1);
}

static LsmWorkerArgs
worker_args(void)
{
    return (LsmWorkerArgs){.place = rig.place,
                           .log = rig.log,
                           .write_buffer = rig.buffer,
                           .generations = rig.generations,
                           .base_bytes = rig.picking.base_bytes,
                           .multiplier = rig.picking.multiplier,
                           .run_trigger = rig.picking.run_trigger,
                           .reclaim_ms = rig.picking.reclaim_ms,
                           .compactions = 2};
}

static void
wake(void *user)
{
    lsm_worker_wake(user);
}

static void
start_with(const LsmWorkerArgs *args)
{
    LsmSupplyWriter writer = job_rig_writer(&rig);
    ck_assert_int_eq(lsm_worker_new(args, &worker).code, BASE_OK);
    rig.need = wake;
    rig.need_user = worker;
    ck_assert_int_eq(lsm_worker_start(worker, &writer).code, BASE_OK);
}

static void
start(void)
{
    LsmWorkerArgs args = worker_args();
    start_with(&args);
}

static void
stop(void)
{
    if (worker != NULL) {
        lsm_worker_stop(worker);
        lsm_worker_free(worker);
        worker = NULL;
        rig.need = NULL;
    }
}

static void
teardown(void)
{
    stop();
    job_rig_clear(&rig);
}

/* Seals what is in memory and waits for its flush. */
static BaseStatus
flush(void)
{
    LsmGeneration *sealed = job_rig_seal(&rig);
    if (sealed == NULL) {
        return base_ok();
    }
    LsmView *view = lsm_catalog_hold(rig.store.catalog);
    bool listed = false;
    for (size_t i = 0; i < view->count; i++) {
        listed = listed || view->generations[i] == sealed;
    }
    BaseStatus status = base_ok();
    if (listed) {
        status = lsm_worker_wait_flushed(worker, sealed);
    }
    lsm_view_unref(view);
    return status;
}

static void
write_random(int count)
{
    for (int i = 0; i < count; i++) {
        ck_assert(job_rig_random(&rig));
    }
}

static void
take_down(void)
{
    LsmRigKey first;
    ck_assert_int_eq(lsm_worker_compact(worker, lsm_rig_key(&first, 0), BASE_SLICE_EMPTY).code,
                     BASE_OK);
}

START_TEST(everything_comes_down_while_readers_read)
{
    rig.buffer = 32 << 10;
    rig.value_bytes = 300;
    rig.picking.reclaim_ms = 3000;
    start();
    for (int round = 0; round < 40; round++) {
        write_random(100);
        if (round % 5 == 0 && rig.open_count < JOB_RIG_SNAPSHOTS) {
            job_rig_snapshot(&rig);
        }
        if (round % 7 == 6) {
            job_rig_release(&rig, 0);
        }
        if (round % 10 == 9) {
            take_down();
        }
        base_fake_clock_advance_ms(&rig.clock, 100);
        job_rig_check(&rig);
    }
    ck_assert_int_eq(flush().code, BASE_OK);
    ck_assert_int_eq(lsm_worker_wait_idle(worker).code, BASE_OK);
    job_rig_check(&rig);
    LsmWorkerStats stats;
    lsm_worker_stats(worker, &stats);
    ck_assert_int_gt(stats.flushes, 0);
    ck_assert_int_gt(stats.compactions, 0);
    ck_assert_int_eq(stats.failures, 0);
    stop();
    ck_assert_int_eq(job_rig_sums(&rig).tables, job_rig_files(&rig));
    job_rig_crash(&rig);
    job_rig_check(&rig);
}
END_TEST

/* How many entries commits have made: all but removed ranges are one each. */
static int64_t
written_entries(void)
{
    const JobRigOp *ops = (const void *)rig.ops.data;
    size_t count = rig.ops.len / sizeof(*ops);
    int64_t entries = 0;
    for (size_t i = 0; i < count; i++) {
        entries += ops[i].kind != JOB_RIG_RANGE;
    }
    return entries;
}

START_TEST(figures_of_flushes_are_exact)
{
    LsmWorkerStats stats;
    start();
    ck_assert(lsm_worker_hold(worker));
    for (int round = 0; round < 12; round++) {
        write_random(200);
        ck_assert_int_eq(flush().code, BASE_OK);
    }
    ck_assert_int_eq(lsm_worker_wait_idle(worker).code, BASE_OK);
    lsm_worker_stats(worker, &stats);
    const LsmLevelWork *work = &stats.levels[0];
    JobRigSums sums = job_rig_sums(&rig);
    ck_assert_int_ge(stats.flushes, 12);
    ck_assert_int_eq(work->jobs, stats.flushes);
    ck_assert_int_eq(work->entries_in, written_entries());
    ck_assert_int_eq(work->entries_kept, sums.entries);
    ck_assert_int_eq(work->bytes_read, 0);
    ck_assert_int_eq(work->bytes_written, sums.bytes);
    ck_assert_int_eq(stats.flush_bytes, sums.bytes);
    ck_assert_int_eq(stats.targets.held[0], sums.bytes);
    ck_assert_int_eq(stats.compactions, 0);
    ck_assert_int_eq(stats.waiting_flush, 0);
    lsm_worker_release(worker);
}
END_TEST

/* Everything comes down, and what all jobs have read, dropped and made adds up to what is there. */
static void
check_figures_add_up(void)
{
    LsmWorkerStats stats;
    take_down();
    ck_assert_int_eq(lsm_worker_wait_idle(worker).code, BASE_OK);
    lsm_worker_stats(worker, &stats);
    JobRigSums sums = job_rig_sums(&rig);
    int64_t in = 0;
    int64_t out = 0;
    int64_t dropped = 0;
    for (int level = 0; level < LSM_LEVELS; level++) {
        const LsmLevelWork *work = &stats.levels[level];
        ck_assert_int_eq(work->entries_in, work->entries_kept + work->entries_shadowed +
                                               work->entries_hidden + work->entries_removed);
        in += work->bytes_read;
        out += work->bytes_written;
        dropped += work->entries_shadowed + work->entries_hidden + work->entries_removed;
    }
    bool unread = stats.picks[LSM_PICK_COVERED] != 0;
    ck_assert(unread || sums.entries == written_entries() - dropped);
    ck_assert(unread || sums.bytes == out - in);
    ck_assert_int_eq(stats.targets.held[LAST], sums.bytes);
    ck_assert_int_eq(stats.running, 0);
    ck_assert_int_eq(stats.waiting_flush, 0);
}

START_TEST(figures_of_all_jobs_add_up)
{
    start();
    for (int round = 0; round < 12; round++) {
        write_random(200);
        ck_assert_int_eq(flush().code, BASE_OK);
    }
    check_figures_add_up();
}
END_TEST

/* Writes while compactions hardly move until two are under way, then lets them come to an end. */
static void
write_until_two_run(void)
{
    LsmWorkerStats stats;
    lsm_worker_set_rate(worker, 1);
    do {
        for (int key = 0; key < JOB_RIG_KEYS; key++) {
            ck_assert(job_rig_put(&rig, key, 0));
        }
        ck_assert_int_eq(flush().code, BASE_OK);
        lsm_worker_stats(worker, &stats);
    } while (stats.running < 2);
    lsm_worker_set_rate(worker, 0);
    ck_assert_int_eq(lsm_worker_wait_idle(worker).code, BASE_OK);
}

/* While level 0 is compacted slowly, what comes in behind is merged where it is. */
START_TEST(merges_within_level_0_are_counted_there)
{
    LsmWorkerStats stats;
    const LsmLevelWork *work = &stats.levels[0];
    rig.buffer = 4 << 20;
    rig.value_bytes = 2000;
    start();
    do { /* again if the second job began as the first ended */
        write_until_two_run();
        lsm_worker_stats(worker, &stats);
    } while (work->jobs == stats.flushes);
    ck_assert_int_gt(work->entries_in, written_entries());
    ck_assert_int_gt(work->bytes_read, 0);
    ck_assert_int_gt(work->bytes_written, stats.flush_bytes);
    check_figures_add_up();
}
END_TEST

START_TEST(spares_are_made_and_segments_given_back)
{
    start();
    for (int round = 0; round < 5; round++) {
        ck_assert(job_rig_put(&rig, round, 0));
        ck_assert_int_eq(flush().code, BASE_OK);
    }
    LsmLogStats log;
    do {
        lsm_log_stats(rig.log, &log);
    } while (log.segments > 2); /* the spare's, and the last one, which the log still writes to */
    job_rig_check(&rig);
}
END_TEST

/* -------------------------------------------------------------------------------- reclaiming -- */

START_TEST(what_is_dead_goes_when_it_is_due)
{
    rig.picking.reclaim_ms = 5000;
    start();
    for (int key = 0; key < JOB_RIG_KEYS; key++) {
        ck_assert(job_rig_put(&rig, key, key % 3 == 0 ? JOB_RIG_START_MS + 100 : 0));
    }
    ck_assert_int_eq(flush().code, BASE_OK);
    take_down();
    for (int key = 1; key < JOB_RIG_KEYS; key += 3) {
        ck_assert(job_rig_remove(&rig, key));
    }
    ck_assert_int_eq(flush().code, BASE_OK);
    ck_assert_int_eq(lsm_worker_wait_idle(worker).code, BASE_OK);
    ck_assert_int_eq(job_rig_sums(&rig).entries, JOB_RIG_KEYS * 4 / 3);
    base_fake_clock_advance_ms(&rig.clock, 5100);
    lsm_worker_wake(worker);
    ck_assert_int_eq(lsm_worker_wait_idle(worker).code, BASE_OK);
    ck_assert_int_eq(job_rig_sums(&rig).entries, JOB_RIG_KEYS / 3);
    job_rig_check(&rig);
    lsm_worker_set_reclaim(worker, 0);
    ck_assert(job_rig_remove_range(&rig, 0, JOB_RIG_KEYS));
    ck_assert_int_eq(flush().code, BASE_OK);
    ck_assert_int_eq(lsm_worker_wait_idle(worker).code, BASE_OK);
    ck_assert_int_eq(job_rig_sums(&rig).tables, 0);
    job_rig_check(&rig);
}
END_TEST

START_TEST(a_removed_range_frees_its_disk_at_once)
{
    LsmWorkerStats stats;
    start();
    for (int key = 0; key < JOB_RIG_KEYS; key++) {
        ck_assert(job_rig_put(&rig, key, 0));
    }
    ck_assert_int_eq(flush().code, BASE_OK);
    take_down();
    int64_t tables = job_rig_sums(&rig).tables;
    ck_assert(job_rig_remove_range(&rig, 0, JOB_RIG_KEYS));
    ck_assert_int_eq(flush().code, BASE_OK);
    ck_assert_int_eq(lsm_worker_wait_idle(worker).code, BASE_OK);
    lsm_worker_stats(worker, &stats);
    ck_assert_int_eq(stats.levels[LAST].tables_dropped, tables);
    ck_assert_int_eq(job_rig_sums(&rig).entries, 0);
    job_rig_check(&rig);
}
END_TEST

/* ------------------------------------------------------------------------------------ errors -- */

/* Writes and flushes until it is told of the failure. */
static BaseStatus
write_until_told(void)
{
    BaseStatus status = base_ok();
    for (int i = 0; i < 1000 && base_is_ok(status); i++) {
        if (!job_rig_random(&rig)) {
            pthread_mutex_lock(&rig.lock);
            status = rig.denied;
            pthread_mutex_unlock(&rig.lock);
            return status;
        }
        status = i % 40 == 39 ? flush() : base_ok();
    }
    return status;
}

START_TEST(a_full_disk_is_told_and_waited_out)
{
    LsmWorkerStats stats;
    start();
    write_random(100);
    ck_assert_int_eq(flush().code, BASE_OK);
    rig.store.fault.status = base_error(BASE_NO_SPACE, "the disk is full");
    fault_env_plan(&rig.store.fault, FAULT_SPACE, 0, INT64_MAX / 2);
    ck_assert_int_eq(write_until_told().code, BASE_NO_SPACE);
    job_rig_check(&rig);
    do {
        lsm_worker_stats(worker, &stats);
    } while (stats.failures == 0);
    ck_assert_int_eq(stats.last_error.code, BASE_NO_SPACE);
    ck_assert_int_eq(lsm_worker_status(worker).code, BASE_OK);
    fault_env_arm(&rig.store.fault, FAULT_ENV_NEVER);
    lsm_worker_wake(worker);
    pthread_mutex_lock(&rig.lock);
    while (rig.spare == NULL) {
        (void)pthread_cond_wait(&rig.changed, &rig.lock);
    }
    pthread_mutex_unlock(&rig.lock);
    write_random(100);
    while (!base_is_ok(flush()) || !base_is_ok(lsm_worker_wait_idle(worker))) {
    }
    job_rig_check(&rig);
    ck_assert(!rig.poisoned);
    stop();
    ck_assert_int_eq(job_rig_sums(&rig).tables, job_rig_files(&rig));
    size_t ops = rig.ops.len;
    job_rig_crash(&rig);
    ck_assert_uint_eq(rig.ops.len, ops);
    job_rig_check(&rig);
}
END_TEST

START_TEST(a_failed_sync_of_a_table_costs_one_file)
{
    for (int step = 0; step < 4; step++) {
        start();
        write_random(100);
        ck_assert_int_eq(flush().code, BASE_OK);
        write_random(60);
        rig.store.fault.status = base_error(BASE_IO, "as the test wants it");
        fault_env_plan(&rig.store.fault, FAULT_SYNC, step, 1);
        (void)flush(); /* it may be told, or not: compactions sync, too */
        while (base_is_ok(lsm_worker_status(worker)) && !base_is_ok(lsm_worker_wait_idle(worker))) {
        }
        fault_env_arm(&rig.store.fault, FAULT_ENV_NEVER);
        job_rig_check(&rig);
        stop();
        bool manifest = !base_is_ok(lsm_catalog_status(rig.store.catalog));
        ck_assert(rig.poisoned == manifest);
        job_rig_clear(&rig);
        job_rig_init(&rig, (uint64_t)step + 2);
    }
}
END_TEST

START_TEST(a_directory_that_cannot_be_synced_ends_it)
{
    start();
    write_random(100);
    rig.store.fault.status = base_error(BASE_IO, "as the test wants it");
    fault_env_plan(&rig.store.fault, FAULT_SYNC_DIRECTORY, 0, 1);
    ck_assert_int_eq(flush().code, BASE_IO);
    ck_assert_int_eq(lsm_worker_status(worker).code, BASE_IO);
    ck_assert_int_eq(lsm_worker_compact(worker, BASE_SLICE_EMPTY, BASE_SLICE_EMPTY).code, BASE_IO);
    ck_assert_int_eq(lsm_worker_wait_idle(worker).code, BASE_IO);
    job_rig_check(&rig);
    stop();
    ck_assert(rig.poisoned);
    ck_assert_int_eq(rig.denied.code, BASE_CLOSED);
}
END_TEST

START_TEST(a_manifest_that_fails_ends_it)
{
    start();
    write_random(100);
    rig.store.fault.status = base_error(BASE_IO, "as the test wants it");
    /* The first sync is the table's. */
    fault_env_plan(&rig.store.fault, FAULT_SYNC, 1, 1);
    ck_assert_int_eq(flush().code, BASE_IO);
    while (base_is_ok(lsm_worker_status(worker))) {
    }
    job_rig_check(&rig);
    stop();
    ck_assert(rig.poisoned);
}
END_TEST

static void
damage(int64_t number)
{
    char name[FORMAT_FILE_NAME_BYTES];
    char path[ENV_PATH_MAX];
    EnvFile *file;
    format_file_name_write((FormatFileName){FORMAT_FILE_TABLE, (uint64_t)number}, name);
    ck_assert_int_eq(env_join(path, LSM_RIG_DIRECTORY, name).code, BASE_OK);
    ck_assert_int_eq(env_open_file(rig.store.memory, path, ENV_OPEN_WRITE, &file).code, BASE_OK);
    ck_assert_int_eq(env_file_write_at(file, 60, "damage", 6).code, BASE_OK);
    env_file_close(file);
}

START_TEST(damaged_tables_are_left_alone)
{
    LsmWorkerStats stats;
    start();
    for (int key = 0; key < JOB_RIG_KEYS; key++) {
        ck_assert(job_rig_put(&rig, key, 0));
    }
    ck_assert_int_eq(flush().code, BASE_OK);
    take_down();
    LsmView *view = lsm_catalog_hold(rig.store.catalog);
    const LsmLevel *last = &view->levels->levels[LAST];
    ck_assert_uint_gt(last->count, 2);
    damage(last->tables[0]->info.number);
    lsm_view_unref(view);
    for (int round = 0; round < 8; round++) {
        for (int key = 0; key < JOB_RIG_KEYS; key += 2) {
            ck_assert(job_rig_put(&rig, key, 0));
        }
        ck_assert_int_eq(flush().code, BASE_OK);
    }
    while (lsm_worker_wait_idle(worker).code == BASE_CORRUPTION) {
    }
    lsm_worker_stats(worker, &stats);
    ck_assert_int_eq(stats.damaged, 1);
    ck_assert_int_eq(stats.last_error.code, BASE_CORRUPTION);
    LsmRigKey first;
    ck_assert_int_eq(lsm_worker_compact(worker, lsm_rig_key(&first, 0), BASE_SLICE_EMPTY).code,
                     BASE_CORRUPTION);
    ck_assert_int_eq(lsm_worker_status(worker).code, BASE_OK);
    /* Runs are merged among themselves, so level 0 does not grow without end. */
    lsm_worker_stats(worker, &stats);
    ck_assert_uint_le(stats.targets.runs, rig.picking.run_trigger + 1);
}
END_TEST

/* ---------------------------------------------------------------------------------- stopping -- */

static void *
compact_all(void *user)
{
    BaseStatus *status = user;
    *status = lsm_worker_compact(worker, BASE_SLICE_EMPTY, BASE_SLICE_EMPTY);
    return NULL;
}

START_TEST(whoever_waits_is_told_of_the_end)
{
    pthread_t thread;
    BaseStatus status = base_ok();
    rig.buffer = 4 << 20;
    rig.value_bytes = 2000;
    start();
    lsm_worker_set_rate(worker, 1);
    for (int round = 0; round < 3; round++) {
        for (int key = 0; key < JOB_RIG_KEYS; key++) {
            ck_assert(job_rig_put(&rig, key, 0));
        }
        ck_assert_int_eq(flush().code, BASE_OK);
    }
    ck_assert_int_eq(pthread_create(&thread, NULL, compact_all, &status), 0);
    LsmWorkerStats stats;
    do {
        lsm_worker_stats(worker, &stats);
    } while (stats.running == 0);
    lsm_worker_stop(worker);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert_int_eq(status.code, BASE_CLOSED);
    ck_assert_int_eq(rig.denied.code, BASE_CLOSED);
    lsm_worker_stop(worker);
    job_rig_check(&rig);
}
END_TEST

START_TEST(a_rate_can_be_lifted_while_it_is_waited_for)
{
    rig.buffer = 4 << 20;
    rig.value_bytes = 2000;
    start();
    lsm_worker_set_rate(worker, 1);
    for (int round = 0; round < 5; round++) {
        for (int key = 0; key < JOB_RIG_KEYS; key++) {
            ck_assert(job_rig_put(&rig, key, 0));
        }
        ck_assert_int_eq(flush().code, BASE_OK);
    }
    lsm_worker_set_rate(worker, 0);
    ck_assert_int_eq(lsm_worker_wait_idle(worker).code, BASE_OK);
    job_rig_check(&rig);
}
END_TEST

/* The nice value of this process's thread of that name; `none` while there is no such thread. */
static int
nice_of(const char *name, int none)
{
    DIR *tasks = opendir("/proc/self/task");
    struct dirent *task;
    int value = none;
    ck_assert_ptr_nonnull(tasks);
    while ((task = readdir(tasks)) != NULL) {
        char path[300];
        char comm[32] = "";
        (void)snprintf(path, sizeof path, "/proc/self/task/%s/comm", task->d_name);
        FILE *file = fopen(path, "r");
        if (file != NULL && fgets(comm, sizeof comm, file) != NULL &&
            strncmp(comm, name, strlen(name)) == 0) {
            value = getpriority(PRIO_PROCESS, (id_t)strtol(task->d_name, NULL, 10));
        }
        if (file != NULL) {
            (void)fclose(file);
        }
    }
    (void)closedir(tasks);
    return value;
}

/* The threads give way on their own time; the timeout of the test is that of the wait. */
START_TEST(compaction_gives_way_and_flushes_do_not)
{
    enum { NONE = 100 };
    int own = getpriority(PRIO_PROCESS, 0);
    int wanted = own + 3 < 19 ? own + 3 : 19;
    LsmWorkerArgs args = worker_args();
    args.nice = 3;
    start_with(&args);
    while (nice_of("larder-compact", NONE) != wanted || nice_of("larder-flush", NONE) != own) {
        (void)sched_yield();
    }
    ck_assert_int_eq(getpriority(PRIO_PROCESS, 0), own);
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("lsm_worker");
    TCase *threads = tcase_create("threads");
    tcase_set_timeout(threads, 120);
    tcase_add_checked_fixture(threads, setup, teardown);
    tcase_add_test(threads, everything_comes_down_while_readers_read);
    tcase_add_test(threads, figures_of_flushes_are_exact);
    tcase_add_test(threads, figures_of_all_jobs_add_up);
    tcase_add_test(threads, merges_within_level_0_are_counted_there);
    tcase_add_test(threads, spares_are_made_and_segments_given_back);
    tcase_add_test(threads, what_is_dead_goes_when_it_is_due);
    tcase_add_test(threads, a_removed_range_frees_its_disk_at_once);
    tcase_add_test(threads, a_full_disk_is_told_and_waited_out);
    tcase_add_test(threads, a_failed_sync_of_a_table_costs_one_file);
    tcase_add_test(threads, a_directory_that_cannot_be_synced_ends_it);
    tcase_add_test(threads, a_manifest_that_fails_ends_it);
    tcase_add_test(threads, damaged_tables_are_left_alone);
    tcase_add_test(threads, whoever_waits_is_told_of_the_end);
    tcase_add_test(threads, a_rate_can_be_lifted_while_it_is_waited_for);
    tcase_add_test(threads, compaction_gives_way_and_flushes_do_not);
    suite_add_tcase(suite, threads);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
