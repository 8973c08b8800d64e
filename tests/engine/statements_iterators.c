/*
 * statements_iterators.c: EN-601 and on: walks in key order, both ways.
 */
#include "tests/engine/trial.h"

#include <stdio.h>

static void
put_letters(Trial *trial, char first, char last)
{
    for (char c = first; c <= last; c++) {
        (void)trial_put(trial, (char[]){c, 0}, (char[]){c, c, 0});
    }
}

static bool
at(const EngineIterator *iterator, const char *key)
{
    return iterator->valid && base_is_ok(iterator->status) &&
           base_slice_equal(iterator->key, base_slice_text(key));
}

static bool
ended(const EngineIterator *iterator)
{
    return !iterator->valid && base_is_ok(iterator->status);
}

static void
seek(EngineIterator *iterator, const char *key)
{
    BaseSlice slice = base_slice_text(key);
    engine_iterator_seek(iterator, &slice);
}

static void
seek_before(EngineIterator *iterator, const char *key)
{
    BaseSlice slice = base_slice_text(key);
    engine_iterator_seek_before(iterator, &slice);
}

static void
all_in_order(Trial *trial)
{
    EngineIterator *iterator = trial_iterator(trial, NULL, "", NULL);
    HOLDS(ended(iterator));
    engine_iterator_seek(iterator, NULL);
    HOLDS(ended(iterator));
    engine_iterator_seek_before(iterator, NULL);
    HOLDS(ended(iterator));
    engine_iterator_free(iterator);
    put_letters(trial, 'a', 'z');
    HOLDS(strcmp(trial_keys(trial, NULL, "", NULL, false).text,
                 "a b c d e f g h i j k l m n o p q r s t u v w x y z") == 0);
    HOLDS(strcmp(trial_keys(trial, NULL, "", NULL, true).text,
                 "z y x w v u t s r q p o n m l k j i h g f e d c b a") == 0);
}

static void
bounds_are_never_left(Trial *trial)
{
    put_letters(trial, 'a', 'f');
    HOLDS(strcmp(trial_keys(trial, NULL, "b", "e", false).text, "b c d") == 0);
    HOLDS(strcmp(trial_keys(trial, NULL, "b", "e", true).text, "d c b") == 0);
    HOLDS(strcmp(trial_keys(trial, NULL, "bb", "ee", false).text, "c d e") == 0);
    HOLDS(strcmp(trial_keys(trial, NULL, "e", NULL, true).text, "f e") == 0);
    HOLDS(trial_keys(trial, NULL, "c", "c", false).text[0] == '\0');
    HOLDS(trial_keys(trial, NULL, "d", "b", false).text[0] == '\0');
    HOLDS(trial_keys(trial, NULL, "d", "b", true).text[0] == '\0');
    HOLDS(trial_keys(trial, NULL, "x", NULL, false).text[0] == '\0');
    EngineIterator *iterator = trial_iterator(trial, NULL, "b", "e");
    seek(iterator, "a");
    HOLDS(at(iterator, "b"));
    engine_iterator_prev(iterator);
    HOLDS(ended(iterator));
    seek_before(iterator, "z");
    HOLDS(at(iterator, "d"));
    engine_iterator_next(iterator);
    HOLDS(ended(iterator));
    seek(iterator, "e");
    HOLDS(ended(iterator));
    seek_before(iterator, "b");
    HOLDS(ended(iterator));
    engine_iterator_free(iterator);
}

static void
seeks_find_their_place(Trial *trial)
{
    (void)trial_put(trial, "b", "1");
    (void)trial_put(trial, "d", "1");
    EngineIterator *iterator = trial_iterator(trial, NULL, "", NULL);
    seek(iterator, "a");
    HOLDS(at(iterator, "b"));
    seek(iterator, "b");
    HOLDS(at(iterator, "b"));
    seek(iterator, "ba");
    HOLDS(at(iterator, "d"));
    seek(iterator, "e");
    HOLDS(ended(iterator));
    seek_before(iterator, "b");
    HOLDS(ended(iterator));
    seek_before(iterator, "ba");
    HOLDS(at(iterator, "b"));
    seek_before(iterator, "d");
    HOLDS(at(iterator, "b"));
    seek_before(iterator, "zz");
    HOLDS(at(iterator, "d"));
    engine_iterator_free(iterator);
}

