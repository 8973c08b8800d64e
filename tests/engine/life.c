/*
 * life.c: a random life of a store: its habits, its steps by weight, the small ones of them. See
 * life.h.
 */
#include "tests/engine/life.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Values to choose options from; those out of bounds are moved to the next bound. */
static const struct {
    const char *name;
    int64_t values[4];
} option_choices[] = {
    {"durability", {0, 0, 1, 2}},
    {"sync_interval", {1, 10, 100, 1000}},
    {"write_buffer", {0, 0, 100000, 1000000}},
    {"write_buffers", {0, 2, 3, 4}},
    {"block_cache", {0, 0, 100000, 1000000}},
    {"filter_bits", {0, 4, 10, 10}},
    {"block_bytes", {0, 300, 1024, 4096}},
    {"table_bytes", {0, 0, 20000, 100000}},
    {"base_bytes", {0, 0, 100000, 1000000}},
    {"level_multiplier", {0, 2, 4, 10}},
    {"run_trigger", {0, 2, 3, 4}},
    {"compression", {0, 1, 2, 2}},
    {"compaction_threads", {0, 1, 1, 2}},
    {"compaction_nice", {0, 0, 5, 19}},
    {"reclaim_after", {0, 0, 100, 3600000}},
    {"loader_threads", {0, 1, 1, 2}},
    {"blob_min_bytes", {0, 1, 50, 400}},
    {"blob_dead_percent", {1, 10, 50, 100}},
    {"shards", {0, 1, 4, 64}},
};

/* --------------------------------------------------------------------------- words and picks -- */

void
life_fail(const Life *life, const char *file, int line, const char *what)
{
    (void)fflush(stdout);
    (void)fprintf(stderr,
                  "%s, seed %" PRIu64 ", step %zu (version %" PRId64 ", %" PRId64
                  " deaths): %s:%d: %s\n",
                  life->settings->engine_class->name, life->settings->seed, life->step,
                  life->model.version, life->deaths, file, line, what);
    _exit(1);
}

void
life_tell(const Life *life, const char *format, ...)
{
    if (!life->settings->tell) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    (void)vprintf(format, arguments);
    va_end(arguments);
    (void)fflush(stdout);
}

void
life_tell_key(const Life *life, BaseSlice key)
{
    life_tell(life, "\"");
    for (size_t i = 0; i < key.len && i < 24; i++) {
        bool plain = key.data[i] >= 0x20 && key.data[i] < 0x7f;
        life_tell(life, plain ? "%c" : "\\x%02x", key.data[i]);
    }
    if (key.len > 24) {
        life_tell(life, "...\"(%zu)", key.len);
    } else {
        life_tell(life, "\"");
    }
}

EngineKeyspace
life_keyspace(Life *life)
{
    return life_one_in(life, 5) ? ENGINE_SYSTEM : ENGINE_DATA;
}

size_t
life_pick(Life *life)
{
    if (life_below(life, 100) < life->habits.hot_percent) {
        return life_below(life, life->habits.hot_keys) * 7919 % life->pool.count;
    }
    return life_below(life, life->pool.count);
}

void
life_look_at_clock(Life *life)
{
    int64_t wall = base_clock_wall_ms(&life->rig.fake.clock);
    if (wall > life->model.now_ms) {
        life->model.now_ms = wall;
    }
}

const EngineSnapshot *
life_point(Life *life, ModelPoint *ret_point)
{
    const LifeSnapshot *slot = &life->snapshots[life_below(life, LIFE_SNAPSHOTS)];
    if (life_one_in(life, 2) || slot->snapshot == NULL) {
        *ret_point = model_latest(&life->model);
        return NULL;
    }
    *ret_point = slot->point;
    return slot->snapshot;
}

void
life_show_clock(Life *life)
{
    life_look_at_clock(life);
    EngineRead read;
    LIFE_OK(life, engine_read_begin(&read, life->rig.engine, NULL, 0));
    LIFE_EXPECT(life, read.now_ms == life->model.now_ms);
    engine_read_end(&read);
}

bool
life_same(const ModelEntry *entry, const EngineRecord *record)
{
    return record->version == entry->version && record->expires_at_ms == entry->expires_at_ms &&
           base_slice_equal(record->value, base_slice(entry->value, entry->len));
}

/* --------------------------------------------------------------------- what is held and kept -- */

void
life_set_floor(Life *life)
{
    int64_t floor = life->durable;
    for (size_t i = 0; i < LIFE_SNAPSHOTS; i++) {
        const LifeSnapshot *slot = &life->snapshots[i];
        if (slot->snapshot != NULL && slot->point.version < floor) {
            floor = slot->point.version;
        }
    }
    for (size_t i = 0; i < LIFE_ITERATORS; i++) {
        const LifeIterator *slot = &life->iterators[i];
        if (slot->iterator != NULL && slot->point.version < floor) {
            floor = slot->point.version;
        }
    }
    life->model.floor = floor;
}

