/*
 * test_commit_model.c: random commits against a model.
 *
 * The model is the store of the scripted engine, which copies its maps for each commit and so
 * shares neither the overlay nor the in-place batches with the sequencer. As one thread submits, a
 * request is sequenced before submit returns, or waits for room, which it is given before the next
 * one; the model runs then, and its outcome is compared when the sequencer answers, which may be
 * much later.
 */
#include "engine/base/rand.h"
#include "engine/commit/counter.h"
#include "tests/support/scripted_commit.h"
#include "tests/support/sequencer_rig.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#define COMMITS 4000
#define KEYS    5

static SequencerRig rig;
static ScriptedStore model;
static BaseRand randomness;

/* A request and what the model says of it. */
typedef struct Try {
    RigCommit request; /* first: it is a request */
    RigCommit expected;
    EngineOutcome outcome;
    char current[64];
    char values[4][12];
} Try;

static unsigned seen_kinds;
static unsigned seen_reasons;

static unsigned
below(unsigned bound)
{
    return (unsigned)base_rand_below(&randomness, bound);
}

static const char *
random_key(void)
{
    static const char *const keys[KEYS] = {"a", "b", "c", "d", "e"};
    return keys[below(KEYS)];
}

static BaseSlice
random_value(Try *try, size_t index)
{
    if (below(2) == 0) {
        commit_counter_format((int64_t)below(20), (uint8_t *)try->values[index]);
        return base_slice(try->values[index], COMMIT_COUNTER_BYTES);
    }
    (void)snprintf(try->values[index], sizeof(try->values[index]), "%u", below(1000));
    return base_slice_text(try->values[index]);
}

static void
add_guard(Try *try)
{
    EngineGuard *guard = sequencer_rig_guard(&try->request, random_key(), 1u << below(5));
    const EngineRecord *record = fake_backend_get(&rig.fake, ENGINE_DATA, guard->key);
    int64_t version = record == NULL ? 0 : record->version;
    guard->version_equal = version;
    guard->version_at_most = version + (int64_t)below(3);
    guard->value_equal = record == NULL ? BASE_SLICE_EMPTY : BASE_SLICE_LITERAL("7");
}

static void
add_mutation(Try *try, size_t index)
{
    static const EngineMutationKind kinds[] = {
        ENGINE_PUT,       ENGINE_PUT,       ENGINE_PUT,    ENGINE_REMOVE,      ENGINE_TOUCH,
        ENGINE_INCREMENT, ENGINE_INCREMENT, ENGINE_APPEND, ENGINE_REMOVE_RANGE};
    EngineMutation *mutation = sequencer_rig_mutate(
        &try->request, kinds[below(sizeof(kinds) / sizeof(kinds[0]))], random_key());
    mutation->keyspace = below(8) == 0 ? ENGINE_SYSTEM : ENGINE_DATA;
    mutation->value = random_value(try, index);
    mutation->want_existed = below(2) == 0;
    mutation->create = below(2) == 0;
    mutation->delta = (int64_t)below(9) - 4;
    mutation->initial = 5;
    mutation->lowest = below(3) == 0 ? 0 : INT64_MIN;
    mutation->highest = below(3) == 0 ? 15 : INT64_MAX;
    mutation->length_max = below(3) == 0 ? 12 : SIZE_MAX;
    mutation->expiry = (EngineExpiryKind)below(4);
    mutation->expiry_ms = (int64_t)below(40) - 2;
    if (mutation->expiry == ENGINE_EXPIRES_AT) {
        mutation->expiry_ms += base_clock_wall_ms(&rig.clock.clock);
    }
    if (mutation->kind == ENGINE_REMOVE_RANGE) {
        mutation->unbounded = below(4) == 0;
        mutation->value = base_slice_text(random_key());
    }
}

static void
make_random(Try *try)
{
    sequencer_rig_commit(&rig, &try->request);
    size_t guards = below(4) == 0 ? 1 + below(2) : 0;
    for (size_t i = 0; i < guards; i++) {
        add_guard(try);
    }
    size_t mutations = below(3) == 0 ? below(5) : 1;
    for (size_t i = 0; i < mutations; i++) {
        add_mutation(try, i);
    }
    try->request.commit.want_current_value = below(2) == 0;
}

/* Runs the model on a copy of the request. */
static void
run_model(Try *try)
{
    try->expected = try->request;
    try->expected.commit.guards = try->expected.guards;
    try->expected.commit.mutations = try->expected.mutations;
    bool changes = try->request.commit.mutation_count != 0;
    int64_t before = model.version;
    try->outcome = scripted_commit_apply(&model, &try->expected.commit);
    if (try->outcome.kind == ENGINE_APPLIED && !changes) {
        model.version = before; /* guards alone take no version */
        try->outcome.version = before;
    }
    memset(try->current, 0, sizeof(try->current));
    if (try->outcome.has_current_value) {
        size_t len = try->outcome.current_value.len;
        memcpy(try->current, try->outcome.current_value.data, len < 63 ? len : 63);
    }
}

