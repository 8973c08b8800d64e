/*
 * test_admin_maintain.c: flush, compact, verify and their jobs; levels, files and histograms.
 *
 * The engine is a hashmap that claims to have files: its long operations wait at a gate until the
 * test, or an interruption, lets them through.
 */
#include "tests/unit/admin_rig.h"

#include <pthread.h>

/* ------------------------------------------------------------------------------- the engine -- */

/* One for all engines of the class; tests run in processes of their own. */
static struct {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool shut;         /* long operations wait */
    bool broken_off;   /* engine_interrupt() was called */
    BaseStatus status; /* what they end with */
    int waiting;
    int flushes;
    int compactions;
    int verifications;
    char start[64]; /* of the last compaction */
    char stop[64];
    bool unbounded;
} gate = {.mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static void
open_gate(void)
{
    pthread_mutex_lock(&gate.mutex);
    gate.shut = false;
    pthread_cond_broadcast(&gate.changed);
    pthread_mutex_unlock(&gate.mutex);
}

/* Waits until so many operations stand at the gate. */
static void
wait_for_waiting(int count)
{
    pthread_mutex_lock(&gate.mutex);
    while (gate.waiting != count) {
        pthread_cond_wait(&gate.changed, &gate.mutex);
    }
    pthread_mutex_unlock(&gate.mutex);
}

static BaseStatus
pass(int *counter)
{
    pthread_mutex_lock(&gate.mutex);
    (*counter)++;
    gate.waiting++;
    pthread_cond_broadcast(&gate.changed);
    while (gate.shut && !gate.broken_off) {
        pthread_cond_wait(&gate.changed, &gate.mutex);
    }
    gate.waiting--;
    BaseStatus status =
        gate.broken_off ? base_error(BASE_CLOSED, "it was interrupted") : gate.status;
    pthread_mutex_unlock(&gate.mutex);
    return status;
}

static BaseStatus
tree_flush(Engine *engine)
{
    (void)engine;
    return pass(&gate.flushes);
}

static BaseStatus
tree_compact(Engine *engine, const EngineRange *range)
{
    (void)engine;
    (void)snprintf(gate.start, sizeof gate.start, "%.*s", (int)range->start.len, range->start.data);
    (void)snprintf(gate.stop, sizeof gate.stop, "%.*s", (int)range->stop.len, range->stop.data);
    gate.unbounded = range->unbounded;
    return pass(&gate.compactions);
}

static BaseStatus
tree_verify(Engine *engine)
{
    (void)engine;
    return pass(&gate.verifications);
}

static void
tree_interrupt(Engine *engine)
{
    (void)engine;
    pthread_mutex_lock(&gate.mutex);
    gate.broken_off = true;
    pthread_cond_broadcast(&gate.changed);
    pthread_mutex_unlock(&gate.mutex);
}

static void
tree_figures(Engine *engine, EngineFigureVisitor *visit, void *user)
{
    static const struct {
        const char *name;
        int64_t value;
    } figures[] = {
        {"keys_per_bucket", 3},
        {"level_0_files", 2},
        {"level_0_bytes", 4096},
        {"level_12_files", 7},
        {"level_12_bytes_written", 300},
        {"level_12_bytes_received", 200},
        {"level_12_filter_hits", 10},
        {"level_12_filter_misses", 5},
        {"level_12_filter_false_positives", 1},
        {"level_12_cache_hits", 8},
        {"level_12_cache_misses", 9},
        {"level_12_bytes_read", 11},
        {"level_12_something_new", 77},
        {"level_99_files", 1},
        {"level_x_files", 1},
        {"level_", 1},
        {"wal_sync_us_le_100", 4},
        {"wal_sync_us_le_1000", 5},
        {"wal_sync_us_le_inf", 6},
        {"wal_sync_us_le_many", 7},
        {"other_ms_le_1", 1},
    };
    (void)engine;
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        visit(user, figures[i].name, figures[i].value);
    }
}

static BaseStatus
tree_files(Engine *engine, EngineFileVisitor *visit, void *user)
{
    (void)engine;
    for (int i = 1; i <= 3; i++) {
        EngineFile file = {.number = i,
                           .level = 6,
                           .bytes = i * 1000,
                           .first_key = BASE_SLICE_LITERAL("a\0"),
                           .last_key = BASE_SLICE_EMPTY,
                           .entries = 10,
                           .tombstones = 2,
                           .made_at_ms = 1500000000000};
        if (!visit(user, &file)) {
            break;
        }
    }
    return gate.status;
}

