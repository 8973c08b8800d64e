/*
 * triage.c: tables and blob files one by one: intact, to be saved, or lost.
 *
 * A table is intact when it proves itself (table_verify) and is what the manifest says. Otherwise
 * rescue.h makes a new one of it, and the file goes into the quarantine. A blob file is kept as
 * long as it opens: each of its values proves itself when it is read. One that no manifest tells of
 * any more must have a sound tail, too, which says what is in it. Tables that refer to a lost one
 * are rescued too, without the entries whose values are gone.
 */
#include "engine/lsm/repair_private.h"
#include "engine/lsm/table_info.h"
#include "engine/table/blob_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { SHOWN_BYTES = 24 }; /* of a key, in a report */

static BaseStatus
no_memory(void)
{
    return base_error(BASE_NO_MEMORY, "no memory to repair a store");
}

/* ----------------------------------------------------------------------------------- reports -- */

typedef struct KeyText {
    char text[4 * SHOWN_BYTES + 8];
} KeyText;

/* A stored key for people: without its keyspace, other bytes than letters escaped, cut. */
static const char *
show_key(KeyText *space, BaseSlice stored)
{
    size_t len = 0;
    size_t shown = stored.len < SHOWN_BYTES ? stored.len : SHOWN_BYTES;
    for (size_t i = 1; i < shown; i++) {
        uint8_t byte = stored.data[i];
        if (byte > 0x20 && byte < 0x7f && byte != '\\') {
            space->text[len++] = (char)byte;
        } else {
            len += (size_t)snprintf(space->text + len, sizeof(space->text) - len, "\\x%02x", byte);
        }
    }
    (void)snprintf(space->text + len, sizeof(space->text) - len, "%s",
                   shown < stored.len ? "..." : "");
    return space->text;
}

static void
report_lost(LsmRepair *repair, uint64_t number, const FormatTable *info, const char *why)
{
    LsmFileText text;
    KeyText first;
    KeyText last;
    const char *file = lsm_file_text(&text, FORMAT_FILE_TABLE, number);
    if (info == NULL) {
        lsm_inspection_report(&repair->inspection, ENGINE_FINDING_LOSS, file, -1,
                              "nothing of it can be read (%s); how much is lost is unknown", why);
        return;
    }
    lsm_inspection_report(&repair->inspection, ENGINE_FINDING_LOSS, file, -1,
                          "all %" PRId64 " entries of it are lost, of keys from '%s' to '%s' (%s)",
                          info->entries, show_key(&first, info->smallest),
                          show_key(&last, info->largest), why);
}

static void
report_rescue(LsmRepair *repair, uint64_t number, const LsmRescue *rescue)
{
    LsmFileText text;
    const TableSalvage *salvage = &rescue->salvage;
    const char *file = lsm_file_text(&text, FORMAT_FILE_TABLE, number);
    LsmInspection *inspection = &repair->inspection;
    if (rescue->made) {
        lsm_inspection_report(inspection, ENGINE_FINDING_NOTE, file, -1,
                              "%" PRId64 " entries of it are in the new table %06" PRId64,
                              rescue->info.entries, rescue->info.number);
    }
    if (salvage->blocks_lost != 0) {
        lsm_inspection_report(inspection, ENGINE_FINDING_LOSS, file, -1,
                              "%" PRId64 " entries in %" PRId64 " damaged blocks are lost",
                              salvage->entries_lost, salvage->blocks_lost);
    }
    if (salvage->ranges_lost) {
        lsm_inspection_report(inspection, ENGINE_FINDING_LOSS, file, -1,
                              "its removed ranges are lost; records that they had removed may be "
                              "back");
    }
    if (rescue->values_lost != 0) {
        lsm_inspection_report(inspection, ENGINE_FINDING_LOSS, file, -1,
                              "%" PRId64 " entries are lost with their large values",
                              rescue->values_lost);
    }
}

/* ------------------------------------------------------------------------------------ tables -- */

/* Copies what is known of a table, so that it outlives whoever said it. */
static BaseStatus
keep_info(LsmTriage *triage, const FormatTable *info)
{
    BaseSlice parts[] = {info->smallest, info->largest, info->blobs.bytes};
    size_t starts[3];
    triage->info = *info;
    for (size_t i = 0; i < 3; i++) {
        starts[i] = triage->keys.len;
        if (!base_buf_append_slice(&triage->keys, parts[i])) {
            return no_memory();
        }
    }
    const uint8_t *bytes = triage->keys.data;
    triage->info.smallest = base_slice(bytes + starts[0], parts[0].len);
    triage->info.largest = base_slice(bytes + starts[1], parts[1].len);
    triage->info.blobs.bytes = base_slice(bytes + starts[2], parts[2].len);
    return base_ok();
}

