/*
 * verify.c: one check after the other; damage does not end them. See verify.h.
 *
 * A check returns an error only when it could not be made for want of memory; whatever is wrong
 * with the files, an error of the disk included, is a finding.
 */
#include "engine/lsm/verify.h"

#include "engine/commit/version.h"
#include "engine/lsm/inspection.h"
#include "engine/lsm/inventory.h"
#include "engine/lsm/log_scan.h"
#include "engine/lsm/manifest.h"
#include "engine/lsm/order.h"
#include "engine/lsm/references.h"
#include "engine/lsm/table_info.h"
#include "engine/table/blob_file.h"

#include <inttypes.h>

#define CACHE_BYTES ((size_t)1 << 20) /* nearly all reads pass it */

typedef struct Verify {
    LsmInspection inspection;
    LsmInventory inventory;
    TableBlockCache *cache;
    LsmTableOwner owner;
    LsmLevels *levels; /* NULL: the manifest could not be read */
    LsmLogEnd log;
    int64_t highest; /* version of any commit that was seen */
} Verify;

static const Env *
env_of(const Verify *verify)
{
    return verify->inspection.args->env;
}

static BaseStatus
no_memory(void)
{
    return base_error(BASE_NO_MEMORY, "no memory to check a store");
}

/* A finding for what failed, unless a reporter has said it already; an error for want of memory. */
static BaseStatus
judge(Verify *verify, BaseStatus status, int64_t damages_before, const char *file)
{
    if (status.code == BASE_NO_MEMORY) {
        return status;
    }
    if (status.code != BASE_OK && verify->inspection.damages == damages_before) {
        lsm_inspection_report(&verify->inspection, ENGINE_FINDING_DAMAGE, file, -1, "%s",
                              status.what);
    }
    return base_ok();
}

static void
count_file(Verify *verify, LsmInventoryFile *file)
{
    file->used = true;
    verify->inspection.args->files++;
    verify->inspection.args->bytes += file->size;
}

static void
see_version(Verify *verify, int64_t version)
{
    verify->highest = version > verify->highest ? version : verify->highest;
}

/* ---------------------------------------------------------------------------------- manifest -- */

static BaseStatus
check_manifest(Verify *verify)
{
    LsmInspection *inspection = &verify->inspection;
    LsmManifestFault fault;
    LsmFileText text;
    uint64_t number = 0;
    BaseStatus status = lsm_manifest_load(env_of(verify), inspection->args->directory,
                                          &verify->owner, &verify->levels, &number, &fault);
    LsmInventoryFile *current = lsm_inventory_find(&verify->inventory, FORMAT_FILE_CURRENT, 0);
    if (current != NULL) {
        count_file(verify, current);
    }
    if (status.code == BASE_OK) {
        see_version(verify, verify->levels->state.last_version);
        count_file(verify, lsm_inventory_find(&verify->inventory, FORMAT_FILE_MANIFEST, number));
        if (fault.torn_at >= 0) {
            lsm_inspection_report(inspection, ENGINE_FINDING_WARNING,
                                  lsm_file_text(&text, FORMAT_FILE_MANIFEST, number), fault.torn_at,
                                  "the last record was not written whole, or is damaged");
        }
        return base_ok();
    }
    if (status.code == BASE_NO_MEMORY) {
        return status;
    }
    if (status.code == BASE_NOT_FOUND && !lsm_inventory_has_data(&verify->inventory)) {
        lsm_inspection_report(inspection, ENGINE_FINDING_NOTE, "", -1,
                              "there is no store yet; the next opening makes one");
        return base_ok();
    }
    if (status.code == BASE_NOT_FOUND) {
        lsm_inspection_report(inspection, ENGINE_FINDING_DAMAGE, FORMAT_CURRENT_NAME, -1,
                              "CURRENT is missing, so it is unknown which files make up the store");
        return base_ok();
    }
    bool names = fault.number != 0;
    lsm_inspection_report(
        inspection, ENGINE_FINDING_DAMAGE,
        names ? lsm_file_text(&text, FORMAT_FILE_MANIFEST, fault.number) : FORMAT_CURRENT_NAME,
        names ? fault.offset : -1, "%s", fault.what[0] != '\0' ? fault.what : status.what);
    return base_ok();
}

/* ------------------------------------------------------------------------------------ tables -- */

static void
close_table(void *user, LsmTable *table)
{
    (void)user;
    table_free(table->reader);
}

static BaseStatus
open_table(Verify *verify, const FormatTable *expected, const char *name, Table **ret_table)
{
    char path[ENV_PATH_MAX];
    TableOptions options = {.env = env_of(verify),
                            .path = path,
                            .cache = verify->cache,
                            .reporter = lsm_inspection_reporter(&verify->inspection)};
    if (expected != NULL) {
        options.expect = true;
        options.size = (uint64_t)expected->size;
        options.id = expected->id;
        options.version_override = expected->version_override;
    }
    BaseStatus status = lsm_inspection_path(&verify->inspection, name, path);
    return status.code == BASE_OK ? table_open(&options, ret_table) : status;
}

