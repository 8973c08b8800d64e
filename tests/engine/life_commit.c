/*
 * life_commit.c: random commits, one at a time and many at once, and what is made of their
 * outcomes. See life.h.
 *
 * Commits that are submitted together are compared with the model in the order in which they were
 * answered, which is the order in which they were sequenced.
 */
#include "engine/commit/counter.h"
#include "tests/engine/life.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    GUARDS_MAX = 3,
    MANY_MAX = 24,
    REFUSALS_MAX = 60000, /* of a millisecond each: by then it is no passing lack */
};

/* A random commit and the bytes that it points at. */
typedef struct Attempt {
    EngineRigCommit rig; /* first */
    EngineGuard guards[GUARDS_MAX];
    EngineMutation mutations[MODEL_MUTATIONS_MAX];
    uint8_t *bytes[MODEL_MUTATIONS_MAX + GUARDS_MAX]; /* owned */
} Attempt;

/* ---------------------------------------------------------------------------- making commits -- */

static BaseSlice
key_of(const Life *life, size_t index)
{
    return life->pool.keys[index];
}

static uint8_t *
bytes_new(const Life *life, size_t len)
{
    uint8_t *bytes = malloc(len + 1);
    LIFE_EXPECT(life, bytes != NULL);
    return bytes;
}

static size_t
random_len(Life *life)
{
    const LifeHabits *habits = &life->habits;
    if (habits->huge_one_in != 0 && life_one_in(life, habits->huge_one_in)) {
        return life_below(life, habits->huge_max);
    }
    return life_below(life, habits->value_max + 1);
}

/* A value: a counter, random bytes, or bytes that compress well. */
static BaseSlice
random_value(Life *life, uint8_t **ret_bytes)
{
    size_t how = life_below(life, 4);
    size_t len = how == 0 ? COMMIT_COUNTER_BYTES : random_len(life);
    uint8_t *bytes = bytes_new(life, len);
    if (how == 0) {
        commit_counter_format((int64_t)life_below(life, 100), bytes);
    } else if (how == 1) {
        memset(bytes, (int)life_below(life, 256), len);
    } else {
        for (size_t i = 0; i < len; i++) {
            bytes[i] = (uint8_t)base_rand_next(&life->rand);
        }
    }
    *ret_bytes = bytes;
    return base_slice(bytes, len);
}

/* A key that is present, if one is found soon. */
static size_t
pick_present(Life *life, EngineKeyspace keyspace, size_t value_len)
{
    size_t index = life_pick(life);
    for (int i = 0; i < 8; i++) {
        const ModelEntry *entry =
            model_get(&life->model, model_latest(&life->model), keyspace, index);
        if (entry != NULL && (value_len == 0 || entry->len == value_len)) {
            return index;
        }
        index = life_pick(life);
    }
    return index;
}

static void
random_expiry(Life *life, EngineMutation *mutation)
{
    if (life_below(life, 100) >= life->habits.expiry_percent) {
        return;
    }
    switch (life_below(life, 5)) {
    case 0:
        mutation->expiry = ENGINE_EXPIRES_KEEP;
        break;
    case 1:
        /* At the edge: has just come, or comes in a moment. */
        mutation->expiry = ENGINE_EXPIRES_AT;
        mutation->expiry_ms = life->model.now_ms + (int64_t)life_below(life, 4) - 1;
        break;
    default:
        mutation->expiry = ENGINE_EXPIRES_AFTER;
        mutation->expiry_ms = (int64_t)life_below(life, life_one_in(life, 3) ? 100000 : 200);
        break;
    }
}

/* One border of a range: a new one, or one that was met lately. */
static BaseSlice
random_border(Life *life, uint8_t *bytes)
{
    size_t slot = life_below(life, 4);
    if (life_one_in(life, 3)) {
        memcpy(bytes, life->borders[slot], life->border_lens[slot]);
        return base_slice(bytes, life->border_lens[slot]);
    }
    BaseSlice border = key_pool_near(&life->pool, &life->rand, bytes);
    memcpy(life->borders[slot], border.data, border.len);
    life->border_lens[slot] = border.len;
    return border;
}

static void
random_range(Life *life, EngineMutation *mutation, uint8_t **ret_bytes)
{
    uint8_t *bytes = bytes_new(life, 2 * (KEY_POOL_KEY_MAX + 1));
    *ret_bytes = bytes;
    BaseSlice start = random_border(life, bytes);
    BaseSlice stop = random_border(life, bytes + KEY_POOL_KEY_MAX + 1);
    size_t narrow = key_pool_place(&life->pool, start) + life_below(life, 4);
    if (!life_one_in(life, 4) && narrow < life->pool.count) {
        stop = key_of(life, narrow);
    }
    bool unbounded = life_one_in(life, 25);
    if (base_slice_compare(start, stop) > 0 && !life_one_in(life, 10)) {
        BaseSlice other = start; /* seldom the wrong way round: then it removes nothing */
        start = stop;
        stop = other;
    }
    EngineKeyspace keyspace = mutation->keyspace;
    *mutation = engine_rig_remove_range(keyspace, start, unbounded ? NULL : &stop);
}

