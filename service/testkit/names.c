/*
 * names.c: see names.h. What the contract names is asked of the functions that are generated from
 * it.
 */
#include "service/testkit/names.h"

#include <strings.h>

/* More codes than any exception has. */
enum { CODES_MAX = 64 };

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

bool
testkit_names_kind(const char *name, LarderFaultKind *ret_kind)
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
testkit_names_exception(const char *name, LarderOutcome *ret_outcome)
{
    for (int i = LARDER_INVALID_REQUEST; i <= LARDER_FAILED; i++) {
        if (strcmp(name, larder_outcome_name((LarderOutcome)i)) == 0) {
            *ret_outcome = (LarderOutcome)i;
            return true;
        }
    }
    return false;
}

const char *
testkit_names_of_code(LarderOutcome outcome, int32_t code)
{
    static const char *(*const names[])(int32_t) = {
        [LARDER_INVALID_REQUEST] = larder_invalid_code_name,
        [LARDER_NOT_HERE] = larder_not_here_code_name,
        [LARDER_REFUSED] = larder_refused_code_name,
        [LARDER_INDETERMINATE] = larder_indeterminate_code_name,
        [LARDER_FAILED] = larder_failed_code_name,
    };
    if (outcome < LARDER_INVALID_REQUEST || outcome > LARDER_FAILED) {
        return NULL;
    }
    const char *name = names[outcome](code);
    return strcmp(name, "unknown") == 0 ? NULL : name;
}

bool
testkit_names_code(LarderOutcome outcome, const char *name, int32_t *ret_code)
{
    for (int32_t code = 0; code < CODES_MAX; code++) {
        const char *known = testkit_names_of_code(outcome, code);
        if (known != NULL && strcasecmp(name, known) == 0) {
            *ret_code = code;
            return true;
        }
    }
    return false;
}
