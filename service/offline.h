/*
 * offline.h: larderd --verify and --repair: the files of stores that nobody serves.
 *
 * The directory is that of a server, which has its stores in "stores", or that of one store. Every
 * store is worked on by the engine that wrote it, whatever the configuration says; engines that
 * keep no files are passed over. What is found goes to standard output, a line each, while the work
 * goes on; a summary of each store follows.
 *
 * The locks of a running server are respected: nothing is read or changed that is in use.
 *
 * Threading: once, in the main thread.
 */
#ifndef LARDER_SERVICE_OFFLINE_H
#define LARDER_SERVICE_OFFLINE_H

#include "engine/env/env.h"
#include "service/program.h"

/*
 * Checks, or repairs, what is in a directory. PROGRAM_OK: everything is as it should be, and
 * nothing was lost. PROGRAM_CORRUPT: something is damaged (verify), or was lost (repair; the stores
 * open all the same). PROGRAM_UNAVAILABLE: it is in use. PROGRAM_IO and others: it could not be
 * done, and standard error says why.
 */
ProgramExit offline_verify(const Env *env, const char *directory);
ProgramExit offline_repair(const Env *env, const char *directory);

#endif
