/*
 * cursor.c: moves in generations and runs. See cursor.h.
 *
 * Tables have every version of a key, the newest first. Forward, the first entry of a key that is
 * not too new is the one to show, and the older ones behind it, which the table's cursor can tell
 * without comparing keys, are passed by the next move. Backward, the oldest entry of a key comes
 * first; the table's cursor knows whether a newer one precedes it, so there is nothing to step back
 * over in the usual case of one version a key.
 */
#include "engine/lsm/cursor.h"

#include "engine/base/check.h"
#include "engine/lsm/tables.h"

static void
stand_nowhere(LsmCursor *cursor, BaseStatus status)
{
    cursor->entry = NULL;
    cursor->waits = false;
    cursor->status = status;
}

/* ------------------------------------------------------------------------------- generations -- */

static void
show_record(LsmCursor *cursor, const LsmRecord *record)
{
    cursor->shown = (FormatEntry){.key = lsm_memtable_cursor_key(&cursor->memory),
                                  .value = lsm_record_value(record),
                                  .version = record->version,
                                  .expires_at_ms = record->expires_at_ms,
                                  .kind = (FormatKind)record->kind};
    cursor->entry = &cursor->shown;
}

/* From a key to the first one, that one included, of which the reader sees something. */
static void
memory_settle(LsmCursor *cursor, bool backward)
{
    LsmTreeCursor *place = &cursor->memory.place;
    while (lsm_memtable_cursor_valid(&cursor->memory)) {
        const LsmRecord *record =
            lsm_memtable_cursor_record(&cursor->memory, cursor->reader->version);
        if (record != NULL) {
            show_record(cursor, record);
            return;
        }
        (backward ? lsm_tree_cursor_prev : lsm_tree_cursor_next)(place);
    }
    stand_nowhere(cursor, base_ok());
}

/* To a key's place in the tree; what is there is fetched, but not looked at. */
static void
memory_aim(LsmCursor *cursor, BaseSlice key, bool backward)
{
    LsmTreeCursor *place = &cursor->memory.place;
    if (backward) {
        lsm_tree_cursor_seek_before(place, key);
    } else {
        lsm_tree_cursor_seek(place, key);
    }
    if (lsm_tree_cursor_valid(place)) {
        __builtin_prefetch(lsm_tree_cursor_key(place));
    }
}

/* Fetches the newest record of the key there. */
static void
memory_close_in(const LsmCursor *cursor)
{
    const LsmTreeCursor *place = &cursor->memory.place;
    if (lsm_tree_cursor_valid(place)) {
        const LsmTreeKey *key = lsm_tree_cursor_key(place);
        LsmRef newest = atomic_load_explicit(&key->newest, memory_order_relaxed);
        __builtin_prefetch(lsm_arena_at(place->tree->arena, newest));
    }
}

/* -------------------------------------------------------------------------------------- runs -- */

static TableIterator *
enter_table(LsmCursor *cursor, size_t index)
{
    TableIterator *iterator = &cursor->iterator;
    if (!cursor->table_open || cursor->table != index) {
        Table *table = lsm_table_reader(cursor->run->tables[index]);
        unsigned flags = cursor->reader->flags | lsm_counters_cache_group(cursor->run->level);
        if (cursor->used) {
            table_iterator_reset(iterator, table, flags);
        } else {
            table_iterator_init(iterator, table, flags);
            cursor->used = true;
        }
        cursor->table = index;
        cursor->table_open = true;
    }
    cursor->waits = false;
    lsm_counters_level(cursor->reader->counters, cursor->run->level, LSM_LEVEL_SEEKS, 1);
    return iterator;
}

/* Waits at the smallest key of a table, or at none if that is behind the range. */
static void
wait_forward(LsmCursor *cursor, size_t index)
{
    const LsmRun *run = cursor->run;
    stand_nowhere(cursor, base_ok());
    if (index < run->count &&
        base_slice_compare(run->tables[index]->info.smallest, cursor->reader->range->stop) < 0) {
        cursor->table_open = cursor->table_open && cursor->table == index;
        cursor->table = index;
        cursor->border = run->tables[index]->info.smallest;
        cursor->waits = true;
    }
}

