/*
 * replay.c: see replay.h. Most commits are taken as they are read; only in one that removes a range
 * may operations undo each other, and then its operations are sorted first.
 */
#include "engine/lsm/replay.h"

#include "engine/format/file_name.h"
#include "engine/lsm/flush.h"
#include "engine/lsm/rewrite.h"
#include "engine/lsm/unique.h"

#include <stdlib.h>

static BaseStatus
no_memory(void)
{
    return base_error(BASE_NO_MEMORY, "no memory to recover the log");
}

/* ------------------------------------------------------------------------------------ tables -- */

static int64_t
next_number(void *user)
{
    LsmReplay *replay = user;
    return replay->next_file++;
}

static uint64_t
next_id(void *user)
{
    (void)user;
    return lsm_unique_id();
}

/* Removed ranges of the memtable, from new to old. */
typedef struct RangeList {
    FormatRange *items;
    size_t count;
    size_t capacity;
    bool failed;
} RangeList;

static bool
list_range(void *user, const FormatRange *range)
{
    RangeList *list = user;
    if (list->count == list->capacity) {
        size_t capacity = list->capacity == 0 ? 16 : list->capacity * 2;
        FormatRange *items = realloc(list->items, capacity * sizeof(*items));
        if (items == NULL) {
            list->failed = true;
            return false;
        }
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = *range;
    return true;
}

/* Writes the memtable into new tables. */
static BaseStatus
rewrite(LsmReplay *replay, LsmRewrite *ret_rewrite)
{
    const LsmRecoveryArgs *args = replay->args;
    RangeList ranges = {0};
    lsm_range_set_visit(&replay->ranges, INT64_MAX, list_range, &ranges);
    LsmSource source;
    LsmMerge merge;
    lsm_source_init_flush(&source, replay->memtable);
    lsm_merge_init(&merge, &source, 1);
    LsmRewriteArgs rewrite_args = {.env = args->env,
                                   .directory = args->directory,
                                   .merge = &merge,
                                   .ranges = ranges.items,
                                   .range_count = ranges.count,
                                   .retention = {.time_ms = replay->stamp_ms},
                                   .levels = replay->levels,
                                   .output_level = 0,
                                   .table_bytes = args->table_bytes,
                                   .table = args->table,
                                   .next_number = next_number,
                                   .next_id = next_id,
                                   .user = replay};
    rewrite_args.table.made_at_ms = base_clock_wall_ms(args->clock);
    rewrite_args.table.stamp_max = replay->stamp_ms;
    BaseStatus status = ranges.failed ? no_memory() : lsm_rewrite_run(&rewrite_args, ret_rewrite);
    lsm_source_clear(&source);
    free(ranges.items);
    return status;
}

/* Appends the edits for new tables of level 0. */
static bool
encode_edits(const LsmReplay *replay, const LsmRewrite *result, BaseBuf *edits)
{
    const LsmStoreState *state = &replay->levels->state;
    int64_t order = lsm_flush_order(replay->levels);
    FormatEdit next = {.tag = FORMAT_EDIT_NEXT_FILE, .number = replay->next_file};
    FormatEdit last = {.tag = FORMAT_EDIT_LAST};
    last.last.version =
        replay->version > state->last_version ? replay->version : state->last_version;
    last.last.stamp_ms =
        replay->stamp_ms > state->last_stamp_ms ? replay->stamp_ms : state->last_stamp_ms;
    bool good =
        format_manifest_edit_encode(edits, &next) && format_manifest_edit_encode(edits, &last);
    for (size_t i = 0; i < result->count && good; i++) {
        FormatEdit add = {.tag = FORMAT_EDIT_ADD_TABLE, .add_table = result->tables[i]};
        FormatTable *table = &add.add_table;
        table->level = 0;
        table->order = order++;
        bool dies = table->removes != 0 || table->fragments != 0 || table->expiring != 0;
        table->oldest_remove_ms = dies ? replay->stamp_ms : 0;
        good = format_manifest_edit_encode(edits, &add);
    }
    return good;
}

static BaseStatus
add_tables(LsmReplay *replay, const LsmRewrite *result)
{
    char message[256];
    BaseBuf edits = BASE_BUF_INIT;
    LsmLevels *after = NULL;
    BaseStatus status = encode_edits(replay, result, &edits) ? base_ok() : no_memory();
    if (status.code == BASE_OK) {
        status = lsm_levels_apply(replay->levels, base_buf_slice(&edits), message, &after);
    }
    if (status.code == BASE_OK) {
        lsm_levels_unref(replay->levels);
        replay->levels = after;
    }
    base_buf_clear(&edits);
    return status;
}

static void
drop_memtable(LsmReplay *replay)
{
    lsm_memtable_free(replay->memtable);
    lsm_range_set_clear(&replay->ranges);
    lsm_range_set_init(&replay->ranges);
    replay->memtable = NULL;
    replay->range_bytes = 0;
}

/* Memtable -> tables -> levels. */
static BaseStatus
flush(LsmReplay *replay)
{
    LsmRewrite result = {0};
    BaseStatus status = rewrite(replay, &result);
    if (status.code == BASE_OK) {
        status = add_tables(replay, &result);
    }
    lsm_rewrite_clear(&result);
    drop_memtable(replay);
    return status;
}

/* ---------------------------------------------------------------------------------- memtable -- */

/* A memtable with room for an entry of these sizes. */
static BaseStatus
begin_memtable(LsmReplay *replay, size_t key_len, size_t value_len)
{
    size_t bytes = replay->args->memtable_bytes;
    BaseStatus status = lsm_memtable_new(bytes, &replay->memtable);
    if (status.code != BASE_OK) {
        return status;
    }
    size_t need = lsm_memtable_entry_bytes(replay->memtable, key_len, value_len);
    if (lsm_memtable_room(replay->memtable) < need) {
        lsm_memtable_free(replay->memtable);
        replay->memtable = NULL;
        status = lsm_memtable_new(bytes + need, &replay->memtable);
    }
    return status;
}

/* Makes sure that there is a memtable with room for an entry of these sizes. */
static BaseStatus
make_room(LsmReplay *replay, size_t key_len, size_t value_len)
{
    BaseStatus status = base_ok();
    if (replay->memtable != NULL &&
        (lsm_memtable_room(replay->memtable) <
             lsm_memtable_entry_bytes(replay->memtable, key_len, value_len) ||
         replay->range_bytes > replay->args->memtable_bytes)) {
        status = flush(replay);
    }
    if (status.code == BASE_OK && replay->memtable == NULL) {
        status = begin_memtable(replay, key_len, value_len);
    }
    return status.code == BASE_OK ? lsm_memtable_reserve(replay->memtable, 1) : status;
}

/* Puts a stored key together; false: no memory. */
static bool
store_key(BaseBuf *into, bool system, BaseSlice key)
{
    base_buf_reset(into);
    return base_buf_append_byte(into, system ? 1 : 0) && base_buf_append_slice(into, key);
}

static BaseStatus
add_entry(LsmReplay *replay, const FormatLogOperation *operation)
{
    BaseStatus status = make_room(replay, operation->key.len + 1, operation->value.len);
    if (status.code != BASE_OK) {
        return status;
    }
    if (!store_key(&replay->key, operation->system, operation->key)) {
        return no_memory();
    }
    BaseSlice key = base_buf_slice(&replay->key);
    bool put = operation->kind == FORMAT_LOG_PUT;
    LsmEntry entry = {.key = key,
                      .hash = lsm_key_index_hash(key),
                      .kind = put ? LSM_RECORD_PUT : LSM_RECORD_REMOVE,
                      .value = put ? operation->value : BASE_SLICE_EMPTY,
                      .version = replay->version,
                      .expires_at_ms = operation->expires_at_ms};
    LsmBuilt built = lsm_memtable_build(replay->memtable, &entry);
    lsm_memtable_link(replay->memtable, &built);
    return base_ok();
}

static BaseStatus
add_range(LsmReplay *replay, const FormatLogOperation *operation)
{
    BaseStatus status = make_room(replay, 0, 0);
    if (status.code != BASE_OK) {
        return status;
    }
    bool stored = store_key(&replay->key, operation->system, operation->key);
    if (operation->unbounded) { /* up to the next keyspace */
        base_buf_reset(&replay->stop);
        stored = stored && base_buf_append_byte(&replay->stop, operation->system ? 2 : 1);
    } else {
        stored = stored && store_key(&replay->stop, operation->system, operation->value);
    }
    FormatRange range = {base_buf_slice(&replay->key), base_buf_slice(&replay->stop),
                         replay->version};
    LsmRangeBuilt built;
    status = stored ? lsm_range_set_build(&range, &built) : no_memory();
    if (status.code == BASE_OK) {
        lsm_range_set_add(&replay->ranges, built);
        replay->range_bytes += range.start.len + range.stop.len + sizeof(range);
    }
    return status;
}

/* ----------------------------------------------------------------------------------- commits -- */

/* An operation and its place in its commit. */
typedef struct Placed {
    FormatLogOperation operation;
    size_t place;
} Placed;

/* By key, and of one key the latest first. */
static int
compare_placed(const void *a, const void *b)
{
    const Placed *left = a;
    const Placed *right = b;
    int order = left->operation.system - right->operation.system;
    if (order == 0) {
        order = base_slice_compare(left->operation.key, right->operation.key);
    }
    return order != 0 ? order : (left->place < right->place) - (left->place > right->place);
}

/* Whether a later range of the commit has the key. */
static bool
is_removed_later(const Placed *point, const Placed *ranges, size_t range_count)
{
    const FormatLogOperation *operation = &point->operation;
    for (size_t i = 0; i < range_count; i++) {
        const FormatLogOperation *range = &ranges[i].operation;
        if (ranges[i].place > point->place && range->system == operation->system &&
            base_slice_compare(range->key, operation->key) <= 0 &&
            (range->unbounded || base_slice_compare(operation->key, range->value) < 0)) {
            return true;
        }
    }
    return false;
}

/* Takes the operations that nothing later in the commit undoes. Ranges come first, then points. */
static BaseStatus
add_sorted(LsmReplay *replay, Placed *ranges, size_t range_count, size_t point_count)
{
    BaseStatus status = base_ok();
    for (size_t i = 0; i < range_count && status.code == BASE_OK; i++) {
        status = add_range(replay, &ranges[i].operation);
    }
    Placed *points = ranges + range_count;
    qsort(points, point_count, sizeof(*points), compare_placed);
    for (size_t i = 0; i < point_count && status.code == BASE_OK; i++) {
        const FormatLogOperation *point = &points[i].operation;
        bool superseded = i > 0 && points[i - 1].operation.system == point->system &&
                          base_slice_equal(points[i - 1].operation.key, point->key);
        if (!superseded && !is_removed_later(&points[i], ranges, range_count)) {
            status = add_entry(replay, point);
        }
    }
    return status;
}

/* Reads all operations; ranges go to the front of the list, points behind them. */
static BaseStatus
add_mixed(LsmReplay *replay, FormatLogReader *reader, size_t range_count)
{
    size_t count = (size_t)reader->left;
    Placed *list = calloc(count, sizeof(*list));
    BaseStatus status = list != NULL ? base_ok() : no_memory();
    size_t range = 0;
    size_t point = range_count;
    for (size_t place = 0; place < count && status.code == BASE_OK; place++) {
        FormatLogOperation operation;
        status = format_log_reader_operation(reader, &operation);
        if (status.code == BASE_OK) {
            bool removes_range = operation.kind == FORMAT_LOG_REMOVE_RANGE;
            list[removes_range ? range++ : point++] = (Placed){operation, place};
        }
    }
    if (status.code == BASE_OK) {
        status = add_sorted(replay, list, range_count, count - range_count);
    }
    free(list);
    return status;
}

/* How many ranges the commit removes; the reader is a copy. */
static BaseStatus
count_ranges(FormatLogReader reader, size_t *ret_count)
{
    BaseStatus status = base_ok();
    *ret_count = 0;
    while (reader.left != 0 && status.code == BASE_OK) {
        FormatLogOperation operation;
        status = format_log_reader_operation(&reader, &operation);
        *ret_count += status.code == BASE_OK && operation.kind == FORMAT_LOG_REMOVE_RANGE;
    }
    return status;
}

BaseStatus
lsm_replay_commit(void *user, const FormatLogCommit *commit, FormatLogReader *reader)
{
    LsmReplay *replay = user;
    size_t ranges = 0;
    BaseStatus status = count_ranges(*reader, &ranges);
    replay->version = commit->version;
    replay->stamp_ms = commit->stamp_ms;
    if (status.code == BASE_OK && ranges != 0) {
        return add_mixed(replay, reader, ranges);
    }
    while (reader->left != 0 && status.code == BASE_OK) {
        FormatLogOperation operation;
        status = format_log_reader_operation(reader, &operation);
        if (status.code == BASE_OK) {
            status = add_entry(replay, &operation);
        }
    }
    return status;
}

/* -------------------------------------------------------------------------------------- life -- */

void
lsm_replay_init(LsmReplay *replay, const LsmRecoveryArgs *args, LsmLevels *levels,
                int64_t next_file)
{
    *replay = (LsmReplay){.args = args,
                          .levels = lsm_levels_ref(levels),
                          .first_file = next_file,
                          .next_file = next_file,
                          .key = BASE_BUF_INIT,
                          .stop = BASE_BUF_INIT};
    lsm_range_set_init(&replay->ranges);
}

BaseStatus
lsm_replay_end(LsmReplay *replay)
{
    return replay->memtable != NULL ? flush(replay) : base_ok();
}

void
lsm_replay_undo(LsmReplay *replay)
{
    for (int64_t number = replay->first_file; number < replay->next_file; number++) {
        char name[FORMAT_FILE_NAME_BYTES];
        char path[ENV_PATH_MAX];
        format_file_name_write((FormatFileName){FORMAT_FILE_TABLE, (uint64_t)number}, name);
        if (env_join(path, replay->args->directory, name).code == BASE_OK) {
            (void)env_unlink(replay->args->env, path);
        }
    }
}

void
lsm_replay_clear(LsmReplay *replay)
{
    drop_memtable(replay);
    lsm_levels_unref(replay->levels);
    base_buf_clear(&replay->key);
    base_buf_clear(&replay->stop);
}
