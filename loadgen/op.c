/*
 * op.c: names of operations and faults. See op.h.
 */
#include "loadgen/op.h"

const char *
load_op_name(LoadOpKind kind)
{
    static const char *const names[LOAD_OP_KIND_COUNT] = {
        [LOAD_GET] = "get",   [LOAD_PUT] = "put",         [LOAD_REMOVE] = "remove",
        [LOAD_SCAN] = "scan", [LOAD_COMPACT] = "compact",
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
        [LOAD_FAULT_UNSENT] = "unsent",
    };
    return names[fault];
}