/* Waits at the largest key of the table before `index`, or at none if that is before the range. */
static void
wait_backward(LsmCursor *cursor, size_t index)
{
    const LsmRun *run = cursor->run;
    stand_nowhere(cursor, base_ok());
    if (index > 0 && base_slice_compare(run->tables[index - 1]->info.largest,
                                        cursor->reader->range->start) >= 0) {
        cursor->table_open = cursor->table_open && cursor->table == index - 1;
        cursor->table = index - 1;
        cursor->border = run->tables[index - 1]->info.largest;
        cursor->waits = true;
    }
}

/* From an entry to the first one, that one included, that is not too new. */
static void
run_settle_forward(LsmCursor *cursor)
{
    TableIterator *iterator = &cursor->iterator;
    int64_t version = cursor->reader->version;
    while (iterator->valid && table_iterator_entry(iterator)->version > version) {
        table_iterator_next(iterator);
    }
    if (iterator->valid) {
        cursor->entry = table_iterator_entry(iterator);
    } else if (base_is_ok(iterator->status)) {
        wait_forward(cursor, cursor->table + 1);
    } else {
        stand_nowhere(cursor, iterator->status);
    }
}

/* From an entry that the reader sees to the newest one of its key. */
static void
to_newest(LsmCursor *cursor)
{
    TableIterator *iterator = &cursor->iterator;
    while (table_iterator_has_newer(iterator)) {
        table_iterator_prev(iterator);
        if (!iterator->valid) {
            return;
        }
        if (table_iterator_entry(iterator)->version > cursor->reader->version) {
            table_iterator_next(iterator);
            return;
        }
    }
}

/* From an entry, the oldest of its key, to the key at or before it that is not wholly too new. */
static void
run_settle_backward(LsmCursor *cursor)
{
    TableIterator *iterator = &cursor->iterator;
    int64_t version = cursor->reader->version;
    while (iterator->valid && table_iterator_entry(iterator)->version > version) {
        table_iterator_prev(iterator);
    }
    if (iterator->valid) {
        to_newest(cursor);
    }
    if (iterator->valid) {
        cursor->entry = table_iterator_entry(iterator);
    } else if (base_is_ok(iterator->status)) {
        wait_backward(cursor, cursor->table);
    } else {
        stand_nowhere(cursor, iterator->status);
    }
}

/* Finds the table to seek in. False: there is none, and the cursor waits or stands nowhere. */
static bool
run_aim(LsmCursor *cursor, BaseSlice key, bool backward)
{
    const LsmRun *run = cursor->run;
    size_t index = lsm_run_place(run, key);
    int order =
        index == run->count ? -1 : base_slice_compare(run->tables[index]->info.smallest, key);
    if (index < run->count && (backward ? order < 0 : order <= 0)) {
        table_iterator_aim(enter_table(cursor, index), key);
        return true;
    }
    if (backward) {
        wait_backward(cursor, index);
    } else {
        wait_forward(cursor, index);
    }
    return false;
}

static void
run_seek_aimed(LsmCursor *cursor, BaseSlice key, bool backward)
{
    TableIterator *iterator = &cursor->iterator;
    if (backward) {
        table_iterator_seek_before_aimed(iterator, key, INT64_MAX);
        run_settle_backward(cursor);
    } else {
        table_iterator_seek_aimed(iterator, key, cursor->reader->version);
        run_settle_forward(cursor);
    }
}

/* --------------------------------------------------------------------------------- all kinds -- */

static void
cursor_open(LsmCursor *cursor, const LsmCursorReader *reader, size_t rank, const LsmRun *run)
{
    stand_nowhere(cursor, base_ok());
    cursor->rank = rank;
    cursor->reader = reader;
    cursor->run = run;
    cursor->table_open = false;
}

void
lsm_cursor_open_generation(LsmCursor *cursor, const LsmCursorReader *reader, size_t rank,
                           const LsmGeneration *generation)
{
    cursor_open(cursor, reader, rank, NULL);
    lsm_memtable_cursor_init(&cursor->memory, generation->memtable, reader->keyspace);
}

