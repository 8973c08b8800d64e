/*
 * embedded_session.c: one worker's calls into an engine.
 *
 * A write takes a slot: its commit, its mutation and the bytes that they point at, which belong to
 * the engine until the commit is answered. The answer may come within engine_commit() or from
 * another thread; either way the callback copies what matters into the slot, pushes the slot on a
 * lock-free list and posts a semaphore, and the worker takes it from there. The worker takes
 * exactly one post per slot, so once it has taken all slots no callback touches the session any
 * more. Reads are answered within the call.
 *
 * Threading: one worker; the callback of commits from any thread.
 */
#include "loadgen/clock.h"
#include "loadgen/embedded_target.h"
#include "loadgen/value.h"

#include <errno.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>

enum {
    TURN_OPERATIONS = 64, /* begun by one turn, so that the worker looks at its clock */
    TICK_NS = 100 * 1000 * 1000,
};

typedef struct EmbeddedSession EmbeddedSession;

typedef struct Slot {
    EngineCommit commit;
    EngineMutation *mutations; /* one, or as many as a BATCH has members */
    LoadOp op;
    LoadAnswer answer;
    EmbeddedSession *session;
    struct Slot *next;
    uint8_t *bytes; /* for each mutation key, then value */
} Slot;

struct EmbeddedSession {
    LoadSession session; /* first: it is a session */
    Engine *engine;
    LoadSessionArgs args;
    Slot *slots;
    Slot *idle;            /* slots without a commit */
    _Atomic(Slot *) ended; /* slots whose commit was answered */
    sem_t answered;        /* one post for each of them, after it was pushed */
    unsigned credit;       /* posts that were waited for before their slots were collected */
    size_t pending;
    int64_t next_tick_ns;
    BaseSlice *keys; /* of a MULTI_GET: args.walk */
    uint8_t *key_bytes;
    EngineLookup *lookups;
    uint8_t key[LOAD_KEY_BYTES_MAX + 1];
};

/* ----------------------------------------------------------------------------------- writes -- */

static LoadFault
fault_of(const EngineOutcome *outcome)
{
    switch (outcome->kind) {
    case ENGINE_APPLIED:
        return LOAD_FAULT_NONE;
    case ENGINE_NOT_APPLIED:
        return LOAD_FAULT_NOT_APPLIED;
    case ENGINE_REFUSED:
        return LOAD_FAULT_REFUSED;
    case ENGINE_UNKNOWN:
        return LOAD_FAULT_INDETERMINATE;
    case ENGINE_FAILED:
        break;
    }
    return LOAD_FAULT_FAILED;
}

static void
committed(EngineCommit *commit, const EngineOutcome *outcome)
{
    Slot *slot = commit->user;
    EmbeddedSession *self = slot->session;
    slot->answer = (LoadAnswer){
        .fault = fault_of(outcome),
        .message = base_slice_text(outcome->status.what == NULL ? "" : outcome->status.what),
        .version = outcome->version,
        .entries = slot->op.part_count,
        .finished_ns = load_clock_ns(),
    };
    slot->next = atomic_load_explicit(&self->ended, memory_order_relaxed);
    while (!atomic_compare_exchange_weak_explicit(&self->ended, &slot->next, slot,
                                                  memory_order_release, memory_order_relaxed)) {
    }
    (void)sem_post(&self->answered);
}

/* Writes key and value of a mutation that puts a record. */
static EngineMutation
make_put(const EmbeddedSession *self, uint8_t *bytes, const LoadPart *part)
{
    size_t key_size = self->args.keys->size;
    uint8_t *value = bytes + key_size;
    LoadValueId id = {part->record, part->sequence, self->args.run, self->args.writer};
    BaseSlice key = load_keys_write(self->args.keys, part->record, bytes);
    load_value_write(value, part->value_size,
                     load_value_unique(part->value_size, self->args.compression), &id);
    return (EngineMutation){
        .kind = ENGINE_PUT,
        .key = key,
        .value = base_slice(value, part->value_size),
        .expiry = self->args.ttl_ms == 0 ? ENGINE_EXPIRES_NEVER : ENGINE_EXPIRES_AFTER,
        .expiry_ms = self->args.ttl_ms,
    };
}

