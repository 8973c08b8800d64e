/*
 * inbox.h: a list that any thread may push to, and the election of the one thread that works it
 * off.
 *
 * One atomic word holds everything: 0, nobody leads; 1, somebody leads and nothing waits; else the
 * newest item that waits, linked to older ones, and somebody leads. The thread that finds 0 becomes
 * the leader with its item in hand, without linking it: two atomic operations (push, leave) are all
 * that an uncontended item costs. Nobody ever waits here.
 *
 * Threading: push from any thread; take and leave by the leader.
 */
#ifndef LARDER_ENGINE_COMMIT_INBOX_H
#define LARDER_ENGINE_COMMIT_INBOX_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Part of what is pushed. Numbers, so that it can lie in EngineCommit.engine_private. */
typedef struct CommitInboxItem {
    uintptr_t next; /* address of another item; 0 ends a list */
    uintptr_t kind; /* the owner's, to tell items apart */
} CommitInboxItem;

typedef struct CommitInbox {
    _Atomic uintptr_t word;
} CommitInbox;

void commit_inbox_init(CommitInbox *inbox);

/* True: the caller leads now, the item is in its hand. False: a leader will take it. */
bool commit_inbox_push(CommitInbox *inbox, CommitInboxItem *item);

/* True: nobody led, the caller does now. False: nothing has happened. */
bool commit_inbox_claim(CommitInbox *inbox);

/* All items that wait, oldest first; NULL: none. */
CommitInboxItem *commit_inbox_take(CommitInbox *inbox);

/* Gives up leading. False: something waits; take it. */
bool commit_inbox_leave(CommitInbox *inbox);

/* Whether nobody leads. */
bool commit_inbox_is_idle(const CommitInbox *inbox);

static inline CommitInboxItem *
commit_inbox_next(const CommitInboxItem *item)
{
    return (CommitInboxItem *)item->next;
}

#endif
