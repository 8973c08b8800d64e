/*
 * publish.h: the writer: the sequencer's backend of the hashmap. state.c has the steps and the
 * proof.
 *
 * The publish mutex is held for a group of commits of one chain, and what their keys will touch is
 * fetched into the cache before (fetch.h); for the operations of one entry, or of a run, while it
 * is held. Preparing a commit makes all its records: one for a put, a tombstone for a remove of a
 * key that is there, and for a remove of a range a tombstone for each key in it. It promises slots
 * for new keys. Then nothing can fail any more. Publishing installs, publishes and settles. Between
 * the two nothing else happens: the backend is immediate, and each entry is published right after
 * it was prepared, by the same thread. Behind the group, what was retired is reclaimed; within it
 * only when memory is tight.
 *
 * The budget of memory holds for puts only, so that removes can make room.
 *
 * Threading: as engine/commit/backend.h says. The thread that leads is inside an epoch section
 * while it submits: that keeps the views that lookup returns.
 */
#ifndef LARDER_ENGINE_HASHMAP_PUBLISH_H
#define LARDER_ENGINE_HASHMAP_PUBLISH_H

#include "engine/hashmap/state.h"

typedef struct HashmapPublisher {
    CommitBackend backend; /* first: it is one */
    HashmapState *state;
} HashmapPublisher;

/* Makes `publisher` the backend for `state`. */
void hashmap_publish_init(HashmapPublisher *publisher, HashmapState *state);

#endif
