/*
 * log_commit.h: commits as the write-ahead log keeps them: a payload of a record is one or more of
 * them, in order.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_ENGINE_FORMAT_LOG_COMMIT_H
#define LARDER_ENGINE_FORMAT_LOG_COMMIT_H

#include "engine/base/buf.h"
#include "engine/format/decode.h"

typedef enum FormatLogOperationKind {
    FORMAT_LOG_PUT = 0,
    FORMAT_LOG_REMOVE = 1,
    FORMAT_LOG_REMOVE_RANGE = 2,
} FormatLogOperationKind;

typedef struct FormatLogOperation {
    FormatLogOperationKind kind;
    bool system;           /* keyspace */
    bool unbounded;        /* REMOVE_RANGE: to the last key of the keyspace */
    BaseSlice key;         /* without keyspace */
    BaseSlice value;       /* PUT: the value; REMOVE_RANGE: the stop, unless unbounded */
    int64_t expires_at_ms; /* PUT: 0 for never */
} FormatLogOperation;

typedef struct FormatLogCommit {
    int64_t version;  /* positive, larger than that of the commit before */
    int64_t stamp_ms; /* not below that of the commit before */
    uint64_t operations;
} FormatLogCommit;

/* Writes a payload. Start with zeros, again for each payload. */
typedef struct FormatLogWriter {
    int64_t version; /* of the last commit; 0: none yet */
    int64_t stamp_ms;
} FormatLogWriter;

/* Appends the head of a commit; its operations follow. */
void format_log_commit_begin(FormatLogWriter *writer, BaseBuf *into, const FormatLogCommit *commit);

/* Appends an operation. False: no memory, here or before. */
bool format_log_commit_add(BaseBuf *into, const FormatLogOperation *operation);

/* How many bytes an operation takes, at most. */
size_t format_log_commit_size(const FormatLogOperation *operation);

/* Reads a payload. */
typedef struct FormatLogReader {
    FormatDecoder decoder;
    FormatLogCommit commit; /* the last one */
    uint64_t left;          /* operations of it that were not read */
} FormatLogReader;

FormatLogReader format_log_reader(BaseSlice payload);

/* Whether all of the payload was read. */
bool format_log_reader_done(const FormatLogReader *reader);

/* Reads the head of the next commit. REQUIRES: the operations of the one before were read. */
BaseStatus format_log_reader_commit(FormatLogReader *reader, FormatLogCommit *ret_commit);

/* Reads the next operation of the commit; slices are borrowed from the payload. */
BaseStatus format_log_reader_operation(FormatLogReader *reader, FormatLogOperation *ret_operation);

#endif
