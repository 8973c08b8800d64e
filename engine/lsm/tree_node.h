/*
 * tree_node.h: the nodes of the tree, and searching in one. For tree.c, which tells what the fields
 * mean and how they change, and tree_cursor.c.
 *
 * Threading: fields are shared; see tree.c.
 */
#ifndef LARDER_ENGINE_LSM_TREE_NODE_H
#define LARDER_ENGINE_LSM_TREE_NODE_H

#include "engine/format/key.h"
#include "engine/lsm/tree.h"

typedef struct LsmTreeNode {
    _Atomic uint32_t sequence;
    _Atomic uint32_t level; /* 0: leaf */
    _Atomic uint32_t count;
    _Atomic uint32_t skip;
    _Atomic LsmRef link; /* leaf: the next one; inner: the first child */
    _Atomic uint64_t words[LSM_TREE_FANOUT];
    _Atomic LsmRef keys[LSM_TREE_FANOUT];
    _Atomic LsmRef children[]; /* inner: LSM_TREE_FANOUT of them, child i + 1 */
} LsmTreeNode;

/* Shared fields are read with acquire and written with release order. */
#define LSM_TREE_GET(field)        atomic_load_explicit(&(field), memory_order_acquire)
#define LSM_TREE_SET(field, value) atomic_store_explicit(&(field), (value), memory_order_release)

static inline LsmTreeNode *
lsm_tree_node_at(const LsmTree *tree, LsmRef ref)
{
    return (LsmTreeNode *)lsm_arena_at(tree->arena, ref);
}

static inline BaseSlice
lsm_tree_node_key(const LsmTree *tree, LsmRef ref)
{
    return lsm_tree_key_bytes((const LsmTreeKey *)lsm_arena_at(tree->arena, ref));
}

/* The child before separator `position`, or behind the last one. REQUIRES: an inner node. */
static inline LsmRef
lsm_tree_node_child(const LsmTreeNode *node, uint32_t position)
{
    return position == 0 ? LSM_TREE_GET(node->link) : LSM_TREE_GET(node->children[position - 1]);
}

/* How many keys of a node are smaller than `key`, or with `with_equal` not greater. */
uint32_t lsm_tree_node_before(const LsmTree *tree, const LsmTreeNode *node, BaseSlice key,
                              bool with_equal);

#endif
