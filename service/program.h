/*
 * program.h: larderd: command line, signals, exit status.
 *
 * SIGTERM and SIGINT drain the server and end it; a second one, or the end of drain_ms, cuts the
 * drain short. SIGHUP loads the configuration again. SIGPIPE is ignored.
 *
 * For whoever started it, larderd writes plain lines to standard error between those of the log:
 *
 *     listening data ADDRESS      one for every address; admin likewise
 *     ready                       everything is there
 *     reloaded, not reloaded      what SIGHUP came to
 *
 * Everything of larderd but main() is in the library larder_server, so that other programs (tests,
 * above all) can register engines of their own, look at calls, and be a larderd otherwise.
 *
 * Threading: once, in the main thread, before there are others.
 */
#ifndef LARDER_SERVICE_PROGRAM_H
#define LARDER_SERVICE_PROGRAM_H

#include "service/server.h"

/* Exit statuses; beyond 0 and 1 those of sysexits.h. */
typedef enum ProgramExit {
    PROGRAM_OK = 0,           /* stopped as told, or did what the options asked for */
    PROGRAM_USAGE = 64,       /* the command line is wrong */
    PROGRAM_CORRUPT = 65,     /* stored data is damaged: do not restart, look at it */
    PROGRAM_UNAVAILABLE = 69, /* an address or the data directory is in use */
    PROGRAM_INTERNAL = 70,    /* a defect */
    PROGRAM_OS = 71,          /* no memory, no thread */
    PROGRAM_IO = 74,          /* the data directory cannot be used */
    PROGRAM_CONFIG = 78,      /* the configuration is wrong, or does not fit the data directory */
} ProgramExit;

/* Runs larderd, with parts of a test in it (NULL: none); returns its exit status. */
int program_main(int argc, char **argv, const ServerParts *parts);

#endif
