/*
 * cursor.c: runs of entries. See cursor.h.
 */
#include "engine/plugin/leveldb/cursor.h"

#include "engine/base/buf.h"
#include "engine/plugin/text.h"

#include <stdlib.h>

enum {
    RUN_MAX = 24, /* a cursor stays small enough for the allocator's fast path */
    RUN_PART = 4, /* a run has one entry for so many before it */
    RUN_BYTES = 16 << 10,
    LONG_VALUE = 1 << 10, /* is not copied */
};

typedef struct Cursor {
    PluginCursor base; /* first: it is one */
    leveldb_iterator_t *iterator;
    leveldb_readoptions_t *read;
    bool stands;     /* the iterator is at the run's last entry, which is not copied */
    size_t expected; /* entries behind a seek; 0: unknown */
    size_t taken;    /* since the cursor was placed or turned */
    BaseBuf copies;
    PluginEntry run[RUN_MAX];
} Cursor;

BaseStatus
leveldb_cursor_status(char *error)
{
    if (error == NULL) {
        return base_ok();
    }
    BaseCode code = strncmp(error, "Corruption", 10) == 0    ? BASE_CORRUPTION
                    : strstr(error, "No space left") != NULL ? BASE_NO_SPACE
                                                             : BASE_IO;
    BaseStatus status = base_error(code, plugin_text_keep(error));
    leveldb_free(error);
    return status;
}

leveldb_readoptions_t *
leveldb_cursor_options(void *view)
{
    leveldb_readoptions_t *options = leveldb_readoptions_create();
    leveldb_readoptions_set_verify_checksums(options, 1);
    leveldb_readoptions_set_snapshot(options, view);
    return options;
}

/* The error that the iterator has met; it may stand on a key behind it all the same. */
static BaseStatus
error_of(const Cursor *cursor)
{
    char *error = NULL;
    leveldb_iter_get_error(cursor->iterator, &error);
    return leveldb_cursor_status(error);
}

static BaseSlice
key_of(const Cursor *cursor)
{
    BaseSlice key = BASE_SLICE_EMPTY;
    key.data = (const uint8_t *)leveldb_iter_key(cursor->iterator, &key.len);
    return key;
}

static BaseSlice
value_of(const Cursor *cursor)
{
    BaseSlice value = BASE_SLICE_EMPTY;
    value.data = (const uint8_t *)leveldb_iter_value(cursor->iterator, &value.len);
    return value;
}

static void
step(const Cursor *cursor)
{
    if (cursor->base.back) {
        leveldb_iter_prev(cursor->iterator);
    } else {
        leveldb_iter_next(cursor->iterator);
    }
}

static PluginEntry
entry_of(const Cursor *cursor)
{
    return (PluginEntry){key_of(cursor), value_of(cursor)};
}

/* Copies an entry. False: it is too long, or there is no memory. */
static bool
copy_entry(Cursor *cursor, const PluginEntry *entry)
{
    BaseSlice key = entry->key;
    BaseSlice value = entry->value;
    if (value.len > LONG_VALUE || cursor->copies.len > RUN_BYTES) {
        return false;
    }
    uint8_t *at = base_buf_extend(&cursor->copies, key.len + value.len);
    if (at == NULL) {
        return false;
    }
    memcpy(at, key.data, key.len);
    memcpy(at + key.len, value.data, value.len);
    return true;
}

/* Has copied entries point at their copies, which have come to rest. */
static void
point_at_copies(Cursor *cursor, size_t copied)
{
    const uint8_t *at = cursor->copies.data;
    for (PluginEntry *entry = cursor->run; entry < cursor->run + copied; entry++) {
        entry->key.data = at;
        entry->value.data = at + entry->key.len;
        at += entry->key.len + entry->value.len;
    }
}

