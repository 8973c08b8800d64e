/*
 * error.h: why a call to a store was not carried out.
 *
 * A StoreError is one of the five exceptions of the contract as a plain value: its kind and code
 * carry the numbers of the IDL, and its text names the field, the value and the limit. It lives in
 * the caller's memory and owns nothing. Functions that can fail return false and fill in their last
 * argument `ret_error`, which is left untouched on success.
 *
 * A missing key, a condition that does not hold or a short page is a result, never an error.
 *
 * Threading: plain values.
 */
#ifndef LARDER_SERVICE_STORE_ERROR_H
#define LARDER_SERVICE_STORE_ERROR_H

#include "engine/base/slice.h"
#include "engine/base/status.h"

/* The numbers 1 to 5 are the field ids of the exceptions, the same in every method of the IDL. */
typedef enum StoreErrorKind {
    STORE_ERROR_INVALID = 1,
    STORE_ERROR_NOT_HERE = 2,
    STORE_ERROR_REFUSED = 3,
    STORE_ERROR_INDETERMINATE = 4,
    STORE_ERROR_FAILED = 5,
    /* Never leaves the server: a read with STORE_READ_CACHED_ONLY needs disk. Do it on a worker. */
    STORE_ERROR_WOULD_BLOCK = 6,
} StoreErrorKind;

/* InvalidCode of the IDL. */
typedef enum StoreInvalidCode {
    STORE_INVALID_BAD_ARGUMENT = 1,
    STORE_INVALID_OVER_LIMIT = 2,
    STORE_INVALID_UNKNOWN_STORE = 3,
    STORE_INVALID_UNSUPPORTED = 4,
    STORE_INVALID_BAD_TOKEN = 5,
    STORE_INVALID_SNAPSHOT_GONE = 6,
    STORE_INVALID_REQUEST_ID_EXPIRED = 7,
    STORE_INVALID_NOT_PERMITTED = 8,
    STORE_INVALID_ALREADY_EXISTS = 9,
    STORE_INVALID_NOT_FOUND = 10,
    STORE_INVALID_GENERATION_CHANGED = 11,
} StoreInvalidCode;

/* NotHereCode of the IDL. */
typedef enum StoreNotHereCode {
    STORE_NOT_HERE_WRONG_OWNER = 1,
    STORE_NOT_HERE_CROSS_SHARD = 2,
} StoreNotHereCode;

/* RefusedCode of the IDL. */
typedef enum StoreRefusedCode {
    STORE_REFUSED_OVERLOAD = 1,
    STORE_REFUSED_QUOTA = 2,
    STORE_REFUSED_DISK_FULL = 3,
    STORE_REFUSED_MEMORY_FULL = 4,
    STORE_REFUSED_DRAINING = 5,
    STORE_REFUSED_DEADLINE = 6,
    STORE_REFUSED_READ_ONLY = 7,
    STORE_REFUSED_STARTING = 8,
} StoreRefusedCode;

/* IndeterminateCode of the IDL. */
typedef enum StoreIndeterminateCode {
    STORE_INDETERMINATE_DURABILITY_UNKNOWN = 1,
    STORE_INDETERMINATE_DEADLINE = 2,
    STORE_INDETERMINATE_ENGINE_UNKNOWN = 3,
} StoreIndeterminateCode;

/* FailedCode of the IDL. */
typedef enum StoreFailedCode {
    STORE_FAILED_INTERNAL = 1,
    STORE_FAILED_CORRUPTION = 2,
    STORE_FAILED_POISONED = 3,
    STORE_FAILED_IO_ERROR = 4,
} StoreFailedCode;

typedef struct StoreError {
    StoreErrorKind kind;
    int code;               /* of the kind's enum above */
    int64_t limit;          /* INVALID: the limit that applies; 0: none */
    int64_t actual;         /* INVALID: the value that was given; 0: none */
    int64_t retry_after_ms; /* REFUSED: 0: cannot tell */
    char field[64];         /* INVALID: the argument at fault, dotted; "": none */
    char scope[80];         /* REFUSED: "server", "connection" or "store:NAME" */
    char message[400];      /* for people, UTF-8, terminated; names field, value and limit */
} StoreError;

/* Every function below overwrites *ret_error and returns false, so that a caller can return it. */

/* INVALID, with the message given by `format`. `field` may be "". */
bool store_error_invalid(StoreError *ret_error, StoreInvalidCode code, const char *field,
                         const char *format, ...) __attribute__((format(printf, 4, 5)));

/* INVALID BAD_ARGUMENT or OVER_LIMIT: `field` is `actual`, and must be lowest..highest `unit`s. */
bool store_error_range(StoreError *ret_error, const char *field, int64_t actual, int64_t lowest,
                       int64_t highest, const char *unit);

/* REFUSED. `store_name` NULL: the scope is "server", else "store:NAME". */
bool store_error_refused(StoreError *ret_error, StoreRefusedCode code, const char *store_name,
                         int64_t retry_after_ms, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* INDETERMINATE. */
bool store_error_indeterminate(StoreError *ret_error, StoreIndeterminateCode code,
                               const char *format, ...) __attribute__((format(printf, 3, 4)));

/* FAILED. */
bool store_error_failed(StoreError *ret_error, StoreFailedCode code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The error that stands for a failed read or management operation of a store's engine. */
bool store_error_status(StoreError *ret_error, BaseStatus status, const char *store_name);

/* Bytes of a peer as text for a message: at most 64 of them, unprintable ones as \xNN. */
void store_error_quote(BaseSlice bytes, char *ret_text, size_t text_size);

#endif
