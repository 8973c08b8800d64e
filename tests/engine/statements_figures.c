/*
 * statements_figures.c: EN-1001 and on: statistics, options, housekeeping.
 */
#include "tests/engine/trial.h"

#include "engine/base/check.h"

#include <stdio.h>
#include <unistd.h>

static EngineStats
stats_of(Trial *trial)
{
    EngineStats stats;
    engine_stats(trial_engine(trial), &stats);
    return stats;
}

static void
statistics_follow(Trial *trial)
{
    HOLDS(stats_of(trial).keys == 0);
    char key[16];
    for (int i = 0; i < 1000; i++) {
        (void)snprintf(key, sizeof key, "key%05d", i);
        (void)engine_rig_apply(trial_engine(trial), trial_putting(key, "12345678"));
    }
    int64_t version = trial_put(trial, "last", "");
    EngineStats stats = stats_of(trial);
    HOLDS(stats.version == version);
    HOLDS(stats.keys > 500 && stats.keys < 2000);
    HOLDS(stats.data_bytes > 8000 && stats.data_bytes < 64000);
    HOLDS(stats.memory_bytes > 0 && stats.open_snapshots == 0);
    HOLDS(stats.disk_bytes > 0 || !trial_can(trial, ENGINE_CAN_PERSIST));
    (void)trial_remove_range(trial, "", NULL);
    trial_compact(trial);
    HOLDS(stats_of(trial).keys < 100);
}

static void
check_name(void *user, const char *name, int64_t value)
{
    Trial *trial = user;
    (void)value;
    HOLDS(name[0] != '\0' && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(name));
    HOLDS(engine_rig_figure(trial_engine(trial), name) != -1);
}

static void
figures_have_good_names(Trial *trial)
{
    (void)trial_put(trial, "a", "1");
    trial_flush(trial);
    engine_figures(trial_engine(trial), check_name, trial);
}

static void
only_live_options_change(Trial *trial)
{
    const EngineClass *class = trial->rig.engine_class;
    for (size_t i = 0; i < class->option_count; i++) {
        const EngineOption *option = &class->options[i];
        HOLDS(option->name[0] != '\0' && option->help[0] != '\0');
        HOLDS(option->preset >= option->lowest && option->preset <= option->highest);
        BaseStatus status = engine_set_option(trial_engine(trial), i, trial->rig.options[i]);
        HOLDS(status.code == (option->live ? BASE_OK : BASE_UNSUPPORTED));
        if (option->live && option->lowest > INT64_MIN) {
            HOLDS(!base_is_ok(engine_set_option(trial_engine(trial), i, option->lowest - 1)));
        }
    }
    (void)trial_put(trial, "a", "1");
    HOLDS(trial_has(trial, NULL, "a", "1"));
}

static void
housekeeping_disturbs_nothing(Trial *trial)
{
    char key[16];
    for (int i = 0; i < 500; i++) {
        (void)snprintf(key, sizeof key, "k%05d", i % 100);
        (void)engine_rig_apply(trial_engine(trial), trial_putting(key, key));
        engine_tick(trial_engine(trial));
        if (i % 100 == 99) {
            trial_compact(trial);
        }
    }
    for (int i = 0; i < 100; i++) {
        (void)snprintf(key, sizeof key, "k%05d", i);
        HOLDS(trial_has(trial, NULL, key, key));
    }
    HOLDS(base_is_ok(engine_status(trial_engine(trial))));
}

typedef struct Files {
    int64_t entries;
    int count;
    bool good;
} Files;

static bool
note_file(void *user, const EngineFile *file)
{
    Files *files = user;
    files->count++;
    files->entries += file->entries;
    files->good = files->good && file->bytes > 0 && file->level >= 0 &&
                  base_slice_compare(file->first_key, file->last_key) <= 0;
    return true;
}

static void
files_are_listed(Trial *trial)
{
    char key[16];
    for (int i = 0; i < 300; i++) {
        (void)snprintf(key, sizeof key, "k%05d", i);
        (void)engine_rig_apply(trial_engine(trial), trial_putting(key, key));
    }
    trial_compact(trial);
    Files files = {.good = true};
    BaseStatus status = engine_files(trial_engine(trial), note_file, &files);
    HOLDS(base_is_ok(status) || status.code == BASE_UNSUPPORTED);
    HOLDS(!base_is_ok(status) || (files.good && files.count > 0 && files.entries == 300));
}