/* How many entries the next run may have. */
static size_t
run_most(const Cursor *cursor)
{
    size_t wanted = cursor->taken < cursor->expected ? cursor->expected - cursor->taken
                                                     : 1 + cursor->taken / RUN_PART;
    return wanted < RUN_MAX ? wanted : RUN_MAX;
}

/* Takes a run from where the iterator is, and shows its first entry. */
static void
take_run(Cursor *cursor)
{
    PluginCursor *base = &cursor->base;
    size_t most = run_most(cursor);
    size_t copied = 0;
    base_buf_reset(&cursor->copies);
    for (;;) {
        cursor->stands = leveldb_iter_valid(cursor->iterator) != 0;
        if (!cursor->stands) {
            break;
        }
        cursor->run[copied] = entry_of(cursor);
        if (copied + 1 >= most || !copy_entry(cursor, &cursor->run[copied])) {
            break;
        }
        copied++;
        step(cursor);
    }
    point_at_copies(cursor, copied);
    size_t count = copied + (cursor->stands ? 1 : 0);
    cursor->taken += count;
    base->status = error_of(cursor);
    base->valid = base_is_ok(base->status) && count != 0;
    base->ahead = cursor->run + 1;
    base->ahead_count = base->valid ? count - 1 : 0;
    if (base->valid) {
        base->key = cursor->run[0].key;
        base->value = cursor->run[0].value;
    }
}

/* Moves in a direction, from the last entry of the run or to turn round. */
static void
move(Cursor *cursor, bool back)
{
    PluginCursor *base = &cursor->base;
    bool behind = base->ahead_count != 0 || !cursor->stands; /* the entry that is shown */
    if (base->back != back) {
        if (behind) {
            leveldb_iter_seek(cursor->iterator, leveldb_text(base->key), base->key.len);
        }
        base->back = back;
        cursor->taken = 0;
    } else if (!cursor->stands) {
        base->valid = false; /* the run was the last one */
        return;
    }
    step(cursor);
    take_run(cursor);
}

BaseStatus
leveldb_cursor_new(PluginPeer *peer, void *view, bool cached_only, size_t expected,
                   PluginCursor **ret_cursor)
{
    (void)cached_only;
    Cursor *cursor = malloc(sizeof *cursor);
    if (cursor == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for a cursor");
    }
    cursor->base = (PluginCursor){.peer = peer, .status = base_ok()};
    cursor->expected = expected;
    cursor->read = leveldb_cursor_options(view);
    cursor->iterator = leveldb_create_iterator(leveldb_of(peer)->db, cursor->read);
    cursor->copies = BASE_BUF_INIT;
    *ret_cursor = &cursor->base;
    return base_ok();
}

void
leveldb_cursor_seek(PluginCursor *base, BaseSlice key)
{
    Cursor *cursor = (Cursor *)base;
    cursor->base.back = false;
    cursor->taken = 0;
    leveldb_iter_seek(cursor->iterator, leveldb_text(key), key.len);
    take_run(cursor);
}

void
leveldb_cursor_seek_before(PluginCursor *base, BaseSlice key)
{
    Cursor *cursor = (Cursor *)base;
    cursor->base.back = true;
    cursor->taken = 0;
    leveldb_iter_seek(cursor->iterator, leveldb_text(key), key.len);
    if (leveldb_iter_valid(cursor->iterator)) {
        leveldb_iter_prev(cursor->iterator);
    } else if (base_is_ok(error_of(cursor))) {
        leveldb_iter_seek_to_last(cursor->iterator);
    }
    take_run(cursor);
}

void
leveldb_cursor_next(PluginCursor *base)
{
    move((Cursor *)base, false);
}

void
leveldb_cursor_prev(PluginCursor *base)
{
    move((Cursor *)base, true);
}

void
leveldb_cursor_free(PluginCursor *base)
{
    Cursor *cursor = (Cursor *)base;
    leveldb_iter_destroy(cursor->iterator);
    leveldb_readoptions_destroy(cursor->read);
    base_buf_clear(&cursor->copies);
    free(cursor);
}
