/*
 * reports.h: groups of commits whose report is due later: after a sync, at a time, or both. Private
 * to the log, but for their number.
 *
 * A handful in the order of their commits, looked through from end to end.
 *
 * Threading: under the log's lock.
 */
#ifndef LARDER_ENGINE_LSM_REPORTS_H
#define LARDER_ENGINE_LSM_REPORTS_H

#include "engine/commit/backend.h"

/* The most groups that may be under way. As many turns of writers may come while a sync is made. */
#define LSM_REPORTS_MAX 16

typedef struct LsmReport {
    CommitGroup *group;
    BaseStatus status;
    uint64_t durable;      /* LSN that has to be durable first; 0: none */
    int64_t not_before_us; /* 0: at once */
} LsmReport;

typedef struct LsmReports {
    LsmReport items[LSM_REPORTS_MAX];
    size_t count;
} LsmReports;

/* REQUIRES: fewer than LSM_REPORTS_MAX are there. */
void lsm_reports_add(LsmReports *reports, LsmReport report);

/* Whether one of them waits for a sync, with all up to `durable` being so. */
bool lsm_reports_want_sync(const LsmReports *reports, uint64_t durable);

/*
 * Takes out those that are due, in order, and returns their number. A failure of the log makes all
 * of them due, with its status.
 */
size_t lsm_reports_take(LsmReports *reports, uint64_t durable, int64_t now_us, BaseStatus failure,
                        LsmReport ret_due[LSM_REPORTS_MAX]);

/* When the next one is due for which nothing has to be synced; 0: there is none. */
int64_t lsm_reports_next_us(const LsmReports *reports, uint64_t durable);

#endif
