/*
 * pipeline.h: what comes behind sequencing: groups on their way to disk, publishing, and outcomes
 * in order.
 *
 * Flights are linked, the oldest first and the open one last. An entry goes into the open flight,
 * which is handed to the backend when nothing more waits, or when it is large enough, and the
 * backend has room; meanwhile it grows, which is what makes groups large under load. A request that
 * changed nothing is answered with the newest flight that has entries, because all that it saw is
 * in there or before; without one everything is published, and it is answered at once.
 *
 * Over an immediate backend (depth 0) the only flight is a place to work in: an entry is published
 * on the spot, and its request is answered behind the group that it was sequenced in.
 *
 * P-1  At most depth flights are sent and not finished; with the open one, depth + 1 flights
 *      suffice.
 * P-2  Flights are published and answered in their order, whatever order the backend reports.
 * P-3  After the first failure nothing that is unpublished gets published: the error may be told
 *      for one flight and mean the bytes of another.
 * P-4  A flight's memory, and its requests', stay until the backend has reported it, lost or not.
 *
 * Threading: the leader's; status may be called from any thread.
 */
#ifndef LARDER_ENGINE_COMMIT_PIPELINE_H
#define LARDER_ENGINE_COMMIT_PIPELINE_H

#include "engine/commit/flight.h"
#include "engine/commit/resolve.h"

#include <stdatomic.h>

/* The most flights that may be under way. */
#define COMMIT_DEPTH_MAX 16

typedef struct CommitPipeline {
    const CommitResolver *resolver; /* for the backend, and its overlay */
    CommitFlight *oldest;
    CommitFlight *newest;
    size_t depth;
    size_t sent;                  /* flights that were sent and are not finished */
    _Atomic(const char *) poison; /* text of the failed persist; NULL: none */
    CommitFlight flights[COMMIT_DEPTH_MAX + 1];
} CommitPipeline;

/* False: no memory. */
bool commit_pipeline_init(CommitPipeline *pipeline, const CommitResolver *resolver, size_t depth);

/* Takes a pipeline that is all zeros. */
void commit_pipeline_clear(CommitPipeline *pipeline);

/* The memory in which to resolve the next request. REQUIRES: not poisoned. */
CommitArena *commit_pipeline_open(CommitPipeline *pipeline);

/* Takes over an entry that is prepared, made in the open memory, and its request. */
void commit_pipeline_add(CommitPipeline *pipeline, EngineCommit *commit, CommitEntry *entry);

/* Answers a request that changed nothing with its outcome. */
void commit_pipeline_answer(CommitPipeline *pipeline, EngineCommit *commit);

/* Whether the open memory has grown beyond what is kept. */
bool commit_pipeline_has_grown(const CommitPipeline *pipeline);

/*
 * Ends a group of requests: over an immediate backend they are answered; the open memory is taken
 * back if nobody needs it any more.
 */
void commit_pipeline_trim(CommitPipeline *pipeline);

/* Hands the open flight to the backend if it has something and the backend has room. */
void commit_pipeline_send(CommitPipeline *pipeline);

/* The backend has reported a flight. */
void commit_pipeline_land(CommitPipeline *pipeline, CommitFlight *flight);

/* OK, or BASE_POISONED with the text of the failed persist. */
BaseStatus commit_pipeline_status(const CommitPipeline *pipeline);

#endif
