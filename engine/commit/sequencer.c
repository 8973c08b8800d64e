/*
 * sequencer.c: leading, and the order of things. See sequencer.h for what it promises.
 *
 * The leader's state is plain memory that passes from leader to leader with the inbox's word or the
 * baton. It has two queues: chains to sequence, and groups that the backend has answered, which go
 * first because they make room for more. pipeline.h does what comes behind sequencing.
 *
 * Over an immediate backend the commits of a chain are sequenced in groups. What a group needs but
 * once is paid once: the backend's lock, reading the clocks, fetching what the keys will touch into
 * the cache; and the callbacks come together behind it. A group ends early when the memory to
 * resolve in has grown, so that large commits do not add up.
 */
#include "engine/commit/sequencer.h"

#include "engine/base/check.h"
#include "engine/commit/baton.h"
#include "engine/commit/inbox.h"
#include "engine/commit/outcome.h"
#include "engine/commit/pipeline.h"
#include "engine/commit/resolve.h"
#include "engine/commit/run.h"
#include "engine/commit/wait.h"

#include <sched.h>
#include <stdlib.h>

/* Commits between two looks at the inbox while there is other work. */
#define COMMITS_PER_LOOK 32

/* A clock that was not read since the last look. */
#define NOT_READ INT64_MIN

/* Kinds of items in the inbox. */
enum {
    ITEM_CHAIN = 0, /* in engine_private of the first commit */
    ITEM_WAIT = 1,  /* of a CommitWait */
    ITEM_FLIGHT = 2 /* of a CommitFlight */
};

typedef struct ItemQueue {
    CommitInboxItem *first;
    CommitInboxItem *last;
} ItemQueue;

struct CommitSequencer {
    CommitInbox inbox;
    CommitBaton baton;
    atomic_bool shut;

    const BaseClock *clock;
    CommitStamps *stamps;
    CommitVersions *versions;
    CommitBackend *backend;
    bool can_persist;

    /* The leader's. */
    CommitResolver resolver;
    ItemQueue work;      /* chains, and waits that are over */
    ItemQueue arrivals;  /* flights that the backend has answered */
    EngineCommit *chain; /* what is left of the chain in hand */
    CommitWait *wait;    /* that the first commit of it comes from; NULL: none */
    int64_t wall_ms;     /* read since the last look, or NOT_READ */
    int64_t now_us;      /* the same of the monotonic clock */
    unsigned looked;     /* commits since the last look */
    unsigned since_offer;
    CommitOverlay overlay;
    CommitPipeline pipeline;
};

/* The sequencer that this thread leads; of several, the one it came to last. NULL: none. */
static _Thread_local const CommitSequencer *led;

/*
 * -------------------------------------------------------------------------------------- queues --
 */

static void
queue_add(ItemQueue *queue, CommitInboxItem *item)
{
    item->next = 0;
    if (queue->last == NULL) {
        queue->first = item;
    } else {
        queue->last->next = (uintptr_t)item;
    }
    queue->last = item;
}

static CommitInboxItem *
queue_take(ItemQueue *queue)
{
    CommitInboxItem *item = queue->first;
    if (item != NULL) {
        queue->first = commit_inbox_next(item);
        if (queue->first == NULL) {
            queue->last = NULL;
        }
    }
    return item;
}

/* Sorts new items into the queues. False: there were none. */
static bool
receive(CommitSequencer *sequencer, CommitInboxItem *items)
{
    bool some = items != NULL;
    while (items != NULL) {
        CommitInboxItem *item = items;
        items = commit_inbox_next(item);
        queue_add(item->kind == ITEM_FLIGHT ? &sequencer->arrivals : &sequencer->work, item);
    }
    return some;
}

static CommitInboxItem *
chain_item(EngineCommit *chain)
{
    return (CommitInboxItem *)chain->engine_private;
}

