/*
 * file_name.h: names of the files of a store.
 *
 * A number in a name has at least six digits, and no more than it needs beyond that: every file has
 * one name, and a name that the engine did not choose is FORMAT_FILE_OTHER.
 *
 * Threading: pure functions.
 */
#ifndef LARDER_ENGINE_FORMAT_FILE_NAME_H
#define LARDER_ENGINE_FORMAT_FILE_NAME_H

#include <stdbool.h>
#include <stdint.h>

enum { FORMAT_FILE_NAME_BYTES = 32 }; /* of the longest name, with its terminator */

#define FORMAT_CURRENT_NAME    "CURRENT"
#define FORMAT_QUARANTINE_NAME "quarantine"

typedef enum FormatFileKind {
    FORMAT_FILE_OTHER, /* not of this engine */
    FORMAT_FILE_CURRENT,
    FORMAT_FILE_MANIFEST,
    FORMAT_FILE_LOG,
    FORMAT_FILE_TABLE,
    FORMAT_FILE_BLOB,
    FORMAT_FILE_TEMPORARY, /* of any origin; number 0 unless it is NNNNNN.tmp */
    FORMAT_FILE_QUARANTINE,
} FormatFileKind;

typedef struct FormatFileName {
    FormatFileKind kind;
    uint64_t number;
} FormatFileName;

/* Writes the name of a file that has a number. */
void format_file_name_write(FormatFileName file, char name[FORMAT_FILE_NAME_BYTES]);

/* What a name says. */
FormatFileName format_file_name_read(const char *name);

#endif
