/*
 * source.h: a file or pipe that is read once, from its beginning.
 *
 * Hands out lines or numbers of bytes, borrowed until the next call, and knows how far it has come:
 * the position, and the XXH3 of everything up to there, by which two readings of a file can be told
 * to have seen the same.
 *
 * Memory follows what was read, never what a file claims; a line or piece of more than
 * CLI_SOURCE_PIECE_MAX bytes is an error.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_SERVICE_CLI_SOURCE_H
#define LARDER_SERVICE_CLI_SOURCE_H

#include "engine/base/buf.h"
#include "engine/base/hash.h"

#define CLI_SOURCE_PIECE_MAX ((size_t)3 << 30)

typedef enum CliSourceResult {
    CLI_SOURCE_GOOD,
    CLI_SOURCE_END,         /* nothing is left */
    CLI_SOURCE_CUT,         /* less is left than was asked for */
    CLI_SOURCE_TROUBLE,     /* it cannot be read: `trouble` is the errno */
    CLI_SOURCE_INTERRUPTED, /* Ctrl-C */
} CliSourceResult;

typedef struct CliSource {
    int fd;
    bool at_end;
    bool newline; /* the last line that was handed out had one */
    int trouble;
    int64_t size; /* of a regular file; -1: not known */
    BaseBuf buffer;
    size_t at;         /* where the unread part of the buffer begins */
    uint64_t position; /* bytes that were handed out */
    BaseHashStream hash;
} CliSource;

/* Opens a file; "-" is the standard input. 0, or the errno. */
int cli_source_open(CliSource *source, const char *path);

/* Takes a source that was never opened, if it is all zero. */
void cli_source_close(CliSource *source);

/* The next line, without its newline; the last one may have none. */
CliSourceResult cli_source_line(CliSource *source, BaseSlice *ret_line);

/* The next `len` bytes; `peek` leaves them there. */
CliSourceResult cli_source_take(CliSource *source, size_t len, BaseSlice *ret_bytes);
CliSourceResult cli_source_peek(CliSource *source, size_t len, BaseSlice *ret_bytes);

/* The hash of the bytes up to the position. */
uint64_t cli_source_hash(const CliSource *source);

/* Reads all that is left, up to `max` bytes. CUT: there is more. */
CliSourceResult cli_source_all(CliSource *source, size_t max, BaseBuf *into);

#endif
