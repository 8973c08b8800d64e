/*
 * describe.c: a reply in one line, for the messages of assertions.
 *
 *     put: ok applied=false reason=CONDITION_FAILED current_version=7 ... (1 attempt, 312 us)
 *     get: refused code=1 (OVERLOAD) "more requests ..." retry_after_ms=100 (4 attempts, 70312 us)
 *
 * The results of the methods that tests assert on are shown with their members, bytes escaped and
 * cut; of others only that there is one. Output that does not fit is cut, too.
 */
#include "service/testkit/names.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

enum { DESCRIBE_BYTES_MAX = 64, DESCRIBE_ITEMS_MAX = 8 };

/* Where the text goes. `len` counts what did not fit, too. */
typedef struct Out {
    char *text;
    size_t size;
    size_t len;
} Out;

__attribute__((format(printf, 2, 3))) static void
add(Out *out, const char *format, ...)
{
    size_t left = out->len < out->size ? out->size - out->len : 0;
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(left == 0 ? NULL : out->text + out->len, left, format, arguments);
    va_end(arguments);
    out->len += len < 0 ? 0 : (size_t)len;
}

static void
add_number(Out *out, const char *name, int64_t number)
{
    add(out, " %s=%" PRId64, name, number);
}

static void
add_flag(Out *out, const char *name, bool flag)
{
    add(out, " %s=%s", name, flag ? "true" : "false");
}

/* Bytes in quotes. */
static void
add_bytes(Out *out, const char *name, LarderBytes bytes)
{
    add(out, " %s=\"", name);
    for (size_t i = 0; i < bytes.size && i < DESCRIBE_BYTES_MAX; i++) {
        unsigned char byte = (unsigned char)bytes.data[i];
        bool plain = byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\';
        add(out, plain ? "%c" : "\\x%02x", byte);
    }
    add(out, "\"");
    if (bytes.size > DESCRIBE_BYTES_MAX) {
        add(out, "... (%zu bytes)", bytes.size);
    }
}

/* What all results of writes to one key begin with. */
static void
add_applied(Out *out, bool applied, int64_t version, LarderNotApplied reason, int64_t current)
{
    add_flag(out, "applied", applied);
    add_number(out, "version", version);
    if (!applied) {
        add(out, " reason=%s", larder_not_applied_name((int32_t)reason));
        add_number(out, "current_version", current);
    }
}

static void
add_get(Out *out, const LarderGetResult *get)
{
    add_flag(out, "found", get->found);
    add_number(out, "version", get->version);
    add_number(out, "expires_at_ms", get->expires_at_ms);
    if (get->unchanged) {
        add_flag(out, "unchanged", true);
    }
    if (get->has_value) {
        add_bytes(out, "value", get->value);
    }
}

static void
add_multi_get(Out *out, const LarderMultiGetResult *multi_get)
{
    add(out, " items=%zu", multi_get->items.count);
    for (size_t i = 0; i < multi_get->items.count && i < DESCRIBE_ITEMS_MAX; i++) {
        const LarderGetItem *item = &multi_get->items.items[i];
        add(out, " [%zu:", i);
        add_flag(out, "found", item->found);
        add_number(out, "version", item->version);
        if (item->has_value) {
            add_bytes(out, "value", item->value);
        }
        add(out, "]");
    }
}

static void
add_write(Out *out, const LarderWriteResult *write)
{
    add_applied(out, write->applied, write->version, write->reason, write->current_version);
    if (write->has_existed) {
        add_flag(out, "existed", write->existed);
    }
    add_number(out, "expires_at_ms", write->expires_at_ms);
}

static void
add_batch(Out *out, const LarderBatchResult *batch)
{
    add_applied(out, batch->applied, batch->version, batch->reason, batch->current_version);
    add_number(out, "failed_guard", batch->failed_guard);
    add_number(out, "failed_mutation", batch->failed_mutation);
}

static void
add_bulk_write(Out *out, const LarderBulkWriteResult *bulk)
{
    add(out, " items=%zu", bulk->items.count);
    add_number(out, "applied_count", bulk->applied_count);
    for (size_t i = 0, shown = 0; i < bulk->items.count && shown < DESCRIBE_ITEMS_MAX; i++) {
        const LarderBulkItem *item = &bulk->items.items[i];
        if (!item->applied) {
            add(out, " [%zu: %s]", i, larder_not_applied_name((int32_t)item->reason));
            shown++;
        }
    }
}

