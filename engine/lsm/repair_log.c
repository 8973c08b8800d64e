/*
 * repair_log.c: the log of a store that is being repaired.
 *
 * A log that reads well stays as it is, and the next opening recovers from it. But when it is
 * damaged, where recovery would refuse, every commit that can be read goes into tables of level 0;
 * and so do all commits of a store that is put together from its tables, since only a merge with
 * them tells what of the log they have already.
 */
#include "engine/lsm/log_salvage.h"
#include "engine/lsm/repair_private.h"
#include "engine/lsm/replay.h"

#include <inttypes.h>

/* ----------------------------------------------------------------------------------- looking -- */

/* Reads the operations of a commit. */
static BaseStatus
read_commit(void *user, const FormatLogCommit *commit, FormatLogReader *reader)
{
    LsmRepair *repair = user;
    BaseStatus status = base_ok();
    while (reader->left != 0 && status.code == BASE_OK) {
        FormatLogOperation operation;
        status = format_log_reader_operation(reader, &operation);
    }
    lsm_repair_see(repair, commit->version, commit->stamp_ms);
    repair->inspection.args->entries += (int64_t)commit->operations;
    return status;
}

/* Whether recovery would read the log. */
static BaseStatus
scan(LsmRepair *repair, bool *ret_good)
{
    const LsmStoreState *state = &repair->levels->state;
    LsmLogEnd end;
    LsmFileText text;
    LsmLogScanArgs args = {.env = repair->how.env,
                           .directory = repair->how.directory,
                           .floor = (uint64_t)state->log_floor,
                           .clean_segment = repair->clean_segment,
                           .clean_len = repair->clean_len,
                           .visit = read_commit,
                           .user = repair};
    BaseStatus status = lsm_log_scan(&args, &end);
    *ret_good = status.code == BASE_OK;
    if (status.code == BASE_NO_MEMORY) {
        return status;
    }
    if (!*ret_good) {
        lsm_inspection_report(&repair->inspection, ENGINE_FINDING_DAMAGE,
                              end.damaged == 0 ? ""
                                               : lsm_file_text(&text, FORMAT_FILE_LOG, end.damaged),
                              end.damaged == 0 ? -1 : (int64_t)end.damaged_at, "%s",
                              end.message[0] == '\0' ? status.what : end.message);
    }
    return base_ok();
}

/* ------------------------------------------------------------------------------------ saving -- */

typedef struct Saving {
    LsmRepair *repair;
    LsmReplay replay;
    bool failed; /* a gap's file could not be noted */
} Saving;

static BaseStatus
take_commit(void *user, const FormatLogCommit *commit, FormatLogReader *reader)
{
    Saving *saving = user;
    lsm_repair_see(saving->repair, commit->version, commit->stamp_ms);
    return lsm_replay_commit(&saving->replay, commit, reader);
}

static void
take_gap(void *user, const LsmLogGap *gap)
{
    Saving *saving = user;
    LsmInspection *inspection = &saving->repair->inspection;
    LsmFileText text;
    const char *name = lsm_file_text(&text, FORMAT_FILE_LOG, gap->segment);
    int64_t offset = (int64_t)gap->offset;
    bool known = saving->repair->known; /* else it is unknown which segments were needed */
    EngineFindingKind missing = known ? ENGINE_FINDING_LOSS : ENGINE_FINDING_WARNING;
    switch (gap->kind) {
    case LSM_LOG_TORN:
        lsm_inspection_report(inspection, ENGINE_FINDING_WARNING, name, offset,
                              "%" PRIu64 " bytes at the end of the log are left out; if they were "
                              "commits, nobody was promised that they last",
                              gap->bytes);
        return;
    case LSM_LOG_DAMAGED:
        lsm_inspection_report(inspection, ENGINE_FINDING_LOSS, name, offset,
                              "the commits in %" PRIu64 " damaged bytes are lost", gap->bytes);
        break;
    case LSM_LOG_UNREADABLE:
        lsm_inspection_report(inspection, ENGINE_FINDING_LOSS, name, offset,
                              "all commits of this segment are lost, in about %" PRIu64 " bytes",
                              gap->bytes);
        break;
    case LSM_LOG_MISSING:
        lsm_inspection_report(inspection, missing, name, -1,
                              "this segment is missing, with %" PRIu64 " bytes of commits%s",
                              gap->bytes, known ? "" : ", which may be in tables by now");
        return;
    }
    saving->failed = saving->failed ||
                     lsm_quarantine_add(&saving->repair->quarantine, name, false).code != BASE_OK;
}

static BaseStatus
save_commits(Saving *saving, LsmLogSalvage *ret_salvage)
{
    LsmRepair *repair = saving->repair;
    const LsmStoreState *state = &repair->levels->state;
    const LsmStoreState *facts = &repair->facts.state;
    LsmLogSalvageArgs args = {.env = repair->how.env,
                              .directory = repair->how.directory,
                              .inventory = &repair->inventory,
                              .floor = (uint64_t)state->log_floor,
                              .version = repair->known ? state->last_version : facts->last_version,
                              .clean_segment = repair->clean_segment,
                              .clean_len = repair->clean_len,
                              .visit = take_commit,
                              .gap = take_gap,
                              .user = saving};
    BaseStatus status = lsm_log_salvage(&args, ret_salvage);
    return saving->failed ? base_error(BASE_NO_MEMORY, "no memory for a list of files") : status;
}

static BaseStatus
move_log(LsmRepair *repair)
{
    Saving saving = {.repair = repair};
    LsmLogSalvage salvage;
    lsm_replay_init(&saving.replay, &repair->how, repair->levels, repair->next_file);
    BaseStatus status = save_commits(&saving, &salvage);
    if (status.code == BASE_OK) {
        status = lsm_replay_end(&saving.replay);
    }
    int64_t tables = saving.replay.next_file - repair->next_file;
    repair->next_file = saving.replay.next_file;
    if (status.code == BASE_OK) {
        lsm_levels_unref(repair->levels);
        repair->levels = lsm_levels_ref(saving.replay.levels);
        repair->log_moved = true;
        repair->changed = true;
        lsm_inspection_report(&repair->inspection, ENGINE_FINDING_NOTE, "", -1,
                              "%" PRId64 " commits of the log are in %" PRId64 " new tables",
                              salvage.commits, tables);
    }
    lsm_replay_clear(&saving.replay);
    return status;
}

BaseStatus
lsm_repair_log(LsmRepair *repair)
{
    bool good = true;
    BaseStatus status = scan(repair, &good);
    if (status.code != BASE_OK || (good && repair->known)) {
        return status;
    }
    return move_log(repair);
}
