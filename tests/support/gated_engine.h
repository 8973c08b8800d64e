/*
 * gated_engine.h: an engine over the hashmap whose commits wait, or end, as a test says.
 *
 * It claims to persist, so that SYNC and durability modes can be tested. Reads go straight to the
 * engine inside. One test program has one gate, for all engines of the class.
 *
 * Threading: every function from any thread.
 */
#ifndef LARDER_TESTS_SUPPORT_GATED_ENGINE_H
#define LARDER_TESTS_SUPPORT_GATED_ENGINE_H

#include "engine/engine.h"

/* "gated": persists, with the option "durability" (always, interval, os). */
extern const EngineClass gated_class;

/* "meagre": the same engine with no capability at all. */
extern const EngineClass meagre_class;

/*
 * "instant": in memory, commits at once (engine_commit_now(), engine_put_now()); with the gate held
 * it is busy.
 */
extern const EngineClass instant_class;

/* Registers all classes, once in a process. */
void gate_register(void);

/* Opens the gate, forgets the answer and the counts. REQUIRES: no commit waits. */
void gate_reset(void);

/* From now on commits wait. */
void gate_hold(void);

/* Lets the commits that wait go on, in order, and those that follow too. */
void gate_release(void);

/* Commits that have arrived since gate_reset(), and chains (or runs of puts) that they came in. */
size_t gate_commits(void);
size_t gate_chains(void);

/*
 * From the `after`-th commit on (0: from the next one) every commit ends with this outcome instead
 * of reaching the engine inside; NULL: none does.
 */
void gate_answer(const EngineOutcome *outcome, size_t after);

/* Every read section fails with this status; OK: none does. */
void gate_fail_reads(BaseStatus status);

#endif