static BaseStatus tree_open(EngineOpenArgs *args, Engine **ret_engine);

static const EngineClass tree_class = {
    .abi_version = ENGINE_ABI_VERSION,
    .struct_size = sizeof(EngineClass),
    .name = "tree",
    .format = 1,
    .summary = "a hashmap that claims to have files",
    .open = tree_open,
};

static BaseStatus
tree_open(EngineOpenArgs *args, Engine **ret_engine)
{
    static EngineOps ops;
    int64_t options[16] = {0};
    for (size_t i = 0; i < hashmap_class.option_count; i++) {
        options[i] = hashmap_class.options[i].preset;
    }
    args->options = options;
    BaseStatus status = hashmap_class.open(args, ret_engine);
    if (base_is_ok(status)) {
        ops = *(*ret_engine)->ops;
        ops.flush = tree_flush;
        ops.compact = tree_compact;
        ops.verify = tree_verify;
        ops.interrupt = tree_interrupt;
        ops.figures = tree_figures;
        ops.files = tree_files;
        (*ret_engine)->ops = &ops;
        (*ret_engine)->engine_class = &tree_class;
    }
    return status;
}

/* ------------------------------------------------------------------------------------ calls -- */

static Rig *rig;
static Thrown thrown;

static void
set_up(void)
{
    rig = rig_new();
    rig_open(rig, "tree", &tree_class, "/tree");
    gate.status = base_ok();
}

static void
tear_down(void)
{
    thrown_clear(&thrown);
    rig_free(rig);
}

static LarderRpcAdminOptions *
with(const char *option, gint64 value)
{
    return g_object_new(LARDER_RPC_TYPE_ADMIN_OPTIONS, option, value, NULL);
}

/* Each of these takes the options over; NULL: an exception was thrown. */
static LarderRpcAdminResult *
flush(const char *store, LarderRpcAdminOptions *options)
{
    LarderRpcAdminResult *result = g_object_new(LARDER_RPC_TYPE_ADMIN_RESULT, NULL);
    thrown_clear(&thrown);
    ck_assert(larder_rpc_admin_client_send_flush(rig->admin_client, store, options, &thrown.error));
    serve(rig, rig->admin, "flush");
    if (!larder_rpc_admin_client_recv_flush(rig->admin_client, &result, INTO(&thrown))) {
        g_clear_object(&result);
    }
    g_object_unref(options);
    return result;
}

static LarderRpcAdminResult *
compact(const char *store, LarderRpcKeyRange *range)
{
    LarderRpcAdminResult *result = g_object_new(LARDER_RPC_TYPE_ADMIN_RESULT, NULL);
    LarderRpcAdminOptions *options = with("deadline_ms", 10000);
    thrown_clear(&thrown);
    ck_assert(larder_rpc_admin_client_send_compact(rig->admin_client, store, range, options,
                                                   &thrown.error));
    serve(rig, rig->admin, "compact");
    if (!larder_rpc_admin_client_recv_compact(rig->admin_client, &result, INTO(&thrown))) {
        g_clear_object(&result);
    }
    g_object_unref(options);
    g_object_unref(range);
    return result;
}

static LarderRpcAdminResult *
verify(const char *store, LarderRpcAdminOptions *options)
{
    LarderRpcAdminResult *result = g_object_new(LARDER_RPC_TYPE_ADMIN_RESULT, NULL);
    thrown_clear(&thrown);
    ck_assert(
        larder_rpc_admin_client_send_verify(rig->admin_client, store, options, &thrown.error));
    serve(rig, rig->admin, "verify");
    if (!larder_rpc_admin_client_recv_verify(rig->admin_client, &result, INTO(&thrown))) {
        g_clear_object(&result);
    }
    g_object_unref(options);
    return result;
}

