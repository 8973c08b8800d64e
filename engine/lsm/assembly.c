/*
 * assembly.c: levels out of the tables of a directory, when no manifest tells.
 *
 * All tables go into level 0, in the order of their highest versions. Readers take the first entry
 * of a key that they find from the newest table on, so this is right as long as, of two tables that
 * overlap, the newer one's versions are all above the older one's. A store that has compacted much
 * is hardly ever so: then everything is merged, by key and version, into a new last level, where no
 * order is needed any more. Entries that two tables have alike (a job's inputs and its outputs)
 * become one there.
 *
 * Tables that a manifest's record has dropped are left out: their records live on in others, or
 * were removed. What was dropped by a record that cannot be read is not known; its tables, if their
 * files are still there, take part, which is harmless but for removes that had been forgotten
 * since.
 */
#include "engine/lsm/merge.h"
#include "engine/lsm/repair_private.h"
#include "engine/lsm/rewrite.h"
#include "engine/lsm/unique.h"

#include <inttypes.h>
#include <stdlib.h>

#define MESSAGE_BYTES 384

static BaseStatus
no_memory(void)
{
    return base_error(BASE_NO_MEMORY, "no memory to put a store together");
}

/* ------------------------------------------------------------------------------------ pieces -- */

typedef struct Pieces {
    LsmTriage *items;
    size_t count;
} Pieces;

static void
clear_pieces(Pieces *pieces)
{
    for (size_t i = 0; i < pieces->count; i++) {
        lsm_triage_clear(&pieces->items[i]);
    }
    free(pieces->items);
}

/* From old to new. */
static int
compare_pieces(const void *a, const void *b)
{
    const FormatTable *left = &((const LsmTriage *)a)->info;
    const FormatTable *right = &((const LsmTriage *)b)->info;
    if (left->version_max != right->version_max) {
        return left->version_max < right->version_max ? -1 : 1;
    }
    return left->number < right->number ? -1 : left->number > right->number;
}

static BaseStatus
look_at(LsmRepair *repair, const LsmInventoryFile *file, Pieces *pieces)
{
    const LsmFact *fact = lsm_facts_find(&repair->facts, (int64_t)file->name.number);
    if (fact != NULL && !fact->live) {
        lsm_inspection_report(&repair->inspection, ENGINE_FINDING_NOTE, file->text, -1,
                              "left out: the manifest says that it was replaced");
        return lsm_quarantine_add(&repair->quarantine, file->text, false);
    }
    LsmTriage *piece = &pieces->items[pieces->count];
    BaseStatus status =
        lsm_triage_table(repair, file->name.number, fact == NULL ? NULL : &fact->info, piece);
    if (status.code == BASE_OK && piece->verdict != LSM_TABLE_LOST) {
        lsm_repair_see(repair, piece->info.version_max, 0);
        pieces->count++;
    } else {
        lsm_triage_clear(piece);
    }
    return status;
}

static BaseStatus
gather(LsmRepair *repair, Pieces *pieces)
{
    pieces->items = calloc(repair->inventory.count + 1, sizeof(*pieces->items));
    if (pieces->items == NULL) {
        return no_memory();
    }
    BaseStatus status = base_ok();
    for (size_t i = 0; i < repair->inventory.count && status.code == BASE_OK; i++) {
        const LsmInventoryFile *file = &repair->inventory.files[i];
        if (file->name.kind == FORMAT_FILE_TABLE) {
            status = look_at(repair, file, pieces);
        }
    }
    if (pieces->count > 1) {
        qsort(pieces->items, pieces->count, sizeof(*pieces->items), compare_pieces);
    }
    return status;
}

/* Whether there is a table of which no record tells: what is missing may have gone into it. */
static bool
has_unknown(const LsmRepair *repair)
{
    for (size_t i = 0; i < repair->inventory.count; i++) {
        const FormatFileName *name = &repair->inventory.files[i].name;
        if (name->kind == FORMAT_FILE_TABLE &&
            lsm_facts_find(&repair->facts, (int64_t)name->number) == NULL) {
            return true;
        }
    }
    return false;
}

