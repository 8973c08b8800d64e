/*
 * model.c: what a store must hold. See model.h.
 */
#include "tests/engine/model.h"

#include "engine/base/check.h"

#include <stdlib.h>

/* Entries of a key before those that nobody reads are forgotten. */
#define HISTORY_LONG 32

void
model_init(Model *model, const KeyPool *pool, size_t value_max)
{
    *model = (Model){.pool = pool, .value_max = value_max};
    for (int keyspace = 0; keyspace < ENGINE_KEYSPACE_COUNT; keyspace++) {
        model->histories[keyspace] = calloc(pool->count, sizeof(ModelHistory));
        BASE_CHECK(model->histories[keyspace] != NULL);
    }
}

void
model_clear(Model *model)
{
    model_forget(model);
    for (int keyspace = 0; keyspace < ENGINE_KEYSPACE_COUNT; keyspace++) {
        for (size_t i = 0; i < model->pool->count; i++) {
            free(model->histories[keyspace][i].entries);
        }
        free(model->histories[keyspace]);
    }
}

ModelPoint
model_latest(const Model *model)
{
    return (ModelPoint){model->version, model->now_ms};
}

const ModelEntry *
model_get(const Model *model, ModelPoint point, EngineKeyspace keyspace, size_t index)
{
    const ModelHistory *history = &model->histories[keyspace][index];
    size_t i = history->count;
    while (i > 0 && history->entries[i - 1].version > point.version) {
        i--;
    }
    if (i == 0) {
        return NULL;
    }
    const ModelEntry *entry = &history->entries[i - 1];
    bool expired = entry->expires_at_ms != 0 && entry->expires_at_ms <= point.now_ms;
    return entry->removed || expired ? NULL : entry;
}

size_t
model_first(const Model *model, ModelPoint point, EngineKeyspace keyspace, size_t from, size_t stop)
{
    for (size_t i = from; i < stop; i++) {
        if (model_get(model, point, keyspace, i) != NULL) {
            return i;
        }
    }
    return model->pool->count;
}

size_t
model_last(const Model *model, ModelPoint point, EngineKeyspace keyspace, size_t from, size_t stop)
{
    for (size_t i = stop; i > from; i--) {
        if (model_get(model, point, keyspace, i - 1) != NULL) {
            return i - 1;
        }
    }
    return model->pool->count;
}

void
model_rewind(Model *model, int64_t version)
{
    for (int keyspace = 0; keyspace < ENGINE_KEYSPACE_COUNT; keyspace++) {
        for (size_t i = 0; i < model->pool->count; i++) {
            ModelHistory *history = &model->histories[keyspace][i];
            while (history->count > 0 && history->entries[history->count - 1].version > version) {
                free(history->entries[--history->count].value);
            }
        }
    }
    if (version < model->version) {
        model->version = version;
    }
}

void
model_forget(Model *model)
{
    int64_t version = model->version;
    model_rewind(model, INT64_MIN);
    model->version = version;
}

/* Forgets what nobody reads: all below the newest entry that is at or below the floor. */
static void
shorten(ModelHistory *history, int64_t floor)
{
    size_t first = 0;
    while (first + 1 < history->count && history->entries[first + 1].version <= floor) {
        free(history->entries[first++].value);
    }
    history->count -= first;
    memmove(history->entries, history->entries + first, history->count * sizeof(ModelEntry));
}

/* A place for the entry of that version. */
static ModelEntry *
place(Model *model, ModelHistory *history, int64_t version)
{
    if (history->count > 0 && history->entries[history->count - 1].version == version) {
        ModelEntry *same = &history->entries[history->count - 1];
        free(same->value);
        return same;
    }
    if (history->count >= HISTORY_LONG) {
        shorten(history, model->floor);
    }
    if (history->count == history->capacity) {
        history->capacity = history->capacity == 0 ? 4 : 2 * history->capacity;
        history->entries = realloc(history->entries, history->capacity * sizeof(ModelEntry));
        BASE_CHECK(history->entries != NULL);
    }
    return &history->entries[history->count++];
}

void
model_set(Model *model, EngineKeyspace keyspace, size_t index, int64_t version,
          const BaseSlice *value, int64_t expires_at_ms)
{
    ModelHistory *history = &model->histories[keyspace][index];
    if (value == NULL && history->count == 0) {
        return;
    }
    /* The old value may be what `value` points at. */
    uint8_t *copy = NULL;
    if (value != NULL && value->len != 0) {
        copy = malloc(value->len);
        BASE_CHECK(copy != NULL);
        memcpy(copy, value->data, value->len);
    }
    size_t len = value == NULL ? 0 : value->len;
    *place(model, history, version) =
        (ModelEntry){version, expires_at_ms, value == NULL, copy, len};
}