static void
turning_around_anywhere(Trial *trial)
{
    /* Each key with versions in several places: old ones, hidden ones, removed neighbours. */
    put_letters(trial, 'a', 'j');
    trial_flush(trial);
    put_letters(trial, 'c', 'h');
    (void)trial_remove(trial, "d");
    (void)trial_remove_range(trial, "f", "g");
    (void)trial_put(trial, "e1", "1");
    static const char *const keys[] = {"a", "b", "c", "e", "e1", "g", "h", "i", "j"};
    EngineIterator *iterator = trial_iterator(trial, NULL, "", NULL);
    for (size_t turn = 0; turn < COUNT_OF(keys); turn++) {
        engine_iterator_seek(iterator, NULL);
        for (size_t i = 0; i < turn; i++) {
            engine_iterator_next(iterator);
        }
        HOLDS(at(iterator, keys[turn]));
        for (size_t i = turn; i > 0; i--) {
            engine_iterator_prev(iterator);
            HOLDS(at(iterator, keys[i - 1]));
        }
        seek(iterator, keys[turn]);
        for (int swing = 0; swing < 3 && turn > 0; swing++) {
            engine_iterator_prev(iterator);
            HOLDS(at(iterator, keys[turn - 1]));
            engine_iterator_next(iterator);
            HOLDS(at(iterator, keys[turn]));
        }
        for (size_t i = turn + 1; i < COUNT_OF(keys); i++) {
            engine_iterator_next(iterator);
            HOLDS(at(iterator, keys[i]));
        }
        engine_iterator_next(iterator);
        HOLDS(ended(iterator));
    }
    engine_iterator_free(iterator);
}

static void
one_version_for_its_life(Trial *trial)
{
    put_letters(trial, 'a', 'e');
    EngineIterator *iterator = trial_iterator(trial, NULL, "", NULL);
    HOLDS(iterator->read_version == engine_rig_version(trial_engine(trial)));
    engine_iterator_seek(iterator, NULL);
    HOLDS(at(iterator, "a"));
    put_letters(trial, 'f', 'h');
    (void)trial_put(trial, "b", "changed");
    (void)trial_remove(trial, "c");
    (void)trial_remove_range(trial, "d", NULL);
    trial_compact(trial);
    engine_iterator_next(iterator);
    HOLDS(at(iterator, "b") && base_slice_equal(iterator->record.value, TEXT("bb")));
    engine_iterator_next(iterator);
    HOLDS(at(iterator, "c"));
    engine_iterator_next(iterator);
    engine_iterator_next(iterator);
    HOLDS(at(iterator, "e"));
    engine_iterator_next(iterator);
    HOLDS(ended(iterator));
    engine_iterator_seek_before(iterator, NULL);
    HOLDS(at(iterator, "e"));
    engine_iterator_free(iterator);
    HOLDS(strcmp(trial_keys(trial, NULL, "", NULL, false).text, "a b") == 0);
}

static void
entries_stay_until_the_next_move(Trial *trial)
{
    (void)trial_put(trial, "a", "the value of a");
    EngineIterator *iterator = trial_iterator(trial, NULL, "", NULL);
    engine_iterator_seek(iterator, NULL);
    HOLDS(at(iterator, "a"));
    char value[16];
    for (int i = 0; i < 500; i++) {
        (void)snprintf(value, sizeof value, "%d", i);
        (void)engine_rig_apply(trial_engine(trial), trial_putting("a", value));
    }
    trial_compact(trial);
    engine_tick(trial_engine(trial));
    HOLDS(at(iterator, "a"));
    HOLDS(base_slice_equal(iterator->record.value, TEXT("the value of a")));
    engine_iterator_free(iterator);
}

static void
ends_are_no_dead_ends(Trial *trial)
{
    put_letters(trial, 'a', 'c');
    EngineIterator *iterator = trial_iterator(trial, NULL, "", NULL);
    for (int i = 0; i < 3; i++) {
        seek(iterator, "c");
        engine_iterator_next(iterator);
        HOLDS(ended(iterator));
        engine_iterator_seek(iterator, NULL);
        HOLDS(at(iterator, "a"));
        engine_iterator_prev(iterator);
        HOLDS(ended(iterator));
        engine_iterator_seek_before(iterator, NULL);
        HOLDS(at(iterator, "c"));
    }
    engine_iterator_free(iterator);
}

