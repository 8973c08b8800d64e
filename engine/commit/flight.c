/*
 * flight.c: a group and its requests. See flight.h.
 *
 * Requests are linked through a word of engine_private; the first two words are the inbox's.
 */
#include "engine/commit/flight.h"

#define ANSWER_NEXT 2

bool
commit_flight_init(CommitFlight *flight)
{
    *flight = (CommitFlight){.state = COMMIT_FLIGHT_FREE, .status = base_ok()};
    return commit_arena_init(&flight->arena);
}

void
commit_flight_clear(CommitFlight *flight)
{
    commit_arena_clear(&flight->arena);
}

void
commit_flight_reset(CommitFlight *flight)
{
    commit_arena_reset(&flight->arena);
    flight->group = (CommitGroup){.entries = NULL};
    flight->state = COMMIT_FLIGHT_FREE;
    flight->sent = false;
    flight->landed = false;
    flight->last_entry = NULL;
    flight->bytes = 0;
    flight->first_answer = NULL;
    flight->last_answer = NULL;
    flight->next = NULL;
}

void
commit_flight_add_entry(CommitFlight *flight, CommitEntry *entry)
{
    if (flight->last_entry == NULL) {
        flight->group.entries = entry;
    } else {
        flight->last_entry->next = entry;
    }
    flight->last_entry = entry;
    flight->group.entry_count++;
    for (size_t i = 0; i < entry->op_count; i++) {
        flight->bytes += entry->ops[i].key.len + entry->ops[i].value.len;
    }
}

void
commit_flight_add_answer(CommitFlight *flight, EngineCommit *commit)
{
    commit->engine_private[ANSWER_NEXT] = 0;
    if (flight->last_answer == NULL) {
        flight->first_answer = commit;
    } else {
        flight->last_answer->engine_private[ANSWER_NEXT] = (uintptr_t)commit;
    }
    flight->last_answer = commit;
}

EngineCommit *
commit_flight_next_answer(const EngineCommit *commit)
{
    return (EngineCommit *)commit->engine_private[ANSWER_NEXT];
}

EngineCommit *
commit_flight_take_answers(CommitFlight *flight)
{
    EngineCommit *first = flight->first_answer;
    flight->first_answer = NULL;
    flight->last_answer = NULL;
    return first;
}
