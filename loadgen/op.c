/*
 * op.c: members of a MULTI_GET; names of operations and faults. See op.h.
 */
#include "loadgen/op.h"

bool
load_op_is_walk(LoadOpKind kind)
{
    return kind == LOAD_SCAN || kind == LOAD_MULTI_GET;
}

uint64_t
load_op_member(const LoadOp *op, uint32_t index)
{
    uint64_t step = op->total / op->walk;
    return (op->record + index * step) % op->total;
}

const char *
load_op_name(LoadOpKind kind)
{
    static const char *const names[LOAD_OP_KIND_COUNT] = {
        [LOAD_GET] = "get",
        [LOAD_PUT] = "put",
        [LOAD_REMOVE] = "remove",
        [LOAD_SCAN] = "scan",
        [LOAD_MULTI_GET] = "multi_get",
        [LOAD_COMPACT] = "compact",
        [LOAD_BATCH] = "batch",
        [LOAD_INSERT] = "insert",
        [LOAD_RMW] = "rmw",
    };
    return names[kind];
}

const char *
load_fault_name(LoadFault fault)
{
    static const char *const names[LOAD_FAULT_COUNT] = {
        [LOAD_FAULT_NONE] = "none",
        [LOAD_FAULT_INVALID_REQUEST] = "invalid_request",
        [LOAD_FAULT_NOT_HERE] = "not_here",
        [LOAD_FAULT_REFUSED] = "refused",
        [LOAD_FAULT_INDETERMINATE] = "indeterminate",
        [LOAD_FAULT_FAILED] = "failed",
        [LOAD_FAULT_NOT_APPLIED] = "not_applied",
        [LOAD_FAULT_PROTOCOL] = "protocol",
        [LOAD_FAULT_TIMEOUT] = "timeout",
        [LOAD_FAULT_LOST] = "lost",
        [LOAD_FAULT_CUT_SHORT] = "cut_short",
        [LOAD_FAULT_UNSENT] = "unsent",
    };
    return names[fault];
}