static LarderRpcJobListResult *
job_get(gint64 id)
{
    LarderRpcJobListResult *result = g_object_new(LARDER_RPC_TYPE_JOB_LIST_RESULT, NULL);
    thrown_clear(&thrown);
    ck_assert(larder_rpc_admin_client_send_job_get(rig->admin_client, id, rig->no_admin_options,
                                                   &thrown.error));
    serve(rig, rig->admin, "job_get");
    if (!larder_rpc_admin_client_recv_job_get(rig->admin_client, &result, INTO(&thrown))) {
        g_clear_object(&result);
    }
    return result;
}

/* The state of a job, which must be there. */
static LarderRpcJobState
state_of(gint64 id)
{
    LarderRpcJobListResult *result = job_get(id);
    ck_assert_ptr_nonnull(result);
    ck_assert_uint_eq(result->jobs->len, 1);
    const LarderRpcJobInfo *job = g_ptr_array_index(result->jobs, 0);
    ck_assert_int_eq(job->job_id, id);
    LarderRpcJobState state = job->state;
    g_object_unref(result);
    return state;
}

/* ------------------------------------------------------------------------------------- jobs -- */

START_TEST(a_short_job_is_over_with_its_call)
{
    LarderRpcAdminResult *result = flush("tree", with("deadline_ms", 10000));
    ck_assert(result->done);
    ck_assert_int_eq(result->job_id, 0);
    ck_assert_int_eq(result->generation, 1);
    ck_assert_uint_eq(result->steps->len, 1);
    ck_assert_str_eq(g_ptr_array_index(result->steps, 0),
                     "write what is only in memory to the files of store tree");
    ck_assert_int_eq(gate.flushes, 1);
    ck_assert_int_eq(state_of(1), LARDER_RPC_JOB_STATE_DONE);
    g_object_unref(result);
}
END_TEST

START_TEST(a_long_job_goes_on_without_its_call)
{
    gate.shut = true;
    LarderRpcAdminResult *result = verify("tree", with("deadline_ms", 1));
    ck_assert(!result->done);
    ck_assert_int_eq(result->job_id, 1);
    ck_assert_int_eq(state_of(1), LARDER_RPC_JOB_STATE_RUNNING);
    g_object_unref(result);
    open_gate();
    ck_assert(admin_jobs_wait(rig->context.jobs, 1, 60000).finished);
    ck_assert_int_eq(state_of(1), LARDER_RPC_JOB_STATE_DONE);
    LarderRpcJobListResult *list = job_get(1);
    const LarderRpcJobInfo *job = g_ptr_array_index(list->jobs, 0);
    ck_assert_str_eq(job->kind, "verify");
    ck_assert_str_eq(job->store, "tree");
    ck_assert(job->progress == 1.0);
    ck_assert_int_eq(job->started_at_ms, 1500000000000);
    ck_assert_int_eq(job->finished_at_ms, 1500000000000);
    g_object_unref(list);
}
END_TEST

START_TEST(a_job_that_fails_throws_what_it_met)
{
    gate.status = base_error(BASE_CORRUPTION, "block 7 is damaged");
    ck_assert_ptr_null(verify("tree", with("deadline_ms", 10000)));
    ck_assert_ptr_nonnull(thrown.failed);
    ck_assert_int_eq(thrown.failed->code, LARDER_RPC_FAILED_CODE_CORRUPTION);
    ck_assert_str_eq(thrown.failed->message, "store tree: block 7 is damaged");
    ck_assert_int_eq(rig->call.outcome, OBS_FAILED);
    ck_assert_int_eq(state_of(1), LARDER_RPC_JOB_STATE_FAILED);
    gate.status = base_error(BASE_NO_SPACE, "the disk is full");
    ck_assert_ptr_null(flush("tree", with("deadline_ms", 10000)));
    ck_assert_ptr_nonnull(thrown.refused);
    ck_assert_int_eq(thrown.refused->code, LARDER_RPC_REFUSED_CODE_DISK_FULL);
    ck_assert_str_eq(thrown.refused->scope, "store:tree");
}
END_TEST