/* Opens a table and proves it. NULL in *ret_table: it does not open. */
static BaseStatus
check_table(Verify *verify, const FormatTable *expected, LsmInventoryFile *file, Table **ret_table)
{
    int64_t damages = verify->inspection.damages;
    *ret_table = NULL;
    count_file(verify, file);
    BaseStatus status = open_table(verify, expected, file->text, ret_table);
    if (status.code == BASE_OK) {
        verify->inspection.args->entries += table_properties(*ret_table)->entries;
        see_version(verify, table_properties(*ret_table)->version_max);
        status = table_verify(*ret_table);
    }
    const char *differs = NULL;
    if (status.code == BASE_OK && expected != NULL) {
        differs = lsm_table_info_differs(expected, *ret_table);
    }
    if (differs != NULL) {
        status = base_error(BASE_CORRUPTION, differs);
    }
    return judge(verify, status, damages, file->text);
}

static void
report_missing(Verify *verify, FormatFileKind kind, uint64_t number)
{
    LsmFileText text;
    lsm_inspection_report(&verify->inspection, ENGINE_FINDING_DAMAGE,
                          lsm_file_text(&text, kind, number), -1,
                          "the manifest names this file, and it is missing");
}

static BaseStatus
check_live_table(Verify *verify, LsmTable *table)
{
    uint64_t number = (uint64_t)table->info.number;
    LsmInventoryFile *file = lsm_inventory_find(&verify->inventory, FORMAT_FILE_TABLE, number);
    if (file == NULL) {
        report_missing(verify, FORMAT_FILE_TABLE, number);
        return base_ok();
    }
    Table *reader = NULL;
    BaseStatus status = check_table(verify, &table->info, file, &reader);
    table->reader = reader;
    return status;
}

static void
note_level(Verify *verify, int level)
{
    const LsmLevel *tables = &verify->levels->levels[level];
    int64_t entries = 0;
    for (size_t i = 0; i < tables->count; i++) {
        entries += tables->tables[i]->info.entries;
    }
    if (tables->count != 0) {
        lsm_inspection_report(&verify->inspection, ENGINE_FINDING_NOTE, "", -1,
                              "level %d: %zu tables, %" PRId64 " bytes, %" PRId64 " entries", level,
                              tables->count, tables->bytes, entries);
    }
}

/* Tables that no manifest names are proven by themselves. */
static BaseStatus
check_tables_alone(Verify *verify)
{
    BaseStatus status = base_ok();
    for (size_t i = 0; i < verify->inventory.count && status.code == BASE_OK; i++) {
        LsmInventoryFile *file = &verify->inventory.files[i];
        if (file->name.kind == FORMAT_FILE_TABLE) {
            Table *table = NULL;
            status = check_table(verify, NULL, file, &table);
            table_free(table);
        }
    }
    return status;
}

static BaseStatus
check_tables(Verify *verify)
{
    if (verify->levels == NULL) {
        return check_tables_alone(verify);
    }
    BaseStatus status = base_ok();
    for (int level = 0; level < LSM_LEVELS; level++) {
        const LsmLevel *tables = &verify->levels->levels[level];
        for (size_t i = 0; i < tables->count && status.code == BASE_OK; i++) {
            status = check_live_table(verify, tables->tables[i]);
        }
        note_level(verify, level);
    }
    return status;
}

/* ------------------------------------------------------------------------------------- order -- */

static void
report_order(void *user, const LsmTable *table, const char *what)
{
    Verify *verify = user;
    LsmFileText text;
    lsm_inspection_report(&verify->inspection, ENGINE_FINDING_DAMAGE,
                          lsm_file_text(&text, FORMAT_FILE_TABLE, (uint64_t)table->info.number), -1,
                          "%s", what);
}

/* Goes through all entries at once, if all tables are good. */
static BaseStatus
check_order(Verify *verify)
{
    int64_t damages = verify->inspection.damages;
    if (verify->levels == NULL || damages != 0) {
        return base_ok();
    }
    return judge(verify, lsm_order_check(verify->levels, report_order, verify), damages, "");
}

/* -------------------------------------------------------------------------------- blob files -- */