void
life_let_go(Life *life)
{
    for (size_t i = 0; i < LIFE_ITERATORS; i++) {
        engine_iterator_free(life->iterators[i].iterator);
        life->iterators[i].iterator = NULL;
    }
    for (size_t i = 0; i < LIFE_SNAPSHOTS; i++) {
        engine_snapshot_free(life->snapshots[i].snapshot);
        life->snapshots[i].snapshot = NULL;
    }
}

void
life_note_durable(Life *life)
{
    life->durable = life->acknowledged;
    size_t gone = 0;
    while (gone < life->commit_count && life->commits[gone] <= life->durable) {
        gone++;
    }
    if (gone != 0) {
        life->commit_count -= gone;
        memmove(life->commits, life->commits + gone, life->commit_count * sizeof *life->commits);
    }
    life_set_floor(life);
}

void
life_note_commit(Life *life, int64_t version, bool acknowledged, bool synced)
{
    if (life->commit_count == life->commit_capacity) {
        life->commit_capacity = 2 * life->commit_capacity + 64;
        life->commits = realloc(life->commits, life->commit_capacity * sizeof *life->commits);
        LIFE_EXPECT(life, life->commits != NULL);
    }
    life->commits[life->commit_count++] = version;
    if (acknowledged) {
        life->acknowledged = version;
    }
    bool always = engine_rig_option(&life->rig, "durability", 0) == 0;
    if (acknowledged && (synced || always || !life->habits.crashes)) {
        life_note_durable(life);
    }
}

/* ------------------------------------------------------------------------------ small steps -- */

static void
do_snapshot_free(Life *life, size_t index)
{
    life_tell(life, "snapshot %zu freed\n", index);
    for (size_t i = 0; i < LIFE_ITERATORS; i++) {
        if (life->iterators[i].iterator != NULL && life->iterators[i].snapshot == index) {
            engine_iterator_free(life->iterators[i].iterator);
            life->iterators[i].iterator = NULL;
        }
    }
    engine_snapshot_free(life->snapshots[index].snapshot);
    life->snapshots[index].snapshot = NULL;
    life_set_floor(life);
}

void
life_do_snapshot(Life *life)
{
    size_t index = life_below(life, LIFE_SNAPSHOTS);
    LifeSnapshot *slot = &life->snapshots[index];
    if (slot->snapshot != NULL) {
        /* Slot 0 is held longest. */
        if (index != 0 || life_one_in(life, 10)) {
            do_snapshot_free(life, index);
        }
        return;
    }
    LIFE_OK(life, engine_snapshot_new(life->rig.engine, &slot->snapshot));
    slot->point = model_latest(&life->model);
    life_tell(life, "snapshot %zu at version %" PRId64 "\n", index, slot->snapshot->version);
    LIFE_EXPECT(life, slot->snapshot->version == slot->point.version);
    LIFE_EXPECT(life, slot->snapshot->stamp_ms == slot->point.now_ms);
    life_set_floor(life);
}

static void
do_clock(Life *life)
{
    if (life_one_in(life, 6)) {
        int64_t back = (int64_t)life_below(life, 300);
        life_tell(life, "clock steps back by %" PRId64 "\n", back);
        base_fake_clock_step_wall_ms(&life->rig.fake, -back);
        return;
    }
    int64_t forward = (int64_t)life_below(life, life_one_in(life, 8) ? 5000 : 60);
    life_tell(life, "clock goes on by %" PRId64 "\n", forward);
    base_fake_clock_advance_ms(&life->rig.fake, forward);
    life_show_clock(life);
}

static void
do_tick(Life *life)
{
    life_tell(life, "tick\n");
    engine_tick(life->rig.engine);
}

void
life_choose_options(Life *life)
{
    for (size_t i = 0; i < sizeof option_choices / sizeof option_choices[0]; i++) {
        int64_t value = option_choices[i].values[life_below(life, 4)];
        size_t index = engine_rig_option_index(life->rig.engine_class, option_choices[i].name);
        if (index == life->rig.engine_class->option_count) {
            continue;
        }
        const EngineOption *option = &life->rig.engine_class->options[index];
        if (option->type != ENGINE_OPTION_CHOICE) {
            value = value < option->lowest ? option->lowest : value;
            value = value > option->highest ? option->highest : value;
        }
        life->rig.options[index] = value;
        life_tell(life, "option %s = %" PRId64 "\n", option->name, value);
    }
}

void
life_do_option(Life *life)
{
    const EngineClass *class = life->rig.engine_class;
    size_t index = life_below(life, class->option_count);
    const EngineOption *option = &class->options[index];
    /* A budget that refuses puts, and a rate that takes for ever, are no subject here. */
    if (!option->live || strcmp(option->name, "memory_bytes") == 0 ||
        strcmp(option->name, "compaction_rate") == 0) {
        return;
    }
    int64_t value = option->lowest + (int64_t)life_below(life, 200000);
    value = value > option->highest ? option->highest : value;
    life_tell(life, "option %s = %" PRId64 "\n", option->name, value);
    LIFE_OK(life, engine_set_option(life->rig.engine, index, value));
    life->rig.options[index] = value;
}