static void
random_mutation(Life *life, EngineMutation *mutation, uint8_t **ret_bytes)
{
    EngineKeyspace keyspace = life_keyspace(life);
    *mutation = (EngineMutation){.keyspace = keyspace, .want_existed = life_one_in(life, 2)};
    if (life_one_in(life, life->habits.range_one_in)) {
        random_range(life, mutation, ret_bytes);
        return;
    }
    size_t kind = life_below(life, 20);
    mutation->key = key_of(life, life_pick(life));
    if (kind < 11) {
        mutation->kind = ENGINE_PUT;
        mutation->value = random_value(life, ret_bytes);
    } else if (kind < 16) {
        mutation->kind = ENGINE_REMOVE;
        return;
    } else if (kind == 16) {
        mutation->kind = ENGINE_TOUCH;
        mutation->key = key_of(life, pick_present(life, keyspace, 0));
    } else if (kind < 19) {
        mutation->kind = ENGINE_INCREMENT;
        mutation->key = key_of(life, pick_present(life, keyspace, COMMIT_COUNTER_BYTES));
        mutation->delta = (int64_t)life_below(life, 7) - 3;
        mutation->initial = (int64_t)life_below(life, 5);
        mutation->lowest = life_one_in(life, 4) ? 0 : INT64_MIN;
        mutation->highest = life_one_in(life, 4) ? 50 : INT64_MAX;
    } else {
        mutation->kind = ENGINE_APPEND;
        mutation->key = key_of(life, pick_present(life, keyspace, 0));
        mutation->value = random_value(life, ret_bytes);
        mutation->create = !life_one_in(life, 4);
        mutation->length_max = life_one_in(life, 4) ? 200 : life->rig.value_max;
    }
    random_expiry(life, mutation);
}

/* A guard that mostly holds, as things are now. */
static void
random_guard(Life *life, EngineGuard *guard, uint8_t **ret_bytes)
{
    EngineKeyspace keyspace = life_keyspace(life);
    size_t index = life_pick(life);
    const ModelEntry *entry = model_get(&life->model, model_latest(&life->model), keyspace, index);
    *guard = (EngineGuard){.keyspace = keyspace, .key = key_of(life, index)};
    if (life_one_in(life, 8)) {
        guard->checks = 1u << life_below(life, 5);
        guard->version_equal = life->model.version;
        guard->version_at_most = life->model.version - 1;
        return;
    }
    if (entry == NULL) {
        guard->checks = life_one_in(life, 2) ? ENGINE_CHECK_ABSENT : ENGINE_CHECK_VERSION_EQUAL;
        return;
    }
    *ret_bytes = bytes_new(life, entry->len);
    if (entry->len != 0) {
        memcpy(*ret_bytes, entry->value, entry->len);
    }
    guard->checks = ENGINE_CHECK_PRESENT |
                    (unsigned[]){ENGINE_CHECK_VERSION_EQUAL, ENGINE_CHECK_VERSION_AT_MOST,
                                 ENGINE_CHECK_VALUE_EQUAL, 0}[life_below(life, 4)];
    guard->version_equal = entry->version;
    guard->version_at_most = entry->version;
    guard->value_equal = base_slice(*ret_bytes, entry->len);
}

static void
attempt_make(Life *life, Attempt *attempt, EngineRigWait *wait)
{
    memset(attempt, 0, sizeof *attempt);
    EngineCommit *commit = &attempt->rig.commit;
    commit->guards = attempt->guards;
    commit->mutations = attempt->mutations;
    commit->guard_count = life_one_in(life, 4) ? 1 + life_below(life, GUARDS_MAX) : 0;
    commit->mutation_count = 1;
    if (life_can(life, ENGINE_CAN_BATCH) && life_one_in(life, 2)) {
        commit->mutation_count = life_below(life, life_one_in(life, 20) ? MODEL_MUTATIONS_MAX : 8);
    }
    for (size_t i = 0; i < commit->guard_count; i++) {
        random_guard(life, &attempt->guards[i], &attempt->bytes[MODEL_MUTATIONS_MAX + i]);
    }
    for (size_t i = 0; i < commit->mutation_count; i++) {
        random_mutation(life, &attempt->mutations[i], &attempt->bytes[i]);
    }
    commit->want_current_value = life_one_in(life, 2);
    if (life_can(life, ENGINE_CAN_PERSIST) && life_one_in(life, 16)) {
        commit->durability = ENGINE_DURABILITY_SYNC;
    }
    engine_rig_commit_init(&attempt->rig, wait);
}

