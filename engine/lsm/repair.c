/*
 * repair.c: the steps of a repair, in the order of repair.h.
 *
 * Everything is read, and new tables are written, before anything that counts is touched. Then,
 * each step durable before the next: second names in the quarantine, VERSION, the manifest with
 * CURRENT, which is the moment that counts, and at last the first names go.
 */
#include "engine/lsm/repair.h"

#include "engine/commit/version.h"
#include "engine/lsm/blob_ledger.h"
#include "engine/lsm/repair_private.h"
#include "engine/lsm/unique.h"

#include <inttypes.h>
#include <stdio.h>

#define CACHE_BYTES     ((size_t)1 << 20) /* nearly all reads pass it */
#define MEMTABLE_BYTES  ((size_t)64 << 20)
#define NEW_TABLE_BYTES ((int64_t)64 << 20)
#define FILTER_BITS     10
#define VERSION_NAME    "VERSION"
#define VERSION_MARGIN  (COMMIT_VERSION_BLOCK * 256)

static BaseStatus
no_memory(void)
{
    return base_error(BASE_NO_MEMORY, "no memory to repair a store");
}

/* ------------------------------------------------------------------------------------ levels -- */

BaseStatus
lsm_repair_apply(LsmRepair *repair, BaseSlice edits, char *message)
{
    LsmLevels *after = NULL;
    BaseBuf payload = BASE_BUF_INIT;
    FormatEdit next = {.tag = FORMAT_EDIT_NEXT_FILE, .number = repair->next_file};
    BaseStatus status = no_memory();
    if (format_manifest_edit_encode(&payload, &next) && base_buf_append_slice(&payload, edits)) {
        status = lsm_levels_apply(repair->levels, base_buf_slice(&payload), message, &after);
    }
    base_buf_clear(&payload);
    if (status.code == BASE_OK) {
        lsm_levels_unref(repair->levels);
        repair->levels = after;
    }
    return status;
}

void
lsm_repair_see(LsmRepair *repair, int64_t version, int64_t stamp_ms)
{
    repair->version = version > repair->version ? version : repair->version;
    repair->stamp_ms = stamp_ms > repair->stamp_ms ? stamp_ms : repair->stamp_ms;
}

/* --------------------------------------------------------------------------------- manifests -- */

static void
report_gap(void *user, uint64_t number, int64_t offset, bool at_end, const char *what)
{
    LsmRepair *repair = user;
    LsmFileText text;
    const char *name = lsm_file_text(&text, FORMAT_FILE_MANIFEST, number);
    EngineFindingKind kind = at_end ? ENGINE_FINDING_WARNING : ENGINE_FINDING_DAMAGE;
    lsm_inspection_report(&repair->inspection, kind, name, offset, "%s", what);
}

static BaseStatus
read_facts(LsmRepair *repair)
{
    BaseStatus status = lsm_facts_read(repair->how.env, repair->how.directory, &repair->inventory,
                                       report_gap, repair, &repair->facts);
    lsm_repair_see(repair, repair->facts.state.last_version, repair->facts.state.last_stamp_ms);
    return status;
}

/* Whether every table of the directory is known to some record, and every live one is there. */
static bool
tables_fit(const LsmRepair *repair)
{
    const LsmFacts *facts = &repair->facts;
    for (size_t i = 0; i < repair->inventory.count; i++) {
        const FormatFileName *name = &repair->inventory.files[i].name;
        if (name->kind == FORMAT_FILE_TABLE &&
            lsm_facts_find(facts, (int64_t)name->number) == NULL) {
            return false;
        }
    }
    for (size_t i = 0; i < facts->count; i++) {
        uint64_t number = (uint64_t)facts->tables[i].info.number;
        if (facts->tables[i].live &&
            lsm_inventory_find(&repair->inventory, FORMAT_FILE_TABLE, number) == NULL) {
            return false;
        }
    }
    return true;
}

/* Whether the facts are all there is to know: whole, and nothing hints at a record more. */
static bool
facts_suffice(const LsmRepair *repair)
{
    return repair->facts.any && repair->facts.whole && (!repair->facts.torn || tables_fit(repair));
}

