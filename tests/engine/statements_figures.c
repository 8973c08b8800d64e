/*
 * statements_figures.c: EN-1001 and on: statistics, options, housekeeping.
 */
#include "tests/engine/trial.h"

#include "engine/base/check.h"

#include <stdio.h>

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

const Statement engine_statements_of_figures[] = {
    {1001, "statistics follow what is stored", statistics_follow, 0, 0},
    {1002, "figures have names that tools can read", figures_have_good_names, 0, 0},
    {1003, "live options change while it is open, others do not", only_live_options_change, 0, 0},
    {1004, "housekeeping disturbs nothing", housekeeping_disturbs_nothing, 0, 0},
    {1005, "files are listed with what they hold", files_are_listed, 0, 0},
    {0},
};