START_TEST(a_compaction_gets_its_range)
{
    GByteArray *prefix = g_byte_array_append(g_byte_array_new(), (const guint8 *)"user:", 5);
    LarderRpcAdminResult *result =
        compact("tree", g_object_new(LARDER_RPC_TYPE_KEY_RANGE, "prefix", prefix, NULL));
    ck_assert(result->done);
    ck_assert_str_eq(gate.start, "user:");
    ck_assert_str_eq(gate.stop, "user;");
    ck_assert(!gate.unbounded);
    g_object_unref(result);
    result = compact("tree", g_object_new(LARDER_RPC_TYPE_KEY_RANGE, NULL));
    ck_assert_str_eq(gate.start, "");
    ck_assert(gate.unbounded);
    g_object_unref(result);
    LarderRpcKeyRange *crossed =
        g_object_new(LARDER_RPC_TYPE_KEY_RANGE, "prefix", prefix, "start_key", prefix, NULL);
    ck_assert_ptr_null(compact("tree", crossed));
    ck_assert_str_eq(thrown.invalid->field, "range.prefix");
    ck_assert_int_eq(gate.compactions, 2);
    g_byte_array_unref(prefix);
}
END_TEST

START_TEST(a_dry_run_does_nothing)
{
    LarderRpcAdminResult *result =
        flush("tree", g_object_new(LARDER_RPC_TYPE_ADMIN_OPTIONS, "dry_run", TRUE, NULL));
    ck_assert(!result->done);
    ck_assert_int_eq(result->job_id, 0);
    ck_assert_uint_eq(result->steps->len, 1);
    ck_assert_int_eq(gate.flushes, 0);
    g_object_unref(result);
}
END_TEST

START_TEST(what_a_job_cannot_be_started_for)
{
    ck_assert_ptr_null(flush("default", with("deadline_ms", 10000)));
    ck_assert_int_eq(thrown.invalid->code, LARDER_RPC_INVALID_CODE_UNSUPPORTED);
    ck_assert_str_eq(thrown.invalid->message,
                     "flush: store default is on hashmap, where there is nothing to flush");
    ck_assert_ptr_null(flush("none", with("deadline_ms", 10000)));
    ck_assert_int_eq(thrown.invalid->code, LARDER_RPC_INVALID_CODE_UNKNOWN_STORE);
    ck_assert_ptr_null(flush("tree", with("expected_generation", 2)));
    ck_assert_int_eq(thrown.invalid->code, LARDER_RPC_INVALID_CODE_GENERATION_CHANGED);
    ck_assert_ptr_null(flush("tree", with("deadline_ms", 0)));
    ck_assert_str_eq(thrown.invalid->field, "options.deadline_ms");
    ck_assert_ptr_null(job_get(1));
    ck_assert_int_eq(thrown.invalid->code, LARDER_RPC_INVALID_CODE_NOT_FOUND);
    ck_assert_str_eq(thrown.invalid->field, "job_id");
    ck_assert_int_eq(gate.flushes, 0);
    /* The hashmap has no files, and can be verified all the same. */
    LarderRpcAdminResult *result = verify("default", with("deadline_ms", 10000));
    ck_assert(result->done);
    g_object_unref(result);
}
END_TEST

START_TEST(few_jobs_run_at_once)
{
    gate.shut = true;
    for (int i = 0; i < ADMIN_JOBS_RUNNING; i++) {
        g_object_unref(verify("tree", with("deadline_ms", 1)));
    }
    wait_for_waiting(ADMIN_JOBS_RUNNING);
    ck_assert_ptr_null(verify("tree", with("deadline_ms", 1)));
    ck_assert_int_eq(thrown.refused->code, LARDER_RPC_REFUSED_CODE_OVERLOAD);
    ck_assert_str_eq(thrown.refused->scope, "server");
    ck_assert_int_eq(gate.verifications, ADMIN_JOBS_RUNNING);
    open_gate();
    for (int i = 1; i <= ADMIN_JOBS_RUNNING; i++) {
        ck_assert(admin_jobs_wait(rig->context.jobs, i, 60000).finished);
    }
    g_object_unref(verify("tree", with("deadline_ms", 10000)));
}
END_TEST

START_TEST(the_end_interrupts_what_runs)
{
    gate.shut = true;
    g_object_unref(verify("tree", with("deadline_ms", 1)));
    wait_for_waiting(1);
    admin_jobs_end(rig->context.jobs);
    ck_assert_int_eq(state_of(1), LARDER_RPC_JOB_STATE_CANCELLED);
    ck_assert_ptr_null(flush("tree", with("deadline_ms", 1)));
    ck_assert_int_eq(thrown.refused->code, LARDER_RPC_REFUSED_CODE_DRAINING);
}
END_TEST