static void *
item_owner(CommitInboxItem *item, size_t offset)
{
    return (uint8_t *)item - offset;
}

/*
 * ---------------------------------------------------------------------------------------- time --
 */

/* From now on time is read anew. */
static void
forget_time(CommitSequencer *sequencer)
{
    sequencer->wall_ms = NOT_READ;
    sequencer->now_us = NOT_READ;
}

/* The stamp for a commit. It is not below one that a read was given, however old the reading is. */
static int64_t
stamp_now(CommitSequencer *sequencer)
{
    if (sequencer->wall_ms == NOT_READ) {
        sequencer->wall_ms = base_clock_wall_ms(sequencer->stamps->clock);
    }
    return commit_stamp_observe(sequencer->stamps, sequencer->wall_ms);
}

static bool
has_passed(CommitSequencer *sequencer, int64_t deadline_us)
{
    if (sequencer->now_us == NOT_READ) {
        sequencer->now_us = base_clock_monotonic_us(sequencer->clock);
    }
    return sequencer->now_us > deadline_us;
}

/*
 * ---------------------------------------------------------------------------------- sequencing --
 */

/* Both apart, so that requests which pass do not pay for the room that an outcome needs. */
static __attribute__((cold, noinline)) bool
refuse(EngineCommit *commit, EngineRefusal refusal, BaseStatus status)
{
    commit->outcome = commit_outcome_refused(refusal, status);
    return true;
}

static __attribute__((cold, noinline)) bool
fail(EngineCommit *commit, BaseStatus status)
{
    commit->outcome = commit_outcome_failed(status);
    return true;
}

/* Whether a request cannot even be looked at; then its outcome is set. */
static bool
is_turned_away(CommitSequencer *sequencer, EngineCommit *commit)
{
    if (atomic_load_explicit(&sequencer->shut, memory_order_relaxed)) {
        return refuse(commit, ENGINE_REFUSAL_CLOSING,
                      base_error(BASE_CLOSED, "the store is closing"));
    }
    BaseStatus status = commit_pipeline_status(&sequencer->pipeline);
    if (!base_is_ok(status)) {
        return fail(commit, status);
    }
    if (commit->durability == ENGINE_DURABILITY_SYNC && !sequencer->can_persist) {
        return fail(commit,
                    base_error(BASE_UNSUPPORTED, "this engine keeps nothing on disk to sync"));
    }
    if (commit->deadline_us != 0 && has_passed(sequencer, commit->deadline_us)) {
        return refuse(commit, ENGINE_REFUSAL_DEADLINE,
                      base_error(BASE_BUSY, "the deadline passed in the queue"));
    }
    return false;
}

/* Answers a request that changed nothing, for an error. */
static __attribute__((cold, noinline)) void
answer_error(CommitSequencer *sequencer, EngineCommit *commit, BaseStatus status,
             int64_t retry_after_ms)
{
    commit->outcome = commit_outcome_error(status, retry_after_ms);
    commit_pipeline_answer(&sequencer->pipeline, commit);
}

/* Lets a request and the rest of its chain wait, for the keys that it needs or for room. */
static void
set_aside(CommitSequencer *sequencer, EngineCommit *chain, CommitWaitCause cause)
{
    if (sequencer->backend->ops->load == NULL) {
        answer_error(sequencer, chain,
                     base_error(BASE_INTERNAL, "an engine without load would block"), 0);
        return;
    }
    CommitWait *wait = commit_wait_new(chain, cause);
    if (wait == NULL) {
        answer_error(sequencer, chain, base_error(BASE_NO_MEMORY, "no memory to wait"), 0);
        return;
    }
    sequencer->chain = NULL;
    sequencer->backend->ops->load(sequencer->backend, &wait->load);
}

