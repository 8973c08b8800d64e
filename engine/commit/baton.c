/*
 * baton.c: handing over leadership. See baton.h.
 */
#include "engine/commit/baton.h"

#include "engine/base/check.h"

#include <errno.h>

enum {
    BATON_HELD = 0,
    BATON_OFFERED = 1,
    BATON_ACCEPTED = 2,
};

void
commit_baton_init(CommitBaton *baton)
{
    atomic_init(&baton->state, BATON_HELD);
    BASE_CHECK(sem_init(&baton->passed, 0, 0) == 0);
}

void
commit_baton_clear(CommitBaton *baton)
{
    BASE_CHECK(sem_destroy(&baton->passed) == 0);
}

bool
commit_baton_accept(CommitBaton *baton)
{
    int offered = BATON_OFFERED;
    if (atomic_load_explicit(&baton->state, memory_order_relaxed) != BATON_OFFERED ||
        !atomic_compare_exchange_strong(&baton->state, &offered, BATON_ACCEPTED)) {
        return false;
    }
    while (sem_wait(&baton->passed) != 0) {
        BASE_CHECK(errno == EINTR);
    }
    return true;
}

void
commit_baton_offer(CommitBaton *baton)
{
    int held = BATON_HELD;
    (void)atomic_compare_exchange_strong(&baton->state, &held, BATON_OFFERED);
}

bool
commit_baton_is_wanted(const CommitBaton *baton)
{
    return atomic_load_explicit(&baton->state, memory_order_relaxed) == BATON_ACCEPTED;
}

bool
commit_baton_withdraw(CommitBaton *baton)
{
    int offered = BATON_OFFERED;
    return atomic_load_explicit(&baton->state, memory_order_relaxed) == BATON_HELD ||
           atomic_compare_exchange_strong(&baton->state, &offered, BATON_HELD);
}

void
commit_baton_pass(CommitBaton *baton)
{
    atomic_store(&baton->state, BATON_HELD);
    BASE_CHECK(sem_post(&baton->passed) == 0);
}
