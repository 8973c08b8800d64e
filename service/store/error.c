/*
 * error.c: making errors. See error.h.
 *
 * Errors are rare and may be slow; they are formatted into the caller's memory, truncated where
 * they must be, and allocate nothing.
 */
#include "service/store/error.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#define QUOTE_MAX 64

/* The varargs of the public functions end up here. */
static void __attribute__((format(printf, 4, 0)))
make(StoreError *error, StoreErrorKind kind, int code, const char *format, va_list args)
{
    error->kind = kind;
    error->code = code;
    error->limit = 0;
    error->actual = 0;
    error->retry_after_ms = 0;
    error->field[0] = '\0';
    error->scope[0] = '\0';
    (void)vsnprintf(error->message, sizeof error->message, format, args);
}

bool
store_error_invalid(StoreError *ret_error, StoreInvalidCode code, const char *field,
                    const char *format, ...)
{
    va_list args;
    va_start(args, format);
    make(ret_error, STORE_ERROR_INVALID, (int)code, format, args);
    va_end(args);
    (void)snprintf(ret_error->field, sizeof ret_error->field, "%s", field);
    return false;
}

bool
store_error_range(StoreError *ret_error, const char *field, int64_t actual, int64_t lowest,
                  int64_t highest, const char *unit)
{
    const char *space = unit[0] == '\0' ? "" : " ";
    bool over = actual > highest;
    if (highest == INT64_MAX) {
        (void)store_error_invalid(ret_error, STORE_INVALID_BAD_ARGUMENT, field,
                                  "%s is %" PRId64 "%s%s; it must be at least %" PRId64, field,
                                  actual, space, unit, lowest);
    } else {
        (void)store_error_invalid(
            ret_error, over ? STORE_INVALID_OVER_LIMIT : STORE_INVALID_BAD_ARGUMENT, field,
            "%s is %" PRId64 "%s%s; allowed are %" PRId64 " to %" PRId64, field, actual, space,
            unit, lowest, highest);
    }
    ret_error->limit = over ? highest : lowest;
    ret_error->actual = actual;
    return false;
}

bool
store_error_refused(StoreError *ret_error, StoreRefusedCode code, const char *store_name,
                    int64_t retry_after_ms, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    make(ret_error, STORE_ERROR_REFUSED, (int)code, format, args);
    va_end(args);
    ret_error->retry_after_ms = retry_after_ms;
    if (store_name == NULL) {
        (void)snprintf(ret_error->scope, sizeof ret_error->scope, "server");
    } else {
        (void)snprintf(ret_error->scope, sizeof ret_error->scope, "store:%s", store_name);
    }
    return false;
}

bool
store_error_indeterminate(StoreError *ret_error, StoreIndeterminateCode code, const char *format,
                          ...)
{
    va_list args;
    va_start(args, format);
    make(ret_error, STORE_ERROR_INDETERMINATE, (int)code, format, args);
    va_end(args);
    return false;
}

bool
store_error_failed(StoreError *ret_error, StoreFailedCode code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    make(ret_error, STORE_ERROR_FAILED, (int)code, format, args);
    va_end(args);
    return false;
}

static bool
would_block(StoreError *ret_error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    make(ret_error, STORE_ERROR_WOULD_BLOCK, 0, format, args);
    va_end(args);
    return false;
}

bool
store_error_status(StoreError *ret_error, BaseStatus status, const char *store_name)
{
    const char *name = store_name;
    const char *what = status.what;
    switch (status.code) {
    case BASE_WOULD_BLOCK:
        return would_block(ret_error, "store %s: %s", name, what);
    case BASE_UNSUPPORTED:
        return store_error_invalid(ret_error, STORE_INVALID_UNSUPPORTED, "", "store %s: %s", name,
                                   what);
    case BASE_NO_MEMORY:
        return store_error_refused(ret_error, STORE_REFUSED_MEMORY_FULL, name, 0, "store %s: %s",
                                   name, what);
    case BASE_NO_SPACE:
        return store_error_refused(ret_error, STORE_REFUSED_DISK_FULL, name, 0, "store %s: %s",
                                   name, what);
    case BASE_BUSY:
        return store_error_refused(ret_error, STORE_REFUSED_OVERLOAD, name, 0, "store %s: %s", name,
                                   what);
    case BASE_CLOSED:
        return store_error_refused(ret_error, STORE_REFUSED_DRAINING, name, 0, "store %s: %s", name,
                                   what);
    case BASE_IO:
        return store_error_failed(ret_error, STORE_FAILED_IO_ERROR, "store %s: %s", name, what);
    case BASE_CORRUPTION:
        return store_error_failed(ret_error, STORE_FAILED_CORRUPTION, "store %s: %s", name, what);
    case BASE_POISONED:
        return store_error_failed(ret_error, STORE_FAILED_POISONED, "store %s: %s", name, what);
    default: /* the arguments were checked before, so anything else is a defect of ours */
        return store_error_failed(ret_error, STORE_FAILED_INTERNAL, "store %s: %s (%s)", name, what,
                                  base_code_name(status.code));
    }
}

void
store_error_quote(BaseSlice bytes, char *ret_text, size_t text_size)
{
    size_t count = bytes.len < QUOTE_MAX ? bytes.len : QUOTE_MAX;
    size_t len = 0;
    for (size_t i = 0; i < count && len + 5 <= text_size; i++) {
        uint8_t byte = bytes.data[i];
        bool plain = byte >= 0x20 && byte < 0x7f && byte != '\\' && byte != '"';
        len += (size_t)snprintf(ret_text + len, text_size - len, plain ? "%c" : "\\x%02x", byte);
    }
    if (text_size != 0) {
        ret_text[len] = '\0';
    }
}
