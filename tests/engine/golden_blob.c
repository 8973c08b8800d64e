/*
 * golden_blob.c: a table with a reference into a blob file, as format version 1 has them. See
 * golden_store.h.
 *
 * The first stores of the format were written before the engine separated values, so this one is
 * made by the layers below: a blob file, a table of level 0 with one entry, and the edits that add
 * both, in a manifest of their own.
 */
#include "tests/engine/golden_store.h"

#include "engine/base/check.h"
#include "engine/format/file_name.h"
#include "engine/lsm/manifest.h"
#include "engine/table/blob_writer.h"
#include "engine/table/builder.h"

#include <stdio.h>
#include <stdlib.h>

enum { BLOB_BYTES = 6000 };

#define STORED_KEY "\0" GOLDEN_STORE_BLOB_KEY

static void
must(BaseStatus status)
{
    if (!base_is_ok(status)) {
        (void)fprintf(stderr, "golden_blob: %s\n", status.what);
    }
    BASE_CHECK(base_is_ok(status));
}

static BaseSlice
blob_value(uint8_t bytes[BLOB_BYTES])
{
    BaseRand rand = base_rand(20);
    for (size_t i = 0; i < BLOB_BYTES; i++) {
        bytes[i] = i % 3 == 0 ? (uint8_t)base_rand_next(&rand) : (uint8_t)i;
    }
    return base_slice(bytes, BLOB_BYTES);
}

/* ------------------------------------------------------------------------------------ making -- */

static void
no_owner(void *user, LsmTable *table)
{
    (void)user;
    (void)table;
}

static void
name_file(const EngineRig *rig, FormatFileKind kind, int64_t number, char path[ENV_PATH_MAX])
{
    char name[FORMAT_FILE_NAME_BYTES];
    format_file_name_write((FormatFileName){kind, (uint64_t)number}, name);
    must(env_join(path, rig->directory, name));
}

static TableBlobSummary
write_blob_file(const EngineRig *rig, int64_t number, int64_t version, BaseBuf *reference)
{
    char path[ENV_PATH_MAX];
    uint8_t bytes[BLOB_BYTES];
    TableBlobWriter *writer = NULL;
    TableBlobSummary summary;
    FormatBlobReference place;
    TableBlobWriterOptions options = {
        .id = 0x601d, .number = (uint64_t)number, .pack = true, .zstd_level = 3};
    name_file(rig, FORMAT_FILE_BLOB, number, path);
    must(table_blob_writer_new(rig->memory, path, &options, &writer));
    must(table_blob_writer_add(writer, BASE_SLICE_LITERAL(STORED_KEY), version, blob_value(bytes),
                               &place));
    must(table_blob_writer_finish(writer, &summary));
    table_blob_writer_free(writer);
    format_blob_reference_encode(reference, &place);
    return summary;
}

static void
encode(BaseBuf *edits, FormatEdit edit)
{
    BASE_CHECK(format_manifest_edit_encode(edits, &edit));
}

/* Writes the table and appends the edit that adds it. */
static void
write_table(const EngineRig *rig, int64_t number, int64_t order, int64_t version,
            BaseSlice reference, BaseBuf *edits)
{
    char path[ENV_PATH_MAX];
    TableBuilder *builder = NULL;
    TableSummary summary;
    TableBuilderOptions options = {.block_bytes = 512,
                                   .filter_bits = 10,
                                   .id = 0x601e,
                                   .number = number,
                                   .made_at_ms = ENGINE_RIG_START_MS,
                                   .stamp_max = ENGINE_RIG_START_MS,
                                   .program = BASE_SLICE_LITERAL("engine_golden")};
    FormatEntry entry = {.key = BASE_SLICE_LITERAL(STORED_KEY),
                         .value = reference,
                         .version = version,
                         .kind = FORMAT_BLOB};
    name_file(rig, FORMAT_FILE_TABLE, number, path);
    must(table_builder_new(rig->memory, path, &options, &builder));
    must(table_builder_add(builder, &entry));
    must(table_builder_finish(builder, &summary));
    const FormatProperties *properties = &summary.properties;
    FormatEdit add = {.tag = FORMAT_EDIT_ADD_TABLE};
    add.add_table = (FormatTable){.number = number,
                                  .id = summary.id,
                                  .size = (int64_t)summary.size,
                                  .order = order,
                                  .smallest = properties->smallest,
                                  .largest = properties->largest,
                                  .version_min = properties->version_min,
                                  .version_max = properties->version_max,
                                  .entries = properties->entries,
                                  .key_bytes = properties->key_bytes,
                                  .value_bytes = properties->value_bytes,
                                  .made_at_ms = properties->made_at_ms,
                                  .blobs = properties->blobs};
    encode(edits, add);
    table_builder_free(builder);
}