START_TEST(the_last_jobs_are_remembered)
{
    for (int i = 0; i < ADMIN_JOBS_KEPT + 5; i++) {
        g_object_unref(flush("tree", with("deadline_ms", 10000)));
    }
    LarderRpcJobListResult *list = g_object_new(LARDER_RPC_TYPE_JOB_LIST_RESULT, NULL);
    thrown_clear(&thrown);
    ck_assert(larder_rpc_admin_client_send_job_list(rig->admin_client, rig->no_admin_options,
                                                    &thrown.error));
    serve(rig, rig->admin, "job_list");
    ck_assert(larder_rpc_admin_client_recv_job_list(rig->admin_client, &list, INTO(&thrown)));
    ck_assert_uint_eq(list->jobs->len, ADMIN_JOBS_KEPT);
    for (guint i = 0; i < list->jobs->len; i++) {
        const LarderRpcJobInfo *job = g_ptr_array_index(list->jobs, i);
        ck_assert_int_eq(job->job_id, ADMIN_JOBS_KEPT + 5 - (gint64)i);
    }
    g_object_unref(list);
    ck_assert_ptr_null(job_get(5));
    ck_assert_int_eq(state_of(6), LARDER_RPC_JOB_STATE_DONE);
}
END_TEST

/* ------------------------------------------------------------------------------ inspections -- */

START_TEST(levels_are_made_of_figures)
{
    LarderRpcLevelsResult *result = g_object_new(LARDER_RPC_TYPE_LEVELS_RESULT, NULL);
    thrown_clear(&thrown);
    ck_assert(larder_rpc_observe_client_send_levels(rig->observe_client, "tree", rig->no_options,
                                                    &thrown.error));
    serve(rig, rig->observe, "levels");
    ck_assert(larder_rpc_observe_client_recv_levels(rig->observe_client, &result, INTO(&thrown)));
    ck_assert_uint_eq(result->levels->len, 2);
    const LarderRpcLevelInfo *first = g_ptr_array_index(result->levels, 0);
    const LarderRpcLevelInfo *second = g_ptr_array_index(result->levels, 1);
    ck_assert(first->level == 0 && first->files == 2 && first->bytes == 4096);
    ck_assert(first->write_amplification == 0 && first->cache_hits == 0);
    ck_assert(second->level == 12 && second->files == 7 && second->bytes == 0);
    ck_assert(second->bytes_read == 11 && second->bytes_written == 300);
    ck_assert(second->write_amplification == 1.5);
    ck_assert(second->filter_hits == 10 && second->filter_misses == 5);
    ck_assert(second->filter_false_positives == 1);
    ck_assert(second->cache_hits == 8 && second->cache_misses == 9);
    g_object_unref(result);
    result = g_object_new(LARDER_RPC_TYPE_LEVELS_RESULT, NULL);
    ck_assert(larder_rpc_observe_client_send_levels(rig->observe_client, "default", rig->no_options,
                                                    &thrown.error));
    serve(rig, rig->observe, "levels");
    ck_assert(!larder_rpc_observe_client_recv_levels(rig->observe_client, &result, INTO(&thrown)));
    ck_assert_int_eq(thrown.invalid->code, LARDER_RPC_INVALID_CODE_UNSUPPORTED);
    ck_assert_str_eq(thrown.invalid->message,
                     "levels: store default is on hashmap, which has none");
    g_object_unref(result);
}
END_TEST

/* The files of a store; NULL: an exception was thrown. */
static LarderRpcFilesResult *
files(const char *store, gint64 limit)
{
    LarderRpcFilesResult *result = g_object_new(LARDER_RPC_TYPE_FILES_RESULT, NULL);
    thrown_clear(&thrown);
    LarderRpcObserveOptions *options =
        g_object_new(LARDER_RPC_TYPE_OBSERVE_OPTIONS, "limit_items", limit, NULL);
    ck_assert(
        larder_rpc_observe_client_send_files(rig->observe_client, store, options, &thrown.error));
    serve(rig, rig->observe, "files");
    if (!larder_rpc_observe_client_recv_files(rig->observe_client, &result, INTO(&thrown))) {
        g_clear_object(&result);
    }
    g_object_unref(options);
    return result;
}

