/*
 * wait.h: a request that waits aside until the backend has loaded its keys, or has room for it.
 *
 * All keys that the request looks at are loaded together and stay loaded until it has been
 * resolved, so one wait is enough however many of them are cold.
 *
 * Threading: the leader's, except for `load` while the backend works on it.
 */
#ifndef LARDER_ENGINE_COMMIT_WAIT_H
#define LARDER_ENGINE_COMMIT_WAIT_H

#include "engine/commit/backend.h"
#include "engine/commit/inbox.h"

typedef struct CommitWait {
    CommitLoad load; /* first: what the backend sees */
    CommitInboxItem item;
    EngineCommit *chain; /* the request, and the rest of its chain */
    BaseStatus status;   /* the backend's answer */
    struct CommitLoadKey keys[];
} CommitWait;

/* What a request waits for. */
typedef enum CommitWaitCause {
    COMMIT_WAIT_KEYS, /* those that it looks at */
    COMMIT_WAIT_ROOM, /* a load without keys */
} CommitWaitCause;

/* For the first request of a chain. NULL: no memory. The caller frees with free(). */
CommitWait *commit_wait_new(EngineCommit *chain, CommitWaitCause cause);

#endif