static void
dead_entries_are_skipped_and_counted(Trial *trial)
{
    put_letters(trial, 'a', 'j');
    (void)trial_remove(trial, "b");
    (void)trial_remove(trial, "c");
    (void)trial_put_until(trial, "e", "short", ENGINE_RIG_START_MS + 10);
    base_fake_clock_advance_ms(&trial->rig.fake, 10);
    EngineIterator *iterator = trial_iterator(trial, NULL, "", NULL);
    int count = 0;
    for (engine_iterator_seek(iterator, NULL); iterator->valid; engine_iterator_next(iterator)) {
        count++;
    }
    HOLDS(ended(iterator) && count == 7);
    EngineIteratorStats stats = iterator->stats;
    HOLDS(stats.examined >= 7 && stats.examined <= 40);
    HOLDS(stats.tombstones + stats.expired <= stats.examined - 7);
    engine_iterator_free(iterator);
}

static void
a_removed_range_is_skipped(Trial *trial)
{
    Engine *engine = trial_engine(trial);
    char key[16];
    for (int i = 0; i < 1000; i++) {
        (void)snprintf(key, sizeof key, "k%04d", i);
        (void)engine_rig_apply(engine, trial_putting(key, "1"));
    }
    trial_settle(trial);
    (void)trial_remove_range(trial, "k0003", "k0997");
    (void)trial_put(trial, "k0500", "again");
    HOLDS(strcmp(trial_keys(trial, NULL, "", NULL, false).text,
                 "k0000 k0001 k0002 k0500 k0997 k0998 k0999") == 0);
    HOLDS(strcmp(trial_keys(trial, NULL, "", NULL, true).text,
                 "k0999 k0998 k0997 k0500 k0002 k0001 k0000") == 0);
    EngineIterator *iterator = trial_iterator(trial, NULL, "k0100", "k0900");
    seek(iterator, "k0200");
    HOLDS(at(iterator, "k0500"));
    engine_iterator_next(iterator);
    HOLDS(ended(iterator));
    seek_before(iterator, "k0800");
    HOLDS(at(iterator, "k0500"));
    engine_iterator_prev(iterator);
    HOLDS(ended(iterator));
    engine_iterator_free(iterator);
}

static void
hints_change_no_answer(Trial *trial)
{
    put_letters(trial, 'a', 'z');
    for (size_t limit = 0; limit < 5; limit++) {
        for (int reverse = 0; reverse < 2; reverse++) {
            EngineIteratorOptions options = {
                .range.unbounded = true, .limit_hint = limit, .reverse_hint = reverse != 0};
            EngineIterator *iterator = NULL;
            HOLDS(base_is_ok(engine_iterator_new(trial_engine(trial), NULL, &options, &iterator)));
            engine_iterator_seek(iterator, NULL);
            for (char c = 'a'; c <= 'z'; c++) {
                HOLDS(at(iterator, (char[]){c, 0}));
                engine_iterator_next(iterator);
            }
            HOLDS(ended(iterator));
            engine_iterator_seek_before(iterator, NULL);
            HOLDS(at(iterator, "z"));
            engine_iterator_free(iterator);
        }
    }
}

static void
many_iterators_at_once(Trial *trial)
{
    enum { ITERATORS = 30 };
    EngineIterator *iterators[ITERATORS];
    char value[16];
    for (int i = 0; i < ITERATORS; i++) {
        (void)snprintf(value, sizeof value, "%d", i);
        (void)trial_put(trial, "a", value);
        iterators[i] = trial_iterator(trial, NULL, "", NULL);
    }
    trial_compact(trial);
    for (int i = ITERATORS - 1; i >= 0; i--) {
        (void)snprintf(value, sizeof value, "%d", i);
        engine_iterator_seek(iterators[i], NULL);
        HOLDS(at(iterators[i], "a"));
        HOLDS(base_slice_equal(iterators[i]->record.value, base_slice_text(value)));
        engine_iterator_free(iterators[i]);
    }
}

