/*
 * list.h: doubly linked lists through members of their elements.
 *
 * A list is a head that is linked to itself while empty. An element is in a list through a NetList
 * member of its own, so joining and leaving allocate nothing and take constant time. A node that is
 * linked to itself is in no list.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_SERVICE_NET_LIST_H
#define LARDER_SERVICE_NET_LIST_H

#include <stdbool.h>
#include <stddef.h>

typedef struct NetList {
    struct NetList *next;
    struct NetList *previous;
} NetList;

/* The element of type Type whose member `member` is the node. */
#define NET_LIST_ELEMENT(node, Type, member) \
    ((Type *)(void *)((char *)(node)-offsetof(Type, member)))

static inline void
net_list_init(NetList *node)
{
    node->next = node;
    node->previous = node;
}

/* Of a head: the list is empty. Of an element's node: it is in no list. */
static inline bool
net_list_is_empty(const NetList *node)
{
    return node->next == node;
}

/* Puts a node that is in no list at the end. */
static inline void
net_list_append(NetList *head, NetList *node)
{
    node->next = head;
    node->previous = head->previous;
    head->previous->next = node;
    head->previous = node;
}

/* Takes a node out of its list, if it is in one. */
static inline void
net_list_remove(NetList *node)
{
    node->next->previous = node->previous;
    node->previous->next = node->next;
    net_list_init(node);
}

/* Moves the elements of `from` up to `last`, which is one of them, to the beginning of `to`. */
static inline void
net_list_move_first(NetList *to, NetList *from, NetList *last)
{
    NetList *first = from->next;
    from->next = last->next;
    last->next->previous = from;
    last->next = to->next;
    to->next->previous = last;
    to->next = first;
    first->previous = to;
}

/* Moves all elements of `from` to the end of `to`. */
static inline void
net_list_splice(NetList *to, NetList *from)
{
    if (net_list_is_empty(from)) {
        return;
    }
    from->next->previous = to->previous;
    to->previous->next = from->next;
    from->previous->next = to;
    to->previous = from->previous;
    net_list_init(from);
}

#endif