/* A request that passed its guards. */
static void
pass(CommitSequencer *sequencer, EngineCommit *commit, CommitEntry *entry)
{
    if (entry->op_count == 0) {
        commit_outcome_apply(&commit->outcome, commit_version_last(sequencer->versions));
        commit_pipeline_answer(&sequencer->pipeline, commit);
        return;
    }
    BaseStatus status = sequencer->backend->ops->prepare(sequencer->backend, entry);
    if (!base_is_ok(status)) {
        commit_resolve_forget(&sequencer->resolver, entry);
        if (status.code == BASE_WOULD_BLOCK) {
            set_aside(sequencer, commit, COMMIT_WAIT_ROOM);
        } else {
            answer_error(sequencer, commit, status, entry->retry_after_ms);
        }
        return;
    }
    commit_version_take(sequencer->versions, 1);
    commit_outcome_apply(&commit->outcome, entry->version);
    commit_pipeline_add(&sequencer->pipeline, commit, entry);
}

/* Sequences the first request of the chain in hand. */
static void
sequence(CommitSequencer *sequencer)
{
    EngineCommit *commit = sequencer->chain;
    sequencer->chain = commit->next;
    if (is_turned_away(sequencer, commit)) {
        commit_pipeline_answer(&sequencer->pipeline, commit);
        return;
    }
    int64_t version = 0;
    BaseStatus status = commit_version_peek(sequencer->versions, &version);
    if (!base_is_ok(status)) {
        answer_error(sequencer, commit, status, 0);
        return;
    }
    CommitArena *arena = commit_pipeline_open(&sequencer->pipeline);
    CommitEntry *entry = NULL;
    switch (commit_resolve(&sequencer->resolver, arena, commit, version, stamp_now(sequencer),
                           &entry)) {
    case COMMIT_PASSED:
        pass(sequencer, commit, entry);
        break;
    case COMMIT_ANSWERED:
        commit_pipeline_answer(&sequencer->pipeline, commit);
        break;
    case COMMIT_COLD:
        set_aside(sequencer, commit, COMMIT_WAIT_KEYS);
        break;
    }
}

/* Sequences the first request of the chain in hand, which may have waited. */
static void
sequence_next(CommitSequencer *sequencer)
{
    CommitWait *wait = sequencer->wait;
    sequencer->wait = NULL;
    if (wait == NULL) {
        sequence(sequencer);
        return;
    }
    if (base_is_ok(wait->status)) {
        sequence(sequencer);
    } else {
        EngineCommit *commit = sequencer->chain;
        sequencer->chain = commit->next;
        answer_error(sequencer, commit, wait->status, 0);
    }
    sequencer->backend->ops->unload(sequencer->backend, &wait->load);
    free(wait);
}

/*
 * Sequences the next commits of the chain in hand: over an immediate backend as many as a group may
 * have, else one. Returns their number.
 */
static unsigned
sequence_group(CommitSequencer *sequencer)
{
    CommitBackend *backend = sequencer->backend;
    unsigned most = sequencer->resolver.immediate ? COMMIT_GROUP_MAX : 1;
    unsigned count = 0;
    if (backend->ops->begin != NULL) {
        backend->ops->begin(backend, sequencer->chain, most);
    }
    do {
        sequence_next(sequencer);
        count++;
    } while (count < most && sequencer->chain != NULL &&
             !commit_pipeline_has_grown(&sequencer->pipeline));
    if (backend->ops->end != NULL) {
        backend->ops->end(backend);
    }
    commit_pipeline_trim(&sequencer->pipeline);
    return count;
}

/* Takes the next chain into the hand. False: there is none. */
static bool
take_chain(CommitSequencer *sequencer)
{
    CommitInboxItem *item = queue_take(&sequencer->work);
    if (item == NULL) {
        return false;
    }
    if (item->kind == ITEM_WAIT) {
        sequencer->wait = item_owner(item, offsetof(CommitWait, item));
        sequencer->chain = sequencer->wait->chain;
    } else {
        sequencer->chain = item_owner(item, offsetof(EngineCommit, engine_private));
    }
    forget_time(sequencer);
    return true;
}