/* Levels with nothing but what is known of the store as a whole, and its blob files. */
static BaseStatus
begin_levels(LsmRepair *repair, BaseBuf *edits)
{
    const LsmFacts *facts = &repair->facts;
    const LsmStoreState *state = &facts->state;
    FormatEdit store = {.tag = FORMAT_EDIT_STORE};
    store.store.id = state->store_id != 0 ? state->store_id : lsm_unique_id();
    store.store.made_at_ms =
        state->store_id != 0 ? state->made_at_ms : base_clock_wall_ms(repair->how.clock);
    FormatEdit floor = {.tag = FORMAT_EDIT_LOG_FLOOR, .number = state->log_floor};
    FormatEdit last = {.tag = FORMAT_EDIT_LAST};
    last.last.version = state->last_version;
    last.last.stamp_ms = state->last_stamp_ms;
    bool good = format_manifest_edit_encode(edits, &store) &&
                format_manifest_edit_encode(edits, &floor) &&
                format_manifest_edit_encode(edits, &last);
    for (size_t i = 0; i < facts->blob_count && good; i++) {
        const LsmBlobFile *blob = &facts->blobs[i];
        FormatEdit add = {.tag = FORMAT_EDIT_ADD_BLOB_FILE};
        add.blob.number = (int64_t)blob->number;
        add.blob.id = blob->id;
        add.blob.size = blob->size;
        add.blob.values = blob->values;
        add.blob.bytes = blob->bytes;
        good = format_manifest_edit_encode(edits, &add);
    }
    BaseStatus status = good ? base_ok() : no_memory();
    return status.code == BASE_OK
               ? lsm_levels_new(lsm_tables_owner(repair->tables), &repair->levels)
               : status;
}

/* The levels that the facts tell; BASE_CORRUPTION: they do not fit together. */
static BaseStatus
levels_of_facts(LsmRepair *repair, BaseBuf *edits)
{
    char message[256];
    bool good = true;
    for (size_t i = 0; i < repair->facts.count && good; i++) {
        const LsmFact *fact = &repair->facts.tables[i];
        FormatEdit add = {.tag = FORMAT_EDIT_ADD_TABLE, .add_table = fact->info};
        good = !fact->live || format_manifest_edit_encode(edits, &add);
    }
    FormatEdit end = {.tag = FORMAT_EDIT_CLEAN_END};
    end.clean_end.segment = repair->facts.state.clean_segment;
    end.clean_end.len = repair->facts.state.clean_len;
    good = good && (end.clean_end.segment == 0 || format_manifest_edit_encode(edits, &end));
    return good ? lsm_repair_apply(repair, base_buf_slice(edits), message) : no_memory();
}

/* Levels without the manifest in force: from facts, or empty, to be put together. */
static BaseStatus
levels_from_rest(LsmRepair *repair)
{
    char message[256];
    BaseBuf edits = BASE_BUF_INIT;
    repair->changed = true;
    lsm_levels_unref(repair->levels);
    repair->levels = NULL;
    BaseStatus status = begin_levels(repair, &edits);
    size_t begun = edits.len;
    if (status.code == BASE_OK && facts_suffice(repair)) {
        BaseStatus fits = levels_of_facts(repair, &edits);
        repair->known = fits.code == BASE_OK;
        status = fits.code == BASE_NO_MEMORY ? fits : base_ok();
    }
    if (status.code == BASE_OK && !repair->known) {
        status = lsm_repair_apply(repair, base_slice(edits.data, begun), message);
    }
    base_buf_clear(&edits);
    return status;
}

static void
report_manifest(LsmRepair *repair, BaseStatus status, const LsmManifestFault *fault)
{
    LsmFileText text;
    bool names = fault->number != 0;
    const char *what = fault->what[0] != '\0' ? fault->what : status.what;
    if (status.code == BASE_NOT_FOUND) {
        what = "CURRENT is missing";
    }
    lsm_inspection_report(&repair->inspection, ENGINE_FINDING_DAMAGE,
                          names ? lsm_file_text(&text, FORMAT_FILE_MANIFEST, fault->number)
                                : FORMAT_CURRENT_NAME,
                          names ? fault->offset : -1, "%s", what);
}

