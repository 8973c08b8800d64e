/*
 * tree.h: the ordered index of a memtable: a B+tree of keys in an arena.
 *
 * One writer inserts; nothing is ever removed or moved. Readers take no lock: a node has a sequence
 * number that is odd while the writer changes the node, and a reader whose number changed meanwhile
 * looks again. See tree.c for the proof that this is enough.
 *
 * Threading: insert by one thread at a time; cursors from any thread, each used by one at a time.
 */
#ifndef LARDER_ENGINE_LSM_TREE_H
#define LARDER_ENGINE_LSM_TREE_H

#include "engine/base/slice.h"
#include "engine/lsm/arena.h"

#include <stdatomic.h>

#define LSM_TREE_FANOUT 64

/* A key in the arena. Its bytes never change; the head of its versions is the memtable's. */
typedef struct LsmTreeKey {
    _Atomic LsmRef newest;
    uint32_t size;
    uint8_t bytes[];
} LsmTreeKey;

static inline BaseSlice
lsm_tree_key_bytes(const LsmTreeKey *key)
{
    return base_slice(key->bytes, key->size);
}

typedef struct LsmTree {
    LsmArena *arena;
    LsmRef root;           /* always the same node */
    LsmRef last_leaf;      /* the writer's */
    size_t one;            /* bytes of nodes that an insert may take, at most; the writer's */
    size_t keys;           /* the writer's */
    size_t bytes;          /* of nodes; the writer's */
    _Atomic LsmRef sample; /* any key of the tree; 0: it is empty */
} LsmTree;

/* An empty tree. False: no room in the arena. */
bool lsm_tree_init(LsmTree *tree, LsmArena *arena);

/* Bytes that the next `count` inserts may take from the arena, at most. */
size_t lsm_tree_insert_bytes(const LsmTree *tree, size_t count);

/* Bytes of nodes that a tree of so many keys has, at most. */
size_t lsm_tree_bytes_max(size_t keys);

/*
 * Inserts a key that is not there. REQUIRES: the arena has what insert_bytes() says, and the key
 * outlives the tree.
 */
void lsm_tree_insert(LsmTree *tree, LsmRef key);

/*
 * A place among the keys. It walks copies of leaves: of keys that are inserted after a move it may
 * show some and miss others, and it shows all that were there.
 */
typedef struct LsmTreeCursor {
    const LsmTree *tree;
    LsmRef next_leaf;
    uint32_t count;
    uint32_t position; /* count: not on a key */
    LsmRef keys[LSM_TREE_FANOUT];
} LsmTreeCursor;

/* On no key. */
void lsm_tree_cursor_init(LsmTreeCursor *cursor, const LsmTree *tree);

static inline bool
lsm_tree_cursor_valid(const LsmTreeCursor *cursor)
{
    return cursor->position < cursor->count;
}

/* The key at hand. REQUIRES: valid. */
static inline LsmTreeKey *
lsm_tree_cursor_key(const LsmTreeCursor *cursor)
{
    return (LsmTreeKey *)lsm_arena_at(cursor->tree->arena, cursor->keys[cursor->position]);
}

/*
 * Asks for the memory of the key that is `ahead` places behind the one at hand, and early enough
 * for the leaf that it is in. A hint.
 */
void lsm_tree_cursor_fetch(const LsmTreeCursor *cursor, uint32_t ahead);

/* Moves to the first key at or behind `key`. */
void lsm_tree_cursor_seek(LsmTreeCursor *cursor, BaseSlice key);

/* Moves to the last key before `key`. */
void lsm_tree_cursor_seek_before(LsmTreeCursor *cursor, BaseSlice key);

void lsm_tree_cursor_first(LsmTreeCursor *cursor);
void lsm_tree_cursor_last(LsmTreeCursor *cursor);

/* REQUIRES: valid. */
void lsm_tree_cursor_next(LsmTreeCursor *cursor);
void lsm_tree_cursor_prev(LsmTreeCursor *cursor);

#endif
