/*
 * wait.c: what a request waits for. See wait.h.
 */
#include "engine/commit/wait.h"

#include "engine/commit/resolve.h"

#include <stdlib.h>

/* Collects the keys that a request looks at. */
static size_t
collect_keys(const EngineCommit *commit, struct CommitLoadKey *keys)
{
    size_t count = 0;
    for (size_t i = 0; i < commit->guard_count; i++) {
        const EngineGuard *guard = &commit->guards[i];
        keys[count++] = (struct CommitLoadKey){guard->keyspace, guard->key};
    }
    for (size_t i = 0; i < commit->mutation_count; i++) {
        const EngineMutation *mutation = &commit->mutations[i];
        if (commit_resolve_looks(mutation)) {
            keys[count++] = (struct CommitLoadKey){mutation->keyspace, mutation->key};
        }
    }
    return count;
}

CommitWait *
commit_wait_new(EngineCommit *chain, CommitWaitCause cause)
{
    size_t most = cause == COMMIT_WAIT_KEYS ? chain->guard_count + chain->mutation_count : 0;
    size_t bytes = 0;
    if (__builtin_mul_overflow(most, sizeof(struct CommitLoadKey), &bytes) ||
        __builtin_add_overflow(bytes, sizeof(CommitWait), &bytes)) {
        return NULL;
    }
    CommitWait *wait = malloc(bytes);
    if (wait == NULL) {
        return NULL;
    }
    size_t count = cause == COMMIT_WAIT_KEYS ? collect_keys(chain, wait->keys) : 0;
    wait->load = (CommitLoad){wait->keys, count, NULL};
    wait->chain = chain;
    wait->status = base_ok();
    return wait;
}