void
life_do_flush(Life *life)
{
    if (life->rig.engine->ops->flush == NULL) {
        return;
    }
    life_tell(life, "flush\n");
    LIFE_OK(life, life->rig.engine->ops->flush(life->rig.engine));
    life_note_durable(life);
}

void
life_do_compact(Life *life)
{
    if (life->rig.engine->ops->compact == NULL) {
        return;
    }
    uint8_t bytes[2][KEY_POOL_KEY_MAX + 1];
    EngineRange range = {.unbounded = true};
    if (!life_one_in(life, 3)) {
        range.start = key_pool_near(&life->pool, &life->rand, bytes[0]);
        range.stop = key_pool_near(&life->pool, &life->rand, bytes[1]);
        range.unbounded = life_one_in(life, 4);
    }
    life_tell(life, "compact\n");
    LIFE_OK(life, life->rig.engine->ops->compact(life->rig.engine, &range));
}

void
life_do_verify(Life *life)
{
    if (life->rig.engine->ops->verify == NULL) {
        return;
    }
    life_tell(life, "verify\n");
    LIFE_OK(life, life->rig.engine->ops->verify(life->rig.engine));
}

/* ----------------------------------------------------------------------- the life as a whole -- */

static void
choose_habits(Life *life)
{
    static const size_t key_counts[] = {3, 12, 48, 48, 150, 400, 1000};
    life->pool = key_pool_make(&life->rand, key_counts[life_below(life, 7)], life->rig.key_max);
    life->habits = (LifeHabits){
        .hot_percent = life_one_in(life, 2) ? 60 : 5,
        .hot_keys = 1 + life_below(life, 4),
        .value_max = (size_t[]){1, 20, 100, 100, 1000}[life_below(life, 5)],
        .huge_one_in = (size_t[]){0, 100, 1000}[life_below(life, 3)],
        .huge_max = 40000,
        .expiry_percent = (size_t[]){0, 10, 50}[life_below(life, 3)],
        .range_one_in = (size_t[]){4, 20, 100}[life_below(life, 3)],
        .crashes = !life_one_in(life, 3),
    };
}

void
life_begin(Life *life, const LifeSettings *settings)
{
    memset(life, 0, sizeof *life);
    life->settings = settings;
    life->rand = base_rand(settings->seed * 0x9e3779b97f4a7c15u);
    engine_rig_init(&life->rig, settings->engine_class, engine_rig_files(settings->engine_class));
    life->rig.value_max = 100000;
    life->rig.fault.windows = life_one_in(life, 2);
    choose_habits(life);
    if (life->rig.files != ENGINE_RIG_MEMORY) {
        life->habits.crashes = false; /* a module's files cannot die */
    }
    life_choose_options(life);
    model_init(&life->model, &life->pool, life->rig.value_max);
    engine_rig_open(&life->rig);
    life->model.version = engine_rig_version(life->rig.engine);
    life->acknowledged = life->model.version;
    life->durable = life->model.version;
    life_set_floor(life);
    life_show_clock(life);
}

void
life_end(Life *life)
{
    life_look_at_clock(life);
    for (size_t i = 0; i < LIFE_SNAPSHOTS; i++) {
        if (life->snapshots[i].snapshot != NULL) {
            life_compare(life, life->rig.engine, life->snapshots[i].snapshot,
                         life->snapshots[i].point);
        }
    }
    life_compare(life, life->rig.engine, NULL, model_latest(&life->model));
    life_let_go(life);
    engine_rig_clear(&life->rig);
    model_clear(&life->model);
    key_pool_clear(&life->pool);
    free(life->commits);
}

void
life_step(Life *life, size_t step)
{
    static const struct {
        size_t weight; /* of 10000 */
        void (*run)(Life *life);
    } kinds[] = {
        {4600, life_do_commit},
        {400, life_do_many_commits},
        {1500, life_do_gets},
        {500, life_do_multi_get},
        {1300, life_do_iterator},
        {60, life_do_compare},
        {150, life_do_range_figures},
        {500, life_do_snapshot},
        {600, do_clock},
        {150, do_tick},
        {60, life_do_flush},
        {30, life_do_compact},
        {20, life_do_verify},
        {50, life_do_option},
        {10, life_do_checkpoint},
        {25, life_do_reopen},
        {45, life_do_death},
    };
    life->step = step;
    life->rand = base_rand((life->settings->seed * 1000003 ^ (step + 1)) * 0xd1342543de82ef95u);
    life_look_at_clock(life);
    life_tell(life, "%zu: ", step);
    size_t number = life_below(life, 10000);
    size_t kind = 0;
    while (kind < sizeof kinds / sizeof kinds[0] - 1 && number >= kinds[kind].weight) {
        number -= kinds[kind++].weight;
    }
    kinds[kind].run(life);
    life_tell(life, "\n");
}
