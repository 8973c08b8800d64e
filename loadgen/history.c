/*
 * history.c: reads expected-state files and judges. See history.h for the rules.
 *
 * Entries become writes by sorting: by record, sequence, and kind, so that an intention comes right
 * before its answer and both are put together in place.
 */
#include "loadgen/history.h"

#include "loadgen/value.h"

#include <errno.h>
#include <glib.h>
#include <inttypes.h>
#include <stdlib.h>

enum { CHUNK_ENTRIES = 4096 };

static const struct {
    const char *name;
    const char *meaning;
} wordings[LOAD_KEEPING_COUNT] = {
    [LOAD_KEPT] = {"kept", "as the newest acknowledged write left it"},
    [LOAD_EITHER] = {"either", "a write without an answer may have been applied, or not"},
    [LOAD_UNTOUCHED] = {"untouched", "this run never wrote it"},
    [LOAD_KEEPING_LOST] = {"lost", "a put was acknowledged, and the record is not there"},
    [LOAD_KEEPING_STALE] = {"stale", "older than what was acknowledged"},
    [LOAD_KEEPING_PHANTOM] = {"phantom", "a value that was never written there"},
    [LOAD_KEEPING_TORN] = {"torn", "the bytes of the value do not belong together"},
};

const char *
load_keeping_name(LoadKeeping keeping)
{
    return wordings[keeping].name;
}

const char *
load_keeping_meaning(LoadKeeping keeping)
{
    return wordings[keeping].meaning;
}

/* ---------------------------------------------------------------------------------- reading -- */

static int
compare_entries(const void *a, const void *b)
{
    const LoadExpectEntry *left = a;
    const LoadExpectEntry *right = b;
    if (left->record != right->record) {
        return left->record < right->record ? -1 : 1;
    }
    if (left->sequence != right->sequence) {
        return left->sequence < right->sequence ? -1 : 1;
    }
    return (int)left->kind - (int)right->kind;
}

/* Puts intentions and answers together. NULL, or what is wrong. */
static const char *
fold(GArray *entries, LoadHistory *history)
{
    history->writes = g_new(LoadWrite, entries->len + 1);
    for (guint i = 0; i < entries->len; i++) {
        const LoadExpectEntry *entry = &g_array_index(entries, LoadExpectEntry, i);
        bool intention = entry->kind == LOAD_EXPECT_PUT || entry->kind == LOAD_EXPECT_REMOVE;
        if (i != 0 && compare_entries(entry - 1, entry) == 0) {
            return "an entry is there twice";
        }
        LoadWrite *last = history->count == 0 ? NULL : &history->writes[history->count - 1];
        bool same =
            last != NULL && last->record == entry->record && last->sequence == entry->sequence;
        if (intention == same) {
            return same ? "a write was begun twice" : "a write was answered that was never begun";
        }
        if (intention) {
            history->writes[history->count++] =
                (LoadWrite){.record = entry->record,
                            .sequence = entry->sequence,
                            .remove = entry->kind == LOAD_EXPECT_REMOVE};
            history->unanswered++;
            continue;
        }
        if (last->version != 0 || last->refused) {
            return "a write was answered twice";
        }
        history->unanswered--;
        history->acknowledged += entry->kind == LOAD_EXPECT_ACKNOWLEDGED ? 1 : 0;
        last->version = entry->version;
        last->refused = entry->kind == LOAD_EXPECT_REFUSED;
    }
    return NULL;
}

/* Takes the entries of a chunk. NULL, or what is wrong with the first one that is. */
static char *
take_chunk(const uint8_t *bytes, size_t count, const LoadExpectHead *head, uint64_t before,
           GArray *entries)
{
    for (size_t i = 0; i < count; i++) {
        LoadExpectEntry entry;
        LoadExpectState state =
            load_expect_entry_decode(bytes + i * LOAD_EXPECT_ENTRY_BYTES, head, &entry);
        if (state == LOAD_EXPECT_DAMAGED) {
            return g_strdup_printf("entry %" PRIu64 " is damaged", before + i);
        }
        if (state == LOAD_EXPECT_GOOD) {
            g_array_append_val(entries, entry);
        }
    }
    return NULL;
}

static char *
read_entries(FILE *file, const LoadExpectHead *head, GArray *entries)
{
    g_autofree uint8_t *chunk = g_malloc((size_t)CHUNK_ENTRIES * LOAD_EXPECT_ENTRY_BYTES);
    uint64_t before = 0;
    for (;;) {
        size_t bytes = fread(chunk, 1, (size_t)CHUNK_ENTRIES * LOAD_EXPECT_ENTRY_BYTES, file);
        size_t count = bytes / LOAD_EXPECT_ENTRY_BYTES;
        char *problem = take_chunk(chunk, count, head, before, entries);
        if (problem != NULL) {
            return problem;
        }
        before += count;
        if (count < CHUNK_ENTRIES) {
            return ferror(file) == 0 ? NULL : g_strdup(g_strerror(errno));
        }
        if (before > LOAD_HISTORY_ENTRIES_MAX) {
            return g_strdup_printf("it must have at most %" PRIu64 " entries",
                                   LOAD_HISTORY_ENTRIES_MAX);
        }
    }
}