static void
walks_of_the_system_keyspace(Trial *trial)
{
    Engine *engine = trial_engine(trial);
    put_letters(trial, 'a', 'c');
    (void)trial_write(trial, engine_rig_put(ENGINE_SYSTEM, TEXT("s1"), TEXT("1")));
    (void)trial_write(trial, engine_rig_put(ENGINE_SYSTEM, TEXT("s2"), TEXT("2")));
    HOLDS(strcmp(trial_keys(trial, NULL, "", NULL, false).text, "a b c") == 0);
    HOLDS(strcmp(trial_keys(trial, NULL, "", NULL, true).text, "c b a") == 0);
    EngineIteratorOptions options = {.keyspace = ENGINE_SYSTEM, .range.unbounded = true};
    EngineIterator *iterator = NULL;
    HOLDS(base_is_ok(engine_iterator_new(engine, NULL, &options, &iterator)));
    engine_iterator_seek(iterator, NULL);
    HOLDS(at(iterator, "s1"));
    engine_iterator_next(iterator);
    HOLDS(at(iterator, "s2"));
    engine_iterator_next(iterator);
    HOLDS(ended(iterator));
    engine_iterator_seek_before(iterator, NULL);
    HOLDS(at(iterator, "s2"));
    engine_iterator_prev(iterator);
    engine_iterator_prev(iterator);
    HOLDS(ended(iterator));
    engine_iterator_free(iterator);
}

/* Walks in stretches of at most `max`, and collects the letters. */
static void
walk_in_stretches(Trial *trial, EngineIterator *iterator, bool backward, size_t max,
                  char *ret_letters)
{
    EngineEntry entries[32];
    while (iterator->valid) {
        int64_t examined = iterator->stats.examined;
        size_t count = engine_iterator_stretch(iterator, entries, max);
        HOLDS(count >= 1 && count <= max);
        HOLDS(iterator->stats.examined == examined + (int64_t)count - 1);
        for (size_t i = 0; i < count; i++) {
            HOLDS(entries[i].key.len == 1 && entries[i].record.value.len == 2);
            HOLDS(entries[i].record.value.data[1] == entries[i].key.data[0]);
            *ret_letters++ = (char)entries[i].key.data[0];
        }
        HOLDS(base_slice_equal(iterator->key, entries[count - 1].key));
        (backward ? engine_iterator_prev : engine_iterator_next)(iterator);
    }
    *ret_letters = '\0';
}

static void
stretches_are_steps(Trial *trial)
{
    put_letters(trial, 'a', 'z');
    (void)trial_remove(trial, "k");
    for (size_t max = 1; max <= 32; max *= 2) {
        char letters[32];
        EngineIterator *iterator = trial_iterator(trial, NULL, "c", "x");
        engine_iterator_seek(iterator, NULL);
        walk_in_stretches(trial, iterator, false, max, letters);
        HOLDS(strcmp(letters, "cdefghijlmnopqrstuvw") == 0);
        engine_iterator_seek_before(iterator, NULL);
        walk_in_stretches(trial, iterator, true, max, letters);
        HOLDS(strcmp(letters, "wvutsrqponmljihgfedc") == 0);
        engine_iterator_free(iterator);
        trial_settle(trial);
    }
}

const Statement engine_statements_of_iterators[] = {
    {601, "iterators visit all keys in order, both ways", all_in_order, 0, 0},
    {602, "iterators never leave their range", bounds_are_never_left, 0, 0},
    {603, "seeks find the place between keys", seeks_find_their_place, 0, 0},
    {604, "iterators turn around anywhere", turning_around_anywhere, 0, 0},
    {605, "an iterator reads one version", one_version_for_its_life, 0, 0},
    {606, "an entry stays until the next move", entries_stay_until_the_next_move, 0, 0},
    {607, "behind an end, seeks work", ends_are_no_dead_ends, 0, 0},
    {608, "dead entries are skipped and counted", dead_entries_are_skipped_and_counted,
     ENGINE_CAN_EXPIRE, 0},
    {609, "removed ranges are skipped", a_removed_range_is_skipped, 0, 0},
    {610, "hints change no answer", hints_change_no_answer, 0, 0},
    {611, "many iterators see many versions", many_iterators_at_once, 0, 0},
    {612, "walks know keyspaces", walks_of_the_system_keyspace, 0, 0},
    {613, "stretches are made of steps", stretches_are_steps, 0, 0},
    {0},
};
