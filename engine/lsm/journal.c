/*
 * journal.c: see journal.h.
 */
#include "engine/lsm/journal.h"

#include "engine/format/log_record.h"
#include "engine/format/varint.h"
#include "engine/lsm/operation.h"
#include "engine/lsm/payload.h"

enum {
    RECORD_BYTES = 1 << 20, /* a record that is longer takes no further commit */
    RECORD_KEPT = 4 << 20,  /* a larger buffer is given back */
};

void
lsm_journal_init(LsmJournal *journal, int64_t version)
{
    *journal = (LsmJournal){.version = version, .record = BASE_BUF_INIT};
}

/* What lies before `generation` in the view, from new to old, the log has never come to. */
static void
discard_unused(LsmJournal *journal, LsmCatalog *catalog)
{
    LsmView *view = lsm_catalog_hold(catalog);
    for (size_t i = 0; i < view->count && view->generations[i] != journal->generation; i++) {
        lsm_log_segment_discard(journal->log, view->generations[i]->segment);
        view->generations[i]->segment = NULL;
    }
    lsm_view_unref(view);
}

void
lsm_journal_clear(LsmJournal *journal, LsmCatalog *catalog)
{
    if (journal->log != NULL) {
        discard_unused(journal, catalog);
    }
    if (journal->generation != NULL) {
        journal->generation->segment = NULL; /* the log's, which frees it */
        lsm_generation_unref(journal->generation);
    }
    base_buf_clear(&journal->record);
}

BaseStatus
lsm_journal_reserve(LsmJournal *journal, size_t bytes)
{
    size_t before = journal->unwritten < RECORD_BYTES ? journal->unwritten : RECORD_BYTES;
    /* An operation is encoded where there is room for numbers of any length. */
    size_t all = FORMAT_LOG_RECORD_HEAD_BYTES + before + bytes + 4 * FORMAT_VARINT_MAX;
    return base_buf_reserve(&journal->record, all)
               ? base_ok()
               : base_error(BASE_NO_MEMORY, "no memory for a record of the log");
}

/* Lets the log go on in the segment of another generation. */
static BaseStatus
follow(LsmJournal *journal, LsmGeneration *generation)
{
    LsmGeneration *left = journal->generation;
    journal->generation = lsm_generation_ref(generation);
    BaseStatus status = lsm_log_switch(journal->log, generation->segment, journal->version);
    if (left != NULL) {
        lsm_generation_segment_done(left, journal->log, LSM_SEGMENT_LEFT);
        lsm_generation_unref(left);
    }
    return status;
}

/* Writes a record of commits of one generation, from `*entry` on, and moves it behind them. */
static BaseStatus
write_record(LsmJournal *journal, CommitEntry **entry, size_t *ret_bytes)
{
    BaseBuf *record = &journal->record;
    const LsmGeneration *generation = lsm_operation_generation(*entry);
    FormatLogWriter payload = {0};
    base_buf_reset(record);
    bool encoded = base_buf_extend(record, FORMAT_LOG_RECORD_HEAD_BYTES) != NULL;
    while (encoded && *entry != NULL && lsm_operation_generation(*entry) == generation &&
           record->len < RECORD_BYTES) {
        encoded = lsm_payload_add(&payload, *entry, record);
        journal->version = (*entry)->version;
        *entry = (*entry)->next;
    }
    if (!encoded) {
        return base_error(BASE_NO_MEMORY, "no memory for a record of the log");
    }
    *ret_bytes += record->len;
    return lsm_log_append(journal->log, record);
}

static BaseStatus
write_group(LsmJournal *journal, const CommitGroup *group, size_t *ret_bytes)
{
    BaseStatus status = base_ok();
    CommitEntry *entry = group->entries;
    while (entry != NULL && base_is_ok(status)) {
        LsmGeneration *generation = lsm_operation_generation(entry);
        if (generation != journal->generation) {
            status = follow(journal, generation);
        }
        if (base_is_ok(status)) {
            status = write_record(journal, &entry, ret_bytes);
        }
    }
    base_buf_reset(&journal->record);
    return status;
}

static void
add(_Atomic int64_t *figure, int64_t amount)
{
    int64_t value = atomic_load_explicit(figure, memory_order_relaxed);
    atomic_store_explicit(figure, value + amount, memory_order_relaxed);
}

/* When a group of so many bytes may be reported; 0: at once. */
static int64_t
paid_at(LsmJournal *journal, size_t bytes)
{
    double price = atomic_load_explicit(&journal->ns_per_byte, memory_order_relaxed);
    if (price <= 0) {
        return 0;
    }
    int64_t now_ns = base_clock_monotonic_us(base_clock_real()) * 1000;
    int64_t from_ns = journal->paid_until_ns > now_ns ? journal->paid_until_ns : now_ns;
    journal->paid_until_ns = from_ns + (int64_t)(price * (double)bytes);
    int64_t pause_us = (journal->paid_until_ns - now_ns) / 1000;
    if (pause_us < LSM_JOURNAL_PAUSE_US) {
        return 0;
    }
    add(&journal->delays, 1);
    add(&journal->delay_us[atomic_load_explicit(&journal->cause, memory_order_relaxed)], pause_us);
    return journal->paid_until_ns / 1000;
}

void
lsm_journal_write(LsmJournal *journal, CommitGroup *group)
{
    size_t bytes = 0;
    BaseStatus status = write_group(journal, group, &bytes);
    journal->unwritten = 0;
    if (journal->record.capacity > RECORD_KEPT) {
        base_buf_clear(&journal->record);
    }
    add(&journal->groups, 1);
    lsm_log_commit(journal->log, group, status, paid_at(journal, bytes));
}

void
lsm_journal_set_price(LsmJournal *journal, double ns_per_byte, LsmPriceCause cause)
{
    atomic_store_explicit(&journal->cause, (int)cause, memory_order_relaxed);
    atomic_store_explicit(&journal->ns_per_byte, ns_per_byte, memory_order_relaxed);
}
