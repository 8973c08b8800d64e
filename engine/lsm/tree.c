/*
 * tree.c: a B+tree with one writer and readers that validate (tree_cursor.c).
 *
 * Shape. The root is always the same node and always an inner one; at first its only child is an
 * empty leaf. An inner node has `count` separators and one child more: the child before separator i
 * holds smaller keys, the one behind it the separator itself and larger ones. A separator is a key
 * of the tree. Full nodes are split on the way down, so a split always finds room in its parent.
 * At the right edge a split leaves the left node full, so ascending keys fill nodes to the brim.
 *   T-0  A node that is not the last of its level has at least FANOUT / 2 keys, or children, so the
 *        number of keys bounds the number of nodes.
 *
 * Words. All keys that can come to a node share the first `skip` bytes: those that its two fences
 * (the separators around it) share. Slots carry the eight bytes behind them as a number; most
 * comparisons end there. A node at the left or right edge has no fence on one side; its `skip` is
 * that of the root, which is the prefix that all keys so far share. When a new key shares less, the
 * nodes of both edges are rewritten, which happens a handful of times in the life of a tree. A key
 * that does not share the root's prefix sorts before all keys or behind all.
 *
 * Readers. A node's sequence is odd while the writer changes it. A reader notes it (waiting while
 * it is odd), reads, and checks that it is the same:
 *   T-1  What was read from a node is used only after the check.
 *   T-2  Going down, the parent is checked again after the child's number was noted. A split marks
 *        the parent before it marks the child, so a key that moved to the new sibling makes either
 *        the check of the parent or that of the child fail.
 *   T-3  References are never stale: nodes and keys live as long as the arena.
 *   T-4  A cursor's copy of a leaf, with the next leaf as it was then, has every key that was in
 *        the tree at the time of the copy and lies between the two.
 * Shared fields are read with acquire and written with release order, which costs nothing on x86
 * and orders them against the sequence without fences.
 */
#include "engine/lsm/tree.h"

#include "engine/base/check.h"
#include "engine/lsm/tree_node.h"

#define FANOUT            LSM_TREE_FANOUT
#define GET(field)        LSM_TREE_GET(field)
#define SET(field, value) LSM_TREE_SET(field, value)

#define LEAF_BYTES  sizeof(LsmTreeNode)
#define INNER_BYTES (sizeof(LsmTreeNode) + FANOUT * sizeof(LsmRef))

/* A node on the writer's way down, with the fences of its range; 0: none on that side. */
typedef struct Step {
    LsmTreeNode *node;
    LsmRef low;
    LsmRef high;
} Step;

static void
mark(LsmTreeNode *node)
{
    SET(node->sequence, atomic_load_explicit(&node->sequence, memory_order_relaxed) + 1);
}

static LsmTreeNode *
node_new(LsmTree *tree, uint32_t level, LsmRef *ret_ref)
{
    size_t bytes = level == 0 ? LEAF_BYTES : INNER_BYTES;
    *ret_ref = lsm_arena_take(tree->arena, bytes);
    if (*ret_ref == 0) {
        return NULL;
    }
    tree->bytes += lsm_arena_round(bytes);
    LsmTreeNode *node = lsm_tree_node_at(tree, *ret_ref);
    SET(node->level, level);
    return node;
}

/* Changes how many bytes the words of a node leave out. */
static void
set_skip(LsmTree *tree, LsmTreeNode *node, uint32_t skip)
{
    if (GET(node->skip) == skip) {
        return;
    }
    SET(node->skip, skip);
    for (uint32_t i = 0; i < GET(node->count); i++) {
        SET(node->words[i], format_key_word(lsm_tree_node_key(tree, GET(node->keys[i])), skip));
    }
}

/* What all keys between two fences share. */
static uint32_t
fence_skip(const LsmTree *tree, LsmRef low, LsmRef high)
{
    if (low == 0 || high == 0) {
        return GET(lsm_tree_node_at(tree, tree->root)->skip);
    }
    return (uint32_t)format_key_shared(lsm_tree_node_key(tree, low), lsm_tree_node_key(tree, high));
}

/* Makes room for a slot and fills it. REQUIRES: the node is marked or new, and not full. */
static void
put_slot(LsmTree *tree, LsmTreeNode *node, uint32_t position, LsmRef key, LsmRef child)
{
    uint32_t count = GET(node->count);
    bool inner = GET(node->level) > 0;
    for (uint32_t i = count; i > position; i--) {
        SET(node->words[i], GET(node->words[i - 1]));
        SET(node->keys[i], GET(node->keys[i - 1]));
        if (inner) {
            SET(node->children[i], GET(node->children[i - 1]));
        }
    }
    SET(node->words[position], format_key_word(lsm_tree_node_key(tree, key), GET(node->skip)));
    SET(node->keys[position], key);
    if (inner) {
        SET(node->children[position], child);
    }
    SET(node->count, count + 1);
}