static void
attempt_clear(Attempt *attempt)
{
    for (size_t i = 0; i < MODEL_MUTATIONS_MAX + GUARDS_MAX; i++) {
        free(attempt->bytes[i]);
    }
    base_buf_clear(&attempt->rig.current);
}

/* --------------------------------------------------------------------------------- the trace -- */

static void
tell_mutation(const Life *life, const EngineMutation *mutation)
{
    static const char *const kinds[] = {"put",       "remove", "touch",
                                        "increment", "append", "remove range"};
    static const char *const expiries[] = {"", "expires after", "expires at", "keeps its expiry"};
    life_tell(life, "\n    %s%s ", mutation->keyspace == ENGINE_SYSTEM ? "SYSTEM " : "",
              kinds[mutation->kind]);
    life_tell_key(life, mutation->key);
    if (mutation->kind == ENGINE_REMOVE_RANGE) {
        life_tell(life, " to ");
        if (mutation->unbounded) {
            life_tell(life, "the end");
        } else {
            life_tell_key(life, mutation->value);
        }
        return;
    }
    life_tell(life, " %zu bytes %s %" PRId64, mutation->value.len, expiries[mutation->expiry],
              mutation->expiry_ms);
}

static void
tell_commit(const Life *life, const EngineCommit *commit)
{
    if (!life->settings->tell) {
        return;
    }
    life_tell(life, "commit%s", commit->durability == ENGINE_DURABILITY_SYNC ? " with sync" : "");
    for (size_t i = 0; i < commit->guard_count; i++) {
        const EngineGuard *guard = &commit->guards[i];
        life_tell(life, "\n    %sguard 0x%x ", guard->keyspace == ENGINE_SYSTEM ? "SYSTEM " : "",
                  guard->checks);
        life_tell_key(life, guard->key);
    }
    for (size_t i = 0; i < commit->mutation_count; i++) {
        tell_mutation(life, &commit->mutations[i]);
    }
}

static void
tell_outcome(const Life *life, const EngineOutcome *outcome)
{
    static const char *const kinds[] = {"applied", "not applied", "refused", "unknown", "failed"};
    life_tell(life, "\n    -> %s, version %" PRId64 " %s", kinds[outcome->kind], outcome->version,
              base_is_ok(outcome->status) ? "" : outcome->status.what);
}

/* ---------------------------------------------------------------------------------- outcomes -- */

static void
check_results(const Life *life, const EngineCommit *commit, const ModelOutcome *expected)
{
    for (size_t i = 0; i < commit->mutation_count; i++) {
        const EngineMutation *mutation = &commit->mutations[i];
        const ModelResult *result = &expected->results[i];
        bool may_say = mutation->kind == ENGINE_PUT || mutation->kind == ENGINE_REMOVE;
        if (may_say && mutation->want_existed) {
            LIFE_EXPECT(life, mutation->result.existed == result->existed);
        }
        if (mutation->kind != ENGINE_REMOVE_RANGE) {
            LIFE_EXPECT(life, mutation->result.expires_at_ms == result->expires_at_ms);
        }
        if (mutation->kind == ENGINE_INCREMENT) {
            LIFE_EXPECT(life, mutation->result.number == result->number);
        }
        if (mutation->kind == ENGINE_APPEND) {
            LIFE_EXPECT(life, mutation->result.length == result->length);
        }
    }
}

static void
check_not_applied(const Life *life, const EngineCommit *commit, const ModelOutcome *expected)
{
    const EngineOutcome *outcome = &commit->outcome;
    LIFE_EXPECT(life, outcome->reason == expected->reason);
    LIFE_EXPECT(life, outcome->index == expected->index);
    LIFE_EXPECT(life, outcome->current_version == expected->current_version);
    LIFE_EXPECT(life, outcome->current_number == expected->current_number);
    bool wanted = expected->has_current_value && commit->want_current_value;
    LIFE_EXPECT(life, outcome->has_current_value == wanted);
    if (wanted) {
        LIFE_EXPECT(life, base_slice_equal(outcome->current_value, expected->current_value));
    }
    if (outcome->reason == ENGINE_REASON_TOO_LONG) {
        LIFE_EXPECT(life, commit->mutations[outcome->index].result.length ==
                              expected->results[outcome->index].length);
    }
}

