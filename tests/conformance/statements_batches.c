/*
 * statements_batches.c: C-400 and on: batch and bulk_write.
 */
#include "engine/engine.h"
#include "tests/conformance/trial.h"

#define TEXT(text)        BASE_SLICE_LITERAL(text)
#define CALL(method, ...) trial_keep(trial, call_##method(trial->target, (Request){__VA_ARGS__}))

#define MUTATION(kind, ...) mutation_new(LARDER_RPC_MUTATION_KIND_##kind, (Request){__VA_ARGS__})
#define PUT(...)            MUTATION(PUT, __VA_ARGS__)
#define REMOVE(...)         MUTATION(REMOVE, __VA_ARGS__)
#define INCREMENT(...)      MUTATION(INCREMENT, __VA_ARGS__)
#define RANGE(...)          MUTATION(REMOVE_RANGE, __VA_ARGS__)
#define GUARD(...)          guard_new((Request){__VA_ARGS__})

enum { CONDITION_FAILED = 1, NOT_A_COUNTER = 4 };

/* A list of up to four elements; NULL ends it. */
static GPtrArray *
list_of(void *first, void *second, void *third, void *fourth)
{
    void *elements[] = {first, second, third, fourth};
    GPtrArray *list = list_new();
    for (size_t i = 0; i < 4 && elements[i] != NULL; i++) {
        g_ptr_array_add(list, elements[i]);
    }
    return list;
}

static void
batch_applies_all_at_one_version(Trial *trial)
{
    BaseSlice a = trial_key(trial, "a");
    BaseSlice b = trial_key(trial, "b");
    BaseSlice n = trial_key(trial, "n");
    HOLDS(CALL(put, .key = b, .value = TEXT("old"))->applied);
    Answer *batch =
        CALL(batch, .mutations = list_of(PUT(.key = a, .value = TEXT("A")), REMOVE(.key = b),
                                         INCREMENT(.key = n, .delta = 7), NULL));
    HOLDS(batch->exception == 0 && batch->applied && batch->version > 0);
    HOLDS(batch->failed_guard == -1 && batch->failed_mutation == -1);
    HOLDS(batch->item_count == 1 && batch->items[0].number == 7);
    HOLDS(CALL(get, .key = a)->version == batch->version);
    HOLDS(CALL(get, .key = n)->version == batch->version);
    HOLDS(!CALL(get, .key = b)->found);
}

static void
batch_with_failed_guard_changes_nothing(Trial *trial)
{
    BaseSlice a = trial_key(trial, "a");
    BaseSlice b = trial_key(trial, "b");
    Answer *put = CALL(put, .key = b, .value = TEXT("B"));
    Answer *batch =
        CALL(batch, .mutations = list_of(PUT(.key = a, .value = TEXT("A")), NULL, NULL, NULL),
             .guards = list_of(GUARD(.key = a, .absent = true), GUARD(.key = b, .absent = true),
                               NULL, NULL),
             .return_current = true);
    HOLDS(batch->exception == 0 && !batch->applied && batch->reason == CONDITION_FAILED);
    HOLDS(batch->version == 0 && batch->failed_guard == 1 && batch->failed_mutation == -1);
    HOLDS(batch->current_version == put->version && trial_value_is(batch, TEXT("B")));
    HOLDS(!CALL(get, .key = a)->found);
}

static void
condition_of_a_mutation_fails_the_batch(Trial *trial)
{
    BaseSlice a = trial_key(trial, "a");
    BaseSlice b = trial_key(trial, "b");
    Answer *batch =
        CALL(batch,
             .mutations = list_of(PUT(.key = a, .value = TEXT("A")),
                                  PUT(.key = b, .value = TEXT("B"), .present = true), NULL, NULL));
    HOLDS(!batch->applied && batch->reason == CONDITION_FAILED);
    HOLDS(batch->failed_guard == -1 && batch->failed_mutation == 1);
    HOLDS(!CALL(get, .key = a)->found);
}

static void
guards_see_the_state_before(Trial *trial)
{
    BaseSlice a = trial_key(trial, "a");
    Answer *batch =
        CALL(batch,
             .mutations = list_of(PUT(.key = a, .value = TEXT("1")),
                                  PUT(.key = a, .value = TEXT("2"), .absent = true), NULL, NULL),
             .guards = list_of(GUARD(.key = a, .absent = true), NULL, NULL, NULL));
    HOLDS(batch->applied);
    HOLDS(trial_value_is(CALL(get, .key = a), TEXT("2")));
}

static void
later_mutations_win_and_see_earlier_ones(Trial *trial)
{
    BaseSlice a = trial_key(trial, "a");
    BaseSlice n = trial_key(trial, "n");
    HOLDS(CALL(batch, .mutations =
                          list_of(PUT(.key = a, .value = TEXT("1")), REMOVE(.key = a),
                                  INCREMENT(.key = n, .delta = 1), INCREMENT(.key = n, .delta = 2)))
              ->applied);
    HOLDS(!CALL(get, .key = a)->found);
    HOLDS(CALL(increment, .key = n)->number == 3);
    HOLDS(CALL(batch, .mutations =
                          list_of(REMOVE(.key = a), PUT(.key = a, .value = TEXT("2")), NULL, NULL))
              ->applied);
    HOLDS(trial_value_is(CALL(get, .key = a), TEXT("2")));
}

