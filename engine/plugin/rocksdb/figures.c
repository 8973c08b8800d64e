/*
 * figures.c: properties and tables. See figures.h.
 *
 * A table of compactions has a line of headings that begins with "Priority" and a row for each
 * priority that has done anything; a column is found by its heading. The heading "Size" stands over
 * two words, a number and its unit, so the words of a row are one further than their headings.
 */
#include "engine/plugin/rocksdb/figures.h"

#include "engine/plugin/rocksdb/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECOND_US 1e6
#define GIB       (1024.0 * 1024.0 * 1024.0)

/* The words of one line. */
enum { WORDS_MAX = 32 };

typedef struct Words {
    size_t count;
    const char *words[WORDS_MAX];
} Words;

int64_t
rocksdb_figures_property(rocksdb_t *db, const char *name)
{
    uint64_t value = 0;
    return rocksdb_property_int(db, name, &value) == 0 ? (int64_t)value : 0;
}

/* ----------------------------------------------------------------------------------- tables -- */

/* Takes a line apart, in its place. */
static Words
words_of(char *line)
{
    Words words = {.count = 0};
    char *rest = NULL;
    for (char *word = strtok_r(line, " \t", &rest); word != NULL && words.count < WORDS_MAX;
         word = strtok_r(NULL, " \t", &rest)) {
        words.words[words.count++] = word;
    }
    return words;
}

/* The number of a row that stands under a heading; 0: there is none. */
static double
number_under(const Words *headings, const Words *row, const char *heading)
{
    for (size_t i = 0; i < headings->count && i + 1 < row->count; i++) {
        if (strcmp(headings->words[i], heading) == 0) {
            return strtod(row->words[i + 1], NULL);
        }
    }
    return 0;
}

/* The number behind some words of a text; 0: they are not there. */
static double
number_behind(const char *text, const char *words)
{
    const char *at = text == NULL ? NULL : strstr(text, words);
    return at == NULL ? 0 : strtod(at + strlen(words), NULL);
}

static void
visit_priorities(char *table, EngineFigureVisitor *visit, void *user)
{
    double counts[2] = {0, 0}; /* of compactions, of flushes */
    double seconds[2] = {0, 0};
    Words headings = {.count = 0};
    char *rest = NULL;
    for (char *line = strtok_r(table, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        Words row = words_of(line);
        bool titled = row.count != 0 && (strcmp(row.words[0], "Priority") == 0);
        if (titled) {
            headings = row;
        } else if (headings.count != 0 && row.count > headings.count / 2) {
            int flush = strcmp(row.words[0], "High") == 0;
            counts[flush] += number_under(&headings, &row, "Comp(cnt)");
            seconds[flush] += number_under(&headings, &row, "Comp(sec)");
        } else if (row.count > 1) {
            headings.count = 0; /* the table has ended */
        }
    }
    visit(user, "flushes", (int64_t)counts[1]);
    visit(user, "flush_us", (int64_t)(seconds[1] * SECOND_US));
    visit(user, "compactions", (int64_t)counts[0]);
    visit(user, "compaction_us", (int64_t)(seconds[0] * SECOND_US));
}

static void
visit_work(rocksdb_t *db, EngineFigureVisitor *visit, void *user)
{
    char *table = rocksdb_property_value(db, "rocksdb.cfstats-no-file-histogram");
    int64_t flushed = (int64_t)(number_behind(table, "Flush(GB): cumulative ") * GIB);
    int64_t written = (int64_t)(number_behind(table, "Cumulative compaction: ") * GIB);
    visit(user, "flush_bytes", flushed);
    visit(user, "compaction_bytes", written > flushed ? written - flushed : 0);
    if (table != NULL) {
        visit_priorities(table, visit, user);
    }
    rocksdb_free(table);
}

/* Bytes of the log, and the time that writes were held back: "00:01:2.345 H:M:S". */
static void
visit_writes(rocksdb_t *db, EngineFigureVisitor *visit, void *user)
{
    static const char stall[] = "Cumulative stall: ";
    char *text = rocksdb_property_value(db, "rocksdb.dbstats");
    const char *log = text == NULL ? NULL : strstr(text, "Cumulative WAL: ");
    const char *at = text == NULL ? NULL : strstr(text, stall);
    double seconds = 0;
    char *end = NULL;
    for (const char *part = at == NULL ? NULL : at + sizeof stall - 1; part != NULL;
         part = *end == ':' ? end + 1 : NULL) {
        seconds = seconds * 60 + strtod(part, &end);
    }
    visit(user, "wal_bytes", (int64_t)(number_behind(log, "written: ") * GIB));
    visit(user, "stall_us_write", (int64_t)(seconds * SECOND_US));
    rocksdb_free(text);
}

/* ----------------------------------------------------------------------------- all together -- */

static void
visit_properties(rocksdb_t *db, EngineFigureVisitor *visit, void *user)
{
    static const struct {
        const char *name;
        const char *property;
    } known[] = {
        {"entries", "rocksdb.estimate-num-keys"},
        {"cache_bytes", "rocksdb.block-cache-usage"},
        {"cache_bytes_max", "rocksdb.block-cache-capacity"},
        {"compaction_pending_bytes", "rocksdb.estimate-pending-compaction-bytes"},
        {"compactions_running", "rocksdb.num-running-compactions"},
        {"flushes_running", "rocksdb.num-running-flushes"},
        {"memtable_bytes", "rocksdb.cur-size-all-mem-tables"},
        {"write_rate_delayed", "rocksdb.actual-delayed-write-rate"},
        {"writes_stopped", "rocksdb.is-write-stopped"},
        {"background_errors", "rocksdb.background-errors"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        visit(user, known[i].name, rocksdb_figures_property(db, known[i].property));
    }
}

void
rocksdb_figures_visit(rocksdb_t *db, EngineFigureVisitor *visit, void *user)
{
    visit_properties(db, visit, user);
    visit_work(db, visit, user);
    visit_writes(db, visit, user);
    for (int level = 0; level < ROCKSDB_LEVELS; level++) {
        char name[64];
        (void)snprintf(name, sizeof name, "rocksdb.num-files-at-level%d", level);
        char *text = rocksdb_property_value(db, name);
        (void)snprintf(name, sizeof name, "level_%d_files", level);
        visit(user, name, text == NULL ? 0 : strtoll(text, NULL, 10));
        rocksdb_free(text);
    }
}