/* The model does what the store says that it has done, and compares. */
static void
conclude(Life *life, const EngineCommit *commit)
{
    const EngineOutcome *outcome = &commit->outcome;
    tell_outcome(life, outcome);
    bool may_fail = outcome->kind == ENGINE_UNKNOWN || outcome->kind == ENGINE_FAILED;
    if (may_fail) {
        LIFE_EXPECT(life, life->dying);
    }
    if (outcome->kind == ENGINE_REFUSED || outcome->kind == ENGINE_FAILED) {
        return;
    }
    int64_t before = life->model.version;
    int64_t version = outcome->kind == ENGINE_APPLIED ? outcome->version : before + 1;
    ModelOutcome expected;
    model_commit(&life->model, commit, version, &expected);
    if (!may_fail) {
        LIFE_EXPECT(life, outcome->kind == expected.kind);
    }
    if (expected.kind == ENGINE_NOT_APPLIED) {
        if (!may_fail) {
            check_not_applied(life, commit, &expected);
        }
        return;
    }
    if (commit->mutation_count == 0) {
        if (!may_fail) {
            /* It only asked. */
            LIFE_EXPECT(life, outcome->version == before);
        }
        return;
    }
    LIFE_EXPECT(life, version > before);
    LIFE_EXPECT(life, version == before + 1 || !life->settled);
    life->settled = true;
    if (!may_fail) {
        check_results(life, commit, &expected);
    }
    life_note_commit(life, version, !may_fail, commit->durability == ENGINE_DURABILITY_SYNC);
}

/* --------------------------------------------------------------------------------- the steps -- */

static bool
passing_refusal(const EngineOutcome *outcome)
{
    return outcome->kind == ENGINE_REFUSED && outcome->refusal == ENGINE_REFUSAL_OVERLOAD;
}

void
life_do_commit(Life *life)
{
    Attempt *attempt = malloc(sizeof *attempt);
    LIFE_EXPECT(life, attempt != NULL);
    EngineRigWait wait;
    engine_rig_wait_init(&wait);
    attempt_make(life, attempt, &wait);
    tell_commit(life, &attempt->rig.commit);
    int refusals = 0;
    do {
        LIFE_EXPECT(life, refusals < REFUSALS_MAX);
        engine_commit(life->rig.engine, &attempt->rig.commit);
        engine_rig_wait(&wait, 1);
        if (life->dying) {
            break;
        }
        LIFE_EXPECT(life, attempt->rig.commit.outcome.kind != ENGINE_REFUSED ||
                              passing_refusal(&attempt->rig.commit.outcome));
    } while (passing_refusal(&attempt->rig.commit.outcome) && ++refusals > 0 && usleep(1000) == 0);
    conclude(life, &attempt->rig.commit);
    attempt_clear(attempt);
    free(attempt);
    engine_rig_wait_clear(&wait);
}

/* Submits some as chains, others one by one, without waiting. */
static void
submit_all(Life *life, Attempt *attempts, size_t count)
{
    size_t i = 0;
    while (i < count) {
        size_t chained = 1 + (life_one_in(life, 2) ? life_below(life, count - i) : 0);
        for (size_t j = i; j + 1 < i + chained; j++) {
            attempts[j].rig.commit.next = &attempts[j + 1].rig.commit;
        }
        engine_commit(life->rig.engine, &attempts[i].rig.commit);
        i += chained;
    }
}

void
life_do_many_commits(Life *life)
{
    size_t count = 2 + life_below(life, MANY_MAX - 1);
    Attempt *attempts = calloc(count, sizeof *attempts);
    const EngineCommit **answered = calloc(count, sizeof *answered);
    LIFE_EXPECT(life, attempts != NULL && answered != NULL);
    EngineRigWait wait;
    engine_rig_wait_init(&wait);
    for (size_t i = 0; i < count; i++) {
        attempt_make(life, &attempts[i], &wait);
    }
    submit_all(life, attempts, count);
    engine_rig_wait(&wait, count);
    for (size_t i = 0; i < count; i++) {
        answered[attempts[i].rig.order] = &attempts[i].rig.commit;
    }
    for (size_t i = 0; i < count; i++) {
        tell_commit(life, answered[i]);
        LIFE_EXPECT(life, answered[i]->outcome.kind != ENGINE_REFUSED || life->dying ||
                              passing_refusal(&answered[i]->outcome));
        conclude(life, answered[i]);
    }
    for (size_t i = 0; i < count; i++) {
        attempt_clear(&attempts[i]);
    }
    free(attempts);
    free(answered);
    engine_rig_wait_clear(&wait);
}