/* Makes the mutations of a write; their number. */
static size_t
make_mutations(const EmbeddedSession *self, Slot *slot)
{
    const LoadOp *op = &slot->op;
    if (op->kind == LOAD_REMOVE) {
        slot->mutations[0] = (EngineMutation){
            .kind = ENGINE_REMOVE,
            .key = load_keys_write(self->args.keys, op->record, slot->bytes),
        };
        return 1;
    }
    if (op->kind == LOAD_PUT) {
        LoadPart part = {op->record, 0, op->sequence, op->value_size};
        slot->mutations[0] = make_put(self, slot->bytes, &part);
        return 1;
    }
    size_t room = self->args.keys->size + self->args.value_size;
    for (uint32_t i = 0; i < op->part_count; i++) {
        slot->mutations[i] = make_put(self, slot->bytes + i * room, &op->parts[i]);
    }
    return op->part_count;
}

static void
write_record(EmbeddedSession *self, const LoadOp *op)
{
    Slot *slot = self->idle;
    self->idle = slot->next;
    slot->op = *op;
    slot->commit = (EngineCommit){
        .mutations = slot->mutations,
        .mutation_count = make_mutations(self, slot),
        .durability = op->sync ? ENGINE_DURABILITY_SYNC : ENGINE_DURABILITY_DEFAULT,
        .done = committed,
        .user = slot,
    };
    self->pending++;
    engine_commit(self->engine, &slot->commit);
}

/* Takes the post of one slot, which may be a moment behind its push. */
static void
take_post(EmbeddedSession *self)
{
    if (self->credit != 0) {
        self->credit--;
        return;
    }
    while (sem_wait(&self->answered) != 0 && errno == EINTR) {
    }
}

/* Hands back every write that was answered. */
static void
collect(EmbeddedSession *self)
{
    Slot *slot = atomic_exchange_explicit(&self->ended, NULL, memory_order_acquire);
    while (slot != NULL) {
        Slot *next = slot->next;
        take_post(self);
        self->pending--;
        self->args.driver->done(self->args.driver, &slot->op, &slot->answer);
        slot->next = self->idle;
        self->idle = slot;
        slot = next;
    }
}

/* Waits up to wait_ns until a write was answered since the last call. */
static void
wait_for_answer(EmbeddedSession *self, int64_t wait_ns)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += wait_ns % LOAD_SECOND_NS;
    until.tv_sec += wait_ns / LOAD_SECOND_NS + until.tv_nsec / LOAD_SECOND_NS;
    until.tv_nsec %= LOAD_SECOND_NS;
    int result;
    do {
        result = sem_timedwait(&self->answered, &until);
    } while (result != 0 && errno == EINTR);
    self->credit += result == 0 ? 1 : 0;
}

/* ------------------------------------------------------------------------------------ reads -- */

/* Ends the clock of an operation, and tells how it went. */
static LoadAnswer
answer_now(BaseStatus status)
{
    LoadAnswer answer = {.finished_ns = load_clock_ns()};
    if (!base_is_ok(status)) {
        answer.fault = LOAD_FAULT_FAILED;
        answer.message = base_slice_text(status.what);
    }
    return answer;
}

static void
get(EmbeddedSession *self, const LoadOp *op)
{
    EngineRead read;
    EngineLookup lookup = {.found = false};
    BaseSlice key = load_keys_write_near(self->args.keys, op->record, op->missing, self->key);
    BaseStatus status = engine_read_begin(&read, self->engine, NULL, 0);
    bool begun = base_is_ok(status);
    if (begun) {
        status = engine_get(&read, ENGINE_DATA, key, &lookup);
    }
    LoadAnswer answer = answer_now(status);
    if (base_is_ok(status) && lookup.found) {
        answer.found = true;
        answer.value = lookup.record.value;
        answer.version = lookup.record.version;
    }
    self->args.driver->done(self->args.driver, op, &answer);
    if (begun) {
        engine_read_end(&read);
    }
}

