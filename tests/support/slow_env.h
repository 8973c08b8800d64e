/*
 * slow_env.h: files of the operating system whose reads are slow for those who serve requests.
 *
 * A read in a thread of the data endpoint (service/README.md names them: data-0 is a reactor,
 * data-w0 a worker) takes a fixed time longer, and while the file `hold` exists it does not end at
 * all. Others, such as those that merge tables, read as usual. It counts who read: a reactor must
 * never be among them.
 *
 * Threading: one in a process; its files from any thread.
 */
#ifndef LARDER_TESTS_SUPPORT_SLOW_ENV_H
#define LARDER_TESTS_SUPPORT_SLOW_ENV_H

#include "engine/env/env.h"

/* `hold` is the path of a file, or NULL; it stays the caller's. Lives for ever. */
const Env *slow_env(int64_t delay_us, const char *hold);

/* Reads so far that reactors and workers have begun. */
int64_t slow_env_reactor_reads(void);
int64_t slow_env_worker_reads(void);

#endif