void
lsm_triage_clear(LsmTriage *triage)
{
    base_buf_clear(&triage->keys);
}

static BaseStatus
open_table(LsmRepair *repair, const FormatTable *info, uint64_t number, Table **ret_table)
{
    LsmFileText text;
    char path[ENV_PATH_MAX];
    TableOptions options = {.env = repair->how.env,
                            .path = path,
                            .cache = repair->cache,
                            .reporter = lsm_inspection_reporter(&repair->inspection)};
    if (info != NULL) {
        options.expect = true;
        options.size = (uint64_t)info->size;
        options.id = info->id;
        options.version_override = info->version_override;
    }
    BaseStatus status = lsm_inspection_path(&repair->inspection,
                                            lsm_file_text(&text, FORMAT_FILE_TABLE, number), path);
    return status.code == BASE_OK ? table_open(&options, ret_table) : status;
}

/* What a table says of itself, for one that no manifest tells of. */
static FormatTable
own_info(const Table *table, uint64_t number)
{
    FormatTable info = lsm_table_info(table);
    bool dies = info.removes != 0 || info.fragments != 0 || info.expiring != 0;
    info.number = (int64_t)number;
    info.oldest_remove_ms = dies ? info.made_at_ms : 0;
    return info;
}

/* Proves a table. *ret_status: what is wrong with it. */
static BaseStatus
prove(LsmRepair *repair, const FormatTable *info, uint64_t number, LsmTriage *triage,
      BaseStatus *ret_status)
{
    Table *table = NULL;
    LsmFileText text;
    int64_t damages = repair->inspection.damages;
    BaseStatus status = open_table(repair, info, number, &table);
    if (status.code == BASE_OK) {
        repair->inspection.args->entries += table_properties(table)->entries;
        lsm_repair_see(repair, table_properties(table)->version_max,
                       table_properties(table)->stamp_max);
        status = table_verify(table);
    }
    const char *differs = NULL;
    if (status.code == BASE_OK && info != NULL) {
        differs = lsm_table_info_differs(info, table);
        status = differs != NULL ? base_error(BASE_CORRUPTION, differs) : status;
    }
    if (status.code != BASE_OK && status.code != BASE_NO_MEMORY &&
        repair->inspection.damages == damages) {
        lsm_inspection_report(&repair->inspection, ENGINE_FINDING_DAMAGE,
                              lsm_file_text(&text, FORMAT_FILE_TABLE, number), -1, "%s",
                              status.what);
    }
    *ret_status = status;
    if (status.code == BASE_OK && info == NULL && table_properties(table)->number == 0) {
        lsm_inspection_report(
            &repair->inspection, ENGINE_FINDING_LOSS,
            lsm_file_text(&text, FORMAT_FILE_TABLE, number), -1,
            "its records came from outside, and their version is lost: they count "
            "as older than all others of their keys");
    }
    if (status.code == BASE_OK) {
        FormatTable own = own_info(table, number);
        status = keep_info(triage, info != NULL ? info : &own);
    }
    table_free(table);
    return status.code == BASE_NO_MEMORY ? status : base_ok();
}

/* Makes a new table of a damaged one. */
static BaseStatus
save(LsmRepair *repair, const FormatTable *info, uint64_t number, LsmTriage *triage)
{
    LsmRescue rescue;
    LsmFileText text;
    LsmRescueArgs args = {.env = repair->how.env,
                          .directory = repair->how.directory,
                          .info = info,
                          .number = number,
                          .new_number = repair->next_file++,
                          .table = repair->how.table,
                          .cache = repair->cache,
                          .without = repair->levels};
    args.table.stamp_max = repair->stamp_ms;
    repair->changed = true;
    BaseStatus status = lsm_rescue_run(&args, &rescue);
    if (status.code != BASE_OK) {
        return status;
    }
    triage->verdict = rescue.made ? LSM_TABLE_RESCUED : LSM_TABLE_LOST;
    if (rescue.read.code != BASE_OK) {
        report_lost(repair, number, info, rescue.read.what);
    } else {
        report_rescue(repair, number, &rescue);
    }
    if (rescue.made) {
        status = keep_info(triage, &rescue.info);
    }
    lsm_rescue_clear(&rescue);
    return status.code == BASE_OK
               ? lsm_quarantine_add(&repair->quarantine,
                                    lsm_file_text(&text, FORMAT_FILE_TABLE, number), false)
               : status;
}

