/*
 * scripted_script.h: instructions to the scripted engine, written in keys.
 *
 *   key    = "!" verb { "!" verb } ":" rest      any other key has no script
 *
 *   delay-<n>ms        the commit, and the rest of its chain, runs n ms later in another thread
 *   times-<n>          the verbs but delay act on the first n commits of this key, then no more
 *   retry-<n>ms        retry_after_ms of a refusal
 *   refuse-<refusal>   REFUSED:  overload disk_full memory_full closing deadline read_only
 *   unknown            UNKNOWN, and nothing was applied
 *   unknown-applied    UNKNOWN, and it was applied if its guards hold
 *   fail-<code>        FAILED, with a code of BaseStatus in small letters: io corruption internal
 *   poison             FAILED with BASE_POISONED, as every commit is from then on; the engine's
 *                      status says so
 *   ... read-<code>        reads of the key, and iterators that come to it, fail with that code
 *   elsewhere          NotHere WRONG_OWNER, for reads and writes alike: the key is not served here.
 *                      No engine can say that of a key, so scripted-larderd does, for calls whose
 *                      first key has this verb first. Within the engine the verb fails.
 *
 * Examples: "!refuse-overload!retry-200ms:a", "!delay-50ms!unknown-applied:b",
 * "!read-would_block:c". A commit obeys the first of its mutations' keys, then guards' keys, that
 * has a script. Keys of ENGINE_SYSTEM have none. A verb that does not exist makes the commit or
 * read fail with BASE_INVALID, so that a misspelt test does not pass.
 *
 * Threading: pure.
 */
#ifndef LARDER_TESTS_SUPPORT_SCRIPTED_SCRIPT_H
#define LARDER_TESTS_SUPPORT_SCRIPTED_SCRIPT_H

#include "engine/engine.h"

typedef struct ScriptedScript {
    bool present;
    bool delayed;
    int64_t delay_ms;
    int64_t times; /* -1: always */
    int64_t retry_after_ms;
    EngineOutcomeKind kind; /* APPLIED: the commit goes its normal way */
    EngineRefusal refusal;
    bool applied; /* UNKNOWN: apply it all the same */
    bool poison;
    BaseStatus status;
    BaseStatus read_status;
} ScriptedScript;

ScriptedScript scripted_script_parse(BaseSlice key);

#endif
