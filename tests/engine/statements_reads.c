/*
 * statements_reads.c: EN-401 and on: gets, multi_gets, read sections.
 */
#include "tests/engine/trial.h"

#include <stdio.h>

enum { KEYS = 500 };

static void
name_key(char name[16], size_t index)
{
    (void)snprintf(name, 16, "key%05zu", index);
}

static void
multi_get_answers_as_get(Trial *trial)
{
    static char names[KEYS][16];
    static BaseSlice keys[KEYS];
    static EngineLookup lookups[KEYS];
    Engine *engine = trial_engine(trial);
    int64_t version = 0;
    for (size_t i = 0; i < KEYS; i++) {
        /* Not in order, some twice, every third not there. */
        name_key(names[i], i * 7919 % (KEYS * 3 / 4));
        keys[i] = base_slice_text(names[i]);
        if (i % 3 != 0) {
            version = engine_rig_apply(engine, engine_rig_put(ENGINE_DATA, keys[i], keys[i]));
        }
    }
    version = engine_rig_apply(engine, engine_rig_remove(ENGINE_DATA, keys[1]));
    trial_settle(trial);
    EngineRead read;
    int64_t read_version = 0;
    HOLDS(base_is_ok(engine_read_begin(&read, engine, NULL, 0)));
    HOLDS(base_is_ok(engine_multi_get(&read, ENGINE_DATA, keys, KEYS, lookups, &read_version)));
    HOLDS(read_version == version);
    for (size_t i = 0; i < KEYS; i++) {
        EngineLookup lookup;
        HOLDS(base_is_ok(engine_get(&read, ENGINE_DATA, keys[i], &lookup)));
        HOLDS(lookup.found == lookups[i].found);
        HOLDS(!lookup.found || (lookup.record.version == lookups[i].record.version &&
                                base_slice_equal(lookup.record.value, keys[i]) &&
                                base_slice_equal(lookups[i].record.value, keys[i])));
    }
    engine_read_end(&read);
}

static void
views_last_as_long_as_the_section(Trial *trial)
{
    Engine *engine = trial_engine(trial);
    (void)trial_put(trial, "a", "the first value of all");
    (void)trial_put(trial, "b", "another one");
    EngineRead read;
    EngineLookup a;
    EngineLookup b;
    HOLDS(base_is_ok(engine_read_begin(&read, engine, NULL, 0)));
    HOLDS(base_is_ok(engine_get(&read, ENGINE_DATA, TEXT("a"), &a)) && a.found);
    HOLDS(base_is_ok(engine_get(&read, ENGINE_DATA, TEXT("b"), &b)) && b.found);
    char name[16];
    for (size_t i = 0; i < KEYS; i++) {
        name_key(name, i);
        (void)engine_rig_apply(engine, trial_putting("a", name));
        (void)engine_rig_apply(engine, trial_putting(name, name));
    }
    (void)engine_rig_apply(engine, trial_removing_range("", NULL));
    engine_tick(engine);
    HOLDS(base_slice_equal(a.record.value, TEXT("the first value of all")));
    HOLDS(base_slice_equal(b.record.value, TEXT("another one")));
    engine_read_end(&read);
}

static void
sections_nest(Trial *trial)
{
    Engine *engine = trial_engine(trial);
    (void)trial_put(trial, "a", "1");
    EngineRead outer;
    EngineRead inner;
    EngineLookup first;
    EngineLookup second;
    HOLDS(base_is_ok(engine_read_begin(&outer, engine, NULL, 0)));
    HOLDS(base_is_ok(engine_get(&outer, ENGINE_DATA, TEXT("a"), &first)));
    HOLDS(base_is_ok(engine_read_begin(&inner, engine, NULL, 0)));
    HOLDS(base_is_ok(engine_get(&inner, ENGINE_DATA, TEXT("a"), &second)));
    engine_read_end(&inner);
    HOLDS(first.found && base_slice_equal(first.record.value, TEXT("1")));
    engine_read_end(&outer);
}