/* A manifest of its own for the levels with the edits. */
static void
begin_manifest(const EngineRig *rig, const LsmLevels *before, int64_t number, BaseSlice edits)
{
    char message[256];
    bool unsure = false;
    LsmLevels *levels = NULL;
    LsmManifest *manifest = NULL;
    must(lsm_levels_apply(before, edits, message, &levels));
    must(lsm_manifest_create(rig->memory, rig->directory, (uint64_t)number, levels, &manifest,
                             &unsure));
    lsm_manifest_free(manifest);
    lsm_levels_unref(levels);
}

void
golden_store_add_blob(EngineRig *rig)
{
    static const LsmTableOwner owner = {.unused = no_owner};
    LsmManifestFault fault;
    LsmLevels *levels = NULL;
    uint64_t old_manifest = 0;
    BaseBuf edits = BASE_BUF_INIT;
    BaseBuf reference = BASE_BUF_INIT;
    must(lsm_manifest_load(rig->memory, rig->directory, &owner, &levels, &old_manifest, &fault));
    int64_t next = levels->state.next_file;
    int64_t version =
        levels->state.last_version; /* of a commit that may have written this key, too */
    TableBlobSummary blob = write_blob_file(rig, next, version, &reference);
    encode(&edits, (FormatEdit){.tag = FORMAT_EDIT_NEXT_FILE, .number = next + 3});
    encode(&edits,
           (FormatEdit){.tag = FORMAT_EDIT_LAST, .last = {version, levels->state.last_stamp_ms}});
    encode(&edits, (FormatEdit){.tag = FORMAT_EDIT_ADD_BLOB_FILE,
                                .blob = {.number = next,
                                         .id = blob.id,
                                         .size = (int64_t)blob.size,
                                         .values = (int64_t)blob.values,
                                         .bytes = (int64_t)blob.bytes}});
    const LsmLevel *top = &levels->levels[0];
    int64_t order = top->count == 0 ? 1 : top->tables[top->count - 1]->info.order + 1;
    write_table(rig, next + 1, order, version, base_buf_slice(&reference), &edits);
    begin_manifest(rig, levels, next + 2, base_buf_slice(&edits));
    char path[ENV_PATH_MAX];
    name_file(rig, FORMAT_FILE_MANIFEST, (int64_t)old_manifest, path);
    must(env_unlink(rig->memory, path));
    lsm_levels_unref(levels);
    base_buf_clear(&edits);
    base_buf_clear(&reference);
}

/* ---------------------------------------------------------------------------------- checking -- */

bool
golden_store_check_blob(Engine *engine)
{
    uint8_t bytes[BLOB_BYTES];
    EngineRead read;
    EngineLookup lookup = {.found = false};
    must(engine_read_begin(&read, engine, NULL, 0));
    BaseStatus status =
        engine_get(&read, ENGINE_DATA, BASE_SLICE_LITERAL(GOLDEN_STORE_BLOB_KEY), &lookup);
    bool right = base_is_ok(status) && lookup.found &&
                 base_slice_equal(lookup.record.value, blob_value(bytes));
    engine_read_end(&read);
    if (!right) {
        printf("    the value in the blob file: %s\n", base_is_ok(status) ? "wrong" : status.what);
    }
    return right;
}
