/*
 * source.c: moves of the two kinds of sources.
 */
#include "engine/lsm/source.h"

#include "engine/base/check.h"

/* ---------------------------------------------------------------------------------- memtable -- */

static void
show_record(LsmSource *source, const LsmRecord *record)
{
    LsmMemorySource *memory = &source->memory;
    memory->record = record;
    memory->entry = (FormatEntry){.key = lsm_memtable_cursor_key(&memory->cursor),
                                  .value = lsm_record_value(record),
                                  .version = record->version,
                                  .expires_at_ms = record->expires_at_ms,
                                  .kind = (FormatKind)record->kind};
    source->entry = &memory->entry;
    source->valid = true;
}

/* From a key to the first one, that one included, that has an entry to show. */
static void
settle_forward(LsmSource *source)
{
    LsmMemorySource *memory = &source->memory;
    for (;;) {
        while (lsm_memtable_cursor_valid(&memory->cursor)) {
            const LsmRecord *record = lsm_memtable_cursor_record(&memory->cursor, memory->version);
            if (record != NULL) {
                show_record(source, record);
                return;
            }
            lsm_tree_cursor_next(&memory->cursor.place);
        }
        if (!memory->all || ++memory->keyspace >= LSM_MEMTABLE_KEYSPACES) {
            source->valid = false;
            return;
        }
        lsm_memtable_cursor_init(&memory->cursor, memory->cursor.memtable, memory->keyspace);
        lsm_tree_cursor_first(&memory->cursor.place);
    }
}

static void
settle_backward(LsmSource *source)
{
    LsmMemorySource *memory = &source->memory;
    for (; lsm_memtable_cursor_valid(&memory->cursor);
         lsm_tree_cursor_prev(&memory->cursor.place)) {
        const LsmRecord *record = lsm_memtable_cursor_record(&memory->cursor, memory->version);
        if (record != NULL) {
            show_record(source, record);
            return;
        }
    }
    source->valid = false;
}

static void
memory_first(LsmSource *source)
{
    LsmMemorySource *memory = &source->memory;
    if (memory->all) {
        memory->keyspace = 0;
        lsm_memtable_cursor_init(&memory->cursor, memory->cursor.memtable, 0);
    }
    lsm_tree_cursor_first(&memory->cursor.place);
    settle_forward(source);
}

static void
memory_next(LsmSource *source)
{
    LsmMemorySource *memory = &source->memory;
    if (memory->all) {
        const LsmRecord *older = lsm_memtable_older(memory->cursor.memtable, memory->record);
        if (older != NULL) {
            show_record(source, older);
            return;
        }
        lsm_memtable_cursor_fetch_ahead(&memory->cursor);
    }
    lsm_tree_cursor_next(&memory->cursor.place);
    settle_forward(source);
}

static void
memory_seek(LsmSource *source, BaseSlice key, int64_t version)
{
    LsmMemorySource *memory = &source->memory;
    if (memory->all) {
        memory->keyspace = key.data[0];
        lsm_memtable_cursor_init(&memory->cursor, memory->cursor.memtable, memory->keyspace);
    }
    lsm_tree_cursor_seek(&memory->cursor.place, key);
    settle_forward(source);
    while (source->valid && source->entry->version > version &&
           base_slice_equal(source->entry->key, key)) {
        memory_next(source);
    }
}

static void
memory_seek_before(LsmSource *source, BaseSlice key, int64_t version)
{
    LsmMemorySource *memory = &source->memory;
    BASE_INVARIANT(!memory->all);
    lsm_tree_cursor_seek(&memory->cursor.place, key);
    if (lsm_memtable_cursor_valid(&memory->cursor) &&
        base_slice_equal(lsm_memtable_cursor_key(&memory->cursor), key)) {
        const LsmRecord *record = lsm_memtable_cursor_record(&memory->cursor, memory->version);
        if (record != NULL && record->version > version) {
            show_record(source, record);
            return;
        }
    }
    lsm_tree_cursor_seek_before(&memory->cursor.place, key);
    settle_backward(source);
}

/* ------------------------------------------------------------------------------------ tables -- */

/* Opens the table at an index, standing nowhere. */
static TableIterator *
open_at(LsmTablesSource *tables, size_t index)
{
    if (tables->open && tables->at == index) {
        return &tables->iterator;
    }
    if (tables->open) {
        table_iterator_clear(&tables->iterator);
    }
    tables->at = index;
    tables->open = true;
    table_iterator_init(&tables->iterator, tables->tables[index]->reader, tables->flags);
    return &tables->iterator;
}

/* Takes over where the iterator stands. */
static void
show_table(LsmSource *source)
{
    const TableIterator *iterator = &source->tables.iterator;
    source->valid = iterator->valid;
    source->status = iterator->status;
    source->entry = iterator->valid ? table_iterator_entry(iterator) : NULL;
}

static void
stand_nowhere(LsmSource *source)
{
    source->valid = false;
    source->status = base_ok();
}