static BaseStatus
check_blob_file(Verify *verify, const LsmBlobFile *expected, LsmInventoryFile *file)
{
    char path[ENV_PATH_MAX];
    int64_t damages = verify->inspection.damages;
    TableBlobFile *blobs = NULL;
    TableBlobFileOptions options = {.env = env_of(verify),
                                    .path = path,
                                    .number = file->name.number,
                                    .reporter = lsm_inspection_reporter(&verify->inspection)};
    if (expected != NULL) {
        options.expect = true;
        options.size = (uint64_t)expected->size;
        options.id = expected->id;
    }
    count_file(verify, file);
    BaseStatus status = lsm_inspection_path(&verify->inspection, file->text, path);
    if (status.code == BASE_OK) {
        status = table_blob_file_open(&options, &blobs);
    }
    if (status.code == BASE_OK) {
        status = table_blob_file_verify(blobs);
    }
    table_blob_file_free(blobs);
    return judge(verify, status, damages, file->text);
}

/* Every blob file that a table refers to must be among those of the manifest. */
static void
check_uses(Verify *verify, const LsmTable *table)
{
    FormatBlobUse use;
    LsmFileText text;
    FormatDecoder decoder = format_decode(table->info.blobs.bytes);
    while (format_blob_uses_next(&decoder, &use)) {
        if (lsm_levels_blob(verify->levels, use.number) == NULL) {
            lsm_inspection_report(
                &verify->inspection, ENGINE_FINDING_DAMAGE,
                lsm_file_text(&text, FORMAT_FILE_TABLE, (uint64_t)table->info.number), -1,
                "%" PRIu64 " large values are in blob file %06" PRIu64 ", which does not exist",
                use.entries, use.number);
        }
    }
}

static BaseStatus
check_live_blobs(Verify *verify)
{
    const LsmLevels *levels = verify->levels;
    BaseStatus status = base_ok();
    for (size_t i = 0; i < levels->blob_count && status.code == BASE_OK; i++) {
        const LsmBlobFile *blob = &levels->blobs[i];
        LsmInventoryFile *file =
            lsm_inventory_find(&verify->inventory, FORMAT_FILE_BLOB, blob->number);
        if (file == NULL) {
            report_missing(verify, FORMAT_FILE_BLOB, blob->number);
        } else {
            status = check_blob_file(verify, blob, file);
        }
    }
    for (int level = 0; level < LSM_LEVELS; level++) {
        for (size_t i = 0; i < levels->levels[level].count; i++) {
            check_uses(verify, levels->levels[level].tables[i]);
        }
    }
    return status;
}

/* What tables use of blob files, in all and entry by entry, if all of them are good. */
static BaseStatus
check_references(Verify *verify)
{
    char message[256];
    int64_t damages = verify->inspection.damages;
    if (verify->levels == NULL || damages != 0 || verify->levels->blob_count == 0) {
        return base_ok();
    }
    BaseStatus status = lsm_levels_check_blobs(verify->levels, message);
    if (status.code == BASE_CORRUPTION) {
        lsm_inspection_report(&verify->inspection, ENGINE_FINDING_DAMAGE, FORMAT_CURRENT_NAME, -1,
                              "the manifest does not fit the tables: %s", message);
        return base_ok();
    }
    status = lsm_references_check(env_of(verify), verify->inspection.args->directory,
                                  verify->levels, report_order, verify);
    return judge(verify, status, damages, "");
}

static BaseStatus
check_blobs(Verify *verify)
{
    if (verify->levels != NULL) {
        return check_live_blobs(verify);
    }
    BaseStatus status = base_ok();
    for (size_t i = 0; i < verify->inventory.count && status.code == BASE_OK; i++) {
        LsmInventoryFile *file = &verify->inventory.files[i];
        if (file->name.kind == FORMAT_FILE_BLOB) {
            status = check_blob_file(verify, NULL, file);
        }
    }
    return status;
}

/* --------------------------------------------------------------------------------------- log -- */

/* Reads the operations of a commit. */
static BaseStatus
read_commit(void *user, const FormatLogCommit *commit, FormatLogReader *reader)
{
    Verify *verify = user;
    BaseStatus status = base_ok();
    while (reader->left != 0 && status.code == BASE_OK) {
        FormatLogOperation operation;
        status = format_log_reader_operation(reader, &operation);
    }
    see_version(verify, commit->version);
    verify->inspection.args->entries += (int64_t)commit->operations;
    return status;
}

/* The segments that a reader of the log needs. */
static void
count_segments(Verify *verify, uint64_t floor)
{
    for (size_t i = 0; i < verify->inventory.count; i++) {
        LsmInventoryFile *file = &verify->inventory.files[i];
        if (file->name.kind == FORMAT_FILE_LOG && file->name.number >= floor) {
            count_file(verify, file);
        }
    }
}

