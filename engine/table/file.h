/*
 * file.h: a file of stored blocks that is open for reading, and how damage to it is reported.
 *
 * Statuses are two words; where exactly a file is damaged goes to a reporter, once for each
 * occurrence, before the status is returned.
 *
 * Threading: a file is immutable once it is open; any thread. The reporter is called by the thread
 * that met the damage, which may hold a read section: it must be short.
 */
#ifndef LARDER_ENGINE_TABLE_FILE_H
#define LARDER_ENGINE_TABLE_FILE_H

#include "engine/env/env.h"
#include "engine/format/frame.h"

/* What is wrong, and where. Borrowed during the call. */
typedef struct TableFault {
    const char *path;
    uint64_t offset;
    uint64_t len; /* of the part that was read */
    BaseStatus status;
} TableFault;

typedef struct TableReporter {
    void (*report)(void *user, const TableFault *fault); /* NULL: nobody listens */
    void *user;
} TableReporter;

typedef struct TableFile {
    EnvFile *file;
    char *path;
    uint64_t size;
    uint64_t id; /* set by the owner once it is known */
    TableReporter reporter;
} TableFile;

/* A stretch of a file that was read ahead. Zero bytes are an empty one. */
typedef struct TableWindow {
    uint8_t *data;
    size_t capacity;
    uint64_t offset;
    size_t len;
} TableWindow;

/* On failure there is nothing to close. */
BaseStatus table_file_open(const Env *env, const char *path, TableReporter reporter,
                           TableFile *ret_file);

/* Takes one of zero bytes. */
void table_file_close(TableFile *file);

/* Tells the reporter, and returns `status`. */
BaseStatus table_file_fault(const TableFile *file, uint64_t offset, uint64_t len,
                            BaseStatus status);

/* Reads exactly `len` bytes. A file that ends before is corrupt. */
BaseStatus table_file_read(const TableFile *file, uint64_t offset, uint8_t *data, size_t len);

/* Reads a stretch into a window, less at the end of the file. */
BaseStatus table_file_read_window(const TableFile *file, uint64_t offset, size_t len,
                                  TableWindow *window);

/* Frees what it holds. */
void table_window_clear(TableWindow *window);

/* As table_file_read(), from the window if the bytes are there; it may be NULL. */
BaseStatus table_file_read_through(const TableFile *file, const TableWindow *window,
                                   uint64_t offset, uint8_t *data, size_t len);

/*
 * Reads a stored block and unpacks it into memory that starts `lead` bytes before the raw bytes;
 * the caller frees it with free(). The memory is aligned to 64 bytes.
 */
BaseStatus table_file_read_block(const TableFile *file, FormatHandle handle, size_t lead,
                                 const FormatDictionary *dictionary, uint8_t **ret_memory,
                                 size_t *ret_raw_len);

#endif