/*
 * ------------------------------------------------------------------------------------- leading --
 */

/* One piece of work. Returns how many commits it was worth; 0: there is none. */
static unsigned
step(CommitSequencer *sequencer)
{
    CommitInboxItem *arrival = queue_take(&sequencer->arrivals);
    if (arrival != NULL) {
        commit_pipeline_land(&sequencer->pipeline,
                             item_owner(arrival, offsetof(CommitFlight, item)));
        return 1;
    }
    if (sequencer->chain == NULL && !take_chain(sequencer)) {
        return 0;
    }
    return sequence_group(sequencer);
}

/* What is due after so many commits: a look at the inbox and the clock, an offer of the place. */
static void
look_around(CommitSequencer *sequencer, unsigned commits)
{
    sequencer->looked += commits;
    if (sequencer->looked >= COMMITS_PER_LOOK) {
        sequencer->since_offer += sequencer->looked;
        sequencer->looked = 0;
        forget_time(sequencer);
        (void)receive(sequencer, commit_inbox_take(&sequencer->inbox));
    }
    if (sequencer->since_offer >= COMMIT_LEAD_MAX) {
        sequencer->since_offer = 0;
        commit_baton_offer(&sequencer->baton);
    }
}

/* Works until nothing is left. False: somebody accepted the place before. */
static bool
work_off(CommitSequencer *sequencer)
{
    sequencer->looked = 0;
    sequencer->since_offer = 0;
    for (;;) {
        unsigned commits = 0;
        while ((commits = step(sequencer)) != 0) {
            if (commit_baton_is_wanted(&sequencer->baton)) {
                return false;
            }
            look_around(sequencer, commits);
        }
        commit_pipeline_send(&sequencer->pipeline);
        if (sequencer->arrivals.first != NULL ||
            receive(sequencer, commit_inbox_take(&sequencer->inbox))) {
            continue;
        }
        if (!commit_baton_withdraw(&sequencer->baton)) {
            return false;
        }
        if (commit_inbox_leave(&sequencer->inbox)) {
            return true;
        }
    }
}

/* Leads until the inbox is empty or somebody else takes over. Then the sequencer may be gone. */
static void
lead(CommitSequencer *sequencer)
{
    const CommitSequencer *outer = led;
    led = sequencer;
    if (!work_off(sequencer)) {
        commit_baton_pass(&sequencer->baton);
    }
    led = outer;
}

/* Pushes an item, and leads if nobody does. True: it did. */
static bool
push(CommitSequencer *sequencer, CommitInboxItem *item)
{
    if (!commit_inbox_push(&sequencer->inbox, item)) {
        return false;
    }
    (void)receive(sequencer, item);
    lead(sequencer);
    return true;
}

/*
 * --------------------------------------------------------------------------------------- calls --
 */

void
commit_sequencer_submit(CommitSequencer *sequencer, EngineCommit *chain)
{
    CommitInboxItem *item = chain_item(chain);
    item->kind = ITEM_CHAIN;
    if (!push(sequencer, item) && led == NULL && commit_baton_accept(&sequencer->baton)) {
        lead(sequencer);
    }
}

/*
 * The leader works off its own chain first, and offers its place to nobody before it is through:
 * all of it is executed here.
 */
_Static_assert((int)ENGINE_COMMIT_NOW_MAX <= COMMIT_LEAD_MAX - COMMIT_GROUP_MAX,
               "a leader keeps its place for a chain that is executed at once");

bool
commit_sequencer_execute(CommitSequencer *sequencer, EngineCommit *chain)
{
    BASE_INVARIANT(sequencer->resolver.immediate);
    if (!commit_inbox_claim(&sequencer->inbox)) {
        return false;
    }
    CommitInboxItem *item = chain_item(chain);
    item->kind = ITEM_CHAIN;
    queue_add(&sequencer->work, item);
    lead(sequencer);
    return true;
}

