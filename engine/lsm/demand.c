/*
 * demand.c: see demand.h.
 *
 * Each range looks at the points before it. A request has few ranges, by a limit of the service.
 *
 * What fits into a record of the log fits into a memtable: a point takes at most eleven times as
 * much there, and LSM_ARENA_BYTES_MAX is 32 times FORMAT_LOG_PAYLOAD_MAX.
 */
#include "engine/lsm/demand.h"

#include "engine/format/key.h"
#include "engine/lsm/operation.h"
#include "engine/lsm/payload.h"

_Static_assert(LSM_DEMAND_KEY_MAX == FORMAT_KEY_BYTES_MAX - 1, "a byte for the keyspace");

static bool
covers(const CommitOp *range, const CommitOp *point)
{
    return range->keyspace == point->keyspace && base_slice_compare(range->key, point->key) <= 0 &&
           (range->unbounded || base_slice_compare(point->key, range->value) < 0);
}

/* Drops what the range at `index` covers. */
static void
drop_covered(CommitEntry *entry, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        CommitOp *op = &entry->ops[i];
        if (!lsm_operation_is_range(op) && covers(&entry->ops[index], op)) {
            op->backend_private = LSM_OPERATION_DROPPED;
        }
    }
}

static bool
keys_fit(const CommitOp *op)
{
    bool stop_fits =
        !lsm_operation_is_range(op) || op->unbounded || op->value.len <= LSM_DEMAND_KEY_MAX;
    return op->key.len <= LSM_DEMAND_KEY_MAX && stop_fits;
}

BaseStatus
lsm_demand_count(CommitEntry *entry, LsmDemand *ret_demand)
{
    LsmDemand demand = {.points = 0};
    for (size_t i = 0; i < entry->op_count; i++) {
        if (!keys_fit(&entry->ops[i])) {
            return base_error(BASE_INVALID, "a key is longer than this engine can keep");
        }
        if (lsm_operation_is_range(&entry->ops[i])) {
            demand.ranges++;
            drop_covered(entry, i);
        }
    }
    for (size_t i = 0; i < entry->op_count; i++) {
        const CommitOp *op = &entry->ops[i];
        if (!lsm_operation_is_range(op) && !lsm_operation_is_dropped(op)) {
            demand.points++;
            demand.bytes += lsm_memtable_data_bytes(op->key.len + 1, op->value.len);
        }
    }
    demand.log_bytes = lsm_payload_room(entry);
    if (demand.log_bytes == 0) {
        return base_error(BASE_INVALID, "the commit is larger than this engine can take");
    }
    *ret_demand = demand;
    return base_ok();
}

size_t
lsm_demand_generation(const LsmDemand *demand)
{
    size_t bytes = lsm_memtable_bytes_for(demand->points, demand->bytes);
    return bytes > demand->log_bytes ? bytes : demand->log_bytes;
}
