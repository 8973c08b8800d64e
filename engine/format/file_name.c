/*
 * file_name.c: names of the files of a store. See file_name.h.
 */
#include "engine/format/file_name.h"

#include "engine/base/check.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const char MANIFEST_PREFIX[] = "MANIFEST-";

/* By kind; NULL: no file with a number before a suffix. */
static const char *const suffixes[] = {
    [FORMAT_FILE_LOG] = ".wal",
    [FORMAT_FILE_TABLE] = ".sst",
    [FORMAT_FILE_BLOB] = ".blob",
    [FORMAT_FILE_TEMPORARY] = ".tmp",
};

static const size_t SUFFIX_COUNT = sizeof suffixes / sizeof *suffixes;

void
format_file_name_write(FormatFileName file, char name[FORMAT_FILE_NAME_BYTES])
{
    bool manifest = file.kind == FORMAT_FILE_MANIFEST;
    BASE_CHECK(manifest || ((size_t)file.kind < SUFFIX_COUNT && suffixes[file.kind] != NULL));
    int len =
        snprintf(name, FORMAT_FILE_NAME_BYTES, "%s%06" PRIu64 "%s", manifest ? MANIFEST_PREFIX : "",
                 file.number, manifest ? "" : suffixes[file.kind]);
    BASE_CHECK(len > 0 && len < FORMAT_FILE_NAME_BYTES);
}

/* Reads decimal digits; returns what follows them. */
static const char *
read_digits(const char *text, uint64_t *ret_number)
{
    uint64_t number = 0;
    const char *at = text;
    for (; *at >= '0' && *at <= '9' && at - text < 19; at++) {
        number = number * 10 + (uint64_t)(*at - '0');
    }
    *ret_number = number;
    return at;
}

/* Whether writing the name of a file gives this one. */
static bool
is_name_of(FormatFileName file, const char *name)
{
    char written[FORMAT_FILE_NAME_BYTES];
    format_file_name_write(file, written);
    return strcmp(written, name) == 0;
}

static bool
ends_with(const char *name, const char *suffix)
{
    size_t name_len = strlen(name);
    size_t suffix_len = strlen(suffix);
    return name_len > suffix_len && strcmp(name + name_len - suffix_len, suffix) == 0;
}

FormatFileName
format_file_name_read(const char *name)
{
    if (strcmp(name, FORMAT_CURRENT_NAME) == 0) {
        return (FormatFileName){FORMAT_FILE_CURRENT, 0};
    }
    if (strcmp(name, FORMAT_QUARANTINE_NAME) == 0) {
        return (FormatFileName){FORMAT_FILE_QUARANTINE, 0};
    }
    bool manifest = strncmp(name, MANIFEST_PREFIX, sizeof MANIFEST_PREFIX - 1) == 0;
    FormatFileName file = {FORMAT_FILE_MANIFEST, 0};
    const char *rest =
        read_digits(manifest ? name + sizeof MANIFEST_PREFIX - 1 : name, &file.number);
    if (manifest) {
        return is_name_of(file, name) ? file : (FormatFileName){FORMAT_FILE_OTHER, 0};
    }
    for (size_t kind = 0; kind < SUFFIX_COUNT; kind++) {
        file.kind = (FormatFileKind)kind;
        if (suffixes[kind] != NULL && strcmp(rest, suffixes[kind]) == 0 && is_name_of(file, name)) {
            return file;
        }
    }
    bool temporary = ends_with(name, suffixes[FORMAT_FILE_TEMPORARY]);
    return (FormatFileName){temporary ? FORMAT_FILE_TEMPORARY : FORMAT_FILE_OTHER, 0};
}