void
lsm_cursor_open_run(LsmCursor *cursor, const LsmCursorReader *reader, size_t rank,
                    const LsmRun *run)
{
    cursor_open(cursor, reader, rank, run);
}

void
lsm_cursor_rest(LsmCursor *cursor)
{
    stand_nowhere(cursor, base_ok());
    cursor->table_open = false;
    if (cursor->used) {
        table_iterator_rest(&cursor->iterator);
    }
}

void
lsm_cursor_clear(LsmCursor *cursor)
{
    if (cursor->used) {
        table_iterator_clear(&cursor->iterator);
    }
    *cursor = (LsmCursor){.entry = NULL};
}

static void
seek(LsmCursor *cursor, BaseSlice key, bool backward)
{
    if (cursor->run == NULL) {
        memory_aim(cursor, key, backward);
        memory_settle(cursor, backward);
    } else if (run_aim(cursor, key, backward)) {
        run_seek_aimed(cursor, key, backward);
    }
}

void
lsm_cursor_seek(LsmCursor *cursor, BaseSlice key)
{
    seek(cursor, key, false);
}

void
lsm_cursor_seek_before(LsmCursor *cursor, BaseSlice key)
{
    seek(cursor, key, true);
}

BaseStatus
lsm_cursor_seek_many(LsmCursor *cursors, size_t count, bool backward)
{
    if (!base_epoch_enter()) {
        return base_error(BASE_NO_MEMORY, "no memory for a read section");
    }
    LsmCursor *end = cursors + count;
    for (LsmCursor *cursor = cursors; cursor < end; cursor++) {
        cursor->aims = cursor->run != NULL && run_aim(cursor, cursor->goal, backward);
    }
    for (LsmCursor *cursor = cursors; cursor < end; cursor++) {
        if (cursor->aims) {
            table_iterator_approach(&cursor->iterator);
        }
    }
    for (LsmCursor *cursor = cursors; cursor < end; cursor++) {
        if (cursor->run == NULL) {
            memory_aim(cursor, cursor->goal, backward);
        }
    }
    /* From here on the last that was asked for first: those of tables have had the longest time. */
    for (LsmCursor *cursor = end; cursor-- > cursors;) {
        if (cursor->run == NULL) {
            memory_close_in(cursor);
        } else if (cursor->aims) {
            table_iterator_close_in(&cursor->iterator, cursor->goal, cursor->reader->version);
        }
    }
    for (LsmCursor *cursor = end; cursor-- > cursors;) {
        if (cursor->run == NULL) {
            memory_settle(cursor, backward);
        } else if (cursor->aims) {
            run_seek_aimed(cursor, cursor->goal, backward);
        }
    }
    base_epoch_exit();
    return base_ok();
}

void
lsm_cursor_next(LsmCursor *cursor)
{
    if (cursor->run == NULL) {
        lsm_memtable_cursor_fetch_ahead(&cursor->memory);
        lsm_tree_cursor_next(&cursor->memory.place);
        memory_settle(cursor, false);
        return;
    }
    TableIterator *iterator = &cursor->iterator;
    do {
        table_iterator_next(iterator);
    } while (iterator->valid && table_iterator_repeats(iterator));
    run_settle_forward(cursor);
}

void
lsm_cursor_prev(LsmCursor *cursor)
{
    if (cursor->run == NULL) {
        lsm_tree_cursor_prev(&cursor->memory.place);
        memory_settle(cursor, true);
        return;
    }
    table_iterator_prev(&cursor->iterator);
    run_settle_backward(cursor);
}

void
lsm_cursor_show_again(LsmCursor *cursor)
{
    memory_settle(cursor, false);
}

void
lsm_cursor_arrive(LsmCursor *cursor, bool backward)
{
    TableIterator *iterator = enter_table(cursor, cursor->table);
    if (backward) {
        table_iterator_last(iterator);
        run_settle_backward(cursor);
    } else {
        table_iterator_first(iterator);
        run_settle_forward(cursor);
    }
}
