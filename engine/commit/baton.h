/*
 * baton.h: hands leadership from a thread that has led long enough to one that comes by.
 *
 * A tired leader offers its place and works on. The next thread that submits accepts, waits until
 * the leader has finished the group in its hand, and leads from there; the old leader returns to
 * its caller. When nobody comes by, the work ends by itself, and the leader withdraws the offer. So
 * a thread leads for a bounded number of commits while others submit, and no thread of ours is
 * needed.
 *
 * A thread that leads any sequencer never accepts: it may be in a callback of the very leader it
 * would wait for. That is for the caller to see to.
 *
 * Threading: accept from any thread that does not lead; the rest by the leader.
 */
#ifndef LARDER_ENGINE_COMMIT_BATON_H
#define LARDER_ENGINE_COMMIT_BATON_H

#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>

typedef struct CommitBaton {
    atomic_int state;
    sem_t passed;
} CommitBaton;

void commit_baton_init(CommitBaton *baton);

void commit_baton_clear(CommitBaton *baton);

/* True: the place was on offer, the caller has waited for it and leads now. */
bool commit_baton_accept(CommitBaton *baton);

void commit_baton_offer(CommitBaton *baton);

/* Whether somebody waits for the place. */
bool commit_baton_is_wanted(const CommitBaton *baton);

/* Takes the offer back. False: somebody waits already; pass. */
bool commit_baton_withdraw(CommitBaton *baton);

/* Makes the one who waits the leader. The caller leads no more. */
void commit_baton_pass(CommitBaton *baton);

#endif
