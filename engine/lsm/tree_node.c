/*
 * tree_node.c: searching in a node of the tree. See tree_node.h.
 *
 * The search among words has no branch that depends on them, so the processor guesses nothing; but
 * then it cannot run ahead of a load that misses the cache either. So all words are fetched first.
 */
#include "engine/lsm/tree_node.h"

#define GET(field) LSM_TREE_GET(field)

enum { WORDS_OF_LINE = 64 / sizeof(uint64_t) };

/* How many of `count` words from `first` on are below `word`. */
static uint32_t
words_below(const LsmTreeNode *node, uint32_t first, uint32_t count, uint64_t word)
{
    uint32_t low = first;
    while (count > 0) {
        uint32_t half = (count + 1) / 2;
        uint32_t below = GET(node->words[low + half - 1]) < word;
        low += half & -below;
        count -= half;
    }
    return low - first;
}

/* The same for keys, among slots whose words are equal. */
static uint32_t
keys_before(const LsmTree *tree, const LsmTreeNode *node, uint32_t first, uint32_t count,
            BaseSlice key, bool with_equal)
{
    uint32_t low = first;
    uint32_t high = first + count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        int order = base_slice_compare(lsm_tree_node_key(tree, GET(node->keys[middle])), key);
        if (order < 0 || (with_equal && order == 0)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low - first;
}

uint32_t
lsm_tree_node_before(const LsmTree *tree, const LsmTreeNode *node, BaseSlice key, bool with_equal)
{
    for (uint32_t i = 0; i < LSM_TREE_FANOUT; i += WORDS_OF_LINE) {
        __builtin_prefetch((const void *)&node->words[i]);
    }
    uint64_t word = format_key_word(key, GET(node->skip));
    uint32_t count = GET(node->count);
    uint32_t below = words_below(node, 0, count, word);
    if (below == count || GET(node->words[below]) != word) {
        return below;
    }
    uint32_t left = count - below;
    uint32_t equal = word == UINT64_MAX ? left : words_below(node, below, left, word + 1);
    return below + keys_before(tree, node, below, equal, key, with_equal);
}
