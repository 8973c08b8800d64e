/*
 * supply.c: see supply.h.
 */
#include "engine/lsm/supply.h"

/* Whether there was a commit since the last flush, so that the spare is likely to be used soon. */
static bool
is_busy(const LsmSupply *supply)
{
    LsmView *view = lsm_catalog_hold(supply->catalog);
    bool busy = view->count != 0;
    lsm_view_unref(view);
    return busy;
}

/* Offers a spare first, because commits may wait for it, and then makes its index present. */
static void
offer(LsmSupply *supply, LsmGeneration *spare)
{
    LsmGeneration *warmed = is_busy(supply) ? lsm_generation_ref(spare) : NULL;
    supply->writer.offer(supply->writer.user, spare);
    if (warmed != NULL) {
        lsm_memtable_warm(warmed->memtable);
        lsm_generation_unref(warmed);
    }
}

static BaseStatus
make(LsmSupply *supply, size_t bytes, LsmGeneration **ret_spare)
{
    LsmSegment *segment = NULL;
    uint64_t number = (uint64_t)lsm_catalog_number(supply->catalog);
    BaseStatus status =
        lsm_log_segment_new(supply->log, number, supply->writer.segment_bytes(bytes), &segment);
    if (status.code != BASE_OK) {
        return status;
    }
    status = lsm_generation_new(bytes, segment, ret_spare);
    if (status.code != BASE_OK) {
        lsm_log_segment_discard(supply->log, segment);
    }
    return status;
}

BaseStatus
lsm_supply_make(LsmSupply *supply, bool *ret_made)
{
    const LsmSupplyWriter *writer = &supply->writer;
    LsmGeneration *spare = NULL;
    *ret_made = false;
    size_t bytes = writer->wants(writer->user);
    if (bytes == 0) {
        return base_ok();
    }
    BaseStatus status = make(supply, bytes, &spare);
    if (status.code != BASE_OK) {
        writer->deny(writer->user, status);
        return status;
    }
    *ret_made = true;
    offer(supply, spare);
    return base_ok();
}