/* Tables that the manifest had, and that are not there. */
static void
report_missing(LsmRepair *repair)
{
    LsmFileText text;
    bool unknown = has_unknown(repair);
    for (size_t i = 0; i < repair->facts.count; i++) {
        const LsmFact *fact = &repair->facts.tables[i];
        uint64_t number = (uint64_t)fact->info.number;
        if (fact->live &&
            lsm_inventory_find(&repair->inventory, FORMAT_FILE_TABLE, number) == NULL) {
            lsm_inspection_report(
                &repair->inspection, unknown ? ENGINE_FINDING_WARNING : ENGINE_FINDING_LOSS,
                lsm_file_text(&text, FORMAT_FILE_TABLE, number), -1,
                "this table is missing, with %" PRId64 " entries%s", fact->info.entries,
                unknown ? ", which may be in other tables by now" : "");
        }
    }
}

static BaseStatus
add_pieces(LsmRepair *repair, const Pieces *pieces)
{
    char message[256];
    BaseBuf edits = BASE_BUF_INIT;
    FormatEdit next = {.tag = FORMAT_EDIT_NEXT_FILE, .number = repair->next_file};
    FormatEdit last = {.tag = FORMAT_EDIT_LAST, .last = {repair->version, repair->stamp_ms}};
    bool good =
        format_manifest_edit_encode(&edits, &next) && format_manifest_edit_encode(&edits, &last);
    for (size_t i = 0; i < pieces->count && good; i++) {
        FormatEdit add = {.tag = FORMAT_EDIT_ADD_TABLE, .add_table = pieces->items[i].info};
        add.add_table.level = 0;
        add.add_table.order = (int64_t)i + 1;
        good = format_manifest_edit_encode(&edits, &add);
    }
    BaseStatus status =
        good ? lsm_repair_apply(repair, base_buf_slice(&edits), message) : no_memory();
    base_buf_clear(&edits);
    return status;
}

BaseStatus
lsm_assembly_begin(LsmRepair *repair)
{
    Pieces pieces = {0};
    lsm_inspection_report(&repair->inspection, ENGINE_FINDING_WARNING, "", -1,
                          "the store is put together from its tables: what is in files that are "
                          "missing altogether is lost unnoticed, and records that were removed may "
                          "be back where the table with the remove is lost");
    report_missing(repair);
    BaseStatus status = gather(repair, &pieces);
    if (status.code == BASE_OK) {
        status = add_pieces(repair, &pieces);
    }
    clear_pieces(&pieces);
    return status;
}

/* --------------------------------------------------------------------------------- conflicts -- */

static bool
ends_before(const FormatTable *table, BaseSlice key)
{
    int order = base_slice_compare(table->largest, key);
    return order < 0 || (order == 0 && table->largest_excluded);
}

static bool
overlap(const FormatTable *a, const FormatTable *b)
{
    return !ends_before(a, b->smallest) && !ends_before(b, a->smallest);
}

/* Whether two tables of level 0 overlap and no order of them is right. */
static bool
has_conflict(const LsmLevel *level)
{
    for (size_t new = 1; new < level->count; new ++) {
        for (size_t old = 0; old < new; old++) {
            const FormatTable *newer = &level->tables[new]->info;
            const FormatTable *older = &level->tables[old]->info;
            if (older->version_max >= newer->version_min && overlap(older, newer)) {
                return true;
            }
        }
    }
    return false;
}

/* ------------------------------------------------------------------------------------- merge -- */

typedef struct Merging {
    LsmRepair *repair;
    LsmSource *sources;
    size_t count;
    BaseBuf ranges; /* FormatRange */
    LsmRewrite made;
} Merging;

static int64_t
next_number(void *user)
{
    Merging *merging = user;
    return merging->repair->next_file++;
}

static uint64_t
next_id(void *user)
{
    (void)user;
    return lsm_unique_id();
}

static bool
add_ranges(Merging *merging, const LsmTable *table)
{
    const TableRanges *ranges = table_ranges(lsm_table_reader(table));
    int64_t override = table->info.version_override;
    bool good = true;
    for (size_t i = 0; i < ranges->count && good; i++) {
        const FormatFragment *fragment = &ranges->fragments[i];
        for (size_t k = 0; k < fragment->version_count && good; k++) {
            FormatRange range = {.start = fragment->start,
                                 .stop = fragment->stop,
                                 .version = override != 0 ? override : fragment->versions[k]};
            good = base_buf_append(&merging->ranges, &range, sizeof(range));
        }
    }
    return good;
}

