/*
 * retention.c: stripes by binary search, and one rule after the other.
 *
 * That a shadowed entry is dropped although the newer one of its stripe is then dropped itself (a
 * remove, R-3) is right because R-3 asks for the first stripe: nobody can read between the two, and
 * the next older entry is in the same stripe.
 */
#include "engine/lsm/retention.h"

size_t
lsm_retention_stripe(const LsmRetention *retention, int64_t version)
{
    size_t low = 0;
    size_t high = retention->snapshot_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (retention->snapshots[middle] < version) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

LsmFate
lsm_retention_judge(const LsmRetention *retention, LsmKeyHistory *history,
                    const LsmCandidate *candidate)
{
    size_t stripe = lsm_retention_stripe(retention, candidate->version);
    bool shadowed = history->begun && stripe == history->stripe;
    history->begun = true;
    history->stripe = stripe;
    if (shadowed) {
        return LSM_DROP_SHADOWED;
    }
    if (candidate->hidden_by != 0 &&
        lsm_retention_stripe(retention, candidate->hidden_by) == stripe) {
        return LSM_DROP_HIDDEN;
    }
    bool expired = candidate->expires_at_ms != 0 && candidate->expires_at_ms <= retention->time_ms;
    if (!candidate->remove && !expired) {
        return LSM_KEEP;
    }
    if (stripe == 0 && candidate->bottom) {
        return LSM_DROP_REMOVE;
    }
    return candidate->remove ? LSM_KEEP : LSM_KEEP_AS_REMOVE;
}
