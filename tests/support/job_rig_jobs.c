/*
 * job_rig_jobs.c: jobs one by one, and looking at what has come out. See job_rig.h.
 */
#include "engine/base/check.h"
#include "engine/base/epoch.h"
#include "engine/lsm/covered.h"
#include "engine/lsm/get.h"
#include "tests/support/job_rig.h"

#include <stdlib.h>

static void
must(BaseStatus status)
{
    BASE_CHECK(base_is_ok(status));
}

static const JobRigOp *
ops(const JobRig *rig)
{
    return (const JobRigOp *)(const void *)rig->ops.data;
}

/* -------------------------------------------------------------------------------------- jobs -- */

BaseStatus
job_rig_flush(JobRig *rig)
{
    LsmJob job;
    LsmView *view = lsm_catalog_hold(rig->store.catalog);
    size_t count = lsm_flush_ready(view, INT64_MAX);
    if (count == 0) {
        lsm_view_unref(view);
        return base_ok();
    }
    BaseStatus status = lsm_job_begin(&job, &rig->place, view);
    if (base_is_ok(status)) {
        status = lsm_flush_run(&job, count, rig->log);
    }
    rig->last = job.figures;
    lsm_job_end(&job, status);
    lsm_catalog_reclaim(rig->store.catalog);
    return status;
}

LsmView *
job_rig_survey(JobRig *rig, LsmSurvey *ret_survey)
{
    LsmSnapshotList list;
    LsmView *view = lsm_catalog_hold(rig->store.catalog);
    must(lsm_snapshots_list(&rig->snapshots, &list));
    *ret_survey = (LsmSurvey){.state = rig->picking};
    int64_t now = commit_stamp_now(&rig->stamps);
    ret_survey->state.now_ms = list.oldest_ms < now ? list.oldest_ms : now;
    ret_survey->oldest_snapshot = list.count == 0 ? INT64_MAX : list.versions[0];
    must(lsm_survey_make(ret_survey, view->levels));
    free(list.versions);
    return view;
}

/* As the worker does it, for what a snapshot keeps. */
static void
settle_tables(JobRig *rig, const LsmJob *job, const LsmPick *pick)
{
    LsmView *view = lsm_catalog_hold(rig->store.catalog);
    for (size_t i = 0; i < job->made.count; i++) {
        int level;
        LsmTable *table = lsm_levels_find(view->levels, job->made.tables[i].number, &level);
        if (pick->output_level == LSM_LEVELS - 1 && job->snapshots.count != 0) {
            table->settled = job->snapshots.versions[0];
        }
    }
    lsm_view_unref(view);
}

BaseStatus
job_rig_run(JobRig *rig, LsmView *view, const LsmPick *pick)
{
    LsmJob job;
    LsmTable *damaged;
    lsm_compaction_mark(view->levels, pick, true);
    BaseStatus status = lsm_job_begin(&job, &rig->place, view);
    if (base_is_ok(status)) {
        status = lsm_compaction_run(&job, pick, &damaged);
    }
    if (base_is_ok(status)) {
        settle_tables(rig, &job, pick);
    }
    lsm_compaction_mark(view->levels, pick, false);
    rig->last = job.figures;
    lsm_job_end(&job, status);
    lsm_catalog_reclaim(rig->store.catalog);
    return status;
}

BaseStatus
job_rig_compact(JobRig *rig, LsmPickReason *ret_reason)
{
    LsmSurvey survey;
    LsmView *view = job_rig_survey(rig, &survey);
    LsmPick pick = lsm_picker_pick(&survey.state);
    lsm_survey_clear(&survey);
    *ret_reason = pick.reason;
    if (pick.reason == LSM_PICK_NOTHING) {
        lsm_view_unref(view);
        return base_ok();
    }
    return job_rig_run(rig, view, &pick);
}

int
job_rig_settle(JobRig *rig)
{
    LsmPickReason reason;
    int jobs = -1;
    do {
        must(job_rig_compact(rig, &reason));
        BASE_CHECK(++jobs < 10000);
    } while (reason != LSM_PICK_NOTHING);
    return jobs;
}

int64_t
job_rig_drop_covered(JobRig *rig)
{
    for (int64_t dropped = 0;;) {
        LsmSurvey survey;
        LsmSnapshotList list;
        LsmView *view = job_rig_survey(rig, &survey);
        must(lsm_snapshots_list(&rig->snapshots, &list));
        LsmPick pick = lsm_covered_pick(view->levels, &survey, &list);
        free(list.versions);
        lsm_survey_clear(&survey);
        if (pick.reason == LSM_PICK_NOTHING) {
            lsm_view_unref(view);
            return dropped;
        }
        must(job_rig_run(rig, view, &pick));
        dropped += rig->last.tables_dropped;
    }
}

