/*
 * cursor.c: runs of entries. See cursor.h.
 */
#include "engine/plugin/leveldb/cursor.h"

#include "engine/base/buf.h"
#include "engine/plugin/text.h"

#include <stdlib.h>

enum {
    RUN_MAX = 64,
    RUN_PART = 8, /* a run has one entry for so many before it */
    RUN_BYTES = 16 << 10,
    LONG_VALUE = 1 << 10, /* is not copied */
};

/* A copied entry: where it begins in `copies`. */
typedef struct Copy {
    size_t at;
    size_t key_len;
    size_t value_len;
} Copy;

typedef struct Cursor {
    PluginCursor base; /* first: it is one */
    leveldb_iterator_t *iterator;
    leveldb_readoptions_t *read;
    bool back;     /* the run goes to smaller keys */
    bool stands;   /* the iterator is at the entry behind those that are copied, the run's last */
    size_t taken;  /* entries since the cursor was placed or turned */
    size_t copied; /* entries of the run that are */
    size_t shown;  /* index in the run */
    BaseBuf copies;
    Copy entries[RUN_MAX];
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
    if (cursor->back) {
        leveldb_iter_prev(cursor->iterator);
    } else {
        leveldb_iter_next(cursor->iterator);
    }
}

/* Shows an entry of the run. */
static void
show(Cursor *cursor, size_t index)
{
    cursor->shown = index;
    if (index == cursor->copied) {
        cursor->base.key = key_of(cursor);
        cursor->base.value = value_of(cursor);
        return;
    }
    const Copy *copy = &cursor->entries[index];
    const uint8_t *at = cursor->copies.data + copy->at;
    cursor->base.key = base_slice(at, copy->key_len);
    cursor->base.value = base_slice(at + copy->key_len, copy->value_len);
}

/* Copies the entry that the iterator is at. False: it is too long, or there is no memory. */
static bool
copy_entry(Cursor *cursor)
{
    BaseSlice key = key_of(cursor);
    BaseSlice value = value_of(cursor);
    Copy copy = {cursor->copies.len, key.len, value.len};
    if (value.len > LONG_VALUE || copy.at > RUN_BYTES) {
        return false;
    }
    uint8_t *at = base_buf_extend(&cursor->copies, key.len + value.len);
    if (at == NULL) {
        return false;
    }
    memcpy(at, key.data, key.len);
    memcpy(at + key.len, value.data, value.len);
    cursor->entries[cursor->copied++] = copy;
    return true;
}

/* Takes a run from where the iterator is, and shows its first entry. */
static void
take_run(Cursor *cursor)
{
    size_t wanted = 1 + cursor->taken / RUN_PART;
    size_t most = wanted < RUN_MAX ? wanted : RUN_MAX;
    base_buf_reset(&cursor->copies);
    cursor->copied = 0;
    cursor->stands = leveldb_iter_valid(cursor->iterator) != 0;
    while (cursor->stands && cursor->copied + 1 < most && copy_entry(cursor)) {
        step(cursor);
        cursor->stands = leveldb_iter_valid(cursor->iterator) != 0;
    }
    cursor->taken += cursor->copied + 1;
    cursor->base.status = error_of(cursor);
    cursor->base.valid = base_is_ok(cursor->base.status) && (cursor->stands || cursor->copied != 0);
    if (cursor->base.valid) {
        show(cursor, 0);
    }
}

/* Moves in a direction. */
static void
move(Cursor *cursor, bool back)
{
    if (cursor->back == back && cursor->shown < cursor->copied) {
        cursor->base.valid = cursor->shown + 1 < cursor->copied || cursor->stands;
        if (cursor->base.valid) {
            show(cursor, cursor->shown + 1);
        }
        return;
    }
    if (cursor->back != back) {
        if (cursor->shown < cursor->copied) { /* the iterator is further on */
            leveldb_iter_seek(cursor->iterator, leveldb_text(cursor->base.key),
                              cursor->base.key.len);
        }
        cursor->back = back;
        cursor->taken = 0;
    }
    step(cursor);
    take_run(cursor);
}

BaseStatus
leveldb_cursor_new(PluginPeer *peer, void *view, bool cached_only, PluginCursor **ret_cursor)
{
    (void)cached_only;
    Cursor *cursor = malloc(sizeof *cursor);
    if (cursor == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for a cursor");
    }
    cursor->base = (PluginCursor){.peer = peer, .status = base_ok()};
    cursor->read = leveldb_cursor_options(view);
    cursor->iterator = leveldb_create_iterator(leveldb_of(peer)->db, cursor->read);
    cursor->back = false;
    cursor->copies = BASE_BUF_INIT;
    *ret_cursor = &cursor->base;
    return base_ok();
}

void
leveldb_cursor_seek(PluginCursor *base, BaseSlice key)
{
    Cursor *cursor = (Cursor *)base;
    cursor->back = false;
    cursor->taken = 0;
    leveldb_iter_seek(cursor->iterator, leveldb_text(key), key.len);
    take_run(cursor);
}

void
leveldb_cursor_seek_before(PluginCursor *base, BaseSlice key)
{
    Cursor *cursor = (Cursor *)base;
    cursor->back = true;
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
