/*
 * payload.c: see payload.h.
 */
#include "engine/lsm/payload.h"

#include "engine/format/log_record.h"
#include "engine/lsm/operation.h"

static FormatLogOperation
log_operation(const CommitOp *op)
{
    static const FormatLogOperationKind kinds[] = {
        [COMMIT_PUT] = FORMAT_LOG_PUT,
        [COMMIT_REMOVE] = FORMAT_LOG_REMOVE,
        [COMMIT_REMOVE_RANGE] = FORMAT_LOG_REMOVE_RANGE,
    };
    return (FormatLogOperation){.kind = kinds[op->kind],
                                .system = op->keyspace == ENGINE_SYSTEM,
                                .unbounded = op->unbounded,
                                .key = op->key,
                                .value = op->value,
                                .expires_at_ms = op->expires_at_ms};
}

/* Bytes of an operation, at most: a byte of bits, and lengths that fit into 21 and 35 bits. */
static size_t
operation_room(const CommitOp *op)
{
    size_t numbers = 1 + 3 + 5 + (op->expires_at_ms != 0 ? FORMAT_VARINT_MAX : 0);
    return numbers + op->key.len + op->value.len;
}

size_t
lsm_payload_room(const CommitEntry *entry)
{
    size_t bytes = 3 * FORMAT_VARINT_MAX;
    for (size_t i = 0; i < entry->op_count; i++) {
        const CommitOp *op = &entry->ops[i];
        bytes += lsm_operation_is_dropped(op) ? 0 : operation_room(op);
    }
    return bytes > FORMAT_LOG_PAYLOAD_MAX ? 0 : format_log_record_len(bytes);
}

static uint64_t
kept_count(const CommitEntry *entry)
{
    uint64_t count = 0;
    for (size_t i = 0; i < entry->op_count; i++) {
        count += !lsm_operation_is_dropped(&entry->ops[i]);
    }
    return count;
}

bool
lsm_payload_add(FormatLogWriter *writer, const CommitEntry *entry, BaseBuf *into)
{
    const FormatLogCommit commit = {
        .version = entry->version,
        .stamp_ms = entry->stamp_ms,
        .operations = kept_count(entry),
    };
    format_log_commit_begin(writer, into, &commit);
    for (size_t i = 0; i < entry->op_count; i++) {
        const CommitOp *op = &entry->ops[i];
        const FormatLogOperation operation = log_operation(op);
        if (!lsm_operation_is_dropped(op) && !format_log_commit_add(into, &operation)) {
            return false;
        }
    }
    return !into->failed;
}