/* Sums the bytes written below level 0: what compaction has written. */
static void
add_merged(void *user, const char *name, int64_t value)
{
    int level = 0;
    int end = 0;
    if (sscanf(name, "level_%d_bytes_written%n", &level, &end) == 1 && end > 0 &&
        name[end] == '\0' && level > 0) {
        *(int64_t *)user += value;
    }
}

static void
ascending_keys_are_written_once(Trial *trial)
{
    char key[16];
    uint8_t value[400];
    BaseRand rand = base_rand(1);
    for (int i = 0; i < 3000; i++) {
        (void)snprintf(key, sizeof key, "k%08d", i);
        for (size_t j = 0; j < sizeof value; j++) {
            value[j] = (uint8_t)base_rand_next(&rand);
        }
        (void)engine_rig_apply(
            trial_engine(trial),
            engine_rig_put(ENGINE_DATA, base_slice_text(key), base_slice(value, sizeof value)));
    }
    trial_flush(trial);
    int64_t merged = 0;
    engine_figures(trial_engine(trial), add_merged, &merged);
    HOLDS(merged == 0);
    HOLDS(!trial_lacks(trial, NULL, "k00000000") && !trial_lacks(trial, NULL, "k00002999"));
}

static int64_t
disk_bytes(Trial *trial)
{
    return stats_of(trial).disk_bytes;
}

static void
space_comes_back_by_itself(Trial *trial)
{
    Engine *engine = trial_engine(trial);
    size_t option = engine_rig_option_index(trial->rig.engine_class, "reclaim_after");
    if (option < trial->rig.engine_class->option_count) {
        HOLDS(base_is_ok(engine_set_option(engine, option, 1000)));
    }
    enum { RECORDS = 2000 };
    char key[16];
    uint8_t value[1000];
    BaseRand rand = base_rand(2);
    for (int i = 0; i < RECORDS; i++) {
        (void)snprintf(key, sizeof key, "k%08d", i);
        for (size_t j = 0; j < sizeof value; j++) {
            value[j] = (uint8_t)base_rand_next(&rand);
        }
        EngineMutation put =
            engine_rig_put(ENGINE_DATA, base_slice_text(key), base_slice(value, sizeof value));
        put.expiry = i % 2 == 0 ? ENGINE_EXPIRES_AFTER : ENGINE_EXPIRES_NEVER;
        put.expiry_ms = 100;
        (void)engine_rig_apply(engine, put);
    }
    trial_compact(trial);
    int64_t full = disk_bytes(trial);
    for (int i = 1; i < RECORDS; i += 2) {
        (void)snprintf(key, sizeof key, "k%08d", i);
        (void)engine_rig_apply(engine, trial_removing(key));
    }
    trial_flush(trial);
    /* No write comes any more: time alone does it. A wait in vain ends with the test's time. */
    do {
        base_fake_clock_advance_ms(&trial->rig.fake, 500);
        engine_tick(engine);
        (void)usleep(2000);
    } while (trial_can(trial, ENGINE_CAN_PERSIST) && disk_bytes(trial) > full / 2);
    HOLDS(trial_keys(trial, NULL, "", NULL, false).text[0] == '\0');
}

const Statement engine_statements_of_figures[] = {
    {1001, "statistics follow what is stored", statistics_follow, 0, 0},
    {1002, "figures have names that tools can read", figures_have_good_names, 0, 0},
    {1003, "live options change while it is open, others do not", only_live_options_change, 0, 0},
    {1004, "housekeeping disturbs nothing", housekeeping_disturbs_nothing, 0, 0},
    {1005, "files are listed with what they hold", files_are_listed, 0, 0},
    {1006, "what is put in order is written once, and never merged",
     ascending_keys_are_written_once, 0, 0},
    {1007, "space of what is dead comes back by itself", space_comes_back_by_itself,
     ENGINE_CAN_EXPIRE | TRIAL_NEEDS_OWN_FILES, 0},
    {0},
};
