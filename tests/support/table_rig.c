/*
 * table_rig.c: tables in memory for tests. See table_rig.h.
 */
#include "tests/support/table_rig.h"

#include "engine/base/check.h"
#include "engine/format/blob_file.h"

#include <stdlib.h>

static void
must(BaseStatus status)
{
    BASE_CHECK(base_is_ok(status));
}

static void
note_fault(void *user, const TableFault *fault)
{
    TableRig *rig = user;
    rig->faults++;
    rig->fault_code = fault->status.code;
    rig->fault_offset = fault->offset;
    rig->fault_path_fits = strcmp(fault->path, TABLE_RIG_PATH) == 0;
}

void
table_rig_init(TableRig *rig, size_t cache_bytes)
{
    *rig = (TableRig){.env = env_mem_new(), .cache = table_block_cache_new(cache_bytes)};
    BASE_CHECK(rig->env != NULL && rig->cache != NULL);
}

void
table_rig_clear(TableRig *rig)
{
    table_block_cache_free(rig->cache);
    env_mem_free(rig->env);
}

TableBuilderOptions
table_rig_options(size_t block_bytes)
{
    return (TableBuilderOptions){.block_bytes = block_bytes,
                                 .filter_bits = 10,
                                 .id = TABLE_RIG_ID,
                                 .number = 1,
                                 .made_at_ms = 1700000000000,
                                 .program = BASE_SLICE_LITERAL("larder test")};
}

TableSummary
table_rig_build(TableRig *rig, const TableBuilderOptions *options, const FormatEntry *entries,
                size_t count, const FormatFragment *fragments, size_t fragment_count)
{
    TableBuilder *builder = NULL;
    TableSummary summary;
    (void)env_unlink(rig->env, TABLE_RIG_PATH);
    must(table_builder_new(rig->env, TABLE_RIG_PATH, options, &builder));
    for (size_t i = 0; i < count; i++) {
        must(table_builder_add(builder, &entries[i]));
    }
    for (size_t i = 0; i < fragment_count; i++) {
        must(table_builder_add_fragment(builder, &fragments[i]));
    }
    must(table_builder_finish(builder, &summary));
    table_builder_free(builder);
    summary.properties.smallest = BASE_SLICE_EMPTY;
    summary.properties.largest = BASE_SLICE_EMPTY;
    return summary;
}

BaseStatus
table_rig_try_open(TableRig *rig, int64_t version_override, Table **ret_table)
{
    TableOptions options = {.env = rig->env,
                            .path = TABLE_RIG_PATH,
                            .version_override = version_override,
                            .cache = rig->cache,
                            .reporter = {note_fault, rig}};
    return table_open(&options, ret_table);
}

Table *
table_rig_open(TableRig *rig)
{
    Table *table = NULL;
    must(table_rig_try_open(rig, 0, &table));
    return table;
}

void
table_rig_read_file(TableRig *rig, BaseBuf *into)
{
    must(env_read_file(rig->env, TABLE_RIG_PATH, SIZE_MAX / 4, into));
}

void
table_rig_write_file(TableRig *rig, BaseSlice bytes)
{
    EnvFile *file = NULL;
    must(env_open_file(rig->env, TABLE_RIG_PATH,
                       ENV_OPEN_WRITE | ENV_OPEN_CREATE | ENV_OPEN_TRUNCATE, &file));
    must(env_file_write_at(file, 0, bytes.data, bytes.len));
    env_file_close(file);
}

/* ---------------------------------------------------------------------------------- models -- */

static int
compare_keys(const void *a, const void *b)
{
    return base_slice_compare(*(const BaseSlice *)a, *(const BaseSlice *)b);
}

static uint8_t *
allocate(size_t len)
{
    uint8_t *bytes = malloc(len + 1);
    BASE_CHECK(bytes != NULL);
    return bytes;
}

