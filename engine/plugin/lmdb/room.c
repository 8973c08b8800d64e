/*
 * room.c: counting pages. See room.h.
 */
#include "engine/plugin/lmdb/room.h"

#include "engine/plugin/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    FREE_LIST = 0,   /* the table that LMDB keeps it in, by the number of the commit */
    LEVELS_MORE = 2, /* that the tree may grow by meanwhile */
    LISTED = 256,    /* pages in a page of the free list, half full */
    ALWAYS = 64,     /* pages: the free list's own tree, and the mark of the store */
    MESSAGE_MAX = 240,
};

/* The store as it was at the last commit. */
typedef struct Shape {
    MDB_stat stat;
    MDB_envinfo info;
    size_t end;   /* pages of the file */
    size_t limit; /* map_bytes in pages */
} Shape;

static size_t
least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Pages of values that get their own; at most one begun page for each. */
static size_t
value_pages(const Shape *shape, const PluginNeed *need)
{
    return need->bytes / shape->stat.ms_psize + least(need->puts, need->bytes / LISTED);
}

static size_t
worst_pages(const Shape *shape, const PluginNeed *need)
{
    size_t depth = shape->stat.ms_depth + LEVELS_MORE;
    size_t operations = need->puts + need->removes + 2 * need->ranges;
    size_t tree = shape->stat.ms_branch_pages + shape->stat.ms_leaf_pages;
    size_t copied = least(operations * depth, tree + need->puts * depth);
    size_t merged = least((need->removes + 2 * need->ranges) * depth, tree);
    size_t split = need->puts * depth;
    size_t pages = copied + merged + split + value_pages(shape, need);
    return pages + (shape->end + pages) / LISTED + ALWAYS;
}

/* ------------------------------------------------------------------------------- free pages -- */

/* Takes a line of LMDB's list of readers: process, thread, and the commit that it looks at. */
static int
note_reader(const char *line, void *user)
{
    size_t *oldest = user;
    const char *last = strrchr(line, ' ');
    char *end = NULL;
    size_t commit = last == NULL ? 0 : strtoull(last, &end, 10);
    if (end != NULL && end != last && commit < *oldest) {
        *oldest = commit;
    }
    return 0;
}

/* Counts the free pages, and those of them that the next commits can use. */
static void
count_free(Lmdb *lmdb, const Shape *shape, LmdbFree *ret_free)
{
    size_t oldest = shape->info.me_last_txnid;
    (void)mdb_reader_list(lmdb->env, note_reader, &oldest);
    *ret_free = (LmdbFree){.commit = shape->info.me_last_txnid};
    void *view = NULL;
    MDB_cursor *cursor = NULL;
    if (!base_is_ok(lmdb_view_new(&lmdb->peer, false, &view))) {
        return;
    }
    if (mdb_cursor_open(((LmdbView *)view)->txn, FREE_LIST, &cursor) == MDB_SUCCESS) {
        MDB_val key;
        MDB_val list;
        while (mdb_cursor_get(cursor, &key, &list, MDB_NEXT) == MDB_SUCCESS) {
            size_t commit = 0;
            size_t count = 0;
            memcpy(&commit, key.mv_data, sizeof commit);
            memcpy(&count, list.mv_data, sizeof count);
            ret_free->all += count;
            ret_free->soon += commit <= oldest ? count : 0;
            ret_free->usable += commit < oldest ? count : 0;
        }
        mdb_cursor_close(cursor);
    }
    lmdb_view_free(&lmdb->peer, view);
}

/* ------------------------------------------------------------------------------------ bounds -- */

static BaseStatus
refuse(const Lmdb *lmdb, const char *format)
{
    char text[MESSAGE_MAX];
    (void)snprintf(text, sizeof text, "map_bytes=%" PRId64 " of LMDB %s", lmdb->map_bytes, format);
    return base_error(BASE_NO_SPACE, plugin_text_keep(text));
}

/* REQUIRES: the free pages of this shape are counted. */
static BaseStatus
judge(const Lmdb *lmdb, const Shape *shape, const PluginNeed *need, bool grows)
{
    const LmdbFree *free = &lmdb->free;
    size_t added = need->bytes / shape->stat.ms_psize;
    if (grows && shape->end + added > shape->limit + free->soon) {
        return shape->end + added > shape->limit + free->all
                   ? refuse(lmdb, "are full: remove records, or open the store with more")
                   : refuse(lmdb, "are full of records and of pages that open snapshots and walks "
                                  "hold back: end those, or open the store with more");
    }
    size_t reserved = shape->limit + LMDB_ROOM_RESERVE / shape->stat.ms_psize;
    if (shape->end + value_pages(shape, need) > reserved ||
        shape->end + worst_pages(shape, need) > reserved + free->usable) {
        return refuse(lmdb, "leave less room than the commit may need: make it smaller, end "
                            "snapshots and walks, or open the store with more");
    }
    return base_ok();
}

BaseStatus
lmdb_room_check(PluginPeer *peer, const PluginNeed *need, bool grows)
{
    Lmdb *lmdb = lmdb_of(peer);
    Shape shape;
    (void)mdb_env_stat(lmdb->env, &shape.stat);
    (void)mdb_env_info(lmdb->env, &shape.info);
    shape.end = shape.info.me_last_pgno + 1;
    shape.limit = (size_t)lmdb->map_bytes / shape.stat.ms_psize;
    if (shape.end + worst_pages(&shape, need) <= shape.limit) {
        return base_ok();
    }
    if (lmdb->free.commit == shape.info.me_last_txnid &&
        base_is_ok(judge(lmdb, &shape, need, grows))) {
        return base_ok();
    }
    count_free(lmdb, &shape, &lmdb->free); /* readers may have left */
    return judge(lmdb, &shape, need, grows);
}