/* Copies the slots from `start` on to the end of another node. */
static void
copy_slots(const LsmTreeNode *from, uint32_t start, LsmTreeNode *to)
{
    uint32_t count = GET(from->count);
    bool inner = GET(from->level) > 0;
    SET(to->skip, GET(from->skip));
    for (uint32_t i = start; i < count; i++) {
        uint32_t slot = i - start;
        SET(to->words[slot], GET(from->words[i]));
        SET(to->keys[slot], GET(from->keys[i]));
        if (inner) {
            SET(to->children[slot], GET(from->children[i]));
        }
    }
    SET(to->count, count - start);
}

/* The root is full: its two halves become its only children. */
static void
split_root(LsmTree *tree)
{
    LsmTreeNode *root = lsm_tree_node_at(tree, tree->root);
    uint32_t level = GET(root->level);
    uint32_t middle = FANOUT / 2;
    LsmRef separator = GET(root->keys[middle]);
    LsmRef left_ref;
    LsmRef right_ref;
    LsmTreeNode *left = node_new(tree, level, &left_ref);
    LsmTreeNode *right = node_new(tree, level, &right_ref);
    BASE_CHECK(left != NULL && right != NULL); /* the caller has made room */
    copy_slots(root, 0, left);
    SET(left->count, middle);
    SET(left->link, GET(root->link));
    copy_slots(root, middle + 1, right);
    SET(right->link, GET(root->children[middle]));
    mark(root);
    SET(root->level, level + 1);
    SET(root->link, left_ref);
    SET(root->count, 0);
    put_slot(tree, root, 0, separator, right_ref);
    mark(root);
    tree->one += lsm_arena_round(INNER_BYTES);
}

/*
 * Splits a full node behind `middle` slots (an inner node gives slot `middle` to its parent) and
 * enters the new right sibling into the parent at `position`. An empty right leaf gets `added` as
 * its first key, which then separates.
 */
static Step
split(LsmTree *tree, Step step, LsmTreeNode *parent, uint32_t position, uint32_t middle,
      LsmRef added)
{
    LsmTreeNode *left = step.node;
    bool inner = GET(left->level) > 0;
    LsmRef right_ref;
    LsmTreeNode *right = node_new(tree, GET(left->level), &right_ref);
    BASE_CHECK(right != NULL); /* the caller has made room */
    LsmRef separator = added != 0 ? added : GET(left->keys[middle]);
    copy_slots(left, inner ? middle + 1 : middle, right);
    SET(right->link, inner ? GET(left->children[middle]) : GET(left->link));
    set_skip(tree, right, fence_skip(tree, separator, step.high));
    if (added != 0) {
        put_slot(tree, right, 0, added, 0);
    }
    mark(parent);
    mark(left);
    SET(left->count, middle);
    if (!inner) {
        SET(left->link, right_ref);
        tree->last_leaf = step.high == 0 ? right_ref : tree->last_leaf;
    }
    set_skip(tree, left, fence_skip(tree, step.low, separator));
    put_slot(tree, parent, position, separator, right_ref);
    mark(left);
    mark(parent);
    return (Step){.node = right, .low = separator, .high = step.high};
}

/* Where to split a full inner node: at the right edge at its end, else in the middle. */
static uint32_t
inner_middle(Step step, uint32_t position)
{
    return step.high == 0 && position == FANOUT ? FANOUT - 1 : FANOUT / 2;
}

static Step
child_step(const LsmTree *tree, Step step, uint32_t position)
{
    const LsmTreeNode *node = step.node;
    return (Step){
        .node = lsm_tree_node_at(tree, lsm_tree_node_child(node, position)),
        .low = position > 0 ? GET(node->keys[position - 1]) : step.low,
        .high = position < GET(node->count) ? GET(node->keys[position]) : step.high,
    };
}

/* Goes down to the leaf of a new key and inserts it, splitting what is full on the way. */
static void
insert_below_root(LsmTree *tree, LsmRef ref)
{
    BaseSlice key = lsm_tree_node_key(tree, ref);
    Step step = {.node = lsm_tree_node_at(tree, tree->root)};
    uint32_t position = lsm_tree_node_before(tree, step.node, key, true);
    for (;;) {
        LsmTreeNode *parent = step.node;
        step = child_step(tree, step, position);
        bool leaf = GET(step.node->level) == 0;
        uint32_t slot = lsm_tree_node_before(tree, step.node, key, !leaf);
        if (GET(step.node->count) == FANOUT) {
            bool append = leaf && step.high == 0 && slot == FANOUT;
            uint32_t middle = append ? FANOUT : leaf ? FANOUT / 2 : inner_middle(step, slot);
            Step right = split(tree, step, parent, position, middle, append ? ref : 0);
            if (append) {
                return;
            }
            if (base_slice_compare(key, lsm_tree_node_key(tree, right.low)) > 0) {
                step = right;
            } else {
                step.high = right.low;
            }
            slot = lsm_tree_node_before(tree, step.node, key, !leaf);
        }
        if (leaf) {
            mark(step.node);
            put_slot(tree, step.node, slot, ref, 0);
            mark(step.node);
            return;
        }
        position = slot;
    }
}

