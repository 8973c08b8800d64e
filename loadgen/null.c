/*
 * null.c: a target that does nothing. See null.h.
 */
#include "loadgen/null.h"

#include "loadgen/clock.h"
#include "loadgen/value.h"

#include <stdio.h>
#include <stdlib.h>

enum { TURN_ROUNDS = 64 }; /* of one turn, so that the worker looks at its clock */

typedef struct NullSession {
    LoadSession session; /* first: it is a session */
    LoadSessionArgs args;
    LoadOp *ops; /* args.pipeline of them */
    uint8_t *value;
} NullSession;

static void
make_value(NullSession *self, uint64_t record, uint32_t sequence, uint32_t size)
{
    LoadValueId id = {record, sequence, self->args.run, self->args.writer};
    load_value_write(self->value, size, load_value_unique(size, self->args.compression), &id);
}

static void
begin(NullSession *self, LoadOp *op, int64_t now_ns)
{
    op->started_ns = now_ns;
    if (op->kind == LOAD_PUT) {
        make_value(self, op->record, op->sequence, op->value_size);
    }
    for (uint32_t i = 0; i < op->part_count; i++) {
        make_value(self, op->parts[i].record, op->parts[i].sequence, op->parts[i].value_size);
    }
}

/* Takes as many operations as there are, up to a pipeline, and hands them back. */
static unsigned
go_round(NullSession *self, int64_t now_ns)
{
    LoadDriver *driver = self->args.driver;
    unsigned count = 0;
    while (count < self->args.pipeline && driver->next(driver, now_ns, &self->ops[count])) {
        begin(self, &self->ops[count++], now_ns);
    }
    LoadAnswer answer = {.finished_ns = count == 0 ? 0 : load_clock_ns()};
    for (unsigned i = 0; i < count; i++) {
        answer.entries = self->ops[i].part_count;
        driver->done(driver, &self->ops[i], &answer);
    }
    return count;
}

static void
turn(LoadSession *session, int64_t wait_ns)
{
    NullSession *self = (NullSession *)session;
    int64_t now_ns = load_clock_ns();
    unsigned rounds = 0;
    while (rounds < TURN_ROUNDS && go_round(self, now_ns) != 0) {
        now_ns = load_clock_ns();
        rounds++;
    }
    if (rounds != 0) {
        return;
    }
    int64_t idle_ns = self->args.driver->idle_ns(self->args.driver, now_ns);
    int64_t due_ns = now_ns + (idle_ns < wait_ns ? idle_ns : wait_ns);
    struct timespec due = {due_ns / LOAD_SECOND_NS, due_ns % LOAD_SECOND_NS};
    (void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
}

static size_t
pending(const LoadSession *session)
{
    (void)session;
    return 0;
}

static uint64_t
reconnects(const LoadSession *session)
{
    (void)session;
    return 0;
}

static void
free_session(LoadSession *session)
{
    NullSession *self = (NullSession *)session;
    free(self->ops);
    free(self->value);
    free(self);
}

static BaseStatus
session_new(LoadTarget *target, const LoadSessionArgs *args, LoadSession **ret_session)
{
    static const LoadSessionOps ops = {turn, pending, reconnects, free_session};
    (void)target;
    NullSession *self = calloc(1, sizeof *self);
    if (self == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for a session");
    }
    self->session.ops = &ops;
    self->args = *args;
    self->ops = calloc(args->pipeline, sizeof *self->ops);
    self->value = malloc(args->value_size);
    if (self->ops == NULL || self->value == NULL) {
        free_session(&self->session);
        return base_error(BASE_NO_MEMORY, "no memory for a session");
    }
    *ret_session = &self->session;
    return base_ok();
}

static void
free_target(LoadTarget *target)
{
    free(target);
}

LoadTarget *
load_null_open(void)
{
    static const LoadTargetOps ops = {session_new, free_target};
    LoadTarget *target = calloc(1, sizeof *target);
    if (target != NULL) {
        target->ops = &ops;
        target->unversioned = true;
        (void)snprintf(target->info.server, sizeof target->info.server, "null");
        (void)snprintf(target->info.engine, sizeof target->info.engine, "none");
        (void)snprintf(target->info.durability, sizeof target->info.durability, "none");
        (void)snprintf(target->info.protocol, sizeof target->info.protocol, "none");
    }
    return target;
}