/* Behind the end of a table: on to the next one that has an entry. */
static void
pass_forward(LsmSource *source)
{
    LsmTablesSource *tables = &source->tables;
    show_table(source);
    while (!source->valid && source->status.code == BASE_OK && tables->at + 1 < tables->count) {
        table_iterator_first(open_at(tables, tables->at + 1));
        show_table(source);
    }
}

static void
pass_backward(LsmSource *source)
{
    LsmTablesSource *tables = &source->tables;
    show_table(source);
    while (!source->valid && source->status.code == BASE_OK && tables->at > 0) {
        table_iterator_last(open_at(tables, tables->at - 1));
        show_table(source);
    }
}

/* The first table whose largest key is not before `key`; count: none. */
static size_t
table_of(const LsmTablesSource *tables, BaseSlice key)
{
    size_t low = 0;
    size_t high = tables->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (base_slice_compare(tables->tables[middle]->info.largest, key) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static void
tables_seek(LsmSource *source, BaseSlice key, int64_t version)
{
    LsmTablesSource *tables = &source->tables;
    size_t index = table_of(tables, key);
    if (index == tables->count) {
        stand_nowhere(source);
        return;
    }
    table_iterator_seek(open_at(tables, index), key, version);
    pass_forward(source);
}

static void
tables_seek_before(LsmSource *source, BaseSlice key, int64_t version)
{
    LsmTablesSource *tables = &source->tables;
    if (tables->count == 0) {
        stand_nowhere(source);
        return;
    }
    size_t index = table_of(tables, key);
    index = index == tables->count ? index - 1 : index;
    table_iterator_seek_before(open_at(tables, index), key, version);
    pass_backward(source);
}

static void
tables_edge(LsmSource *source, bool last)
{
    LsmTablesSource *tables = &source->tables;
    if (tables->count == 0) {
        stand_nowhere(source);
    } else if (last) {
        table_iterator_last(open_at(tables, tables->count - 1));
        pass_backward(source);
    } else {
        table_iterator_first(open_at(tables, 0));
        pass_forward(source);
    }
}

/* --------------------------------------------------------------------------------- all kinds -- */

void
lsm_source_init_flush(LsmSource *source, const LsmMemtable *memtable)
{
    *source = (LsmSource){.kind = LSM_SOURCE_MEMTABLE, .status = base_ok()};
    source->memory.all = true;
    source->memory.version = INT64_MAX;
    lsm_memtable_cursor_init(&source->memory.cursor, memtable, 0);
}

void
lsm_source_init_memtable(LsmSource *source, const LsmMemtable *memtable, unsigned keyspace,
                         int64_t version)
{
    *source = (LsmSource){.kind = LSM_SOURCE_MEMTABLE, .status = base_ok()};
    source->memory.keyspace = keyspace;
    source->memory.version = version;
    lsm_memtable_cursor_init(&source->memory.cursor, memtable, keyspace);
}

void
lsm_source_init_tables(LsmSource *source, LsmTable *const *tables, size_t count, unsigned flags)
{
    *source = (LsmSource){.kind = LSM_SOURCE_TABLES, .status = base_ok()};
    source->tables.tables = tables;
    source->tables.count = count;
    source->tables.flags = flags;
}

void
lsm_source_clear(LsmSource *source)
{
    if (source->kind == LSM_SOURCE_TABLES && source->tables.open) {
        table_iterator_clear(&source->tables.iterator);
        source->tables.open = false;
    }
    source->valid = false;
}

void
lsm_source_first(LsmSource *source)
{
    if (source->kind == LSM_SOURCE_MEMTABLE) {
        memory_first(source);
    } else {
        tables_edge(source, false);
    }
}

void
lsm_source_last(LsmSource *source)
{
    if (source->kind == LSM_SOURCE_MEMTABLE) {
        lsm_tree_cursor_last(&source->memory.cursor.place);
        settle_backward(source);
    } else {
        tables_edge(source, true);
    }
}

void
lsm_source_seek(LsmSource *source, BaseSlice key, int64_t version)
{
    if (source->kind == LSM_SOURCE_MEMTABLE) {
        memory_seek(source, key, version);
    } else {
        tables_seek(source, key, version);
    }
}

void
lsm_source_seek_before(LsmSource *source, BaseSlice key, int64_t version)
{
    if (source->kind == LSM_SOURCE_MEMTABLE) {
        memory_seek_before(source, key, version);
    } else {
        tables_seek_before(source, key, version);
    }
}

void
lsm_source_next(LsmSource *source)
{
    if (source->kind == LSM_SOURCE_TABLES) {
        table_iterator_next(&source->tables.iterator);
        if (!source->tables.iterator.valid) {
            pass_forward(source);
        }
    } else {
        memory_next(source);
    }
}

void
lsm_source_prev(LsmSource *source)
{
    if (source->kind == LSM_SOURCE_TABLES) {
        table_iterator_prev(&source->tables.iterator);
        if (!source->tables.iterator.valid) {
            pass_backward(source);
        }
    } else {
        lsm_tree_cursor_prev(&source->memory.cursor.place);
        settle_backward(source);
    }
}