/* Whether puts can be looked at (S-5, and no shutdown). */
static bool
may_run(CommitSequencer *sequencer, const EnginePut *puts, size_t count)
{
    if (atomic_load_explicit(&sequencer->shut, memory_order_relaxed)) {
        return false;
    }
    forget_time(sequencer);
    for (size_t i = 0; i < count; i++) {
        if (puts[i].deadline_us != 0 && has_passed(sequencer, puts[i].deadline_us)) {
            return false;
        }
    }
    return true;
}

bool
commit_sequencer_put(CommitSequencer *sequencer, EnginePut *puts, size_t count)
{
    BASE_INVARIANT(sequencer->resolver.immediate);
    if (!commit_inbox_claim(&sequencer->inbox)) {
        return false;
    }
    bool executed = may_run(sequencer, puts, count) &&
                    commit_run_execute(sequencer->backend, sequencer->versions,
                                       stamp_now(sequencer), puts, count);
    lead(sequencer);
    return executed;
}

void
commit_sequencer_persisted(CommitSequencer *sequencer, CommitGroup *group, BaseStatus status)
{
    CommitFlight *flight = (CommitFlight *)group;
    flight->status = status;
    flight->item.kind = ITEM_FLIGHT;
    if (led == sequencer) {
        queue_add(&sequencer->arrivals, &flight->item); /* from within: no other thread sees it */
    } else {
        (void)push(sequencer, &flight->item);
    }
}

void
commit_sequencer_loaded(CommitSequencer *sequencer, CommitLoad *load, BaseStatus status)
{
    CommitWait *wait = (CommitWait *)load;
    wait->status = status;
    wait->item.kind = ITEM_WAIT;
    (void)push(sequencer, &wait->item);
}

void
commit_sequencer_shut(CommitSequencer *sequencer)
{
    atomic_store(&sequencer->shut, true);
}

BaseStatus
commit_sequencer_status(const CommitSequencer *sequencer)
{
    return commit_pipeline_status(&sequencer->pipeline);
}

static void
clear_memory(CommitSequencer *sequencer)
{
    commit_overlay_clear(&sequencer->overlay);
    commit_pipeline_clear(&sequencer->pipeline);
    free(sequencer);
}

BaseStatus
commit_sequencer_new(const CommitSequencerArgs *args, CommitSequencer **ret_sequencer)
{
    bool immediate = args->backend->ops->persist == NULL;
    if (immediate != (args->depth == 0) || args->depth > COMMIT_DEPTH_MAX) {
        return base_error(BASE_INVALID, "this depth does not fit the backend");
    }
    CommitSequencer *sequencer = calloc(1, sizeof(*sequencer));
    if (sequencer == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for a sequencer");
    }
    sequencer->clock = args->clock;
    sequencer->stamps = args->stamps;
    sequencer->versions = args->versions;
    sequencer->backend = args->backend;
    sequencer->can_persist = args->can_persist;
    sequencer->resolver =
        (CommitResolver){args->backend, &sequencer->overlay, args->value_max, immediate};
    if (!commit_overlay_init(&sequencer->overlay) ||
        !commit_pipeline_init(&sequencer->pipeline, &sequencer->resolver, args->depth)) {
        clear_memory(sequencer);
        return base_error(BASE_NO_MEMORY, "no memory for a sequencer");
    }
    commit_inbox_init(&sequencer->inbox);
    commit_baton_init(&sequencer->baton);
    atomic_init(&sequencer->shut, false);
    *ret_sequencer = sequencer;
    return base_ok();
}

void
commit_sequencer_free(CommitSequencer *sequencer)
{
    if (sequencer == NULL) {
        return;
    }
    while (!commit_inbox_is_idle(&sequencer->inbox)) {
        (void)sched_yield();
    }
    commit_baton_clear(&sequencer->baton);
    clear_memory(sequencer);
}