/* Files that the new manifest takes the place of. */
static BaseStatus
put_manifests_aside(LsmRepair *repair)
{
    BaseStatus status = lsm_quarantine_add(&repair->quarantine, FORMAT_CURRENT_NAME, true);
    for (size_t i = 0; i < repair->inventory.count && status.code == BASE_OK; i++) {
        const LsmInventoryFile *file = &repair->inventory.files[i];
        if (file->name.kind == FORMAT_FILE_MANIFEST) {
            status = lsm_quarantine_add(&repair->quarantine, file->text, false);
        }
    }
    return status;
}

static BaseStatus
load_levels(LsmRepair *repair)
{
    LsmManifestFault fault;
    uint64_t number = 0;
    BaseStatus status =
        lsm_manifest_load(repair->how.env, repair->how.directory, lsm_tables_owner(repair->tables),
                          &repair->levels, &number, &fault);
    bool loaded = status.code == BASE_OK;
    if (status.code == BASE_NO_MEMORY) {
        return status;
    }
    if (loaded && fault.torn_at < 0) {
        repair->known = true;
        lsm_repair_see(repair, repair->levels->state.last_version,
                       repair->levels->state.last_stamp_ms);
        return base_ok();
    }
    if (!loaded) {
        report_manifest(repair, status, &fault);
    }
    status = read_facts(repair);
    repair->known = loaded && tables_fit(repair);
    if (status.code != BASE_OK || repair->known) {
        return status;
    }
    status = levels_from_rest(repair);
    return status.code == BASE_OK ? put_manifests_aside(repair) : status;
}

/* ----------------------------------------------------------------------------------- reading -- */

static BaseStatus
prepare(LsmRepair *repair)
{
    EngineFilesArgs *args = repair->inspection.args;
    repair->how = (LsmRecoveryArgs){
        .env = args->env,
        .directory = args->directory,
        .clock = args->clock,
        .memtable_bytes = MEMTABLE_BYTES,
        .table_bytes = NEW_TABLE_BYTES,
        .table = {.block_bytes = TABLE_BLOCK_BYTES,
                  .filter_bits = FILTER_BITS,
                  .made_at_ms = base_clock_wall_ms(args->clock),
                  .program = BASE_SLICE_LITERAL("larder repair")},
    };
    lsm_quarantine_init(&repair->quarantine, args->env, args->directory);
    repair->cache = table_block_cache_new(CACHE_BYTES);
    if (repair->cache == NULL) {
        return no_memory();
    }
    LsmTablesArgs tables = {.env = args->env,
                            .directory = args->directory,
                            .cache = repair->cache,
                            .reporter = lsm_inspection_reporter(&repair->inspection)};
    BaseStatus status = lsm_tables_new(&tables, &repair->tables);
    if (status.code == BASE_OK) {
        status = lsm_inventory_read(args->env, args->directory, &repair->inventory);
    }
    repair->next_file = (int64_t)repair->inventory.highest + 1;
    return status;
}

/* Whether there is anything of a store. */
static bool
has_store(const LsmRepair *repair)
{
    return lsm_inventory_find(&repair->inventory, FORMAT_FILE_CURRENT, 0) != NULL ||
           lsm_inventory_has_data(&repair->inventory);
}

/* Numbers that the manifest has given out are not given out again. */
static void
set_first_file(LsmRepair *repair)
{
    int64_t next = repair->levels->state.next_file;
    int64_t facts = repair->facts.state.next_file;
    repair->next_file = next > repair->next_file ? next : repair->next_file;
    repair->next_file = facts > repair->next_file ? facts : repair->next_file;
    repair->first_file = repair->next_file;
}

