/*
 * store.c: one named store. See store.h.
 */
#include "service/store/store.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

struct Store {
    Engine *engine;
    const BaseClock *clock;
    const StoreLimits *limits;
    _Atomic int mode;
    _Atomic int64_t generation;
    char name[STORE_NAME_MAX + 1];
    char durability[16];
    pthread_mutex_t lock; /* guards orphans */
    pthread_cond_t changed;
    size_t orphans;
};

/* ---------------------------------------------------------------------------- open and close -- */

/* The i-th of names separated by '|', as text. */
static void
choice_name(const char *choices, int64_t index, char *ret_name, size_t size)
{
    for (; index > 0 && *choices != '\0'; choices++) {
        if (*choices == '|') {
            index--;
        }
    }
    (void)snprintf(ret_name, size, "%.*s", (int)strcspn(choices, "|"), choices);
}

/* Engines that persist and let the user choose how have an option of this name. */
static void
find_durability(const EngineClass *engine_class, const int64_t *options, char *ret_name,
                size_t size)
{
    bool persists = (engine_class->capabilities & ENGINE_CAN_PERSIST) != 0;
    (void)snprintf(ret_name, size, "%s", persists ? "always" : "none");
    for (size_t i = 0; persists && i < engine_class->option_count; i++) {
        const EngineOption *option = &engine_class->options[i];
        if (option->type == ENGINE_OPTION_CHOICE && strcmp(option->name, "durability") == 0) {
            choice_name(option->choices, options[i], ret_name, size);
        }
    }
}

/* The error of an engine that does not open; its message for people is the better one. */
static bool
open_error(const StoreSpec *spec, const EngineOpenArgs *args, BaseStatus status,
           StoreError *ret_error)
{
    const char *what = args->message[0] != '\0' ? args->message : status.what;
    if (status.code == BASE_INVALID || status.code == BASE_UNSUPPORTED) {
        return store_error_invalid(ret_error, STORE_INVALID_BAD_ARGUMENT, "", "store %s: %.300s",
                                   spec->name, what);
    }
    (void)store_error_status(ret_error, status, spec->name);
    (void)snprintf(ret_error->message, sizeof ret_error->message, "store %s: %.300s", spec->name,
                   what);
    return false;
}

static bool
open_engine(const StoreSpec *spec, const int64_t *options, const struct Env *env, Store *store,
            StoreError *ret_error)
{
    EngineOpenArgs args = {.directory = spec->directory,
                           .env = env,
                           .clock = store->clock,
                           .options = options,
                           .key_max = (size_t)store->limits->key_bytes_max,
                           .value_max = (size_t)store->limits->value_bytes_max};
    find_durability(spec->engine_class, options, store->durability, sizeof store->durability);
    BaseStatus status = engine_open(spec->engine_class, &args, &store->engine);
    return base_is_ok(status) || open_error(spec, &args, status, ret_error);
}

/* The option values to open with: the caller's, or a fresh array of presets. NULL: no memory. */
static int64_t *
copy_options(const StoreSpec *spec)
{
    size_t count = spec->engine_class->option_count;
    int64_t *options = calloc(count + 1, sizeof *options);
    for (size_t i = 0; options != NULL && i < count; i++) {
        options[i] =
            spec->options != NULL ? spec->options[i] : spec->engine_class->options[i].preset;
    }
    return options;
}

static Store *
new_store(const StoreSpec *spec, const BaseClock *clock, const StoreLimits *limits)
{
    Store *store = calloc(1, sizeof *store);
    if (store == NULL) {
        return NULL;
    }
    store->clock = clock;
    store->limits = limits;
    atomic_init(&store->mode, spec->mode != 0 ? (int)spec->mode : (int)STORE_MODE_NORMAL);
    atomic_init(&store->generation, 1);
    (void)snprintf(store->name, sizeof store->name, "%s", spec->name);
    (void)pthread_mutex_init(&store->lock, NULL);
    (void)pthread_cond_init(&store->changed, NULL);
    return store;
}

/* Takes NULL. */
static void
free_store(Store *store)
{
    if (store == NULL) {
        return;
    }
    (void)pthread_cond_destroy(&store->changed);
    (void)pthread_mutex_destroy(&store->lock);
    free(store);
}

bool
store_open(const StoreSpec *spec, const struct Env *env, const BaseClock *clock,
           const StoreLimits *limits, Store **ret_store, StoreError *ret_error)
{
    Store *store = new_store(spec, clock, limits);
    int64_t *options = copy_options(spec);
    bool opened = false;
    if (store == NULL || options == NULL) {
        (void)store_error_refused(ret_error, STORE_REFUSED_MEMORY_FULL, NULL, 0,
                                  "store %s: no memory", spec->name);
    } else {
        opened = open_engine(spec, options, env, store, ret_error);
    }
    free(options);
    if (!opened) {
        free_store(store);
        return false;
    }
    *ret_store = store;
    return true;
}

