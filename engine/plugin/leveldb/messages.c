/*
 * messages.c: lines of LevelDB's LOG. See messages.h.
 *
 * A line is "2026/11/21-20:51:40.327575 140660489275072 Compacting 4@0 + 1@1 files". Only times of
 * the day are compared; a piece of work that seems to take more than half a day has passed a change
 * of the clock and counts as none.
 */
#include "engine/plugin/leveldb/messages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECOND_US INT64_C(1000000)
#define DAY_US    (24 * 60 * 60 * SECOND_US)

bool
leveldb_messages_init(LeveldbMessages *messages, const char *directory)
{
    static const LeveldbWork none = {.since_us = -1};
    size_t size = strlen(directory) + sizeof "/LOG";
    *messages = (LeveldbMessages){.path = malloc(size),
                                  .flush = none,
                                  .compaction = none,
                                  .wait_memtable = none,
                                  .wait_runs = none};
    if (messages->path == NULL) {
        return false;
    }
    (void)snprintf(messages->path, size, "%s/LOG", directory);
    (void)pthread_mutex_init(&messages->mutex, NULL);
    return true;
}

void
leveldb_messages_clear(LeveldbMessages *messages)
{
    if (messages->path != NULL) {
        (void)pthread_mutex_destroy(&messages->mutex);
        free(messages->path);
        messages->path = NULL;
    }
}

/* ------------------------------------------------------------------------------------ lines -- */

/* The time of the day that a line begins with, and its message. False: it has another form. */
static bool
split_line(char *line, int64_t *ret_us, const char **ret_message)
{
    static const char marks[] = {':', ':', '.', ' '};
    static const int64_t units[] = {3600 * SECOND_US, 60 * SECOND_US, SECOND_US, 1};
    char *at = strchr(line, '-');
    *ret_us = 0;
    for (size_t i = 0; i < sizeof marks; i++) {
        if (at == NULL) {
            return false;
        }
        *ret_us += units[i] * strtoll(at + 1, &at, 10);
        at = *at == marks[i] ? at : NULL;
    }
    const char *thread_end = at == NULL ? NULL : strchr(at + 1, ' ');
    *ret_message = thread_end == NULL ? NULL : thread_end + 1;
    return thread_end != NULL;
}

static void
begin(LeveldbWork *work, int64_t now_us)
{
    if (work->since_us < 0) {
        work->since_us = now_us;
    }
}

static void
finish(LeveldbWork *work, int64_t now_us, int64_t bytes)
{
    if (work->since_us < 0) {
        return;
    }
    int64_t took_us = (now_us - work->since_us + DAY_US) % DAY_US;
    work->since_us = -1;
    work->count++;
    work->us += took_us < DAY_US / 2 ? took_us : 0;
    work->bytes += bytes;
}

/* The number behind a word of the message; 0: there is none. */
static int64_t
number_behind(const char *message, const char *word)
{
    const char *at = strstr(message, word);
    return at == NULL ? 0 : strtoll(at + strlen(word), NULL, 10);
}

static bool
begins_with(const char *message, const char *word)
{
    return strncmp(message, word, strlen(word)) == 0;
}

static void
take_line(LeveldbMessages *messages, char *line)
{
    int64_t now_us = 0;
    const char *message = NULL;
    if (!split_line(line, &now_us, &message)) {
        return;
    }
    if (begins_with(message, "Level-0 table #")) {
        if (strstr(message, ": started") != NULL) {
            begin(&messages->flush, now_us);
        } else {
            finish(&messages->flush, now_us, number_behind(message, ": "));
            finish(&messages->wait_memtable, now_us, 0);
        }
    } else if (begins_with(message, "Compacting ")) {
        begin(&messages->compaction, now_us);
    } else if (begins_with(message, "Compacted ")) {
        finish(&messages->compaction, now_us, number_behind(message, "=> "));
        finish(&messages->wait_runs, now_us, 0);
    } else if (begins_with(message, "Current memtable full; waiting")) {
        begin(&messages->wait_memtable, now_us);
    } else if (begins_with(message, "Too many L0 files; waiting")) {
        begin(&messages->wait_runs, now_us);
    }
}

/* Reads the lines that are whole. REQUIRES: the mutex. */
static void
read_on(LeveldbMessages *messages)
{
    char *line = NULL;
    size_t capacity = 0;
    FILE *file = fopen(messages->path, "re");
    if (file == NULL) {
        return;
    }
    if (fseeko(file, messages->place, SEEK_SET) == 0) {
        ssize_t len = getline(&line, &capacity, file);
        while (len > 0 && line[len - 1] == '\n') {
            take_line(messages, line);
            messages->place += len;
            len = getline(&line, &capacity, file);
        }
    }
    free(line);
    (void)fclose(file);
}

void
leveldb_messages_visit(LeveldbMessages *messages, EngineFigureVisitor *visit, void *user)
{
    (void)pthread_mutex_lock(&messages->mutex);
    read_on(messages);
    LeveldbWork flush = messages->flush;
    LeveldbWork compaction = messages->compaction;
    LeveldbWork memtable = messages->wait_memtable;
    LeveldbWork runs = messages->wait_runs;
    (void)pthread_mutex_unlock(&messages->mutex);
    visit(user, "flushes", flush.count);
    visit(user, "flush_us", flush.us);
    visit(user, "flush_bytes", flush.bytes);
    visit(user, "compactions", compaction.count);
    visit(user, "compaction_us", compaction.us);
    visit(user, "compaction_bytes", compaction.bytes);
    visit(user, "stalls_memtable", memtable.count);
    visit(user, "stall_us_memtable", memtable.us);
    visit(user, "stalls_runs", runs.count);
    visit(user, "stall_us_runs", runs.us);
}