static BaseStatus
look_at_tables(LsmRepair *repair)
{
    set_first_file(repair);
    repair->clean_segment = (uint64_t)repair->levels->state.clean_segment;
    repair->clean_len = (uint64_t)repair->levels->state.clean_len;
    BaseStatus status = lsm_triage_blobs(repair);
    if (status.code == BASE_OK) {
        status = repair->known ? lsm_triage_levels(repair) : lsm_assembly_begin(repair);
    }
    return status;
}

static BaseStatus
look_at_log(LsmRepair *repair)
{
    BaseStatus status = lsm_repair_log(repair);
    if (status.code == BASE_OK && !repair->known) {
        status = lsm_assembly_settle(repair);
    }
    return status;
}

/* ----------------------------------------------------------------------------------- writing -- */

/* What is wrong with VERSION. */
static BaseStatus
look_at_versions(const LsmRepair *repair)
{
    int64_t ceiling = 0;
    bool missing = lsm_inventory_named(&repair->inventory, VERSION_NAME) == NULL;
    return missing && repair->version != 0
               ? base_error(BASE_CORRUPTION, "VERSION is missing")
               : commit_version_ceiling(repair->how.env, repair->how.directory, &ceiling);
}

/* Puts VERSION aside. */
static BaseStatus
remove_versions(LsmRepair *repair)
{
    char path[ENV_PATH_MAX];
    BaseStatus status = lsm_quarantine_add(&repair->quarantine, VERSION_NAME, true);
    if (status.code == BASE_OK) {
        status = lsm_quarantine_keep(&repair->quarantine);
    }
    if (status.code == BASE_OK) {
        status = lsm_inspection_path(&repair->inspection, VERSION_NAME, path);
    }
    if (status.code == BASE_OK) {
        status = env_unlink(repair->how.env, path);
    }
    return status.code == BASE_NOT_FOUND ? base_ok() : status;
}

/*
 * Makes VERSION anew, with a ceiling far above all that was found: later versions may have been
 * given out, to commits that are lost.
 */
static BaseStatus
repair_versions(LsmRepair *repair)
{
    CommitVersions *versions = NULL;
    BaseStatus status = look_at_versions(repair);
    if (status.code == BASE_OK || status.code == BASE_NO_MEMORY) {
        return status;
    }
    lsm_inspection_report(&repair->inspection, ENGINE_FINDING_DAMAGE, VERSION_NAME, -1, "%s",
                          status.what);
    status = remove_versions(repair);
    if (status.code == BASE_OK) {
        status = commit_version_open(repair->how.env, repair->how.directory,
                                     repair->version + VERSION_MARGIN, &versions);
    }
    if (status.code == BASE_OK) {
        lsm_inspection_report(&repair->inspection, ENGINE_FINDING_NOTE, VERSION_NAME, -1,
                              "made anew; versions go on far above %" PRId64 ", the highest found",
                              repair->version);
    }
    commit_version_close(versions);
    return status;
}

/* What the new manifest says beside the tables. */
static BaseStatus
close_levels(LsmRepair *repair)
{
    char message[256];
    BaseBuf edits = BASE_BUF_INIT;
    const LsmStoreState *state = &repair->levels->state;
    FormatEdit floor = {.tag = FORMAT_EDIT_LOG_FLOOR, .number = state->log_floor};
    FormatEdit last = {.tag = FORMAT_EDIT_LAST};
    last.last.version = state->last_version;
    last.last.stamp_ms = state->last_stamp_ms;
    repair->next_file++; /* the manifest's own */
    if (repair->log_moved) {
        floor.number = repair->next_file;
        last.last.version = repair->version;
        last.last.stamp_ms = repair->stamp_ms;
    }
    bool good =
        format_manifest_edit_encode(&edits, &floor) && format_manifest_edit_encode(&edits, &last);
    BaseStatus status = good ? lsm_blob_ledger_balance(repair->levels, &edits) : no_memory();
    if (status.code == BASE_OK) {
        status = lsm_repair_apply(repair, base_buf_slice(&edits), message);
    }
    base_buf_clear(&edits);
    return status;
}

