/*
 * status.h: the result of an operation that can fail.
 *
 * A status is two words, returned by value: a code for programs and a constant text for people. It
 * allocates nothing, so it is fit for hot paths. "Not found" is not an error: operations that can
 * miss say so in an output. Outputs named ret_* are written only on success.
 */
#ifndef LARDER_ENGINE_BASE_STATUS_H
#define LARDER_ENGINE_BASE_STATUS_H

#include <stdbool.h>

typedef enum BaseCode {
    BASE_OK = 0,
    BASE_INVALID,     /* an argument is wrong; the same call fails again */
    BASE_UNSUPPORTED, /* this engine or build cannot do it */
    BASE_NOT_FOUND,   /* the file, object or key to work on is not there */
    BASE_EXISTS,      /* the object to create is there already */
    BASE_NO_MEMORY,   /* an allocation failed, or a budget is used up */
    BASE_NO_SPACE,    /* the disk is full */
    BASE_WOULD_BLOCK, /* answering would need disk, and the caller said no */
    BASE_BUSY,        /* somebody else has it; later it may work */
    BASE_IO,          /* the operating system reported an error */
    BASE_CORRUPTION,  /* stored bytes do not make sense */
    BASE_POISONED,    /* an earlier failure made the object read-only */
    BASE_CLOSED,      /* the object is shutting down */
    BASE_INTERNAL,    /* a defect of ours */
    BASE_CODE_COUNT
} BaseCode;

typedef struct BaseStatus {
    BaseCode code;
    const char *what; /* a constant; never NULL; "" when OK */
} BaseStatus;

static inline BaseStatus
base_ok(void)
{
    return (BaseStatus){BASE_OK, ""};
}

/* `what` must live for ever: a string literal. */
static inline BaseStatus
base_error(BaseCode code, const char *what)
{
    return (BaseStatus){code, what};
}

static inline bool
base_is_ok(BaseStatus status)
{
    return status.code == BASE_OK;
}

/* The name of a code: "NO_MEMORY". */
const char *base_code_name(BaseCode code);

#endif