static BaseSlice
random_key(BaseRand *rng, const TableModelShape *shape)
{
    size_t len = 1 + shape->prefix + 1 + base_rand_below(rng, shape->key_max);
    uint8_t *key = allocate(len);
    memset(key, 'p', len);
    key[0] = shape->system && base_rand_below(rng, 8) == 0 ? 1 : 0;
    for (size_t i = 1 + shape->prefix; i < len; i++) {
        key[i] = (uint8_t)('a' + base_rand_below(rng, 3));
    }
    return base_slice(key, len);
}

static FormatEntry
random_entry(BaseRand *rng, const TableModelShape *shape, BaseSlice key)
{
    FormatEntry entry = {.key = key, .kind = (FormatKind)base_rand_below(rng, 3)};
    if (entry.kind == FORMAT_PUT) {
        size_t len = base_rand_below(rng, shape->value_max + 1);
        uint8_t *value = allocate(len);
        memset(value, (int)base_rand_below(rng, 256), len);
        for (size_t i = 0; i < len && i < 20; i++) {
            value[i] = (uint8_t)base_rand_next(rng);
        }
        entry.value = base_slice(value, len);
    } else if (entry.kind == FORMAT_BLOB) {
        BaseBuf value = BASE_BUF_INIT;
        FormatBlobReference reference = {1 + base_rand_below(rng, 3), {1000, 500}, 600};
        format_blob_reference_encode(&value, &reference);
        entry.value.data = base_buf_steal(&value, &entry.value.len);
    }
    if (entry.kind != FORMAT_REMOVE && base_rand_below(rng, 4) == 0) {
        entry.expires_at_ms = 1 + (int64_t)base_rand_below(rng, 1000000);
    }
    return entry;
}

TableModel
table_model_random(BaseRand *rng, const TableModelShape *shape)
{
    BaseSlice *keys = calloc(shape->keys, sizeof *keys);
    TableModel model = {calloc(shape->keys * shape->versions_max, sizeof *model.entries), 0};
    BASE_CHECK(keys != NULL && model.entries != NULL);
    for (size_t i = 0; i < shape->keys; i++) {
        keys[i] = random_key(rng, shape);
    }
    qsort(keys, shape->keys, sizeof *keys, compare_keys);
    size_t kept = 0;
    for (size_t i = 0; i < shape->keys; i++) {
        if (kept > 0 && base_slice_equal(keys[i], keys[kept - 1])) {
            free((void *)(uintptr_t)keys[i].data);
        } else {
            keys[kept++] = keys[i];
        }
    }
    for (size_t i = 0; i < kept; i++) {
        size_t versions = 1 + base_rand_below(rng, shape->versions_max);
        int64_t version = 1 + (int64_t)base_rand_below(rng, 100) + (int64_t)versions * 10;
        for (size_t j = 0; j < versions; j++) {
            FormatEntry entry = random_entry(rng, shape, keys[i]);
            entry.version = version;
            model.entries[model.count++] = entry;
            version -= 1 + (int64_t)base_rand_below(rng, 9);
        }
    }
    free(keys);
    return model;
}

void
table_model_clear(TableModel *model)
{
    for (size_t i = 0; i < model->count; i++) {
        free((void *)(uintptr_t)model->entries[i].value.data);
        if (i + 1 == model->count || model->entries[i].key.data != model->entries[i + 1].key.data) {
            free((void *)(uintptr_t)model->entries[i].key.data);
        }
    }
    free(model->entries);
    *model = (TableModel){NULL, 0};
}

size_t
table_model_seek(const TableModel *model, BaseSlice key, int64_t version)
{
    size_t low = 0;
    size_t high = model->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const FormatEntry *entry = &model->entries[middle];
        int order = base_slice_compare(entry->key, key);
        if (order < 0 || (order == 0 && entry->version > version)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

bool
table_model_same(const FormatEntry *a, const FormatEntry *b)
{
    return base_slice_equal(a->key, b->key) && base_slice_equal(a->value, b->value) &&
           a->version == b->version && a->expires_at_ms == b->expires_at_ms && a->kind == b->kind;
}
