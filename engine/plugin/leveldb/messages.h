/*
 * messages.h: what LevelDB tells of its work in its own log of messages.
 *
 * LevelDB counts no flushes and no compactions, but writes a line when one begins and when it has
 * ended, with the bytes, and one when a writer begins to wait. So the file LOG in its directory,
 * which it begins anew at each opening, is read on from where it was left whenever figures are
 * asked for. A wait for memory ends with the flush behind it, and a wait for the tables of the
 * first level with the compaction behind it. What nobody has written about is not counted, as the
 * millisecond that a write is delayed by when such tables are becoming too many. A compaction
 * includes the flushes that it was broken off for. Lines of an unknown form are passed over.
 *
 * Threading: from any thread; those who read wait for each other.
 */
#ifndef LARDER_ENGINE_PLUGIN_LEVELDB_MESSAGES_H
#define LARDER_ENGINE_PLUGIN_LEVELDB_MESSAGES_H

#include "engine/engine.h"

#include <pthread.h>
#include <sys/types.h>

/* Something that has a begin and an end. */
typedef struct LeveldbWork {
    int64_t since_us; /* time of the day when it began; -1: it is not under way */
    int64_t count;    /* ended */
    int64_t us;       /* all of them together */
    int64_t bytes;    /* written */
} LeveldbWork;

typedef struct LeveldbMessages {
    pthread_mutex_t mutex; /* around everything below */
    char *path;
    off_t place; /* of the first line that was not read */
    LeveldbWork flush;
    LeveldbWork compaction;
    LeveldbWork wait_memtable;
    LeveldbWork wait_runs;
} LeveldbMessages;

/* For the LevelDB in a directory. False: no memory. */
bool leveldb_messages_init(LeveldbMessages *messages, const char *directory);

/* Takes one that is all zero. */
void leveldb_messages_clear(LeveldbMessages *messages);

/* Reads what is new, and tells the figures since the opening, under the names that lsm has. */
void leveldb_messages_visit(LeveldbMessages *messages, EngineFigureVisitor *visit, void *user);

#endif
