/*
 * walk.c: the verdict on every entry of a walk. See walk.h for the rules.
 */
#include "loadgen/walk.h"

#include "loadgen/value.h"

static bool
keys_sort_as_records(const LoadKeys *keys)
{
    return keys->shape == LOAD_KEY_DECIMAL || keys->shape == LOAD_KEY_BINARY;
}

/* The key that a record must have. The one before is at hand, mostly that of the record before. */
static BaseSlice
key_of(LoadWalk *walk, uint64_t record)
{
    bool next = walk->own_known && record == walk->own_record + 1;
    walk->own_known = true;
    walk->own_record = record;
    return next ? load_keys_write_next(walk->keys, record, walk->own)
                : load_keys_write(walk->keys, record, walk->own);
}

/* How the key of an entry sorts, beside that before it. */
static __attribute__((noinline)) int
order_of_key(const LoadWalk *walk, const LoadOp *op, const LoadEntry *entry)
{
    uint8_t start[LOAD_KEY_BYTES_MAX];
    BaseSlice before = base_slice(walk->previous, walk->previous_len);
    if (entry->index == 0) {
        before = load_keys_write(walk->keys, op->record, start);
    }
    return base_slice_compare(entry->key, before);
}

/* K-3, of an entry whose key is that of `record`. */
static inline bool
is_in_order(const LoadWalk *walk, const LoadOp *op, const LoadEntry *entry, uint64_t record)
{
    bool first = entry->index == 0;
    bool by_record = first ? keys_sort_as_records(walk->keys) : walk->previous_by_record;
    uint64_t before = first ? op->record : walk->previous_record;
    int order = by_record ? (record > before) - (record < before) : order_of_key(walk, op, entry);
    if (op->reverse) {
        return order < 0;
    }
    return order > 0 || (order == 0 && first);
}

/* K-4: whether this record is the one that must come next, as far as that is known. */
static bool
is_next(const LoadWalk *walk, const LoadOp *op, const LoadEntry *entry, uint64_t record)
{
    if (!walk->complete || !keys_sort_as_records(walk->keys)) {
        return true;
    }
    if (op->reverse) {
        uint64_t behind = entry->index == 0 ? op->record : walk->previous_record;
        return record + 1 == behind || behind > walk->total;
    }
    uint64_t due = entry->index == 0 ? op->record : walk->previous_record + 1;
    return record == due || due >= walk->total;
}

static LoadVerdict
judge(LoadWalk *walk, const LoadOp *op, const LoadEntry *entry, LoadValueId *ret_id)
{
    LoadVerdict verdict = load_ledger_verdict_of_bytes(entry->value, ret_id);
    if (verdict != LOAD_RIGHT) {
        return verdict;
    }
    if (!base_slice_equal(entry->key, key_of(walk, ret_id->record))) {
        return LOAD_WRONG_KEY;
    }
    if (!is_in_order(walk, op, entry, ret_id->record)) {
        return LOAD_MISPLACED;
    }
    if (walk->complete && ret_id->record < walk->total && ret_id->run != walk->run) {
        return LOAD_FOREIGN;
    }
    return is_next(walk, op, entry, ret_id->record) ? LOAD_RIGHT : LOAD_MISSING;
}

/* The same of an entry of a MULTI_GET. */
static LoadVerdict
judge_member(const LoadWalk *walk, const LoadOp *op, const LoadEntry *entry)
{
    LoadValueId id = {.record = 0};
    LoadVerdict verdict = load_ledger_verdict_of_bytes(entry->value, &id);
    if (verdict != LOAD_RIGHT) {
        return verdict;
    }
    if (id.record != load_op_member(op, entry->index)) {
        return LOAD_WRONG_KEY;
    }
    return walk->complete && id.run != walk->run ? LOAD_FOREIGN : LOAD_RIGHT;
}

LoadVerdict
load_walk_entry(LoadWalk *walk, const LoadOp *op, const LoadEntry *entry)
{
    if (op->kind == LOAD_MULTI_GET) {
        return judge_member(walk, op, entry);
    }
    LoadValueId id = {.record = 0};
    LoadVerdict verdict = judge(walk, op, entry, &id);
    walk->previous_record = id.record;
    walk->previous_by_record = verdict == LOAD_RIGHT && keys_sort_as_records(walk->keys);
    if (walk->previous_by_record) {
        return verdict;
    }
    walk->previous_len = entry->key.len < sizeof walk->previous ? entry->key.len : 0;
    if (walk->previous_len != 0) {
        memcpy(walk->previous, entry->key.data, walk->previous_len);
    }
    return verdict;
}

LoadVerdict
load_walk_end(const LoadWalk *walk, const LoadOp *op, uint32_t entries)
{
    if (op->kind == LOAD_MULTI_GET) {
        return walk->complete && entries < op->walk ? LOAD_MISSING : LOAD_RIGHT;
    }
    if (!walk->complete || !keys_sort_as_records(walk->keys)) {
        return LOAD_RIGHT;
    }
    uint64_t begin = op->record < walk->total ? op->record : walk->total;
    uint64_t left = op->reverse ? begin : walk->total - begin;
    uint64_t expected = op->walk < left ? op->walk : left;
    return entries < expected ? LOAD_MISSING : LOAD_RIGHT;
}