static void
a_section_sees_what_was_answered_before(Trial *trial)
{
    char name[16];
    for (size_t i = 0; i < KEYS; i++) {
        name_key(name, i);
        (void)engine_rig_apply(trial_engine(trial), trial_putting("a", name));
        HOLDS(trial_has(trial, NULL, "a", name));
    }
}

static void
cached_reads_are_right_or_would_block(Trial *trial)
{
    Engine *engine = trial_engine(trial);
    char name[16];
    for (size_t i = 0; i < KEYS; i++) {
        name_key(name, i);
        (void)engine_rig_apply(engine, trial_putting(name, name));
    }
    trial_settle(trial);
    bool persists = trial_can(trial, ENGINE_CAN_PERSIST);
    for (size_t i = 0; i < KEYS; i++) {
        name_key(name, i);
        EngineRead read;
        EngineLookup lookup;
        HOLDS(base_is_ok(engine_read_begin(&read, engine, NULL, ENGINE_READ_CACHED_ONLY)));
        BaseStatus status = engine_get(&read, ENGINE_DATA, base_slice_text(name), &lookup);
        HOLDS(base_is_ok(status) || (persists && status.code == BASE_WOULD_BLOCK));
        HOLDS(!base_is_ok(status) ||
              (lookup.found && base_slice_equal(lookup.record.value, base_slice_text(name))));
        engine_read_end(&read);
        /* What was just read is at hand. */
        HOLDS(trial_has(trial, NULL, name, name));
        HOLDS(base_is_ok(engine_read_begin(&read, engine, NULL, ENGINE_READ_CACHED_ONLY)));
        HOLDS(base_is_ok(engine_get(&read, ENGINE_DATA, base_slice_text(name), &lookup)));
        engine_read_end(&read);
    }
}

static void
cached_walks_are_right_or_would_block(Trial *trial)
{
    Engine *engine = trial_engine(trial);
    char name[16];
    for (size_t i = 0; i < KEYS; i++) {
        name_key(name, i);
        (void)engine_rig_apply(engine, trial_putting(name, name));
    }
    trial_settle(trial);
    EngineIteratorOptions options = {.range.unbounded = true, .flags = ENGINE_READ_CACHED_ONLY};
    EngineIterator *iterator = NULL;
    HOLDS(base_is_ok(engine_iterator_new(engine, NULL, &options, &iterator)));
    size_t count = 0;
    for (engine_iterator_seek(iterator, NULL); iterator->valid; engine_iterator_next(iterator)) {
        name_key(name, count++);
        HOLDS(base_slice_equal(iterator->key, base_slice_text(name)));
    }
    bool blocked = iterator->status.code == BASE_WOULD_BLOCK;
    HOLDS(blocked ? trial_can(trial, ENGINE_CAN_PERSIST) : count == KEYS);
    engine_iterator_free(iterator);
}

static void
overwritten_a_thousand_times(Trial *trial)
{
    Engine *engine = trial_engine(trial);
    char name[16];
    for (size_t i = 0; i < 2000; i++) {
        name_key(name, i);
        (void)engine_rig_apply(engine, trial_putting("hot", name));
        if (i % 500 == 499) {
            trial_settle(trial);
        }
    }
    HOLDS(trial_has(trial, NULL, "hot", name));
    HOLDS(strcmp(trial_keys(trial, NULL, "", NULL, false).text, "hot") == 0);
    HOLDS(strcmp(trial_keys(trial, NULL, "", NULL, true).text, "hot") == 0);
}

const Statement engine_statements_of_reads[] = {
    {401, "multi_get answers as get does, at one version", multi_get_answers_as_get, 0, 0},
    {402, "views last as long as their section", views_last_as_long_as_the_section, 0, 0},
    {403, "sections nest", sections_nest, 0, 0},
    {404, "a section sees what was answered before it", a_section_sees_what_was_answered_before, 0,
     0},
    {405, "cached-only gets are right or would block", cached_reads_are_right_or_would_block, 0, 0},
    {406, "cached-only walks are right or would block", cached_walks_are_right_or_would_block, 0,
     0},
    {407, "a key that was overwritten a thousand times is read once", overwritten_a_thousand_times,
     0, 0},
    {0},
};
