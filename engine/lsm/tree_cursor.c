/*
 * tree_cursor.c: walking the tree beside its writer. See tree.h, and tree.c for T-1 to T-4.
 */
#include "engine/lsm/tree_node.h"

#define GET(field) LSM_TREE_GET(field)

/* Where a search goes: by a key, or along an edge. */
typedef enum Side { SIDE_LEFT, SIDE_KEY, SIDE_RIGHT } Side;

typedef struct Search {
    BaseSlice key;
    Side side;
    bool before; /* to the leaf with the last key before `key`, else to the one of its place */
} Search;

static uint32_t
begin_read(const LsmTreeNode *node)
{
    for (;;) {
        uint32_t sequence = GET(node->sequence);
        if ((sequence & 1) == 0) {
            return sequence;
        }
    }
}

static bool
unchanged(const LsmTreeNode *node, uint32_t sequence)
{
    return GET(node->sequence) == sequence;
}

/* Whether a key can be found by words, or sorts before or behind all keys. */
static Side
side_of(const LsmTree *tree, const LsmTreeNode *root, BaseSlice key)
{
    LsmRef sample = GET(tree->sample);
    uint32_t skip = GET(root->skip);
    if (sample == 0 || skip == 0) {
        return SIDE_KEY;
    }
    BaseSlice prefix = base_slice(lsm_tree_node_key(tree, sample).data, skip);
    BaseSlice start = base_slice(key.data, key.len < skip ? key.len : skip);
    int order = base_slice_compare(start, prefix);
    return order < 0 ? SIDE_LEFT : order > 0 ? SIDE_RIGHT : SIDE_KEY;
}

static uint32_t
position_in(const LsmTree *tree, const LsmTreeNode *node, const Search *search, Side side)
{
    switch (side) {
    case SIDE_LEFT:
        return 0;
    case SIDE_RIGHT:
        return GET(node->count);
    default:
        return lsm_tree_node_before(tree, node, search->key,
                                    GET(node->level) > 0 && !search->before);
    }
}

/* Copies a leaf into the cursor, but does not say yet whether the copy is good. */
static void
copy_leaf(LsmTreeCursor *cursor, const LsmTreeNode *leaf)
{
    cursor->count = GET(leaf->count);
    for (uint32_t i = 0; i < cursor->count; i++) {
        cursor->keys[i] = GET(leaf->keys[i]);
    }
    cursor->next_leaf = GET(leaf->link);
}

/* One way down. False: the writer was there; try again. */
static bool
try_descend(LsmTreeCursor *cursor, const Search *search)
{
    const LsmTree *tree = cursor->tree;
    const LsmTreeNode *node = lsm_tree_node_at(tree, tree->root);
    uint32_t sequence = begin_read(node);
    Side side = search->side == SIDE_KEY ? side_of(tree, node, search->key) : search->side;
    while (GET(node->level) > 0) {
        LsmRef ref = lsm_tree_node_child(node, position_in(tree, node, search, side));
        if (!unchanged(node, sequence)) {
            return false;
        }
        const LsmTreeNode *child = lsm_tree_node_at(tree, ref);
        uint32_t child_sequence = begin_read(child);
        if (!unchanged(node, sequence)) {
            return false; /* T-2 */
        }
        node = child;
        sequence = child_sequence;
    }
    cursor->position = position_in(tree, node, search, side);
    copy_leaf(cursor, node);
    return unchanged(node, sequence);
}

static void
descend(LsmTreeCursor *cursor, Search search)
{
    while (!try_descend(cursor, &search)) {
    }
}

/* From behind the end of a leaf to the first key of the next one that has any. */
static void
settle(LsmTreeCursor *cursor)
{
    while (cursor->position >= cursor->count && cursor->next_leaf != 0) {
        const LsmTreeNode *leaf = lsm_tree_node_at(cursor->tree, cursor->next_leaf);
        uint32_t sequence;
        do {
            sequence = begin_read(leaf);
            copy_leaf(cursor, leaf);
        } while (!unchanged(leaf, sequence));
        cursor->position = 0;
    }
}

/* From behind a key to that key; to none when there is none. */
static void
step_back(LsmTreeCursor *cursor)
{
    if (cursor->position == 0) {
        cursor->count = 0;
    } else {
        cursor->position--;
    }
}

void
lsm_tree_cursor_init(LsmTreeCursor *cursor, const LsmTree *tree)
{
    cursor->tree = tree;
    cursor->next_leaf = 0;
    cursor->count = 0;
    cursor->position = 0;
}

void
lsm_tree_cursor_seek(LsmTreeCursor *cursor, BaseSlice key)
{
    descend(cursor, (Search){.key = key, .side = SIDE_KEY});
    settle(cursor);
}

void
lsm_tree_cursor_seek_before(LsmTreeCursor *cursor, BaseSlice key)
{
    descend(cursor, (Search){.key = key, .side = SIDE_KEY, .before = true});
    step_back(cursor);
}

void
lsm_tree_cursor_first(LsmTreeCursor *cursor)
{
    descend(cursor, (Search){.side = SIDE_LEFT});
    settle(cursor);
}

void
lsm_tree_cursor_last(LsmTreeCursor *cursor)
{
    descend(cursor, (Search){.side = SIDE_RIGHT});
    step_back(cursor);
}

/* The next leaf may be changing: what is read of it says no more than where to look ahead. */
void
lsm_tree_cursor_fetch(const LsmTreeCursor *cursor, uint32_t ahead)
{
    enum { LINE = 64 };
    const LsmArena *arena = cursor->tree->arena;
    uint32_t left = cursor->count - cursor->position;
    if (left > ahead) {
        __builtin_prefetch(lsm_arena_at(arena, cursor->keys[cursor->position + ahead]));
    }
    if (cursor->next_leaf == 0) {
        return;
    }
    const LsmTreeNode *leaf = lsm_tree_node_at(cursor->tree, cursor->next_leaf);
    if (left == 2 * ahead) {
        __builtin_prefetch(leaf);
        for (size_t i = 0; i < LSM_TREE_FANOUT; i += LINE / sizeof(LsmRef)) {
            __builtin_prefetch((const void *)&leaf->keys[i]);
        }
    } else if (left <= ahead) {
        __builtin_prefetch(lsm_arena_at(arena, GET(leaf->keys[ahead - left])));
    }
}

void
lsm_tree_cursor_next(LsmTreeCursor *cursor)
{
    cursor->position++;
    settle(cursor);
}

void
lsm_tree_cursor_prev(LsmTreeCursor *cursor)
{
    if (cursor->position > 0) {
        cursor->position--;
    } else {
        lsm_tree_cursor_seek_before(cursor, lsm_tree_node_key(cursor->tree, cursor->keys[0]));
    }
}