void
store_close(Store *store)
{
    if (store == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&store->lock);
    while (store->orphans > 0) {
        (void)pthread_cond_wait(&store->changed, &store->lock);
    }
    (void)pthread_mutex_unlock(&store->lock);
    engine_close(store->engine);
    free_store(store);
}

void
store_orphan_add(Store *store)
{
    (void)pthread_mutex_lock(&store->lock);
    store->orphans++;
    (void)pthread_mutex_unlock(&store->lock);
}

void
store_orphan_remove(Store *store)
{
    (void)pthread_mutex_lock(&store->lock);
    store->orphans--;
    (void)pthread_cond_signal(&store->changed);
    (void)pthread_mutex_unlock(&store->lock);
}

/* -------------------------------------------------------------------------------- properties -- */

const char *
store_name(const Store *store)
{
    return store->name;
}

Engine *
store_engine(const Store *store)
{
    return store->engine;
}

const BaseClock *
store_clock(const Store *store)
{
    return store->clock;
}

const StoreLimits *
store_limits(const Store *store)
{
    return store->limits;
}

StoreMode
store_mode(const Store *store)
{
    return (StoreMode)atomic_load_explicit(&store->mode, memory_order_relaxed);
}

void
store_set_mode(Store *store, StoreMode mode)
{
    if (atomic_exchange(&store->mode, (int)mode) != (int)mode) {
        atomic_fetch_add(&store->generation, 1);
    }
}

int64_t
store_generation(const Store *store)
{
    return atomic_load(&store->generation);
}

const char *
store_durability(const Store *store)
{
    return store->durability;
}

const char *
store_capability_at(const Store *store, size_t index)
{
    for (unsigned bit = 1; bit != 0; bit <<= 1) {
        const char *name = engine_capability_name(bit);
        if ((store->engine->engine_class->capabilities & bit) == 0 || name == NULL) {
            continue;
        }
        if (index == 0) {
            return name;
        }
        index--;
    }
    return NULL;
}

/* ---------------------------------------------------------------------------------- deadline -- */

/* Judges a deadline at a time that was read. */
static inline bool
judge_deadline(const Store *store, const StoreDeadline *deadline, int64_t now_us,
               int64_t *ret_deadline_us, StoreError *ret_error)
{
    const StoreLimits *limits = store->limits;
    int64_t ms = deadline->is_set ? deadline->ms : limits->deadline_ms_default;
    if (deadline->is_set && (ms < 1 || ms > limits->deadline_ms_max)) {
        return store_error_range(ret_error, "options.deadline_ms", ms, 1, limits->deadline_ms_max,
                                 "ms");
    }
    int64_t arrival_us = deadline->arrival_us != 0 ? deadline->arrival_us : now_us;
    int64_t deadline_us = arrival_us + ms * 1000;
    if (now_us >= deadline_us) {
        return store_error_refused(
            ret_error, STORE_REFUSED_DEADLINE, NULL, 0,
            "the deadline of %" PRId64 " ms passed before the request was executed", ms);
    }
    *ret_deadline_us = deadline_us;
    return true;
}

/* Apart, so that those who have read the clock do not pay for the registers which this needs. */
static __attribute__((noinline)) bool
read_and_judge_deadline(const Store *store, const StoreDeadline *deadline, int64_t *ret_deadline_us,
                        StoreError *ret_error)
{
    int64_t now_us = base_clock_monotonic_us(store->clock);
    return judge_deadline(store, deadline, now_us, ret_deadline_us, ret_error);
}

bool
store_deadline_check(const Store *store, const StoreDeadline *deadline, int64_t *ret_deadline_us,
                     StoreError *ret_error)
{
    return deadline->now_us != 0
               ? judge_deadline(store, deadline, deadline->now_us, ret_deadline_us, ret_error)
               : read_and_judge_deadline(store, deadline, ret_deadline_us, ret_error);
}

bool
store_deadline_is_open(const Store *store, const StoreDeadline *deadline, StoreError *ret_error)
{
    int64_t deadline_us = 0;
    return store_deadline_check(store, deadline, &deadline_us, ret_error);
}

bool
store_deadline_left(const Store *store, int64_t deadline_us, StoreError *ret_error)
{
    return base_clock_monotonic_us(store->clock) < deadline_us ||
           store_error_refused(ret_error, STORE_REFUSED_DEADLINE, NULL, 0,
                               "the deadline passed before the read was finished");
}
