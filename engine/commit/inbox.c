/*
 * inbox.c: a list with a leader. See inbox.h.
 *
 * Orders: whoever links an item releases it, the leader that takes it acquires it; a leader that
 * leaves releases all that it did, the next one acquires it.
 */
#include "engine/commit/inbox.h"

#define INBOX_IDLE ((uintptr_t)0)
#define INBOX_LED  ((uintptr_t)1)

void
commit_inbox_init(CommitInbox *inbox)
{
    atomic_init(&inbox->word, INBOX_IDLE);
}

bool
commit_inbox_push(CommitInbox *inbox, CommitInboxItem *item)
{
    uintptr_t word = atomic_load_explicit(&inbox->word, memory_order_relaxed);
    for (;;) {
        bool idle = word == INBOX_IDLE;
        item->next = idle ? 0 : word;
        if (atomic_compare_exchange_weak_explicit(&inbox->word, &word,
                                                  idle ? INBOX_LED : (uintptr_t)item,
                                                  memory_order_acq_rel, memory_order_relaxed)) {
            return idle;
        }
    }
}

bool
commit_inbox_claim(CommitInbox *inbox)
{
    uintptr_t idle = INBOX_IDLE;
    return atomic_compare_exchange_strong_explicit(&inbox->word, &idle, INBOX_LED,
                                                   memory_order_acq_rel, memory_order_relaxed);
}

CommitInboxItem *
commit_inbox_take(CommitInbox *inbox)
{
    if (atomic_load_explicit(&inbox->word, memory_order_relaxed) == INBOX_LED) {
        return NULL;
    }
    uintptr_t word = atomic_exchange_explicit(&inbox->word, INBOX_LED, memory_order_acq_rel);
    uintptr_t oldest = 0;
    while (word != INBOX_LED) {
        CommitInboxItem *item = (CommitInboxItem *)word;
        word = item->next;
        item->next = oldest;
        oldest = (uintptr_t)item;
    }
    return (CommitInboxItem *)oldest;
}

bool
commit_inbox_leave(CommitInbox *inbox)
{
    uintptr_t led = INBOX_LED;
    return atomic_compare_exchange_strong_explicit(&inbox->word, &led, INBOX_IDLE,
                                                   memory_order_acq_rel, memory_order_relaxed);
}

bool
commit_inbox_is_idle(const CommitInbox *inbox)
{
    return atomic_load_explicit(&inbox->word, memory_order_acquire) == INBOX_IDLE;
}