static BaseStatus
check_log(Verify *verify)
{
    LsmInspection *inspection = &verify->inspection;
    LsmLogEnd *end = &verify->log;
    LsmFileText text;
    LsmLogScanArgs scan = {.env = env_of(verify),
                           .directory = inspection->args->directory,
                           .visit = read_commit,
                           .user = verify};
    if (verify->levels != NULL) {
        scan.floor = (uint64_t)verify->levels->state.log_floor;
        scan.clean_segment = (uint64_t)verify->levels->state.clean_segment;
        scan.clean_len = (uint64_t)verify->levels->state.clean_len;
    }
    count_segments(verify, scan.floor);
    int64_t damages = inspection->damages;
    BaseStatus status = lsm_log_scan(&scan, end);
    if (status.code == BASE_CORRUPTION && end->damaged != 0) {
        lsm_inspection_report(inspection, ENGINE_FINDING_DAMAGE,
                              lsm_file_text(&text, FORMAT_FILE_LOG, end->damaged),
                              (int64_t)end->damaged_at, "%s", end->message);
    }
    if (status.code == BASE_OK && end->torn_bytes != 0) {
        lsm_inspection_report(inspection, ENGINE_FINDING_WARNING,
                              lsm_file_text(&text, FORMAT_FILE_LOG, end->segment),
                              (int64_t)end->len,
                              "the log ends with %" PRId64
                              " bytes of an interrupted write, which was never acknowledged",
                              end->torn_bytes);
    }
    if (status.code == BASE_OK) {
        lsm_inspection_report(inspection, ENGINE_FINDING_NOTE, "", -1,
                              "log: %" PRId64 " commits, the last one has version %" PRId64,
                              end->commits, end->version);
    }
    return judge(verify, status, damages, "");
}

/* ---------------------------------------------------------------------------------- the rest -- */

static BaseStatus
check_versions(Verify *verify)
{
    static const char NAME[] = "VERSION";
    int64_t ceiling = 0;
    int64_t damages = verify->inspection.damages;
    if (verify->highest != 0 && lsm_inventory_named(&verify->inventory, NAME) == NULL) {
        lsm_inspection_report(&verify->inspection, ENGINE_FINDING_DAMAGE, NAME, -1,
                              "VERSION is missing, so versions could be given out twice");
        return base_ok();
    }
    BaseStatus status =
        commit_version_ceiling(env_of(verify), verify->inspection.args->directory, &ceiling);
    if (status.code == BASE_OK && ceiling < verify->highest) {
        lsm_inspection_report(&verify->inspection, ENGINE_FINDING_WARNING, NAME, -1,
                              "the ceiling of versions is %" PRId64
                              ", but there is a commit of version %" PRId64
                              "; the next opening goes on above it",
                              ceiling, verify->highest);
    }
    return judge(verify, status, damages, NAME);
}

static BaseStatus
note_leftovers(Verify *verify)
{
    for (size_t i = 0; i < verify->inventory.count && verify->levels != NULL; i++) {
        const LsmInventoryFile *file = &verify->inventory.files[i];
        bool ours = file->name.kind == FORMAT_FILE_MANIFEST || file->name.kind == FORMAT_FILE_LOG ||
                    file->name.kind == FORMAT_FILE_TABLE || file->name.kind == FORMAT_FILE_BLOB ||
                    file->name.kind == FORMAT_FILE_TEMPORARY;
        if (ours && !file->used) {
            lsm_inspection_report(&verify->inspection, ENGINE_FINDING_WARNING, file->text, -1,
                                  "nothing needs this file; the next opening removes it");
        }
    }
    return base_ok();
}

static BaseStatus
prepare(Verify *verify)
{
    EngineFilesArgs *args = verify->inspection.args;
    verify->cache = table_block_cache_new(CACHE_BYTES);
    if (verify->cache == NULL) {
        return no_memory();
    }
    return lsm_inventory_read(args->env, args->directory, &verify->inventory);
}

BaseStatus
lsm_verify_directory(EngineFilesArgs *args)
{
    static BaseStatus (*const CHECKS[])(Verify * verify) = {
        prepare,          check_manifest, check_tables,   check_order,    check_blobs,
        check_references, check_log,      check_versions, note_leftovers,
    };
    Verify verify = {.inspection = lsm_inspection(args), .owner = {.unused = close_table}};
    BaseStatus status = base_ok();
    for (size_t i = 0; i < sizeof(CHECKS) / sizeof(CHECKS[0]) && status.code == BASE_OK; i++) {
        status = CHECKS[i](&verify);
    }
    lsm_levels_unref(verify.levels);
    lsm_inventory_clear(&verify.inventory);
    table_block_cache_free(verify.cache);
    if (status.code != BASE_OK) {
        return lsm_inspection_explain(&verify.inspection, status, "cannot check %.300s: %s",
                                      args->directory, status.what);
    }
    if (verify.inspection.damages != 0) {
        return lsm_inspection_explain(
            &verify.inspection, base_error(BASE_CORRUPTION, "the store is damaged"),
            "%" PRId64 " places in %.300s are damaged", verify.inspection.damages, args->directory);
    }
    return base_ok();
}
