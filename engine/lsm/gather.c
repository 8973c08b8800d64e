/*
 * gather.c: see gather.h.
 */
#include "engine/lsm/gather.h"

enum {
    PAUSE_MAX = 64,
    /* Who comes back at once has done so; a disk that hung is not to be waited for twice. */
    WAIT_MAX_US = 5000,
};

void
lsm_gather_add(LsmGather *gather, size_t commits)
{
    gather->waiting += commits;
}

/* Learns from how the last wait ended. */
static void
judge(LsmGather *gather)
{
    if (gather->wanted == 0) {
        return;
    }
    if (gather->waiting >= gather->wanted) {
        gather->pause = 0;
        return;
    }
    gather->pause = gather->pause == 0 ? 1 : gather->pause * 2;
    gather->pause = gather->pause < PAUSE_MAX ? gather->pause : PAUSE_MAX;
    gather->left = gather->pause;
}

void
lsm_gather_begin(LsmGather *gather)
{
    judge(gather);
    gather->wanted = 0;
    gather->covered = gather->waiting;
    gather->waiting = 0;
}

void
lsm_gather_end(LsmGather *gather, int64_t begun_us, int64_t ended_us)
{
    if (gather->left > 0) {
        gather->left--;
        return;
    }
    size_t writers = gather->covered + gather->waiting;
    gather->wanted = writers > 1 ? writers - writers / 8 : 0;
    int64_t took_us = ended_us - begun_us;
    gather->until_us = ended_us + (took_us < WAIT_MAX_US ? took_us : WAIT_MAX_US);
}

int64_t
lsm_gather_until(const LsmGather *gather)
{
    return gather->waiting < gather->wanted ? gather->until_us : 0;
}
