/*
 * levels.c: applying edits to a copy, then checking the copy as a whole.
 *
 * The copy holds a reference to each of its tables from the moment it lists it, so giving up half
 * way is unreferencing the copy. A table that one payload drops and adds again (a trivial move)
 * stays the same object, with the reader that it has.
 */
#include "engine/lsm/levels_private.h"

#include "engine/base/check.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define MESSAGE_BYTES 256

/* Edits being applied. */
typedef struct Draft {
    const LsmLevels *before;
    LsmLevels *after;
    char *message;
} Draft;

__attribute__((format(printf, 2, 3))) static BaseStatus
broken(const Draft *draft, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(draft->message, MESSAGE_BYTES, format, arguments);
    va_end(arguments);
    return base_error(BASE_CORRUPTION, "edits of the manifest do not fit");
}

static BaseStatus
no_memory(void)
{
    return base_error(BASE_NO_MEMORY, "no memory for the levels of a store");
}

/* ----------------------------------------------------------------------------------- tables -- */

/* Copies bytes to *place, which moves on. */
static BaseSlice
keep_bytes(uint8_t **place, BaseSlice bytes)
{
    BaseSlice kept = base_slice(*place, bytes.len);
    if (bytes.len != 0) {
        memcpy(*place, bytes.data, bytes.len);
    }
    *place += bytes.len;
    return kept;
}

static LsmTable *
table_new(const FormatTable *info)
{
    size_t extra = info->smallest.len + info->largest.len + info->blobs.bytes.len;
    LsmTable *table = calloc(1, sizeof(*table) + extra);
    if (table != NULL) {
        uint8_t *place = (uint8_t *)(table + 1);
        table->info = *info;
        table->info.smallest = keep_bytes(&place, info->smallest);
        table->info.largest = keep_bytes(&place, info->largest);
        table->info.blobs.bytes = keep_bytes(&place, info->blobs.bytes);
    }
    return table;
}

static void
table_unref(const LsmTableOwner *owner, LsmTable *table)
{
    if (atomic_fetch_sub_explicit(&table->refs, 1, memory_order_acq_rel) == 1) {
        owner->unused(owner->user, table);
        free(table);
    }
}

/* Lists a table at a place of a level and takes a reference. */
static bool
level_insert(LsmLevel *level, size_t place, LsmTable *table)
{
    LsmTable **tables = realloc(level->tables, (level->count + 1) * sizeof(LsmTable *));
    if (tables == NULL) {
        return false;
    }
    memmove(&tables[place + 1], &tables[place], (level->count - place) * sizeof(LsmTable *));
    tables[place] = table;
    level->tables = tables;
    level->count++;
    level->bytes += table->info.size;
    atomic_fetch_add_explicit(&table->refs, 1, memory_order_relaxed);
    return true;
}

