/*
 * tuple.h: keys made of typed parts, whose bytes sort as the parts do.
 *
 *   char memory[64];
 *   LarderBytes key;
 *   LarderTupleWriter writer = larder_tuple_writer(memory, sizeof memory);
 *   larder_tuple_add_tenant(&writer, larder_text("acme"));
 *   larder_tuple_add_text(&writer, larder_text("order"));
 *   larder_tuple_add_integer(&writer, 4711);
 *   if (larder_tuple_finish(&writer, &key) == LARDER_TUPLE_OK) { ... put it ... }
 *
 * Order. Tuples compare part by part; the one that ends first is the lower one. Parts of different
 * types compare by type, in the order of LarderTupleType; parts of one type as false < true, as
 * numbers, and texts and bytes byte by byte (which for UTF-8 is the order of code points). For any
 * two keys made here, memcmp() says the same, so ranges of a store are ranges of tuples.
 *
 * Doubles. -0 is written as 0 and every NaN as one NaN, which sorts above infinity: values that
 * compare equal make equal keys.
 *
 * Prefixes. No encoded part begins with another one. So the keys that begin with the bytes of
 * (a, b) are exactly those of the tuples that begin with a and b, and the finished bytes of a
 * shorter tuple can be the `prefix` of a scan as they are. larder_tuple_stop() gives the end of
 * such a range.
 *
 * Canonical. Each tuple has one encoding, and reading accepts no other bytes. docs/formats.md has
 * the bytes; python/larder_kit/tuples.py writes and reads the same.
 *
 * Memory: nothing is allocated. Threading: plain values. C99 and C++11.
 */
#ifndef LARDER_TUPLE_H
#define LARDER_TUPLE_H

#include <larder/bytes.h>

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Tuples within tuples, at most: the outermost does not count. */
#define LARDER_TUPLE_DEPTH_MAX 16

/* Types of parts, in the order in which they sort. */
typedef enum LarderTupleType {
    LARDER_TUPLE_CLOSE = 0, /* the end of a nested tuple */
    LARDER_TUPLE_TENANT,    /* who owns the key; only as the first part, and never empty */
    LARDER_TUPLE_NULL,
    LARDER_TUPLE_BOOLEAN,
    LARDER_TUPLE_INTEGER, /* 64 bits, signed */
    LARDER_TUPLE_DOUBLE,
    LARDER_TUPLE_UUID, /* 16 bytes */
    LARDER_TUPLE_TEXT, /* UTF-8 */
    LARDER_TUPLE_BYTES,
    LARDER_TUPLE_OPEN, /* the beginning of a nested tuple; its parts follow */
} LarderTupleType;

/* What came of writing or reading. Everything but OK and DONE says what is wrong. */
typedef enum LarderTupleCode {
    LARDER_TUPLE_OK = 0,
    LARDER_TUPLE_DONE,          /* reading: there are no more parts */
    LARDER_TUPLE_NO_SPACE,      /* the memory given is too small */
    LARDER_TUPLE_TOO_DEEP,      /* over LARDER_TUPLE_DEPTH_MAX */
    LARDER_TUPLE_UNBALANCED,    /* a nested tuple is not closed, or closed without being open */
    LARDER_TUPLE_BAD_TENANT,    /* an empty tenant, or one that is not the first part */
    LARDER_TUPLE_BAD_TEXT,      /* not UTF-8 */
    LARDER_TUPLE_BEHIND_PREFIX, /* writing: a part behind larder_tuple_add_text_prefix() */
    LARDER_TUPLE_TRUNCATED,     /* reading: the bytes end within a part */
    LARDER_TUPLE_BAD_TYPE,      /* reading: no part begins with this byte */
    LARDER_TUPLE_BAD_ESCAPE,    /* reading: 01 stands before neither 01 nor 02 */
    LARDER_TUPLE_NOT_CANONICAL, /* reading: a number that is written in another way */
} LarderTupleCode;

/* "not_canonical", for instance; "unknown" for a number that is none. */
const char *larder_tuple_code_name(LarderTupleCode code);

/*
 * Writes into memory of the caller. The first thing that goes wrong is kept in `code`, later calls
 * do nothing more, and finishing returns it: one check suffices. Without space the writer goes on
 * counting, so `size` tells in the end how much is needed. Read-only but through functions.
 */
typedef struct LarderTupleWriter {
    char *memory;
    size_t capacity;
    size_t size;
    unsigned depth;
    bool open_text;
    LarderTupleCode code;
} LarderTupleWriter;

LarderTupleWriter larder_tuple_writer(void *memory, size_t capacity);

void larder_tuple_add_tenant(LarderTupleWriter *writer, LarderBytes name);
void larder_tuple_add_null(LarderTupleWriter *writer);
void larder_tuple_add_boolean(LarderTupleWriter *writer, bool value);
void larder_tuple_add_integer(LarderTupleWriter *writer, int64_t value);
void larder_tuple_add_double(LarderTupleWriter *writer, double value);
void larder_tuple_add_uuid(LarderTupleWriter *writer, const void *uuid /* 16 bytes */);
void larder_tuple_add_text(LarderTupleWriter *writer, LarderBytes text);
void larder_tuple_add_bytes(LarderTupleWriter *writer, LarderBytes bytes);

/* Everything between the two is one part: a tuple. */
void larder_tuple_open(LarderTupleWriter *writer);
void larder_tuple_close(LarderTupleWriter *writer);

/* The last part of a prefix: any text that begins so. Nothing can be added behind it. */
void larder_tuple_add_text_prefix(LarderTupleWriter *writer, LarderBytes text);

/* The whole tuple, in the writer's memory. On failure *ret_key is empty. */
LarderTupleCode larder_tuple_finish(const LarderTupleWriter *writer, LarderBytes *ret_key);

/* The same for a prefix, which may end within a nested tuple or with a text prefix. */
LarderTupleCode larder_tuple_finish_prefix(const LarderTupleWriter *writer,
                                           LarderBytes *ret_prefix);

/*
 * The lowest bytes above all that begin with `prefix`, in `memory` of at least prefix.size bytes.
 * Empty when there are none (an empty prefix, or one of 0xFF only): the range has no end.
 */
LarderTupleCode larder_tuple_stop(LarderBytes prefix, void *memory, size_t capacity,
                                  LarderBytes *ret_stop);

/* One part. */
typedef struct LarderTuplePart {
    LarderTupleType type;
    bool boolean;
    int64_t integer;
    double number;
    LarderBytes bytes; /* TENANT, TEXT, BYTES, and the 16 of UUID */
} LarderTuplePart;

/*
 * Reads the parts of a key one by one; a nested tuple is OPEN, its parts, CLOSE. Bytes point into
 * the key where they stand there as they are; those that had to be unescaped are in `memory`, of
 * which key.size bytes always suffice. Without memory such a part is NO_SPACE.
 */
typedef struct LarderTupleReader {
    LarderBytes key;
    size_t offset;
    char *memory;
    size_t capacity;
    size_t used;
    unsigned depth;
} LarderTupleReader;

LarderTupleReader larder_tuple_reader(LarderBytes key, void *memory, size_t capacity);

/* OK: *ret_part is set. DONE: the key is read to its end. Else it is no key, and nothing is set. */
LarderTupleCode larder_tuple_next(LarderTupleReader *reader, LarderTuplePart *ret_part);

/* OK: reading all of the key succeeds. Otherwise what is wrong with it. Needs no memory. */
LarderTupleCode larder_tuple_check(LarderBytes key);

#ifdef __cplusplus
}
#endif

#endif