static void
check_results(const Try *try)
{
    const EngineOutcome *outcome = &try->request.commit.outcome;
    for (size_t i = 0; i < try->request.commit.mutation_count; i++) {
        const EngineMutation *got = &try->request.mutations[i];
        const EngineMutation *want = &try->expected.mutations[i];
        if (outcome->kind != ENGINE_APPLIED) {
            continue;
        }
        ck_assert_int_eq(got->result.existed, want->result.existed);
        ck_assert_int_eq(got->result.expires_at_ms, want->result.expires_at_ms);
        ck_assert_int_eq(got->result.number, want->result.number);
        ck_assert_int_eq(got->result.length, want->result.length);
    }
}

static void
check_answer(const Try *try)
{
    const EngineOutcome *got = &try->request.commit.outcome;
    const EngineOutcome *want = &try->outcome;
    ck_assert_int_eq(try->request.answers, 1);
    ck_assert_int_eq(got->kind, want->kind);
    ck_assert_int_eq(got->version, want->version);
    ck_assert_int_eq(got->reason, want->reason);
    ck_assert_uint_eq(got->index, want->index);
    ck_assert_int_eq(got->current_version, want->current_version);
    ck_assert_int_eq(got->current_number, want->current_number);
    ck_assert_int_eq(got->has_current_value, want->has_current_value);
    ck_assert_mem_eq(try->request.current, try->current, 63);
    check_results(try);
    seen_kinds |= 1u << got->kind;
    seen_reasons |= 1u << got->reason;
}

static void
check_maps(void)
{
    for (int i = 0; i < ENGINE_KEYSPACE_COUNT; i++) {
        const ScriptedMap *got = &rig.fake.maps[i];
        const ScriptedMap *want = &model.maps[i];
        ck_assert_uint_eq(got->count, want->count);
        for (size_t j = 0; j < got->count; j++) {
            ck_assert(base_slice_equal(got->items[j]->key, want->items[j]->key));
            ck_assert(base_slice_equal(got->items[j]->record.value, want->items[j]->record.value));
            ck_assert_int_eq(got->items[j]->record.version, want->items[j]->record.version);
            ck_assert_int_eq(got->items[j]->record.expires_at_ms,
                             want->items[j]->record.expires_at_ms);
        }
    }
}

/* Reports groups at random until at most `most` wait. */
static void
report_some(size_t most)
{
    while (rig.fake.group_count > most) {
        fake_backend_report(&rig.fake, below((unsigned)rig.fake.group_count), base_ok());
    }
}

START_TEST(random_commits_agree_with_the_model)
{
    randomness = base_rand(0x1a4de5u + (uint64_t)_i);
    size_t depth = (size_t)_i % 5;
    sequencer_rig_init(&rig, depth, 64);
    rig.fake.room_every = depth == 0 ? 0 : _i % 3 * 2;
    model = (ScriptedStore){.value_max = RIG_VALUE_MAX};
    commit_stamp_init(&model.stamps, &rig.clock.clock, 0);
    Try *tries = calloc(COMMITS, sizeof(*tries));
    ck_assert_ptr_nonnull(tries);
    for (size_t i = 0; i < COMMITS; i++) {
        make_random(&tries[i]);
        sequencer_rig_submit(&tries[i].request);
        while (rig.fake.load_count != 0) {
            fake_backend_end_load(&rig.fake, 0, base_ok());
        }
        run_model(&tries[i]);
        if (below(4) == 0) {
            report_some(below((unsigned)depth + 1));
        }
        base_fake_clock_step_wall_ms(&rig.clock, (int64_t)below(8) - 2);
    }
    report_some(0);
    for (size_t i = 0; i < COMMITS; i++) {
        check_answer(&tries[i]);
        ck_assert_int_eq(tries[i].request.order, (int)i + 1);
    }
    check_maps();
    ck_assert_uint_eq(seen_kinds, 1u << ENGINE_APPLIED | 1u << ENGINE_NOT_APPLIED);
    ck_assert_uint_eq(seen_reasons, 0x7b); /* all but 2, which is not the engine's */
    free(tries);
    for (int i = 0; i < ENGINE_KEYSPACE_COUNT; i++) {
        scripted_map_clear(&model.maps[i]);
    }
    while (model.made != NULL) {
        ScriptedRecord *record = model.made;
        model.made = record->made_before;
        free(record);
    }
    sequencer_rig_clear(&rig);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("model");
    tcase_set_timeout(cases, 120);
    tcase_add_loop_test(cases, random_commits_agree_with_the_model, 0, 15);
    Suite *suite = suite_create("commit");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