/* Where a table belongs. */
static size_t
place_in(const LsmLevel *level, bool by_order, const LsmTable *table)
{
    size_t low = 0;
    size_t high = level->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        const FormatTable *other = &level->tables[middle]->info;
        bool before = by_order ? other->order < table->info.order
                               : base_slice_compare(other->smallest, table->info.smallest) < 0;
        if (before) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

LsmTable *
lsm_levels_find(const LsmLevels *levels, int64_t number, int *ret_level)
{
    for (int level = 0; level < LSM_LEVELS; level++) {
        for (size_t i = 0; i < levels->levels[level].count; i++) {
            LsmTable *table = levels->levels[level].tables[i];
            if (table->info.number == number) {
                *ret_level = level;
                return table;
            }
        }
    }
    return NULL;
}

/* ------------------------------------------------------------------------------------- edits -- */

static BaseStatus
add_table(Draft *draft, const FormatTable *info)
{
    int level;
    if (info->level >= LSM_LEVELS || info->number == 0) {
        return broken(draft, "table %06" PRId64 " in level %" PRId64, info->number, info->level);
    }
    if (lsm_levels_find(draft->after, info->number, &level) != NULL) {
        return broken(draft, "table %06" PRId64 " is in level %d already", info->number, level);
    }
    LsmTable *table = lsm_levels_find(draft->before, info->number, &level);
    if (table != NULL && table->info.id != info->id) {
        return broken(draft, "table %06" PRId64 " comes back as another file", info->number);
    }
    bool made = table == NULL;
    if (made) {
        table = table_new(info);
    }
    LsmLevel *into = &draft->after->levels[info->level];
    if (table == NULL || !level_insert(into, place_in(into, info->level == 0, table), table)) {
        free(made ? table : NULL);
        return no_memory();
    }
    return base_ok();
}

static BaseStatus
drop_table(Draft *draft, int64_t level, int64_t number)
{
    int found = -1;
    LsmTable *table = lsm_levels_find(draft->after, number, &found);
    if (table == NULL || found != level) {
        return broken(draft, "table %06" PRId64 " is not in level %" PRId64, number, level);
    }
    LsmLevel *from = &draft->after->levels[level];
    size_t place = 0;
    while (from->tables[place] != table) {
        place++;
    }
    from->count--;
    from->bytes -= table->info.size;
    memmove(&from->tables[place], &from->tables[place + 1],
            (from->count - place) * sizeof(LsmTable *));
    table_unref(draft->after->owner, table);
    return base_ok();
}

static BaseStatus
grow(const Draft *draft, const char *what, int64_t *figure, int64_t value)
{
    if (value < *figure) {
        return broken(draft, "%s goes back from %" PRId64 " to %" PRId64, what, *figure, value);
    }
    *figure = value;
    return base_ok();
}

static BaseStatus
apply_edit(Draft *draft, const FormatEdit *edit)
{
    LsmStoreState *state = &draft->after->state;
    BaseStatus status = base_ok();
    switch (edit->tag) {
    case FORMAT_EDIT_STORE:
        state->store_id = edit->store.id;
        state->made_at_ms = edit->store.made_at_ms;
        break;
    case FORMAT_EDIT_NEXT_FILE:
        return grow(draft, "the next file number", &state->next_file, edit->number);
    case FORMAT_EDIT_LOG_FLOOR:
        return grow(draft, "the log floor", &state->log_floor, edit->number);
    case FORMAT_EDIT_LAST:
        status = grow(draft, "the last version", &state->last_version, edit->last.version);
        return status.code != BASE_OK
                   ? status
                   : grow(draft, "the last stamp", &state->last_stamp_ms, edit->last.stamp_ms);
    case FORMAT_EDIT_ADD_TABLE:
        return add_table(draft, &edit->add_table);
    case FORMAT_EDIT_DROP_TABLE:
        return drop_table(draft, edit->drop_table.level, edit->drop_table.number);
    case FORMAT_EDIT_ADD_BLOB_FILE:
    case FORMAT_EDIT_DEAD_BLOBS:
    case FORMAT_EDIT_DROP_BLOB_FILE:
        return lsm_levels_change_blobs(draft->after, edit, draft->message);
    case FORMAT_EDIT_CLEAN_END:
        state->clean_segment = edit->clean_end.segment;
        state->clean_len = edit->clean_end.len;
        break;
    case FORMAT_EDIT_COMPACT_POINTER:
        break; /* the picker has no use for it */
    }
    return status;
}

/* ---------------------------------------------------------------------------------- checking -- */

static BaseStatus
check_table(const Draft *draft, const LsmTable *table)
{
    const FormatTable *info = &table->info;
    const LsmStoreState *state = &draft->after->state;
    if (info->number >= state->next_file) {
        return broken(draft, "table %06" PRId64 ", but the next file is %06" PRId64, info->number,
                      state->next_file);
    }
    if (info->version_max > state->last_version) {
        return broken(draft, "table %06" PRId64 " has version %" PRId64 ", the last is %" PRId64,
                      info->number, info->version_max, state->last_version);
    }
    return base_ok();
}

static BaseStatus
check_neighbours(const Draft *draft, int level, const LsmTable *left, const LsmTable *right)
{
    bool good = left->info.order < right->info.order;
    if (level != 0) {
        int order = base_slice_compare(left->info.largest, right->info.smallest);
        good = order < 0 || (order == 0 && left->info.largest_excluded);
    }
    return good ? base_ok()
                : broken(draft, "tables %06" PRId64 " and %06" PRId64 " of level %d overlap",
                         left->info.number, right->info.number, level);
}

static BaseStatus
check_levels(const Draft *draft)
{
    BaseStatus status = base_ok();
    for (int level = 0; level < LSM_LEVELS; level++) {
        const LsmLevel *tables = &draft->after->levels[level];
        for (size_t i = 0; i < tables->count && status.code == BASE_OK; i++) {
            status = check_table(draft, tables->tables[i]);
            if (status.code == BASE_OK && i > 0) {
                status = check_neighbours(draft, level, tables->tables[i - 1], tables->tables[i]);
            }
        }
    }
    return status;
}

/* -------------------------------------------------------------------------------------- life -- */

BaseStatus
lsm_levels_new(const LsmTableOwner *owner, LsmLevels **ret_levels)
{
    LsmLevels *levels = calloc(1, sizeof(*levels));
    if (levels == NULL) {
        return no_memory();
    }
    atomic_init(&levels->refs, 1);
    levels->owner = owner;
    levels->state.next_file = 1;
    levels->state.log_floor = 1;
    *ret_levels = levels;
    return base_ok();
}

static BaseStatus
copy(const LsmLevels *from, LsmLevels **ret_copy)
{
    BaseStatus status = lsm_levels_new(from->owner, ret_copy);
    if (status.code != BASE_OK) {
        return status;
    }
    LsmLevels *to = *ret_copy;
    to->state = from->state;
    to->state.clean_segment = 0;
    to->state.clean_len = 0;
    for (int level = 0; level < LSM_LEVELS; level++) {
        for (size_t i = 0; i < from->levels[level].count; i++) {
            if (!level_insert(&to->levels[level], i, from->levels[level].tables[i])) {
                return no_memory();
            }
        }
    }
    return lsm_levels_copy_blobs(from, to) ? base_ok() : no_memory();
}

BaseStatus
lsm_levels_apply(const LsmLevels *levels, BaseSlice payload, char *message, LsmLevels **ret_levels)
{
    Draft draft = {.before = levels, .message = message};
    message[0] = '\0';
    BaseStatus status = copy(levels, &draft.after);
    FormatDecoder decoder = format_decode(payload);
    while (status.code == BASE_OK && format_decode_left(&decoder) != 0) {
        FormatEdit edit;
        status = format_manifest_edit_decode(&decoder, &edit);
        if (status.code == BASE_OK) {
            status = apply_edit(&draft, &edit);
        }
    }
    if (status.code == BASE_OK) {
        status = check_levels(&draft);
    }
    if (status.code == BASE_OK) {
        status = lsm_runs_make(draft.after, &draft.after->runs, &draft.after->run_count);
    }
    if (status.code != BASE_OK) {
        lsm_levels_unref(draft.after);
        return status;
    }
    *ret_levels = draft.after;
    return base_ok();
}

/* Whether some level lists this very table. */
static bool
holds(const LsmLevels *levels, const LsmTable *table)
{
    for (int level = 0; level < LSM_LEVELS; level++) {
        const LsmLevel *tables = &levels->levels[level];
        size_t place = place_in(tables, level == 0, table);
        if (place < tables->count && tables->tables[place] == table) {
            return true;
        }
    }
    return false;
}

void
lsm_levels_supersede(const LsmLevels *before, const LsmLevels *after)
{
    for (int level = 0; level < LSM_LEVELS; level++) {
        for (size_t i = 0; i < before->levels[level].count; i++) {
            LsmTable *table = before->levels[level].tables[i];
            if (!holds(after, table)) {
                atomic_store_explicit(&table->dropped, true, memory_order_release);
            }
        }
    }
    lsm_levels_supersede_blobs(before, after);
}

LsmLevels *
lsm_levels_ref(LsmLevels *levels)
{
    atomic_fetch_add_explicit(&levels->refs, 1, memory_order_relaxed);
    return levels;
}

void
lsm_levels_unref(LsmLevels *levels)
{
    if (levels == NULL || atomic_fetch_sub_explicit(&levels->refs, 1, memory_order_acq_rel) != 1) {
        return;
    }
    lsm_runs_clear(levels->runs, levels->run_count);
    for (int level = 0; level < LSM_LEVELS; level++) {
        for (size_t i = 0; i < levels->levels[level].count; i++) {
            table_unref(levels->owner, levels->levels[level].tables[i]);
        }
        free(levels->levels[level].tables);
    }
    lsm_levels_clear_blobs(levels);
    free(levels);
}

/* -------------------------------------------------------------------------------- describing -- */

static bool
describe_state(const LsmStoreState *state, BaseBuf *into)
{
    FormatEdit store = {.tag = FORMAT_EDIT_STORE};
    store.store.id = state->store_id;
    store.store.made_at_ms = state->made_at_ms;
    FormatEdit next = {.tag = FORMAT_EDIT_NEXT_FILE, .number = state->next_file};
    FormatEdit floor = {.tag = FORMAT_EDIT_LOG_FLOOR, .number = state->log_floor};
    FormatEdit last = {.tag = FORMAT_EDIT_LAST};
    last.last.version = state->last_version;
    last.last.stamp_ms = state->last_stamp_ms;
    return format_manifest_edit_encode(into, &store) && format_manifest_edit_encode(into, &next) &&
           format_manifest_edit_encode(into, &floor) && format_manifest_edit_encode(into, &last);
}

bool
lsm_levels_describe(const LsmLevels *levels, BaseBuf *into)
{
    bool good = describe_state(&levels->state, into) && lsm_levels_describe_blobs(levels, into);
    for (int level = 0; level < LSM_LEVELS; level++) {
        for (size_t i = 0; i < levels->levels[level].count && good; i++) {
            FormatEdit edit = {.tag = FORMAT_EDIT_ADD_TABLE};
            edit.add_table = levels->levels[level].tables[i]->info;
            edit.add_table.level = level;
            good = format_manifest_edit_encode(into, &edit);
        }
    }
    return good;
}