START_TEST(files_are_listed)
{
    LarderRpcFilesResult *result = files("tree", 10);
    ck_assert_uint_eq(result->files->len, 3);
    const LarderRpcFileInfo *file = g_ptr_array_index(result->files, 1);
    ck_assert(file->number == 2 && file->level == 6 && file->bytes == 2000);
    ck_assert(file->first_key->len == 2 && file->last_key->len == 0);
    ck_assert(file->entries == 10 && file->tombstones == 2);
    ck_assert_int_eq(file->created_at_ms, 1500000000000);
    g_object_unref(result);
    result = files("tree", 2);
    ck_assert_uint_eq(result->files->len, 2);
    g_object_unref(result);
    ck_assert_ptr_null(files("tree", 0));
    ck_assert_str_eq(thrown.invalid->field, "options.limit_items");
    ck_assert_ptr_null(files("tree", 10001));
    ck_assert_ptr_null(files("default", 10));
    ck_assert_int_eq(thrown.invalid->code, LARDER_RPC_INVALID_CODE_UNSUPPORTED);
    gate.status = base_error(BASE_IO, "the disk is gone");
    ck_assert_ptr_null(files("tree", 10));
    ck_assert_int_eq(thrown.failed->code, LARDER_RPC_FAILED_CODE_IO_ERROR);
}
END_TEST

static LarderRpcHistogramsResult *
histograms(const char *prefix)
{
    LarderRpcHistogramsResult *result = g_object_new(LARDER_RPC_TYPE_HISTOGRAMS_RESULT, NULL);
    thrown_clear(&thrown);
    ck_assert(larder_rpc_observe_client_send_histograms(rig->observe_client, prefix,
                                                        rig->no_options, &thrown.error));
    serve(rig, rig->observe, "histograms");
    ck_assert(
        larder_rpc_observe_client_recv_histograms(rig->observe_client, &result, INTO(&thrown)));
    return result;
}

static void
expect_bucket(const LarderRpcHistogramInfo *histogram, guint index, gint64 lower, gint64 upper,
              gint64 count)
{
    const LarderRpcHistogramBucket *bucket = g_ptr_array_index(histogram->buckets, index);
    ck_assert_int_eq(bucket->lower, lower);
    ck_assert_int_eq(bucket->upper, upper);
    ck_assert_int_eq(bucket->count, count);
}

START_TEST(histograms_are_made_of_figures)
{
    LarderRpcHistogramsResult *result = histograms("");
    ck_assert_uint_eq(result->histograms->len, 2);
    const LarderRpcHistogramInfo *syncs = g_ptr_array_index(result->histograms, 0);
    ck_assert_str_eq(syncs->name, "tree.wal_sync_us");
    ck_assert_str_eq(syncs->unit, "us");
    ck_assert_uint_eq(syncs->buckets->len, 3);
    expect_bucket(syncs, 0, 0, 101, 4);
    expect_bucket(syncs, 1, 101, 1001, 5);
    expect_bucket(syncs, 2, 1001, INT64_MAX, 6);
    g_object_unref(result);
    result = histograms("tree.o");
    ck_assert_uint_eq(result->histograms->len, 1);
    g_object_unref(result);
    result = histograms("default");
    ck_assert_uint_eq(result->histograms->len, 0);
    g_object_unref(result);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("maintain");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, a_short_job_is_over_with_its_call);
    tcase_add_test(cases, a_long_job_goes_on_without_its_call);
    tcase_add_test(cases, a_job_that_fails_throws_what_it_met);
    tcase_add_test(cases, a_compaction_gets_its_range);
    tcase_add_test(cases, a_dry_run_does_nothing);
    tcase_add_test(cases, what_a_job_cannot_be_started_for);
    tcase_add_test(cases, few_jobs_run_at_once);
    tcase_add_test(cases, the_end_interrupts_what_runs);
    tcase_add_test(cases, the_last_jobs_are_remembered);
    tcase_add_test(cases, levels_are_made_of_figures);
    tcase_add_test(cases, files_are_listed);
    tcase_add_test(cases, histograms_are_made_of_figures);
    tcase_set_timeout(cases, 120);
    Suite *suite = suite_create("admin_maintain");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
