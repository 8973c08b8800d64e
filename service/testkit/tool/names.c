/*
 * names.c: see names.h.
 */
#include "service/testkit/tool/names.h"

enum { CODES_MAX = 12 };

static const char *const kinds[] = {
    [LARDER_FAULT_DELAY] = "delay",
    [LARDER_FAULT_EXCEPTION] = "exception",
    [LARDER_FAULT_EXECUTE_THEN_EXCEPTION] = "execute_then_exception",
    [LARDER_FAULT_NO_REPLY] = "no_reply",
    [LARDER_FAULT_EXECUTE_NO_REPLY] = "execute_no_reply",
    [LARDER_FAULT_CLOSE] = "close",
    [LARDER_FAULT_EXECUTE_CLOSE] = "execute_close",
    [LARDER_FAULT_HALF_REPLY] = "half_reply",
};

/* An outcome, and the codes of the exception from 1 on. */
static const struct {
    const char *name;
    const char *codes[CODES_MAX];
} outcomes[] = {
    [LARDER_OK] = {"ok", {NULL}},
    [LARDER_INVALID_REQUEST] = {"invalid_request",
                                {"bad_argument", "over_limit", "unknown_store", "unsupported",
                                 "bad_token", "snapshot_gone", "request_id_expired",
                                 "not_permitted", "already_exists", "not_found",
                                 "generation_changed"}},
    [LARDER_NOT_HERE] = {"not_here", {"wrong_owner", "cross_shard"}},
    [LARDER_REFUSED] = {"refused",
                        {"overload", "quota", "disk_full", "memory_full", "draining", "deadline",
                         "read_only", "starting"}},
    [LARDER_INDETERMINATE] = {"indeterminate",
                              {"durability_unknown", "deadline", "engine_unknown"}},
    [LARDER_FAILED] = {"failed", {"internal", "corruption", "poisoned", "io_error"}},
};

bool
tool_names_kind(const char *name, LarderFaultKind *ret_kind)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(name, kinds[i]) == 0) {
            *ret_kind = (LarderFaultKind)i;
            return true;
        }
    }
    return false;
}

bool
tool_names_exception(const char *name, LarderOutcome *ret_outcome)
{
    for (size_t i = LARDER_INVALID_REQUEST; i <= LARDER_FAILED; i++) {
        if (strcmp(name, outcomes[i].name) == 0) {
            *ret_outcome = (LarderOutcome)i;
            return true;
        }
    }
    return false;
}

bool
tool_names_code(LarderOutcome outcome, const char *name, int32_t *ret_code)
{
    for (int32_t i = 0; i < CODES_MAX && outcomes[outcome].codes[i] != NULL; i++) {
        if (strcmp(name, outcomes[outcome].codes[i]) == 0) {
            *ret_code = i + 1;
            return true;
        }
    }
    return false;
}

const char *
tool_names_outcome(LarderOutcome outcome)
{
    return outcome <= LARDER_FAILED ? outcomes[outcome].name : "protocol";
}