/* A source for each run, and all removed ranges. */
static BaseStatus
open_sources(Merging *merging)
{
    const LsmLevels *levels = merging->repair->levels;
    merging->sources = calloc(levels->run_count + 1, sizeof(*merging->sources));
    if (merging->sources == NULL) {
        return no_memory();
    }
    for (size_t i = 0; i < levels->run_count; i++) {
        const LsmRun *run = &levels->runs[i];
        lsm_source_init_tables(&merging->sources[merging->count++], run->tables, run->count,
                               TABLE_CACHE_PASS);
        for (size_t k = 0; k < run->count; k++) {
            if (!add_ranges(merging, run->tables[k])) {
                return no_memory();
            }
        }
    }
    return base_ok();
}

static BaseStatus
rewrite(Merging *merging)
{
    const LsmRecoveryArgs *how = &merging->repair->how;
    LsmMerge merge;
    lsm_merge_init(&merge, merging->sources, merging->count);
    LsmRewriteArgs args = {.env = how->env,
                           .directory = how->directory,
                           .merge = &merge,
                           .ranges = (const FormatRange *)(const void *)merging->ranges.data,
                           .range_count = merging->ranges.len / sizeof(FormatRange),
                           .output_level = LSM_LEVELS - 1,
                           .table_bytes = how->table_bytes,
                           .table = how->table,
                           .next_number = next_number,
                           .next_id = next_id,
                           .user = merging};
    args.table.made_at_ms = base_clock_wall_ms(how->clock);
    args.table.stamp_max = merging->repair->stamp_ms;
    return lsm_rewrite_run(&args, &merging->made);
}

/* The new tables in place of all others. */
static BaseStatus
replace_tables(Merging *merging)
{
    LsmRepair *repair = merging->repair;
    const LsmLevel *old = &repair->levels->levels[0];
    char message[256];
    BaseBuf edits = BASE_BUF_INIT;
    FormatEdit next = {.tag = FORMAT_EDIT_NEXT_FILE, .number = repair->next_file};
    bool good = format_manifest_edit_encode(&edits, &next);
    for (size_t i = 0; i < old->count && good; i++) {
        FormatEdit drop = {.tag = FORMAT_EDIT_DROP_TABLE};
        drop.drop_table.number = old->tables[i]->info.number;
        good = format_manifest_edit_encode(&edits, &drop);
    }
    for (size_t i = 0; i < merging->made.count && good; i++) {
        FormatEdit add = {.tag = FORMAT_EDIT_ADD_TABLE, .add_table = merging->made.tables[i]};
        bool dies = add.add_table.removes != 0 || add.add_table.fragments != 0 ||
                    add.add_table.expiring != 0;
        add.add_table.oldest_remove_ms = dies ? repair->stamp_ms : 0;
        good = format_manifest_edit_encode(&edits, &add);
    }
    BaseStatus status =
        good ? lsm_repair_apply(repair, base_buf_slice(&edits), message) : no_memory();
    base_buf_clear(&edits);
    return status;
}

static void
clear_merging(Merging *merging)
{
    for (size_t i = 0; i < merging->count; i++) {
        lsm_source_clear(&merging->sources[i]);
    }
    free(merging->sources);
    base_buf_clear(&merging->ranges);
    lsm_rewrite_clear(&merging->made);
}

BaseStatus
lsm_assembly_settle(LsmRepair *repair)
{
    const LsmLevel *level = &repair->levels->levels[0];
    char message[MESSAGE_BYTES];
    if (!has_conflict(level)) {
        return base_ok();
    }
    Merging merging = {.repair = repair, .ranges = BASE_BUF_INIT};
    size_t before = level->count;
    BaseStatus status = lsm_tables_open(repair->tables, repair->levels, message);
    if (status.code == BASE_OK) {
        status = open_sources(&merging);
    }
    if (status.code == BASE_OK) {
        status = rewrite(&merging);
    }
    if (status.code == BASE_OK) {
        lsm_inspection_report(
            &repair->inspection, ENGINE_FINDING_NOTE, "", -1,
            "%zu tables, whose versions interleave, were merged into %zu: %" PRId64
            " entries of %" PRId64 " are kept",
            before, merging.made.count, merging.made.counts.kept, merging.made.counts.entries_in);
        status = replace_tables(&merging);
    }
    clear_merging(&merging);
    return status;
}