static void
range_removes_take_their_turn(Trial *trial)
{
    BaseSlice start = trial_key(trial, "k");
    BaseSlice k1 = trial_key(trial, "k1");
    BaseSlice k2 = trial_key(trial, "k2");
    BaseSlice stop = trial_key(trial, "l");
    HOLDS(CALL(put, .key = k1, .value = TEXT("old"))->applied);
    HOLDS(CALL(batch, .mutations = list_of(PUT(.key = k2, .value = TEXT("gone")),
                                           RANGE(.key = start, .with_stop = true, .stop = stop),
                                           PUT(.key = k1, .value = TEXT("new")), NULL))
              ->applied);
    HOLDS(trial_value_is(CALL(get, .key = k1), TEXT("new")));
    HOLDS(!CALL(get, .key = k2)->found);
}

static void
failed_increment_fails_the_batch(Trial *trial)
{
    BaseSlice a = trial_key(trial, "a");
    BaseSlice n = trial_key(trial, "n");
    HOLDS(CALL(put, .key = n, .value = TEXT("text"))->applied);
    Answer *batch = CALL(batch, .mutations = list_of(PUT(.key = a, .value = TEXT("A")),
                                                     INCREMENT(.key = n, .delta = 1), NULL, NULL));
    HOLDS(!batch->applied && batch->reason == NOT_A_COUNTER && batch->failed_mutation == 1);
    HOLDS(!CALL(get, .key = a)->found);
}

static void
empty_batch_checks_its_guards(Trial *trial)
{
    BaseSlice a = trial_key(trial, "a");
    HOLDS(CALL(batch, .mutations = list_new(),
               .guards = list_of(GUARD(.key = a, .absent = true), NULL, NULL, NULL))
              ->applied);
    Answer *failed = CALL(batch, .mutations = list_new(),
                          .guards = list_of(GUARD(.key = a, .present = true), NULL, NULL, NULL));
    HOLDS(failed->exception == 0 && !failed->applied && failed->failed_guard == 0);
}

static void
bulk_write_is_item_by_item(Trial *trial)
{
    BaseSlice a = trial_key(trial, "a");
    BaseSlice b = trial_key(trial, "b");
    BaseSlice n = trial_key(trial, "n");
    Answer *bulk =
        CALL(bulk_write, .mutations = list_of(PUT(.key = a, .value = TEXT("A")),
                                              PUT(.key = b, .value = TEXT("B"), .present = true),
                                              INCREMENT(.key = n, .delta = 3),
                                              PUT(.key = a, .value = TEXT("AA"))));
    HOLDS(bulk->exception == 0 && bulk->item_count == 4 && bulk->count == 3);
    HOLDS(bulk->items[0].applied && bulk->items[0].version > 0);
    HOLDS(!bulk->items[1].applied && bulk->items[1].reason == CONDITION_FAILED);
    HOLDS(bulk->items[2].applied && bulk->items[2].number == 3);
    HOLDS(bulk->items[3].version > bulk->items[0].version);
    HOLDS(bulk->version == bulk->items[3].version);
    HOLDS(trial_value_is(CALL(get, .key = a), TEXT("AA")));
    HOLDS(!CALL(get, .key = b)->found);
}

static void
bulk_write_takes_thousands(Trial *trial)
{
    enum { COUNT = 5000 };
    GPtrArray *mutations = list_new();
    BaseSlice keys[COUNT];
    for (int i = 0; i < COUNT; i++) {
        char name[16];
        (void)g_snprintf(name, sizeof name, "%05d", i);
        keys[i] = trial_key(trial, name);
        g_ptr_array_add(mutations, PUT(.key = keys[i], .value = keys[i]));
    }
    Answer *bulk = CALL(bulk_write, .mutations = mutations);
    HOLDS(bulk->exception == 0 && bulk->item_count == COUNT && bulk->count == COUNT);
    Answer *got = CALL(multi_get, .keys = keys, .key_count = COUNT);
    HOLDS(got->item_count == COUNT);
    for (int i = 0; i < COUNT; i++) {
        HOLDS(got->items[i].found && got->items[i].version == bulk->items[i].version);
        HOLDS(base_slice_equal(base_slice(got->items[i].value->data, got->items[i].value->len),
                               keys[i]));
    }
}

const Statement statements_of_batches[] = {
    {401, "a batch applies all of its mutations at one version", batch_applies_all_at_one_version,
     ENGINE_CAN_BATCH},
    {402, "a batch with a failed guard names it and changes nothing",
     batch_with_failed_guard_changes_nothing, ENGINE_CAN_BATCH},
    {403, "a mutation whose condition fails is named and fails the batch",
     condition_of_a_mutation_fails_the_batch, ENGINE_CAN_BATCH},
    {404, "guards and conditions see the state before the batch", guards_see_the_state_before,
     ENGINE_CAN_BATCH},
    {405, "later mutations of a batch see earlier ones and win",
     later_mutations_win_and_see_earlier_ones, ENGINE_CAN_BATCH},
    {406, "a range remove in a batch acts at its place in the order", range_removes_take_their_turn,
     ENGINE_CAN_BATCH},
    {407, "an increment that cannot be applied is named and fails the batch",
     failed_increment_fails_the_batch, ENGINE_CAN_BATCH},
    {408, "a batch without mutations checks its guards", empty_batch_checks_its_guards,
     ENGINE_CAN_BATCH},
    {409, "bulk_write applies each mutation on its own, in order", bulk_write_is_item_by_item, 0},
    {410, "bulk_write and multi_get take thousands of items", bulk_write_takes_thousands, 0},
    {0, NULL, NULL, 0},
};