static BaseStatus
write_manifest(LsmRepair *repair)
{
    const LsmRecoveryArgs *how = &repair->how;
    LsmManifest *manifest = NULL;
    LsmFileText text;
    bool unsure = false;
    uint64_t number = (uint64_t)repair->next_file;
    BaseStatus status = close_levels(repair);
    if (status.code == BASE_OK) {
        status = env_sync_directory(how->env, how->directory);
    }
    if (status.code == BASE_OK) {
        status = lsm_manifest_create(how->env, how->directory, number, repair->levels, &manifest,
                                     &unsure);
    }
    if (unsure || status.code == BASE_OK) {
        repair->first_file = INT64_MAX; /* the new files may count */
    }
    if (status.code == BASE_OK) {
        lsm_inspection_report(&repair->inspection, ENGINE_FINDING_NOTE,
                              lsm_file_text(&text, FORMAT_FILE_MANIFEST, number), -1,
                              "this manifest, with what was repaired, is the current one now");
    }
    lsm_manifest_free(manifest);
    return status;
}

static bool
report_aside(void *user, const char *name)
{
    lsm_inspection_report(user, ENGINE_FINDING_NOTE, name, -1,
                          "put into the directory " FORMAT_QUARANTINE_NAME);
    return true;
}

static BaseStatus
write_store(LsmRepair *repair)
{
    if (!repair->changed) {
        lsm_inspection_report(&repair->inspection, ENGINE_FINDING_NOTE, "", -1,
                              "manifest, tables and log are good, and were not changed");
        return base_ok();
    }
    BaseStatus status = lsm_quarantine_keep(&repair->quarantine);
    if (status.code == BASE_OK) {
        status = write_manifest(repair);
    }
    if (status.code == BASE_OK) {
        status = lsm_quarantine_remove(&repair->quarantine);
    }
    if (status.code == BASE_OK) {
        lsm_quarantine_visit(&repair->quarantine, report_aside, &repair->inspection);
    }
    return status;
}

/* --------------------------------------------------------------------------------------- all -- */

/* Removes the tables that a repair has made in vain. */
static void
undo(LsmRepair *repair)
{
    for (int64_t number = repair->first_file; number < repair->next_file; number++) {
        LsmFileText text;
        char path[ENV_PATH_MAX];
        const char *name = lsm_file_text(&text, FORMAT_FILE_TABLE, (uint64_t)number);
        if (lsm_inspection_path(&repair->inspection, name, path).code == BASE_OK) {
            (void)env_unlink(repair->how.env, path);
        }
    }
}

static void
clear(LsmRepair *repair)
{
    lsm_levels_unref(repair->levels);
    lsm_tables_free(repair->tables);
    table_block_cache_free(repair->cache);
    lsm_facts_clear(&repair->facts);
    lsm_quarantine_clear(&repair->quarantine);
    lsm_inventory_clear(&repair->inventory);
}

BaseStatus
lsm_repair_directory(EngineFilesArgs *args)
{
    static BaseStatus (*const STEPS[])(LsmRepair * repair) = {
        load_levels, look_at_tables, look_at_log, repair_versions, write_store,
    };
    LsmRepair repair = {.inspection = lsm_inspection(args), .first_file = INT64_MAX};
    BaseStatus status = prepare(&repair);
    if (status.code == BASE_OK && !has_store(&repair)) {
        lsm_inspection_report(&repair.inspection, ENGINE_FINDING_NOTE, "", -1,
                              "there is nothing of a store here");
        clear(&repair);
        return base_ok();
    }
    for (size_t i = 0; i < sizeof(STEPS) / sizeof(STEPS[0]) && status.code == BASE_OK; i++) {
        status = STEPS[i](&repair);
    }
    if (status.code != BASE_OK) {
        undo(&repair);
        (void)lsm_inspection_explain(&repair.inspection, status,
                                     "cannot repair %.200s: %s. What was there is still there",
                                     args->directory, status.what);
    }
    clear(&repair);
    return status;
}