/* Does the next step of a descent. False: it has ended. */
static bool
step_down(JobRig *rig, LsmDescent *descent)
{
    LsmPick pick;
    LsmSurvey survey;
    LsmView *view = job_rig_survey(rig, &survey);
    LsmDescentStep step = lsm_descent_next(descent, view->levels, &survey, &pick);
    BASE_CHECK(step != LSM_DESCENT_WAIT);
    bool more = step == LSM_DESCENT_PICK;
    if (more) {
        must(lsm_descent_pass(descent, view->levels, &pick));
        must(job_rig_run(rig, lsm_view_ref(view), &pick));
    }
    lsm_survey_clear(&survey);
    lsm_view_unref(view);
    return more;
}

void
job_rig_descend(JobRig *rig, int start, int stop)
{
    LsmRigKey first;
    LsmRigKey last;
    LsmView *view = lsm_catalog_hold(rig->store.catalog);
    LsmDescent descent =
        lsm_descent(lsm_rig_key(&first, start), lsm_rig_key(&last, stop), view->levels);
    lsm_view_unref(view);
    while (step_down(rig, &descent)) {
    }
    lsm_descent_clear(&descent);
}

/* ----------------------------------------------------------------------------------- looking -- */

/* The commit that says what a key has at a version; 0: none. */
static int64_t
newest(const JobRig *rig, int key, int64_t version)
{
    for (int64_t at = version; at > 0; at--) {
        const JobRigOp *op = &ops(rig)[at - 1];
        bool range = op->kind == JOB_RIG_RANGE;
        if (range ? op->key <= key && key < op->stop : op->key == key) {
            return at;
        }
    }
    return 0;
}

static void
check_key(JobRig *rig, const LsmPoint *point, int key, int64_t now_ms, LsmReadCounters *counters)
{
    LsmRigKey stored;
    LsmFound found;
    char text[JOB_RIG_VALUE_MOST];
    must(lsm_get(point, counters, lsm_rig_key(&stored, key), 0, &found));
    int64_t version = newest(rig, key, point->version);
    const JobRigOp *op = version == 0 ? NULL : &ops(rig)[version - 1];
    bool live = op != NULL && op->kind == JOB_RIG_PUT &&
                (op->expires_at_ms == 0 || op->expires_at_ms > now_ms);
    BASE_CHECK(lsm_found_is_live(&found, now_ms) == live);
    if (live) {
        BASE_CHECK(found.version == version);
        BASE_CHECK(base_slice_equal(found.value, job_rig_value(rig, key, version, text)));
    }
}

static void
check_at(JobRig *rig, int64_t version, int64_t now_ms)
{
    LsmReadCounters *counters = aligned_alloc(64, sizeof(*counters));
    BASE_CHECK(counters != NULL);
    memset(counters, 0, sizeof(*counters));
    BASE_CHECK(base_epoch_enter());
    LsmPoint point = {lsm_catalog_view(rig->store.catalog), version};
    for (int key = 0; key < JOB_RIG_KEYS; key++) {
        check_key(rig, &point, key, now_ms, counters);
    }
    base_epoch_exit();
    free(counters);
}

void
job_rig_check(JobRig *rig)
{
    check_at(rig, (int64_t)(rig->ops.len / sizeof(JobRigOp)), commit_stamp_now(&rig->stamps));
    for (size_t i = 0; i < rig->open_count; i++) {
        check_at(rig, rig->open[i]->version, rig->open[i]->stamp_ms);
    }
}

JobRigSums
job_rig_sums(JobRig *rig)
{
    JobRigSums sums = {0};
    LsmView *view = lsm_catalog_hold(rig->store.catalog);
    for (int level = 0; level < LSM_LEVELS; level++) {
        const LsmLevel *tables = &view->levels->levels[level];
        sums.levels[level] = (int64_t)tables->count;
        sums.tables += (int64_t)tables->count;
        for (size_t i = 0; i < tables->count; i++) {
            const FormatTable *info = &tables->tables[i]->info;
            sums.bytes += info->size;
            sums.entries += info->entries;
            sums.removes += info->removes;
            sums.fragments += info->fragments;
        }
    }
    lsm_view_unref(view);
    return sums;
}

static bool
count_table(void *user, const char *name)
{
    int64_t *count = user;
    *count += format_file_name_read(name).kind == FORMAT_FILE_TABLE;
    return true;
}

int64_t
job_rig_files(JobRig *rig)
{
    int64_t count = 0;
    must(env_list(rig->store.memory, LSM_RIG_DIRECTORY, count_table, &count));
    return count;
}
