/*
 * lsm_rig.c: the lower half of a store in memory. See lsm_rig.h.
 */
#include "tests/support/lsm_rig.h"

#include "engine/base/check.h"
#include "engine/base/epoch.h"
#include "engine/commit/version.h"
#include "engine/table/builder.h"

#include <stdio.h>

#define STORE_ID UINT64_C(0x51073)

static void
must(BaseStatus status)
{
    BASE_CHECK(base_is_ok(status));
}

BaseSlice
lsm_rig_key(LsmRigKey *key, int number)
{
    char text[16];
    (void)snprintf(text, sizeof(text), "%06d", number);
    key->bytes[0] = 0;
    memcpy(&key->bytes[1], text, 6);
    return base_slice(key->bytes, 7);
}

BaseSlice
lsm_rig_value(LsmRigValue *value, int number, int64_t version)
{
    (void)snprintf(value->text, sizeof(value->text), "%06d at %lld", number, (long long)version);
    return base_slice_text(value->text);
}

/* ----------------------------------------------------------------------------------- opening -- */

static void
count_fault(void *user, const TableFault *fault)
{
    LsmRig *rig = user;
    (void)fault;
    atomic_fetch_add(&rig->faults, 1);
}

static LsmLevels *
first_levels(LsmRig *rig)
{
    LsmLevels *empty = NULL;
    LsmLevels *levels = NULL;
    char message[256];
    BaseBuf edits = BASE_BUF_INIT;
    FormatEdit store = {.tag = FORMAT_EDIT_STORE};
    store.store.id = STORE_ID;
    store.store.made_at_ms = 1700000000000;
    FormatEdit next = {.tag = FORMAT_EDIT_NEXT_FILE, .number = 2};
    BASE_CHECK(format_manifest_edit_encode(&edits, &store));
    BASE_CHECK(format_manifest_edit_encode(&edits, &next));
    must(lsm_levels_new(lsm_tables_owner(rig->tables), &empty));
    must(lsm_levels_apply(empty, base_buf_slice(&edits), message, &levels));
    lsm_levels_unref(empty);
    base_buf_clear(&edits);
    return levels;
}

/* The same levels with a file number more, for a manifest. */
static LsmLevels *
one_number_more(LsmLevels *levels, uint64_t *ret_number)
{
    LsmLevels *after = NULL;
    char message[256];
    BaseBuf edits = BASE_BUF_INIT;
    *ret_number = (uint64_t)levels->state.next_file;
    FormatEdit next = {.tag = FORMAT_EDIT_NEXT_FILE, .number = levels->state.next_file + 1};
    BASE_CHECK(format_manifest_edit_encode(&edits, &next));
    must(lsm_levels_apply(levels, base_buf_slice(&edits), message, &after));
    lsm_levels_unref(levels);
    base_buf_clear(&edits);
    return after;
}

static void
open_catalog(LsmRig *rig, LsmLevels *levels)
{
    char message[384];
    uint64_t number;
    bool unsure;
    LsmManifest *manifest = NULL;
    levels = one_number_more(levels, &number);
    must(lsm_tables_open(rig->tables, levels, message));
    must(lsm_manifest_create(&rig->fault.env, rig->directory, number, levels, &manifest, &unsure));
    LsmCatalogArgs args = {.env = &rig->fault.env,
                           .directory = rig->directory,
                           .tables = rig->tables,
                           .levels = levels,
                           .manifest = manifest,
                           .visible = levels->state.last_version};
    must(lsm_catalog_new(&args, &rig->catalog));
}

static void
open_tables(LsmRig *rig)
{
    LsmTablesArgs args = {.env = &rig->fault.env,
                          .directory = rig->directory,
                          .cache = rig->cache,
                          .reporter = {count_fault, rig}};
    must(lsm_tables_new(&args, &rig->tables));
}

static void
make_versions(LsmRig *rig)
{
    CommitVersions *versions = NULL;
    must(commit_version_open(rig->memory, rig->directory, 0, &versions));
    commit_version_close(versions);
}

void
lsm_rig_init(LsmRig *rig)
{
    *rig = (LsmRig){.memory = env_mem_new(),
                    .cache = table_block_cache_new(1 << 20),
                    .directory = LSM_RIG_DIRECTORY};
    BASE_CHECK(rig->memory != NULL && rig->cache != NULL);
    fault_env_init(&rig->fault, rig->memory, base_error(BASE_IO, "as the test wants it"));
    must(env_make_directory(rig->memory, LSM_RIG_DIRECTORY));
    must(env_sync_directory(rig->memory, "/"));
    make_versions(rig);
    open_tables(rig);
    open_catalog(rig, first_levels(rig));
}

void
lsm_rig_close(LsmRig *rig)
{
    lsm_catalog_free(rig->catalog);
    lsm_tables_free(rig->tables);
    rig->catalog = NULL;
    rig->tables = NULL;
}

void
lsm_rig_reopen(LsmRig *rig, bool crash)
{
    LsmManifestFault fault;
    LsmLevels *levels = NULL;
    uint64_t number;
    lsm_rig_close(rig);
    fault_env_arm(&rig->fault, FAULT_ENV_NEVER);
    if (crash) {
        env_mem_crash(rig->memory, NULL);
    }
    open_tables(rig);
    must(lsm_manifest_load(&rig->fault.env, rig->directory, lsm_tables_owner(rig->tables), &levels,
                           &number, &fault));
    open_catalog(rig, levels);
}

void
lsm_rig_clear(LsmRig *rig)
{
    lsm_rig_close(rig);
    table_block_cache_free(rig->cache);
    env_mem_free(rig->memory);
}

