/*
 * pipeline.c: flights, publishing, outcomes. See pipeline.h.
 *
 * A callback may free its request, so the next one is always taken out before.
 */
#include "engine/commit/pipeline.h"

#include "engine/base/check.h"
#include "engine/commit/outcome.h"

/* The open flight is handed over early when it has so many entries or bytes. */
#define FLIGHT_ENTRIES 256
#define FLIGHT_BYTES   (1024 * 1024)

bool
commit_pipeline_init(CommitPipeline *pipeline, const CommitResolver *resolver, size_t depth)
{
    pipeline->resolver = resolver;
    pipeline->depth = depth;
    atomic_init(&pipeline->poison, NULL);
    for (size_t i = 0; i <= depth; i++) {
        if (!commit_flight_init(&pipeline->flights[i])) {
            return false;
        }
    }
    return true;
}

void
commit_pipeline_clear(CommitPipeline *pipeline)
{
    for (size_t i = 0; i <= COMMIT_DEPTH_MAX; i++) {
        commit_flight_clear(&pipeline->flights[i]);
    }
}

BaseStatus
commit_pipeline_status(const CommitPipeline *pipeline)
{
    const char *text = atomic_load_explicit(&pipeline->poison, memory_order_relaxed);
    return text == NULL ? base_ok() : base_error(BASE_POISONED, text);
}

static void
deliver(EngineCommit *commit)
{
    commit->done(commit, &commit->outcome);
}

/* Opens a flight behind the others; there is always a free one (P-1). */
static __attribute__((noinline)) CommitFlight *
begin_flight(CommitPipeline *pipeline)
{
    CommitFlight *flight = pipeline->flights;
    while (flight->state != COMMIT_FLIGHT_FREE) {
        flight++;
        BASE_CHECK(flight <= pipeline->flights + pipeline->depth);
    }
    flight->state = COMMIT_FLIGHT_OPEN;
    if (pipeline->newest == NULL) {
        pipeline->oldest = flight;
    } else {
        pipeline->newest->next = flight;
    }
    pipeline->newest = flight;
    return flight;
}

static inline CommitFlight *
open_flight(CommitPipeline *pipeline)
{
    CommitFlight *newest = pipeline->newest;
    bool open = newest != NULL && newest->state == COMMIT_FLIGHT_OPEN;
    return open ? newest : begin_flight(pipeline);
}

CommitArena *
commit_pipeline_open(CommitPipeline *pipeline)
{
    return &open_flight(pipeline)->arena;
}

void
commit_pipeline_add(CommitPipeline *pipeline, EngineCommit *commit, CommitEntry *entry)
{
    if (pipeline->depth == 0) {
        CommitBackend *backend = pipeline->resolver->backend;
        backend->ops->publish(backend, entry);
        commit_flight_add_answer(open_flight(pipeline), commit);
        return;
    }
    CommitFlight *flight = open_flight(pipeline);
    flight->group.sync = flight->group.sync || commit->durability == ENGINE_DURABILITY_SYNC;
    commit_flight_add_entry(flight, entry);
    commit_flight_add_answer(flight, commit);
    if (flight->group.entry_count >= FLIGHT_ENTRIES || flight->bytes >= FLIGHT_BYTES) {
        commit_pipeline_send(pipeline);
    }
}

void
commit_pipeline_answer(CommitPipeline *pipeline, EngineCommit *commit)
{
    if (pipeline->depth == 0) {
        commit_flight_add_answer(open_flight(pipeline), commit);
        return;
    }
    CommitFlight *seen = NULL;
    for (CommitFlight *flight = pipeline->oldest; flight != NULL; flight = flight->next) {
        seen = flight->group.entry_count != 0 ? flight : seen;
    }
    if (seen == NULL) {
        deliver(commit);
    } else {
        commit_flight_add_answer(seen, commit);
    }
}

bool
commit_pipeline_has_grown(const CommitPipeline *pipeline)
{
    const CommitFlight *flight = pipeline->newest;
    return flight != NULL && flight->arena.newest != flight->arena.first;
}

