/*
 * writer.h: writes a file from its start to its end, a mebibyte at a time.
 *
 * Bytes are appended to a buffer; full buffers go to the file. The first failure sticks: from then
 * on nothing is written, and every call returns it.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_ENGINE_TABLE_WRITER_H
#define LARDER_ENGINE_TABLE_WRITER_H

#include "engine/env/env.h"

typedef struct TableWriter {
    EnvFile *file;
    BaseBuf buffer;  /* append here, then call table_writer_flush_full() */
    uint64_t offset; /* in the file, of the buffer's first byte */
    BaseStatus status;
} TableWriter;

/* Makes the file; it must not exist. On failure there is nothing to close. */
BaseStatus table_writer_open(const Env *env, const char *path, TableWriter *ret_writer);

/* Where the next byte will lie. */
static inline uint64_t
table_writer_offset(const TableWriter *writer)
{
    return writer->offset + writer->buffer.len;
}

/* Writes the buffer if it is full, and tells whether all has gone well so far. */
BaseStatus table_writer_flush_full(TableWriter *writer);

/* Writes what is left and syncs the file. Its name is the caller's to sync. */
BaseStatus table_writer_finish(TableWriter *writer);

/* Closes the file. Takes one of zero bytes. */
void table_writer_close(TableWriter *writer);

#endif
