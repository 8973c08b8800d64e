/*
 * set.c: the stores of a server, by name. See set.h.
 *
 * Slots are written once, under the lock, before `count` is raised over them (release); a reader
 * that has seen the count (acquire) sees the slots below it. Servers have a few stores, so
 * comparing names one by one is as good as hashing.
 */
#include "service/store/set.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

typedef struct Slot {
    BaseSlice name; /* of the store */
    Store *store;
} Slot;

struct StoreSet {
    const struct Env *env;
    const BaseClock *clock;
    const StoreLimits *limits;
    pthread_mutex_t lock; /* orders store_set_open() */
    _Atomic size_t count;
    Slot slots[STORE_SET_MAX];
};

StoreSet *
store_set_new(const struct Env *env, const BaseClock *clock, const StoreLimits *limits)
{
    StoreSet *set = calloc(1, sizeof *set);
    if (set == NULL) {
        return NULL;
    }
    set->env = env;
    set->clock = clock;
    set->limits = limits;
    (void)pthread_mutex_init(&set->lock, NULL);
    atomic_init(&set->count, 0);
    return set;
}

void
store_set_close(StoreSet *set)
{
    if (set == NULL) {
        return;
    }
    size_t count = atomic_load(&set->count);
    for (size_t i = 0; i < count; i++) {
        store_close(set->slots[i].store);
    }
    (void)pthread_mutex_destroy(&set->lock);
    free(set);
}

bool
store_name_is_valid(BaseSlice name)
{
    if (name.len == 0 || name.len > STORE_NAME_MAX) {
        return false;
    }
    for (size_t i = 0; i < name.len; i++) {
        uint8_t c = name.data[i];
        bool legal = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
        if (!legal) {
            return false;
        }
    }
    return true;
}

/* May a store of this name be added? */
static bool
check_new(const StoreSet *set, const char *name, StoreError *ret_error)
{
    char quoted[4 * STORE_NAME_MAX + 1];
    BaseSlice slice = base_slice_text(name);
    store_error_quote(slice, quoted, sizeof quoted);
    if (!store_name_is_valid(slice)) {
        return store_error_invalid(ret_error, STORE_INVALID_BAD_ARGUMENT, "name",
                                   "\"%.100s\" is not a name: 1 to %d characters of [a-z0-9_-]",
                                   quoted, STORE_NAME_MAX);
    }
    if (store_set_find(set, slice) != NULL) {
        return store_error_invalid(ret_error, STORE_INVALID_ALREADY_EXISTS, "name",
                                   "a store named \"%s\" exists already", quoted);
    }
    size_t count = atomic_load(&set->count);
    return count < STORE_SET_MAX ||
           store_error_range(ret_error, "stores", (int64_t)count + 1, 0, STORE_SET_MAX, "stores");
}

bool
store_set_open(StoreSet *set, const StoreSpec *spec, Store **ret_store, StoreError *ret_error)
{
    Store *store = NULL;
    (void)pthread_mutex_lock(&set->lock);
    bool opened = check_new(set, spec->name, ret_error) &&
                  store_open(spec, set->env, set->clock, set->limits, &store, ret_error);
    if (opened) {
        size_t count = atomic_load_explicit(&set->count, memory_order_relaxed);
        set->slots[count] = (Slot){base_slice_text(store_name(store)), store};
        atomic_store_explicit(&set->count, count + 1, memory_order_release);
        *ret_store = store;
    }
    (void)pthread_mutex_unlock(&set->lock);
    return opened;
}

Store *
store_set_find(const StoreSet *set, BaseSlice name)
{
    size_t count = atomic_load_explicit(&set->count, memory_order_acquire);
    for (size_t i = 0; i < count; i++) {
        if (base_slice_equal(set->slots[i].name, name)) {
            return set->slots[i].store;
        }
    }
    return NULL;
}

bool
store_set_require(const StoreSet *set, BaseSlice name, Store **ret_store, StoreError *ret_error)
{
    Store *store = store_set_find(set, name);
    if (store == NULL) {
        char quoted[4 * STORE_NAME_MAX + 1];
        store_error_quote(name, quoted, sizeof quoted);
        return store_error_invalid(ret_error, STORE_INVALID_UNKNOWN_STORE, "store",
                                   "no store is named \"%.100s\"; server_info lists the stores",
                                   quoted);
    }
    *ret_store = store;
    return true;
}

Store *
store_set_at(const StoreSet *set, size_t index)
{
    size_t count = atomic_load_explicit(&set->count, memory_order_acquire);
    return index < count ? set->slots[index].store : NULL;
}

void
store_set_tick(StoreSet *set)
{
    Store *store = NULL;
    for (size_t i = 0; (store = store_set_at(set, i)) != NULL; i++) {
        engine_tick(store_engine(store));
    }
}