/* ------------------------------------------------------------------------------------ tables -- */

static void
add_fragment(TableBuilder *builder, const LsmRigTable *table)
{
    LsmRigKey start;
    LsmRigKey stop;
    int64_t version = table->version - 1;
    FormatFragment fragment = {.start = lsm_rig_key(&start, table->first),
                               .stop = lsm_rig_key(&stop, table->range_stop),
                               .versions = &version,
                               .version_count = 1};
    must(table_builder_add_fragment(builder, &fragment));
}

static void
add_entries(TableBuilder *builder, const LsmRigTable *table)
{
    int step = table->step == 0 ? 1 : table->step;
    for (int number = table->first; number <= table->last; number += step) {
        LsmRigKey key;
        LsmRigValue value;
        int64_t version = table->version - (table->ascending ? (table->last - number) / step : 0);
        FormatEntry entry = {.key = lsm_rig_key(&key, number), .version = version};
        entry.kind = table->remove ? FORMAT_REMOVE : FORMAT_PUT;
        if (!table->remove) {
            entry.value = lsm_rig_value(&value, number, version);
        }
        must(table_builder_add(builder, &entry));
    }
}

static void
append_edits(const LsmRigTable *table, int64_t number, const TableSummary *summary, BaseBuf *edits)
{
    const FormatProperties *properties = &summary->properties;
    FormatEdit last = {.tag = FORMAT_EDIT_LAST};
    last.last.version = table->version;
    last.last.stamp_ms = table->version;
    FormatEdit edit = {.tag = FORMAT_EDIT_ADD_TABLE};
    edit.add_table = (FormatTable){.level = table->level,
                                   .number = number,
                                   .id = summary->id,
                                   .size = (int64_t)summary->size,
                                   .order = table->level == 0 ? number : 0,
                                   .largest_excluded = summary->largest_excluded,
                                   .smallest = properties->smallest,
                                   .largest = properties->largest,
                                   .version_min = properties->version_min,
                                   .version_max = properties->version_max,
                                   .entries = properties->entries,
                                   .removes = properties->removes,
                                   .fragments = properties->fragments,
                                   .key_bytes = properties->key_bytes,
                                   .value_bytes = properties->value_bytes,
                                   .made_at_ms = properties->made_at_ms};
    BASE_CHECK(format_manifest_edit_encode(edits, &last));
    BASE_CHECK(format_manifest_edit_encode(edits, &edit));
}

int64_t
lsm_rig_build(LsmRig *rig, const LsmRigTable *table, BaseBuf *edits)
{
    char path[ENV_PATH_MAX];
    char name[FORMAT_FILE_NAME_BYTES];
    int64_t number = lsm_catalog_number(rig->catalog);
    TableBuilder *builder = NULL;
    TableSummary summary;
    TableBuilderOptions options = {.block_bytes = 256,
                                   .filter_bits = 10,
                                   .id = STORE_ID + (uint64_t)number,
                                   .number = number,
                                   .level = table->level,
                                   .made_at_ms = 1700000000000,
                                   .stamp_max = table->version,
                                   .program = BASE_SLICE_LITERAL("larder test")};
    format_file_name_write((FormatFileName){FORMAT_FILE_TABLE, (uint64_t)number}, name);
    must(env_join(path, rig->directory, name));
    must(table_builder_new(rig->memory, path, &options, &builder));
    if (table->range_stop != 0) {
        add_fragment(builder, table);
    }
    add_entries(builder, table);
    must(table_builder_finish(builder, &summary));
    append_edits(table, number, &summary, edits);
    table_builder_free(builder);
    must(env_sync_directory(rig->memory, rig->directory));
    return number;
}

int64_t
lsm_rig_add(LsmRig *rig, const LsmRigTable *table)
{
    char message[256];
    BaseBuf edits = BASE_BUF_INIT;
    int64_t number = lsm_rig_build(rig, table, &edits);
    must(lsm_catalog_install(rig->catalog, base_buf_slice(&edits), NULL, 0, message));
    base_buf_clear(&edits);
    return number;
}

void
lsm_rig_drop(BaseBuf *edits, int level, int64_t number)
{
    FormatEdit edit = {.tag = FORMAT_EDIT_DROP_TABLE};
    edit.drop_table.level = level;
    edit.drop_table.number = number;
    BASE_CHECK(format_manifest_edit_encode(edits, &edit));
}

int64_t
lsm_rig_find(const LsmLevels *levels, int number)
{
    LsmRigKey key;
    BaseSlice slice = lsm_rig_key(&key, number);
    int64_t version = 0;
    BASE_CHECK(base_epoch_enter());
    for (size_t i = 0; i < levels->run_count && version == 0; i++) {
        TableFound found;
        TableView view;
        LsmTable *table = lsm_run_table(&levels->runs[i], slice);
        if (table != NULL) {
            must(table_get(lsm_table_reader(table), slice, format_key_hash(slice), INT64_MAX, 0,
                           &found, &view));
            version = found == TABLE_FOUND ? view.entry.version : 0;
        }
    }
    base_epoch_exit();
    return version;
}

bool
lsm_rig_has(LsmRig *rig, FormatFileKind kind, int64_t number)
{
    char path[ENV_PATH_MAX];
    char name[FORMAT_FILE_NAME_BYTES];
    EnvStat stat;
    format_file_name_write((FormatFileName){kind, (uint64_t)number}, name);
    must(env_join(path, rig->directory, name));
    return env_stat(rig->memory, path, &stat).code == BASE_OK;
}