void
commit_pipeline_send(CommitPipeline *pipeline)
{
    CommitFlight *flight = pipeline->newest;
    if (flight == NULL || flight->state != COMMIT_FLIGHT_OPEN || flight->group.entry_count == 0 ||
        pipeline->sent == pipeline->depth) {
        return;
    }
    flight->state = COMMIT_FLIGHT_PERSISTING;
    flight->sent = true;
    pipeline->sent++;
    CommitBackend *backend = pipeline->resolver->backend;
    backend->ops->persist(backend, &flight->group);
}

static void
deliver_answers(CommitFlight *flight)
{
    EngineCommit *commit = commit_flight_take_answers(flight);
    while (commit != NULL) {
        EngineCommit *next = commit_flight_next_answer(commit);
        deliver(commit);
        commit = next;
    }
}

void
commit_pipeline_trim(CommitPipeline *pipeline)
{
    CommitFlight *flight = pipeline->oldest;
    if (flight == NULL || flight->state != COMMIT_FLIGHT_OPEN || flight->group.entry_count != 0) {
        return;
    }
    if (pipeline->depth == 0) {
        deliver_answers(flight);
    }
    commit_arena_reset(&flight->arena);
}

static void
publish(CommitPipeline *pipeline, CommitFlight *flight)
{
    CommitBackend *backend = pipeline->resolver->backend;
    CommitEntry *entry = flight->group.entries;
    while (entry != NULL) {
        CommitEntry *next = entry->next;
        commit_resolve_forget(pipeline->resolver, entry);
        backend->ops->publish(backend, entry);
        entry = next;
    }
}

/* What rested on bytes that may be lost is unknown; what rested on nothing stays as it is. */
static void
doubt_answers(const CommitFlight *flight, BaseStatus status)
{
    EngineCommit *commit = flight->first_answer;
    for (; commit != NULL; commit = commit_flight_next_answer(commit)) {
        EngineOutcomeKind kind = commit->outcome.kind;
        if (kind == ENGINE_APPLIED || kind == ENGINE_NOT_APPLIED) {
            commit->outcome = commit_outcome_unknown(status);
        }
    }
}

static void
discard(CommitPipeline *pipeline, CommitFlight *flight)
{
    CommitBackend *backend = pipeline->resolver->backend;
    CommitEntry *entry = flight->group.entries;
    while (entry != NULL) {
        CommitEntry *next = entry->next;
        backend->ops->discard(backend, entry);
        entry = next;
    }
    doubt_answers(flight, commit_pipeline_status(pipeline));
}

/* Finishes the flights that have landed, in order, up to the first that has not. */
static void
finish(CommitPipeline *pipeline)
{
    while (pipeline->oldest != NULL && pipeline->oldest->landed) {
        CommitFlight *flight = pipeline->oldest;
        if (flight->state == COMMIT_FLIGHT_DURABLE) {
            publish(pipeline, flight);
        } else {
            discard(pipeline, flight);
        }
        deliver_answers(flight);
        pipeline->sent -= flight->sent ? 1 : 0;
        pipeline->oldest = flight->next;
        if (pipeline->newest == flight) {
            pipeline->newest = NULL;
        }
        commit_flight_reset(flight);
    }
}

/* The first failure: all flights that are not published are lost (P-3). */
static void
poison(CommitPipeline *pipeline, BaseStatus status)
{
    atomic_store(&pipeline->poison, status.what);
    for (CommitFlight *flight = pipeline->oldest; flight != NULL; flight = flight->next) {
        flight->landed = flight->landed || flight->state == COMMIT_FLIGHT_OPEN;
        flight->state = COMMIT_FLIGHT_LOST;
        for (CommitEntry *entry = flight->group.entries; entry != NULL; entry = entry->next) {
            commit_resolve_forget(pipeline->resolver, entry);
        }
    }
}

void
commit_pipeline_land(CommitPipeline *pipeline, CommitFlight *flight)
{
    flight->landed = true;
    if (flight->state == COMMIT_FLIGHT_PERSISTING) {
        if (base_is_ok(flight->status)) {
            flight->state = COMMIT_FLIGHT_DURABLE;
        } else {
            poison(pipeline, flight->status);
        }
    }
    finish(pipeline);
    commit_pipeline_send(pipeline);
}
