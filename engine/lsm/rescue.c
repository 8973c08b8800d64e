/*
 * rescue.c: from a damaged table into a builder. See rescue.h.
 *
 * Errors of the two files must not be taken for each other: those of writing are remembered when
 * they happen, and end the reading.
 */
#include "engine/lsm/rescue.h"

#include "engine/format/blob_file.h"
#include "engine/format/file_name.h"
#include "engine/lsm/unique.h"

#include <stdlib.h>

typedef struct Rescue {
    const LsmRescueArgs *args;
    LsmRescue *result;
    TableBuilder *builder;
    bool failed; /* in writing */
} Rescue;

static BaseStatus
path_of(const LsmRescueArgs *args, uint64_t number, char path[ENV_PATH_MAX])
{
    char name[FORMAT_FILE_NAME_BYTES];
    format_file_name_write((FormatFileName){FORMAT_FILE_TABLE, number}, name);
    return env_join(path, args->directory, name);
}

static BaseStatus
wrote(Rescue *rescue, BaseStatus status)
{
    rescue->failed = rescue->failed || status.code != BASE_OK;
    return status;
}

static BaseStatus
add_fragment(void *user, const FormatFragment *fragment)
{
    Rescue *rescue = user;
    return wrote(rescue, table_builder_add_fragment(rescue->builder, fragment));
}

/* Whether the large value of an entry is in a file that is gone. */
static bool
is_without_value(const Rescue *rescue, const FormatEntry *entry)
{
    FormatBlobReference reference;
    return entry->kind == FORMAT_BLOB && rescue->args->without != NULL &&
           (format_blob_reference_decode(entry->value, &reference).code != BASE_OK ||
            lsm_levels_blob(rescue->args->without, reference.number) == NULL);
}

static BaseStatus
add_entry(void *user, const FormatEntry *entry)
{
    Rescue *rescue = user;
    if (is_without_value(rescue, entry)) {
        rescue->result->values_lost++;
        return base_ok();
    }
    return wrote(rescue, table_builder_add(rescue->builder, entry));
}

static BaseStatus
read_table(Rescue *rescue)
{
    const LsmRescueArgs *args = rescue->args;
    char path[ENV_PATH_MAX];
    TableSalvageVisitor visitor = {add_fragment, add_entry, rescue};
    TableOptions options = {
        .env = args->env, .path = path, .cache = args->cache, .reporter = args->reporter};
    if (args->info != NULL) {
        options.expect = true;
        options.size = (uint64_t)args->info->size;
        options.id = args->info->id;
        options.version_override = args->info->version_override;
    }
    BaseStatus status = path_of(args, args->number, path);
    return status.code == BASE_OK ? table_salvage(&options, &visitor, &rescue->result->salvage)
                                  : status;
}

static BaseSlice
keep(uint8_t **memory, BaseSlice bytes)
{
    BaseSlice kept = base_slice(*memory, bytes.len);
    if (bytes.len != 0) {
        memcpy(*memory, bytes.data, bytes.len);
    }
    *memory += bytes.len;
    return kept;
}

/* What the manifest is to know of the new table. */
static BaseStatus
describe(Rescue *rescue, const TableSummary *summary)
{
    const FormatProperties *from = &summary->properties;
    const FormatTable *old = rescue->args->info;
    uint8_t *memory = malloc(from->smallest.len + from->largest.len + from->blobs.bytes.len + 1);
    if (memory == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for a rescued table");
    }
    FormatTable *info = &rescue->result->info;
    *info = (FormatTable){.level = old == NULL ? 0 : old->level,
                          .number = rescue->args->new_number,
                          .id = summary->id,
                          .size = (int64_t)summary->size,
                          .order = old == NULL ? 0 : old->order,
                          .largest_excluded = summary->largest_excluded,
                          .smallest = keep(&memory, from->smallest),
                          .largest = keep(&memory, from->largest),
                          .version_min = from->version_min,
                          .version_max = from->version_max,
                          .entries = from->entries,
                          .removes = from->removes,
                          .fragments = from->fragments,
                          .expiring = from->expiring,
                          .expiry_min = from->expiry_min,
                          .expiry_max = from->expiry_max,
                          .key_bytes = from->key_bytes,
                          .value_bytes = from->value_bytes,
                          .made_at_ms = from->made_at_ms,
                          .oldest_remove_ms = old == NULL ? 0 : old->oldest_remove_ms};
    info->blobs = (FormatBlobUses){keep(&memory, from->blobs.bytes), from->blobs.count};
    return base_ok();
}

static BaseStatus
finish(Rescue *rescue)
{
    TableSummary summary;
    BaseStatus status = table_builder_finish(rescue->builder, &summary);
    if (status.code == BASE_INVALID) {
        return base_ok(); /* nothing was left */
    }
    if (status.code == BASE_OK) {
        status = describe(rescue, &summary);
    }
    rescue->result->made = status.code == BASE_OK;
    return status;
}

BaseStatus
lsm_rescue_run(const LsmRescueArgs *args, LsmRescue *ret_rescue)
{
    char path[ENV_PATH_MAX];
    *ret_rescue = (LsmRescue){.read = base_ok()};
    Rescue rescue = {.args = args, .result = ret_rescue};
    TableBuilderOptions options = args->table;
    options.id = lsm_unique_id();
    options.number = args->new_number;
    options.level = args->info == NULL ? 0 : args->info->level;
    BaseStatus status = path_of(args, (uint64_t)args->new_number, path);
    if (status.code == BASE_OK) {
        status = table_builder_new(args->env, path, &options, &rescue.builder);
    }
    if (status.code == BASE_OK) {
        status = read_table(&rescue);
        if (!rescue.failed && status.code != BASE_NO_MEMORY) {
            ret_rescue->read = status;
            status = status.code == BASE_OK ? finish(&rescue) : base_ok();
        }
    }
    table_builder_free(rescue.builder);
    if (!ret_rescue->made) {
        (void)env_unlink(args->env, path);
    }
    return status;
}

void
lsm_rescue_clear(LsmRescue *rescue)
{
    if (rescue->made) {
        free((void *)(uintptr_t)rescue->info.smallest.data);
    }
    *rescue = (LsmRescue){0};
}