/* Puts a new key behind all others, if that is its place and the last leaf has room. */
static bool
append(LsmTree *tree, LsmRef ref)
{
    LsmTreeNode *leaf = lsm_tree_node_at(tree, tree->last_leaf);
    uint32_t count = GET(leaf->count);
    if (count == 0 || count == FANOUT) {
        return false;
    }
    BaseSlice key = lsm_tree_node_key(tree, ref);
    uint64_t word = format_key_word(key, GET(leaf->skip));
    uint64_t last = GET(leaf->words[count - 1]);
    if (word < last ||
        (word == last &&
         base_slice_compare(lsm_tree_node_key(tree, GET(leaf->keys[count - 1])), key) >= 0)) {
        return false;
    }
    mark(leaf);
    put_slot(tree, leaf, count, ref, 0);
    mark(leaf);
    return true;
}

/* Marks the nodes of one edge, below the root, whose words leave out more than `skip` bytes. */
static void
mark_edge(const LsmTree *tree, bool right, uint32_t skip)
{
    LsmTreeNode *node = lsm_tree_node_at(tree, tree->root);
    while (GET(node->level) > 0) {
        node = lsm_tree_node_at(tree, lsm_tree_node_child(node, right ? GET(node->count) : 0));
        if (GET(node->skip) > skip && (GET(node->sequence) & 1) == 0) {
            mark(node); /* once, also where both edges are one */
        }
    }
}

static void
widen_edge(LsmTree *tree, bool right, uint32_t skip)
{
    LsmTreeNode *node = lsm_tree_node_at(tree, tree->root);
    while (GET(node->level) > 0) {
        node = lsm_tree_node_at(tree, lsm_tree_node_child(node, right ? GET(node->count) : 0));
        if (GET(node->skip) > skip) {
            set_skip(tree, node, skip);
            mark(node);
        }
    }
}

/*
 * Rewrites root and edges for keys that share no more than `skip` bytes. All of them are marked
 * before the first is changed: a reader that has the new prefix of the root must not meet a node
 * that still has the old one.
 */
static void
widen(LsmTree *tree, uint32_t skip)
{
    LsmTreeNode *root = lsm_tree_node_at(tree, tree->root);
    mark(root);
    mark_edge(tree, false, skip);
    mark_edge(tree, true, skip);
    widen_edge(tree, false, skip);
    widen_edge(tree, true, skip);
    set_skip(tree, root, skip);
    mark(root);
}

bool
lsm_tree_init(LsmTree *tree, LsmArena *arena)
{
    /* Each level of inner nodes may be split, and the root into two nodes more. */
    *tree = (LsmTree){.arena = arena,
                      .one = lsm_arena_round(LEAF_BYTES) + 3 * lsm_arena_round(INNER_BYTES)};
    LsmTreeNode *root = node_new(tree, 1, &tree->root);
    if (root == NULL || node_new(tree, 0, &tree->last_leaf) == NULL) {
        return false;
    }
    SET(root->link, tree->last_leaf);
    return true;
}

size_t
lsm_tree_bytes_max(size_t keys)
{
    size_t nodes = keys / (FANOUT / 2) + 1; /* T-0 */
    size_t bytes = nodes * lsm_arena_round(LEAF_BYTES);
    do {
        nodes = nodes / (FANOUT / 2) + 1;
        bytes += nodes * lsm_arena_round(INNER_BYTES);
    } while (nodes > 1);
    return bytes;
}

size_t
lsm_tree_insert_bytes(const LsmTree *tree, size_t count)
{
    if (count == 0 || (count == 1 && tree->keys != 0)) {
        return count * tree->one;
    }
    size_t all = lsm_tree_bytes_max(tree->keys + count) - tree->bytes;
    return all / count < tree->one ? all : count * tree->one;
}

void
lsm_tree_insert(LsmTree *tree, LsmRef key)
{
    LsmTreeNode *root = lsm_tree_node_at(tree, tree->root);
    BaseSlice bytes = lsm_tree_node_key(tree, key);
    LsmRef sample = GET(tree->sample);
    if (sample == 0) {
        mark(root);
        set_skip(tree, root, (uint32_t)bytes.len);
        LsmTreeNode *leaf = lsm_tree_node_at(tree, GET(root->link));
        mark(leaf);
        set_skip(tree, leaf, (uint32_t)bytes.len);
        mark(leaf);
        SET(tree->sample, key);
        mark(root);
    } else {
        uint32_t common = (uint32_t)format_key_shared(lsm_tree_node_key(tree, sample), bytes);
        if (common < GET(root->skip)) {
            widen(tree, common);
        }
    }
    tree->keys++;
    if (append(tree, key)) {
        return;
    }
    if (GET(root->count) == FANOUT) {
        split_root(tree);
    }
    insert_below_root(tree, key);
}