static void
multi_get(EmbeddedSession *self, const LoadOp *op)
{
    EngineRead read;
    size_t size = self->args.keys->size;
    int64_t version = 0;
    for (uint32_t i = 0; i < op->walk; i++) {
        uint8_t *key = self->key_bytes + i * size;
        self->keys[i] = load_keys_write(self->args.keys, load_op_member(op, i), key);
    }
    BaseStatus status = engine_read_begin(&read, self->engine, NULL, 0);
    bool begun = base_is_ok(status);
    if (begun) {
        status =
            engine_multi_get(&read, ENGINE_DATA, self->keys, op->walk, self->lookups, &version);
    }
    LoadAnswer answer = answer_now(status);
    for (uint32_t i = 0; base_is_ok(status) && i < op->walk; i++) {
        if (self->lookups[i].found) {
            LoadEntry entry = {i, self->keys[i], self->lookups[i].record.value};
            self->args.driver->entry(self->args.driver, op, &entry);
            answer.entries++;
        }
    }
    self->args.driver->done(self->args.driver, op, &answer);
    if (begun) {
        engine_read_end(&read);
    }
}

/* Walks with an iterator of its own, from the record on, or backward from before it. */
static void
scan(EmbeddedSession *self, const LoadOp *op)
{
    EngineIterator *iterator = NULL;
    EngineIteratorOptions options = {.keyspace = ENGINE_DATA,
                                     .range = {.unbounded = true},
                                     .limit_hint = op->walk,
                                     .reverse_hint = op->reverse};
    BaseSlice start = load_keys_write_near(self->args.keys, op->record, false, self->key);
    BaseStatus status = engine_iterator_new(self->engine, NULL, &options, &iterator);
    uint32_t index = 0;
    if (base_is_ok(status) && op->reverse) {
        engine_iterator_seek_before(iterator, &start);
    } else if (base_is_ok(status)) {
        engine_iterator_seek(iterator, &start);
    }
    while (iterator != NULL && iterator->valid && index < op->walk) {
        LoadEntry entry = {index++, iterator->key, iterator->record.value};
        self->args.driver->entry(self->args.driver, op, &entry);
        if (index == op->walk) {
            break;
        }
        if (op->reverse) {
            engine_iterator_prev(iterator);
        } else {
            engine_iterator_next(iterator);
        }
    }
    if (iterator != NULL) {
        status = iterator->status;
    }
    LoadAnswer answer = answer_now(status);
    answer.entries = index;
    engine_iterator_free(iterator);
    self->args.driver->done(self->args.driver, op, &answer);
}

static void
compact(EmbeddedSession *self, const LoadOp *op)
{
    const EngineOps *ops = self->engine->ops;
    EngineRange all = {.unbounded = true};
    BaseStatus status = base_error(BASE_UNSUPPORTED, "this engine has nothing to compact");
    if (ops->compact != NULL) {
        status = ops->flush == NULL ? base_ok() : ops->flush(self->engine);
    }
    if (base_is_ok(status)) {
        status = ops->compact(self->engine, &all);
    }
    LoadAnswer answer = answer_now(status);
    self->args.driver->done(self->args.driver, op, &answer);
}

/* ------------------------------------------------------------------------------------- turn -- */

static void
tick(EmbeddedSession *self, int64_t now_ns)
{
    if (self->args.writer == 0 && now_ns >= self->next_tick_ns) {
        self->next_tick_ns = now_ns + TICK_NS;
        engine_tick(self->engine);
    }
}

