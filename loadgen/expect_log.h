/*
 * expect_log.h: writes an expected-state file while a run goes on.
 *
 * Every entry is handed to the operating system before the call returns, so it is in the file even
 * if this program is killed in the next moment. It is not synced: a crash of the whole machine can
 * take the end of the file away, which is why the file belongs on another machine than the one that
 * is made to crash.
 *
 * When an entry cannot be written, the file is marked as useless, the run is told to stop, and
 * load_expect_log_close() says why.
 *
 * Threading: load_expect_log_add() from any thread; the others from one.
 */
#ifndef LARDER_LOADGEN_EXPECT_LOG_H
#define LARDER_LOADGEN_EXPECT_LOG_H

#include "loadgen/expect.h"

typedef struct LoadExpectLog LoadExpectLog;

/*
 * Makes a file, which must not exist. `stop` is set when it cannot be written any more. NULL:
 * *ret_problem says why; free it with g_free().
 */
LoadExpectLog *load_expect_log_open(const char *path, _Atomic bool *stop, char **ret_problem);

/* Writes the head: before anything is added. Takes NULL. */
void load_expect_log_begin(LoadExpectLog *log, const LoadExpectHead *head);

/* Adds an entry: one system call. Takes NULL. */
void load_expect_log_add(LoadExpectLog *log, const LoadExpectEntry *entry);

/* Closes. NULL: everything was written; else why not; free it with g_free(). Takes NULL. */
char *load_expect_log_close(LoadExpectLog *log);

#endif
