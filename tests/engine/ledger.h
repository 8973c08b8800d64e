/*
 * ledger.h: a fixed sequence of commits whose state after any number of them is known, for tests
 * that break off somewhere and ask what is left.
 *
 * Commit number i (from 1) is a batch of puts, removes and removed ranges over a few dozen keys,
 * made of i alone, and the key "seq", which holds i. What a store holds is then some state n, the
 * one after commit n, or it is wrong.
 *
 * Threading: plain functions; those on an engine as engine.h says.
 */
#ifndef LARDER_TESTS_ENGINE_LEDGER_H
#define LARDER_TESTS_ENGINE_LEDGER_H

#include "tests/support/engine_rig.h"

/* How a store is worked on. */
typedef struct LedgerRun {
    int64_t submitted;    /* the last commit that was submitted */
    int64_t acknowledged; /* the last one that was applied */
    int64_t durable;      /* survives a dead system whatever the mode */
    EngineOutcome last;   /* the last outcome that was not APPLIED */
} LedgerRun;

/* A run over a store that holds state `from`, which is durable. */
LedgerRun ledger_run_at(int64_t from);

/* Submits the next commit, again while it is refused for overload, and waits. True: applied. */
bool ledger_commit(LedgerRun *run, Engine *engine);

/*
 * Commits until state `to`, with flushes and compactions between; ends early when one commit is not
 * applied. Failures of flushes and compactions are no matter.
 */
void ledger_work(LedgerRun *run, Engine *engine, int64_t to);

/*
 * The state that a store holds, by gets and by iterators both ways; -1: none, and a line about it
 * is printed. `failed`, when it is not NULL, says that a read failed with its status instead.
 */
int64_t ledger_state(Engine *engine, BaseStatus *ret_failed);

#endif
