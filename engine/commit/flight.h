/*
 * flight.h: a group on its way to disk, with the requests that are answered when it has arrived.
 *
 * The life of a flight: FREE -> OPEN (commits are added) -> PERSISTING (the backend has it) ->
 * DURABLE (it may be published when it is the oldest) -> FREE. After a failed persist every flight
 * that is not yet published becomes LOST; it is freed when the backend has let go of it.
 *
 * Requests that add nothing (a failed guard) are answered with the flight whose state they saw.
 *
 * Threading: the leader's, except for `group` while the backend persists it.
 */
#ifndef LARDER_ENGINE_COMMIT_FLIGHT_H
#define LARDER_ENGINE_COMMIT_FLIGHT_H

#include "engine/commit/arena.h"
#include "engine/commit/backend.h"
#include "engine/commit/inbox.h"

typedef enum CommitFlightState {
    COMMIT_FLIGHT_FREE = 0,
    COMMIT_FLIGHT_OPEN,
    COMMIT_FLIGHT_PERSISTING,
    COMMIT_FLIGHT_DURABLE,
    COMMIT_FLIGHT_LOST,
} CommitFlightState;

typedef struct CommitFlight {
    CommitGroup group; /* first: what the backend sees */
    CommitInboxItem item;
    BaseStatus status; /* the backend's answer */
    CommitFlightState state;
    bool sent;   /* to the backend */
    bool landed; /* the backend has answered, or never had it */
    CommitEntry *last_entry;
    size_t bytes; /* of keys and values in the group */
    EngineCommit *first_answer;
    EngineCommit *last_answer;
    CommitArena arena; /* entries, operations and values made here */
    struct CommitFlight *next;
} CommitFlight;

/* False: no memory. */
bool commit_flight_init(CommitFlight *flight);

/* Takes a flight that is all zeros. */
void commit_flight_clear(CommitFlight *flight);

/* Makes it FREE and empty again. */
void commit_flight_reset(CommitFlight *flight);

/* Adds an entry behind the others. */
void commit_flight_add_entry(CommitFlight *flight, CommitEntry *entry);

/* Adds a request to be answered behind the others. */
void commit_flight_add_answer(CommitFlight *flight, EngineCommit *commit);

/* The request to answer after this one; NULL: it is the last. */
EngineCommit *commit_flight_next_answer(const EngineCommit *commit);

/* Takes out all requests to answer, and returns the first; NULL: there are none. */
EngineCommit *commit_flight_take_answers(CommitFlight *flight);

#endif