/* Whether a table refers to a blob file that is lost. */
static bool
misses_values(const LsmRepair *repair, const FormatTable *info)
{
    FormatBlobUse use;
    FormatDecoder decoder = format_decode(info->blobs.bytes);
    while (format_blob_uses_next(&decoder, &use)) {
        if (lsm_levels_blob(repair->levels, use.number) == NULL) {
            return true;
        }
    }
    return false;
}

BaseStatus
lsm_triage_table(LsmRepair *repair, uint64_t number, const FormatTable *info, LsmTriage *ret_triage)
{
    LsmFileText text;
    BaseStatus wrong;
    *ret_triage = (LsmTriage){.verdict = LSM_TABLE_LOST, .keys = BASE_BUF_INIT};
    LsmInventoryFile *file = lsm_inventory_find(&repair->inventory, FORMAT_FILE_TABLE, number);
    if (file == NULL) {
        repair->changed = true;
        lsm_inspection_report(&repair->inspection, ENGINE_FINDING_DAMAGE,
                              lsm_file_text(&text, FORMAT_FILE_TABLE, number), -1,
                              "this table of the store is missing");
        report_lost(repair, number, info, "the file is missing");
        return base_ok();
    }
    file->used = true;
    repair->inspection.args->files++;
    repair->inspection.args->bytes += file->size;
    BaseStatus status = prove(repair, info, number, ret_triage, &wrong);
    if (status.code != BASE_OK) {
        return status;
    }
    if (info != NULL) {
        lsm_repair_see(repair, info->version_max, 0);
    }
    if (wrong.code == BASE_OK && !misses_values(repair, &ret_triage->info)) {
        ret_triage->verdict = LSM_TABLE_INTACT;
        return base_ok();
    }
    base_buf_reset(&ret_triage->keys);
    return save(repair, info, number, ret_triage);
}

static BaseStatus
triage_live_table(LsmRepair *repair, const LsmTable *table, int level, BaseBuf *edits)
{
    LsmTriage triage;
    FormatTable info = table->info;
    info.level = level;
    BaseStatus status = lsm_triage_table(repair, (uint64_t)info.number, &info, &triage);
    if (status.code == BASE_OK && triage.verdict != LSM_TABLE_INTACT) {
        FormatEdit drop = {.tag = FORMAT_EDIT_DROP_TABLE};
        drop.drop_table.level = level;
        drop.drop_table.number = info.number;
        FormatEdit add = {.tag = FORMAT_EDIT_ADD_TABLE, .add_table = triage.info};
        bool good = format_manifest_edit_encode(edits, &drop) &&
                    (triage.verdict == LSM_TABLE_LOST || format_manifest_edit_encode(edits, &add));
        status = good ? base_ok() : no_memory();
    }
    lsm_triage_clear(&triage);
    return status;
}

BaseStatus
lsm_triage_levels(LsmRepair *repair)
{
    char message[256];
    BaseBuf edits = BASE_BUF_INIT;
    BaseStatus status = base_ok();
    for (int level = 0; level < LSM_LEVELS; level++) {
        const LsmLevel *tables = &repair->levels->levels[level];
        for (size_t i = 0; i < tables->count && status.code == BASE_OK; i++) {
            status = triage_live_table(repair, tables->tables[i], level, &edits);
        }
    }
    if (status.code == BASE_OK && edits.len != 0) {
        status = lsm_repair_apply(repair, base_buf_slice(&edits), message);
    }
    base_buf_clear(&edits);
    return status;
}

/* -------------------------------------------------------------------------------- blob files -- */

static BaseStatus
open_blobs(LsmRepair *repair, const LsmBlobFile *blob)
{
    LsmFileText text;
    char path[ENV_PATH_MAX];
    TableBlobFile *file = NULL;
    TableBlobFileOptions options = {.env = repair->how.env,
                                    .path = path,
                                    .number = blob->number,
                                    .expect = true,
                                    .size = (uint64_t)blob->size,
                                    .id = blob->id,
                                    .reporter = lsm_inspection_reporter(&repair->inspection)};
    BaseStatus status = lsm_inspection_path(
        &repair->inspection, lsm_file_text(&text, FORMAT_FILE_BLOB, blob->number), path);
    if (status.code == BASE_OK) {
        status = table_blob_file_open(&options, &file);
    }
    if (status.code == BASE_OK && table_blob_file_verify(file).code != BASE_OK) {
        lsm_inspection_report(&repair->inspection, ENGINE_FINDING_LOSS, text.text, -1,
                              "some of its large values cannot be read; the others stay");
    }
    table_blob_file_free(file);
    return status;
}