static void
add_scan(Out *out, const LarderScanResult *scan)
{
    add(out, " items=%zu", scan->items.count);
    add_number(out, "count", scan->count);
    add(out, " stop_reason=%s", larder_stop_reason_name((int32_t)scan->stop_reason));
    for (size_t i = 0; i < scan->items.count && i < DESCRIBE_ITEMS_MAX; i++) {
        const LarderScanItem *item = &scan->items.items[i];
        add(out, " [");
        add_bytes(out, "key", item->key);
        if (item->has_value) {
            add_bytes(out, "value", item->value);
        }
        add(out, "]");
    }
}

static void
add_result(Out *out, LarderMethod method, LarderResult result)
{
    switch (method) {
    case LARDER_METHOD_GET:
        add_get(out, result.get);
        return;
    case LARDER_METHOD_MULTI_GET:
        add_multi_get(out, result.multi_get);
        return;
    case LARDER_METHOD_PUT:
    case LARDER_METHOD_REMOVE:
    case LARDER_METHOD_TOUCH:
        add_write(out, result.put);
        return;
    case LARDER_METHOD_INCREMENT:
        add_applied(out, result.increment->applied, result.increment->version,
                    result.increment->reason, result.increment->current_version);
        add_number(out, "number", result.increment->number);
        return;
    case LARDER_METHOD_APPEND:
        add_applied(out, result.append->applied, result.append->version, result.append->reason,
                    result.append->current_version);
        add_number(out, "length", result.append->length);
        return;
    case LARDER_METHOD_BATCH:
        add_batch(out, result.batch);
        return;
    case LARDER_METHOD_BULK_WRITE:
        add_bulk_write(out, result.bulk_write);
        return;
    case LARDER_METHOD_SCAN:
        add_scan(out, result.scan);
        return;
    default:
        return;
    }
}

static void
add_failure(Out *out, const LarderReply *reply)
{
    const char *name = testkit_names_of_code(reply->outcome, reply->code);
    if (reply->code != 0) {
        add(out, " code=%" PRId32 " (%s)", reply->code, name == NULL ? "unknown" : name);
    }
    add(out, " \"%.*s\"", (int)reply->message.size, reply->message.data);
    if (reply->outcome == LARDER_INVALID_REQUEST && reply->exception.any != NULL) {
        add_bytes(out, "field", reply->exception.invalid_request->field);
    }
    if (reply->outcome == LARDER_REFUSED && reply->exception.any != NULL) {
        add_number(out, "retry_after_ms", reply->exception.refused->retry_after_ms);
    }
}

const char *
larder_test_describe(const LarderReply *reply, char *text, size_t size)
{
    Out out = {text, size, 0};
    add(&out, "%s: %s", larder_method_name(reply->method), larder_outcome_name(reply->outcome));
    if (reply->outcome == LARDER_OK) {
        add_result(&out, reply->method, reply->as);
    } else {
        add_failure(&out, reply);
    }
    add(&out, " (%d %s, %" PRId64 " us%s)", reply->attempts,
        reply->attempts == 1 ? "attempt" : "attempts", reply->duration_us,
        reply->uncertain ? ", an earlier one may have been executed" : "");
    return text;
}

bool
larder_test_applied(const LarderReply *reply)
{
    if (reply->outcome != LARDER_OK) {
        return false;
    }
    switch (reply->method) {
    case LARDER_METHOD_PUT:
    case LARDER_METHOD_REMOVE:
    case LARDER_METHOD_TOUCH:
        return reply->as.put->applied;
    case LARDER_METHOD_INCREMENT:
        return reply->as.increment->applied;
    case LARDER_METHOD_APPEND:
        return reply->as.append->applied;
    case LARDER_METHOD_BATCH:
        return reply->as.batch->applied;
    case LARDER_METHOD_BULK_WRITE:
        return reply->as.bulk_write->applied_count == (int64_t)reply->as.bulk_write->items.count;
    default:
        return true;
    }
}
