/*
 * wait.c: the keys that a request needs. See wait.h.
 */
#include "engine/commit/wait.h"

#include <stdlib.h>

CommitWait *
commit_wait_new(EngineCommit *chain)
{
    size_t most = chain->guard_count + chain->mutation_count;
    size_t bytes = 0;
    if (__builtin_mul_overflow(most, sizeof(struct CommitLoadKey), &bytes) ||
        __builtin_add_overflow(bytes, sizeof(CommitWait), &bytes)) {
        return NULL;
    }
    CommitWait *wait = malloc(bytes);
    if (wait == NULL) {
        return NULL;
    }
    size_t count = 0;
    for (size_t i = 0; i < chain->guard_count; i++) {
        const EngineGuard *guard = &chain->guards[i];
        wait->keys[count++] = (struct CommitLoadKey){guard->keyspace, guard->key};
    }
    for (size_t i = 0; i < chain->mutation_count; i++) {
        const EngineMutation *mutation = &chain->mutations[i];
        if (mutation->kind != ENGINE_REMOVE_RANGE) {
            wait->keys[count++] = (struct CommitLoadKey){mutation->keyspace, mutation->key};
        }
    }
    wait->load = (CommitLoad){wait->keys, count, NULL};
    wait->chain = chain;
    wait->status = base_ok();
    return wait;
}
