/*
 * status.c: names of status codes. See status.h.
 */
#include "engine/base/status.h"

const char *
base_code_name(BaseCode code)
{
    static const char *const names[BASE_CODE_COUNT] = {
        [BASE_OK] = "OK",
        [BASE_INVALID] = "INVALID",
        [BASE_UNSUPPORTED] = "UNSUPPORTED",
        [BASE_NOT_FOUND] = "NOT_FOUND",
        [BASE_EXISTS] = "EXISTS",
        [BASE_NO_MEMORY] = "NO_MEMORY",
        [BASE_NO_SPACE] = "NO_SPACE",
        [BASE_WOULD_BLOCK] = "WOULD_BLOCK",
        [BASE_BUSY] = "BUSY",
        [BASE_IO] = "IO",
        [BASE_CORRUPTION] = "CORRUPTION",
        [BASE_POISONED] = "POISONED",
        [BASE_CLOSED] = "CLOSED",
        [BASE_INTERNAL] = "INTERNAL",
    };
    if ((unsigned)code >= BASE_CODE_COUNT) {
        return "UNKNOWN";
    }
    return names[code];
}