bool
load_history_read(FILE *file, LoadHistory *ret_history, char **ret_problem)
{
    uint8_t head[LOAD_EXPECT_HEAD_BYTES];
    LoadHistory history = {.count = 0};
    if (fread(head, sizeof head, 1, file) != 1) {
        *ret_problem = g_strdup("it is shorter than its head");
        return false;
    }
    const char *wrong = load_expect_head_decode(head, &history.head);
    if (wrong != NULL) {
        *ret_problem = g_strdup(wrong);
        return false;
    }
    g_autoptr(GArray) entries = g_array_new(FALSE, FALSE, sizeof(LoadExpectEntry));
    *ret_problem = read_entries(file, &history.head, entries);
    if (*ret_problem == NULL && entries->len != 0) {
        qsort(entries->data, entries->len, sizeof(LoadExpectEntry), compare_entries);
        *ret_problem = g_strdup(fold(entries, &history));
    }
    if (*ret_problem != NULL) {
        load_history_clear(&history);
        return false;
    }
    *ret_history = history;
    return true;
}

void
load_history_clear(LoadHistory *history)
{
    g_free(history->writes);
    *history = (LoadHistory){.count = 0};
}

/* ---------------------------------------------------------------------------------- judging -- */

/* The newest acknowledged write; NULL: there is none. */
static const LoadWrite *
newest_acknowledged(const LoadWrite *writes, size_t count)
{
    const LoadWrite *newest = NULL;
    for (size_t i = 0; i < count; i++) {
        if (writes[i].version != 0 && (newest == NULL || writes[i].version >= newest->version)) {
            newest = &writes[i];
        }
    }
    return newest;
}

static bool
has_unanswered_remove(const LoadWrite *writes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (writes[i].remove && writes[i].version == 0 && !writes[i].refused) {
            return true;
        }
    }
    return false;
}

static LoadKeeping
judge_absent(const LoadWrite *newest, const LoadWrite *writes, size_t count)
{
    if (newest == NULL) {
        return count == 0 ? LOAD_UNTOUCHED : LOAD_EITHER;
    }
    if (newest->remove) {
        return LOAD_KEPT;
    }
    return has_unanswered_remove(writes, count) ? LOAD_EITHER : LOAD_KEEPING_LOST;
}

/* A whole value of another run: it was there before, or somebody else writes these keys. */
static LoadKeeping
judge_other_run(const LoadWrite *newest, size_t count, int64_t version)
{
    if (newest == NULL) {
        return count == 0 ? LOAD_UNTOUCHED : LOAD_EITHER;
    }
    return version < newest->version ? LOAD_KEEPING_STALE : LOAD_KEEPING_PHANTOM;
}

/* A value of this run, by its write. */
static LoadKeeping
judge_write(const LoadWrite *newest, const LoadWrite *write, int64_t version)
{
    if (write->remove || write->refused) {
        return LOAD_KEEPING_PHANTOM;
    }
    if (newest != NULL && version < newest->version) {
        return LOAD_KEEPING_STALE;
    }
    if (write->version == 0) {
        bool taken = newest != NULL && version == newest->version; /* by another write */
        return taken ? LOAD_KEEPING_PHANTOM : LOAD_EITHER;
    }
    if (write != newest) {
        return LOAD_KEEPING_STALE;
    }
    return version == write->version ? LOAD_KEPT : LOAD_KEEPING_PHANTOM;
}

LoadKeeping
load_history_judge(const LoadHistory *history, uint64_t record, const LoadWrite *writes,
                   size_t count, const LoadFinding *finding)
{
    const LoadWrite *newest = newest_acknowledged(writes, count);
    if (!finding->found) {
        return judge_absent(newest, writes, count);
    }
    LoadValueId id;
    switch (load_value_read(finding->value, &id)) {
    case LOAD_VALUE_FOREIGN:
        return LOAD_KEEPING_PHANTOM;
    case LOAD_VALUE_CUT:
    case LOAD_VALUE_TORN:
        return LOAD_KEEPING_TORN;
    case LOAD_VALUE_WHOLE:
        break;
    }
    if (id.record != record) {
        return LOAD_KEEPING_PHANTOM;
    }
    if (id.run != history->head.run) {
        return judge_other_run(newest, count, finding->version);
    }
    for (size_t i = 0; i < count; i++) {
        if (writes[i].sequence == id.sequence) {
            return judge_write(newest, &writes[i], finding->version);
        }
    }
    return LOAD_KEEPING_PHANTOM;
}