/* Begins one operation. False: there is none now. */
static bool
step(EmbeddedSession *self, int64_t now_ns)
{
    LoadOp op;
    if (!self->args.driver->next(self->args.driver, now_ns, &op)) {
        return false;
    }
    op.started_ns = now_ns;
    switch (op.kind) {
    case LOAD_GET:
        get(self, &op);
        break;
    case LOAD_SCAN:
        scan(self, &op);
        break;
    case LOAD_COMPACT:
        compact(self, &op);
        break;
    case LOAD_MULTI_GET:
        multi_get(self, &op);
        break;
    case LOAD_PUT:
    case LOAD_REMOVE:
    case LOAD_BATCH:
    case LOAD_INSERT:
    case LOAD_RMW:
    case LOAD_OP_KIND_COUNT:
        write_record(self, &op);
        collect(self);
        break;
    }
    return true;
}

static void
turn(LoadSession *session, int64_t wait_ns)
{
    EmbeddedSession *self = (EmbeddedSession *)session;
    int64_t now_ns = load_clock_ns();
    tick(self, now_ns);
    for (int i = 0; i < TURN_OPERATIONS && self->idle != NULL; i++) {
        if (!step(self, now_ns)) {
            int64_t idle_ns = self->args.driver->idle_ns(self->args.driver, now_ns);
            wait_for_answer(self, idle_ns < wait_ns ? idle_ns : wait_ns);
            collect(self);
            return;
        }
        now_ns = load_clock_ns();
    }
    if (self->idle == NULL) {
        wait_for_answer(self, wait_ns);
    }
    collect(self);
}

static size_t
pending(const LoadSession *session)
{
    return ((const EmbeddedSession *)session)->pending;
}

static uint64_t
reconnects(const LoadSession *session)
{
    (void)session;
    return 0;
}

/* -------------------------------------------------------------------------- making, freeing -- */

static void
free_session(LoadSession *session)
{
    EmbeddedSession *self = (EmbeddedSession *)session;
    while (self->pending != 0) {
        wait_for_answer(self, LOAD_SECOND_NS); /* the engine still owns the slots */
        collect(self);
    }
    for (unsigned i = 0; self->slots != NULL && i < self->args.pipeline; i++) {
        free(self->slots[i].bytes);
        free(self->slots[i].mutations);
    }
    free(self->keys);
    free(self->key_bytes);
    free(self->lookups);
    (void)sem_destroy(&self->answered);
    free(self->slots);
    free(self);
}

static bool
make_slots(EmbeddedSession *self)
{
    size_t members = self->args.batch == 0 ? 1 : self->args.batch;
    self->slots = calloc(self->args.pipeline, sizeof *self->slots);
    for (unsigned i = 0; self->slots != NULL && i < self->args.pipeline; i++) {
        Slot *slot = &self->slots[i];
        slot->session = self;
        slot->bytes = malloc(members * (self->args.keys->size + self->args.value_size));
        slot->mutations = calloc(members, sizeof *slot->mutations);
        if (slot->bytes == NULL || slot->mutations == NULL) {
            return false;
        }
        slot->next = self->idle;
        self->idle = slot;
    }
    return self->slots != NULL;
}

BaseStatus
load_embedded_session_new(LoadTarget *target, const LoadSessionArgs *args,
                          LoadSession **ret_session)
{
    static const LoadSessionOps ops = {turn, pending, reconnects, free_session};
    EmbeddedSession *self = calloc(1, sizeof *self);
    if (self == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for a session");
    }
    self->session.ops = &ops;
    self->engine = ((LoadEmbeddedTarget *)target)->engine;
    self->args = *args;
    (void)sem_init(&self->answered, 0, 0);
    self->keys = calloc(args->walk + 1, sizeof *self->keys);
    self->key_bytes = malloc((args->walk + 1) * args->keys->size);
    self->lookups = calloc(args->walk + 1, sizeof *self->lookups);
    if (!make_slots(self) || self->keys == NULL || self->key_bytes == NULL ||
        self->lookups == NULL) {
        free_session(&self->session);
        return base_error(BASE_NO_MEMORY, "no memory for a session");
    }
    *ret_session = &self->session;
    return base_ok();
}
