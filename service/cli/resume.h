/*
 * resume.h: how far an import has come, noted in a file.
 *
 * The note says: the first `position` bytes of the input are in the store. It is one line of JSON,
 * replaced in one step, so that it is whole at any moment at which the program may be killed. The
 * input is known again by the hash of those bytes, wherever it is and whatever it is called.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_SERVICE_CLI_RESUME_H
#define LARDER_SERVICE_CLI_RESUME_H

#include "engine/base/buf.h"
#include "engine/base/status.h"

#define CLI_RESUME_NAME_MAX 256

typedef struct CliResume {
    char server[CLI_RESUME_NAME_MAX];
    char store[CLI_RESUME_NAME_MAX];
    uint64_t position;         /* bytes of the input */
    uint64_t hash;             /* of these */
    uint64_t records;          /* in these */
    int64_t server_started_ms; /* of a store that a restart empties; 0: of any other */
} CliResume;

/* Reads a note. BASE_NOT_FOUND: there is none. BASE_CORRUPTION: it is none. */
BaseStatus cli_resume_read(const char *path, CliResume *ret_resume);

/* Replaces the note, durably. */
BaseStatus cli_resume_write(const char *path, const CliResume *resume);

/* Removes the note, if there is one. */
BaseStatus cli_resume_remove(const char *path);

#endif
