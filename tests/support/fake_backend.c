/*
 * fake_backend.c: a backend for tests of the sequencer. See fake_backend.h.
 */
#include "tests/support/fake_backend.h"

#include "engine/base/check.h"

#include <stdlib.h>

static FakeBackend *
enter(CommitBackend *backend)
{
    FakeBackend *fake = (FakeBackend *)backend;
    BASE_CHECK(atomic_fetch_add(&fake->inside, 1) == 0);
    return fake;
}

static BaseStatus
leave(FakeBackend *fake, BaseStatus status)
{
    BASE_CHECK(atomic_fetch_sub(&fake->inside, 1) == 1);
    return status;
}

/* A hint of begin, which differs from that of lookup. */
static uintptr_t
early_hint(BaseSlice key)
{
    return key.len + 1000;
}

static void
fake_begin(CommitBackend *backend, EngineCommit *chain, size_t most)
{
    FakeBackend *fake = enter(backend);
    BASE_CHECK(!fake->in_group && (chain != NULL) == (most != 0));
    fake->in_group = true;
    fake->begun++;
    for (EngineCommit *commit = chain; commit != NULL && most > 0; commit = commit->next, most--) {
        commit_hint(commit)[0] =
            commit->mutation_count == 0 ? 0 : early_hint(commit->mutations[0].key);
        commit_hint(commit)[1] = 0;
    }
    (void)leave(fake, base_ok());
}

static void
fake_end(CommitBackend *backend)
{
    FakeBackend *fake = enter(backend);
    BASE_CHECK(fake->in_group);
    fake->in_group = false;
    (void)leave(fake, base_ok());
}

static BaseStatus
fake_lookup(CommitBackend *backend, EngineKeyspace keyspace, BaseSlice key, uintptr_t hint[2],
            EngineLookup *ret_lookup)
{
    FakeBackend *fake = enter(backend);
    fake->lookups++;
    if (!base_is_ok(fake->lookup_status)) {
        return leave(fake, fake->lookup_status);
    }
    if (base_slice_starts_with(key, BASE_SLICE_LITERAL("cold")) &&
        atomic_load(&fake->loaded) == 0) {
        return leave(fake, base_error(BASE_WOULD_BLOCK, "cold"));
    }
    BASE_CHECK(hint[0] == 0 && hint[1] == 0);
    hint[0] = key.len + 1;
    const EngineRecord *record = fake_backend_get(fake, keyspace, key);
    ret_lookup->found = record != NULL;
    if (record != NULL) {
        ret_lookup->record = *record;
    }
    return leave(fake, base_ok());
}

static void
fake_load(CommitBackend *backend, CommitLoad *load)
{
    FakeBackend *fake = enter(backend);
    BASE_CHECK(pthread_mutex_lock(&fake->mutex) == 0);
    BASE_CHECK(fake->load_count < FAKE_BACKEND_WAITING_MAX);
    fake->loads[fake->load_count++] = load;
    BASE_CHECK(pthread_cond_broadcast(&fake->changed) == 0);
    BASE_CHECK(pthread_mutex_unlock(&fake->mutex) == 0);
    (void)leave(fake, base_ok());
}

static void
fake_unload(CommitBackend *backend, CommitLoad *load)
{
    FakeBackend *fake = enter(backend);
    BASE_CHECK(load->backend_private == fake);
    atomic_fetch_sub(&fake->loaded, 1);
    (void)leave(fake, base_ok());
}

static BaseStatus
fake_prepare(CommitBackend *backend, CommitEntry *entry)
{
    FakeBackend *fake = enter(backend);
    BASE_CHECK(fake->in_group == (backend->ops->begin != NULL));
    fake->prepares++;
    if (fake->room_every != 0 && fake->prepares % fake->room_every == 0) {
        return leave(fake, base_error(BASE_WOULD_BLOCK, "no room yet"));
    }
    if (!base_is_ok(fake->prepare_status)) {
        entry->retry_after_ms = fake->retry_after_ms;
        return leave(fake, fake->prepare_status);
    }
    BASE_CHECK(entry->version > fake->version && entry->stamp_ms >= fake->stamp_ms);
    BASE_CHECK(entry->op_count >= 1 && entry->backend_private == NULL);
    for (size_t i = 0; i < entry->op_count; i++) {
        const CommitOp *op = &entry->ops[i];
        int64_t of_run = entry->version - (int64_t)(entry->op_count - 1 - i);
        BASE_CHECK(op->version == entry->version || op->version == of_run);
        BASE_CHECK(op->version > fake->version && op->backend_private == NULL);
        bool early = op->backend_hint[0] == early_hint(op->key);
        BASE_CHECK(op->backend_hint[0] == 0 || op->backend_hint[0] == op->key.len + 1 || early);
        fake->hinted += early ? 1 : 0;
    }
    fake->version = entry->version;
    fake->stamp_ms = entry->stamp_ms;
    fake->prepared++;
    entry->backend_private = fake;
    return leave(fake, base_ok());
}