static BaseStatus
lose_blobs(LsmRepair *repair, const LsmBlobFile *blob, BaseStatus why, BaseBuf *edits)
{
    LsmFileText text;
    const char *name = lsm_file_text(&text, FORMAT_FILE_BLOB, blob->number);
    FormatEdit drop = {.tag = FORMAT_EDIT_DROP_BLOB_FILE, .number = (int64_t)blob->number};
    repair->changed = true;
    lsm_inspection_report(&repair->inspection, ENGINE_FINDING_LOSS, name, -1,
                          "its %" PRId64 " large values are lost (%s)", blob->values, why.what);
    BaseStatus status = lsm_quarantine_add(&repair->quarantine, name, false);
    if (status.code == BASE_OK && !format_manifest_edit_encode(edits, &drop)) {
        status = no_memory();
    }
    return status;
}

/* What the tail of a blob file lists. */
typedef struct Listed {
    int64_t values;
    int64_t bytes;
} Listed;

static bool
count_item(void *user, const FormatBlobItem *item)
{
    Listed *listed = user;
    listed->values++;
    listed->bytes += (int64_t)item->handle.size + FORMAT_FRAME_TRAILER_BYTES;
    return true;
}

/* Appends an edit that adds a blob file that no manifest tells of, by what it says of itself. */
static BaseStatus
adopt_file(LsmRepair *repair, const LsmInventoryFile *file, BaseBuf *edits)
{
    char path[ENV_PATH_MAX];
    Listed listed = {0};
    FormatEdit add = {.tag = FORMAT_EDIT_ADD_BLOB_FILE};
    TableBlobFile *blobs = NULL;
    TableBlobFileOptions options = {.env = repair->how.env,
                                    .path = path,
                                    .number = file->name.number,
                                    .reporter = lsm_inspection_reporter(&repair->inspection)};
    BaseStatus status = lsm_inspection_path(&repair->inspection, file->text, path);
    if (status.code == BASE_OK) {
        status = table_blob_file_open(&options, &blobs);
    }
    if (status.code == BASE_OK) {
        status = table_blob_file_visit(blobs, count_item, &listed);
    }
    if (status.code == BASE_OK) {
        add.blob.number = (int64_t)file->name.number;
        add.blob.id = table_blob_file_id(blobs);
        add.blob.size = (int64_t)table_blob_file_size(blobs);
        add.blob.values = listed.values;
        add.blob.bytes = listed.bytes;
        status = format_manifest_edit_encode(edits, &add) ? base_ok() : no_memory();
    }
    table_blob_file_free(blobs);
    return status;
}

/* Adds the blob files of the directory, when it is the only one that knows of them. */
static BaseStatus
adopt_blobs(LsmRepair *repair)
{
    char message[256];
    BaseBuf edits = BASE_BUF_INIT;
    BaseStatus status = base_ok();
    for (size_t i = 0; i < repair->inventory.count && status.code == BASE_OK; i++) {
        const LsmInventoryFile *file = &repair->inventory.files[i];
        if (file->name.kind != FORMAT_FILE_BLOB ||
            lsm_levels_blob(repair->levels, file->name.number) != NULL) {
            continue;
        }
        BaseStatus adopted = adopt_file(repair, file, &edits);
        if (adopted.code == BASE_NO_MEMORY) {
            status = adopted;
        } else if (adopted.code != BASE_OK) {
            lsm_inspection_report(&repair->inspection, ENGINE_FINDING_LOSS, file->text, -1,
                                  "its large values are lost (%s)", adopted.what);
            status = lsm_quarantine_add(&repair->quarantine, file->text, false);
        }
    }
    if (status.code == BASE_OK && edits.len != 0) {
        status = lsm_repair_apply(repair, base_buf_slice(&edits), message);
    }
    base_buf_clear(&edits);
    return status;
}

BaseStatus
lsm_triage_blobs(LsmRepair *repair)
{
    char message[256];
    BaseBuf edits = BASE_BUF_INIT;
    BaseStatus status = repair->known ? base_ok() : adopt_blobs(repair);
    for (size_t i = 0; i < repair->levels->blob_count && status.code == BASE_OK; i++) {
        const LsmBlobFile *blob = &repair->levels->blobs[i];
        LsmInventoryFile *file =
            lsm_inventory_find(&repair->inventory, FORMAT_FILE_BLOB, blob->number);
        BaseStatus opened = file == NULL ? base_error(BASE_NOT_FOUND, "the file is missing")
                                         : open_blobs(repair, blob);
        if (opened.code == BASE_NO_MEMORY) {
            status = opened;
        } else if (opened.code != BASE_OK) {
            status = lose_blobs(repair, blob, opened, &edits);
        }
        if (file != NULL) {
            file->used = true;
        }
    }
    if (status.code == BASE_OK && edits.len != 0) {
        status = lsm_repair_apply(repair, base_buf_slice(&edits), message);
    }
    base_buf_clear(&edits);
    return status;
}
