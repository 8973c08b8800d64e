/*
 * journal.h: groups of commits as records of the log, segment after segment, and what writing them
 * costs in waiting.
 *
 * A group becomes one record for each generation that it has commits in, or more when it is long,
 * so that the buffer stays small. Room in it is reserved before a commit counts, so only the file
 * can fail a group.
 *
 * Price: each group adds to the time until which writing is paid for, and is reported no earlier. A
 * wait of less than LSM_JOURNAL_PAUSE_US is not worth waking the log's thread, and is left to add
 * up.
 *
 * Threading: the leader of the sequencer; set_price and the figures from any thread.
 */
#ifndef LARDER_ENGINE_LSM_JOURNAL_H
#define LARDER_ENGINE_LSM_JOURNAL_H

#include "engine/lsm/catalog.h"
#include "engine/lsm/price.h"

#define LSM_JOURNAL_PAUSE_US 100

typedef struct LsmJournal {
    LsmLog *log;
    LsmGeneration *generation; /* a reference: the log writes to its segment; NULL: to none yet */
    int64_t version;           /* of the last commit in the log */
    BaseBuf record;
    size_t unwritten; /* bytes that were reserved and not written yet */
    int64_t paid_until_ns;
    _Atomic double ns_per_byte;
    _Atomic int cause; /* of the price: LsmPriceCause */
    _Atomic int64_t groups;
    _Atomic int64_t delays; /* groups that are reported later than they could be */
    _Atomic int64_t delay_us[LSM_PRICE_CAUSES];
} LsmJournal;

/* `version`: of the last commit before. The log is set before the first group. */
void lsm_journal_init(LsmJournal *journal, int64_t version);

/*
 * REQUIRES: the log still holds the segment. Removes the segments of generations in the view that
 * the log has never written to.
 */
void lsm_journal_clear(LsmJournal *journal, LsmCatalog *catalog);

/*
 * Room for a commit of so many bytes (lsm_payload_room()) in the buffer. BASE_NO_MEMORY. claim()
 * says that the commit will be written.
 */
BaseStatus lsm_journal_reserve(LsmJournal *journal, size_t bytes);

static inline void
lsm_journal_claim(LsmJournal *journal, size_t bytes)
{
    journal->unwritten += bytes;
}

/* Writes a group, which has every commit that was claimed, and hands it to the log. */
void lsm_journal_write(LsmJournal *journal, CommitGroup *group);

void lsm_journal_set_price(LsmJournal *journal, double ns_per_byte, LsmPriceCause cause);

#endif
