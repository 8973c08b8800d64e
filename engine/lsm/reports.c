/*
 * reports.c: see reports.h.
 */
#include "engine/lsm/reports.h"

#include "engine/base/check.h"

void
lsm_reports_add(LsmReports *reports, LsmReport report)
{
    BASE_CHECK(reports->count < LSM_REPORTS_MAX);
    reports->items[reports->count++] = report;
}

bool
lsm_reports_want_sync(const LsmReports *reports, uint64_t durable)
{
    for (size_t i = 0; i < reports->count; i++) {
        if (reports->items[i].durable > durable) {
            return true;
        }
    }
    return false;
}

size_t
lsm_reports_take(LsmReports *reports, uint64_t durable, int64_t now_us, BaseStatus failure,
                 LsmReport ret_due[LSM_REPORTS_MAX])
{
    size_t due = 0;
    size_t left = 0;
    for (size_t i = 0; i < reports->count; i++) {
        const LsmReport *report = &reports->items[i];
        if (failure.code != BASE_OK ||
            (report->durable <= durable && report->not_before_us <= now_us)) {
            ret_due[due] = *report;
            ret_due[due++].status = failure;
        } else {
            reports->items[left++] = *report;
        }
    }
    reports->count = left;
    return due;
}

int64_t
lsm_reports_next_us(const LsmReports *reports, uint64_t durable)
{
    int64_t next = 0;
    for (size_t i = 0; i < reports->count; i++) {
        const LsmReport *report = &reports->items[i];
        bool timed = report->not_before_us != 0 && report->durable <= durable;
        if (timed && (next == 0 || report->not_before_us < next)) {
            next = report->not_before_us;
        }
    }
    return next;
}
