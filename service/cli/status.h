/*
 * status.h: how a command ends; the exit statuses of the program.
 *
 * They are part of the interface: scripts depend on them, so they never change their meaning.
 *
 * Threading: plain values.
 */
#ifndef LARDER_SERVICE_CLI_STATUS_H
#define LARDER_SERVICE_CLI_STATUS_H

typedef enum CliStatus {
    CLI_OK = 0,
    CLI_NEGATIVE = 1,      /* a normal outcome, but no: not found, condition failed, not ready */
    CLI_INVALID = 2,       /* InvalidRequest: correct the call */
    CLI_NOT_HERE = 3,      /* NotHere: another server owns it */
    CLI_REFUSED = 4,       /* Refused: not executed, try again later */
    CLI_INDETERMINATE = 5, /* Indeterminate: may have been executed */
    CLI_FAILED = 6,        /* Failed: an operator has to look */
    CLI_UNREACHABLE = 7,   /* no connection: not executed */
    CLI_LOST = 8,          /* sent, but no reply in time: may have been executed */
    CLI_PROTOCOL = 9,      /* the reply is not one: is it a Larder server? */
    CLI_NO_MEMORY = 10,
    CLI_FILE = 11,         /* a file cannot be read or written, or what it holds is malformed */
    CLI_USAGE = 64,        /* the command line is wrong; nothing was done */
    CLI_INTERRUPTED = 130, /* by Ctrl-C */
} CliStatus;

#endif