static void
fake_persist(CommitBackend *backend, CommitGroup *group)
{
    FakeBackend *fake = enter(backend);
    size_t entries = 0;
    for (const CommitEntry *entry = group->entries; entry != NULL; entry = entry->next) {
        entries++;
    }
    BASE_CHECK(entries >= 1 && entries == group->entry_count);
    fake->largest = entries > fake->largest ? entries : fake->largest;
    fake->persisted++;
    if (!fake->automatic) {
        BASE_CHECK(pthread_mutex_lock(&fake->mutex) == 0);
        BASE_CHECK(fake->group_count < FAKE_BACKEND_WAITING_MAX);
        fake->groups[fake->group_count++] = group;
        BASE_CHECK(pthread_cond_broadcast(&fake->changed) == 0);
        BASE_CHECK(pthread_mutex_unlock(&fake->mutex) == 0);
    }
    bool automatic = fake->automatic;
    (void)leave(fake, base_ok());
    if (automatic) {
        commit_sequencer_persisted(fake->sequencer, group, base_ok());
    }
}

static void
apply(FakeBackend *fake, const CommitOp *op)
{
    ScriptedMap *map = &fake->maps[op->keyspace];
    if (op->kind == COMMIT_REMOVE) {
        scripted_map_remove(map, op->key);
        return;
    }
    if (op->kind == COMMIT_REMOVE_RANGE) {
        scripted_map_remove_range(map, op->key, op->unbounded ? NULL : &op->value);
        return;
    }
    EngineRecord record = {op->value, op->version, op->expires_at_ms};
    const ScriptedRecord *made = scripted_map_record_new(&fake->made, op->key, &record);
    BASE_CHECK(made != NULL && scripted_map_set(map, made));
}

static void
fake_publish(CommitBackend *backend, CommitEntry *entry)
{
    FakeBackend *fake = enter(backend);
    BASE_CHECK(entry->backend_private == fake && entry->version > fake->published_version);
    for (size_t i = 0; i < entry->op_count; i++) {
        apply(fake, &entry->ops[i]);
    }
    fake->published_version = entry->version;
    fake->prepared--;
    fake->published++;
    entry->backend_private = NULL;
    (void)leave(fake, base_ok());
}

static void
fake_discard(CommitBackend *backend, CommitEntry *entry)
{
    FakeBackend *fake = enter(backend);
    BASE_CHECK(entry->backend_private == fake);
    fake->prepared--;
    fake->discarded++;
    (void)leave(fake, base_ok());
}

void
fake_backend_init(FakeBackend *fake, bool immediate)
{
    static const CommitBackendOps asynchronous_ops = {
        .lookup = fake_lookup,
        .load = fake_load,
        .unload = fake_unload,
        .prepare = fake_prepare,
        .persist = fake_persist,
        .publish = fake_publish,
        .discard = fake_discard,
    };
    static const CommitBackendOps immediate_ops = {
        .begin = fake_begin,
        .end = fake_end,
        .lookup = fake_lookup,
        .load = fake_load,
        .unload = fake_unload,
        .prepare = fake_prepare,
        .publish = fake_publish,
    };
    *fake = (FakeBackend){
        .backend = {immediate ? &immediate_ops : &asynchronous_ops},
        .prepare_status = base_ok(),
        .lookup_status = base_ok(),
    };
    BASE_CHECK(pthread_mutex_init(&fake->mutex, NULL) == 0);
    BASE_CHECK(pthread_cond_init(&fake->changed, NULL) == 0);
}

void
fake_backend_clear(FakeBackend *fake)
{
    BASE_CHECK(fake->prepared == 0 && fake->group_count == 0 && fake->load_count == 0);
    BASE_CHECK(atomic_load(&fake->loaded) == 0);
    for (int i = 0; i < ENGINE_KEYSPACE_COUNT; i++) {
        scripted_map_clear(&fake->maps[i]);
    }
    while (fake->made != NULL) {
        ScriptedRecord *record = fake->made;
        fake->made = record->made_before;
        free(record);
    }
    BASE_CHECK(pthread_cond_destroy(&fake->changed) == 0);
    BASE_CHECK(pthread_mutex_destroy(&fake->mutex) == 0);
}

void
fake_backend_report(FakeBackend *fake, size_t index, BaseStatus status)
{
    BASE_CHECK(pthread_mutex_lock(&fake->mutex) == 0);
    BASE_CHECK(index < fake->group_count);
    CommitGroup *group = fake->groups[index];
    fake->group_count--;
    for (size_t i = index; i < fake->group_count; i++) {
        fake->groups[i] = fake->groups[i + 1];
    }
    BASE_CHECK(pthread_mutex_unlock(&fake->mutex) == 0);
    commit_sequencer_persisted(fake->sequencer, group, status);
}

void
fake_backend_end_load(FakeBackend *fake, size_t index, BaseStatus status)
{
    BASE_CHECK(pthread_mutex_lock(&fake->mutex) == 0);
    BASE_CHECK(index < fake->load_count);
    CommitLoad *load = fake->loads[index];
    fake->load_count--;
    for (size_t i = index; i < fake->load_count; i++) {
        fake->loads[i] = fake->loads[i + 1];
    }
    BASE_CHECK(pthread_mutex_unlock(&fake->mutex) == 0);
    load->backend_private = fake;
    atomic_fetch_add(&fake->loaded, 1);
    commit_sequencer_loaded(fake->sequencer, load, status);
}

const EngineRecord *
fake_backend_get(const FakeBackend *fake, EngineKeyspace keyspace, BaseSlice key)
{
    const ScriptedRecord *found = scripted_map_get(&fake->maps[keyspace], key, INT64_MIN);
    return found == NULL ? NULL : &found->record;
}
