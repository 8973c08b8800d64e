/*
 * expect.h: the format of expected-state files: what a run meant to write, and what was answered.
 *
 * A file is a head and entries of LOAD_EXPECT_ENTRY_BYTES, in the order in which they were made.
 * An intention is in the file before its write is sent, an answer after its reply came. Numbers are
 * little-endian; checksums are XXH3.
 *
 *   head    offset size
 *                0    8  magic "LARDEXP1"
 *                8    4  run: as in the values
 *               12    1  shape of the keys
 *               13    1  length of their prefix
 *               14    2  length of a key
 *               16    8  records: those that the run loads
 *               24   64  prefix, padded with zeros
 *               88   32  zero
 *              120    8  checksum of bytes 0..119
 *   entry        0    1  kind
 *                1    3  zero
 *                4    4  sequence of the write
 *                8    8  record
 *               16    8  version; ACKNOWLEDGED only, otherwise zero
 *               24    8  checksum of bytes 0..23, seeded with the run
 *
 * Workers claim places before they fill them, so a run that was killed can leave entries that are
 * all zero; they stand for nothing. An entry that is neither zero nor good is damage.
 *
 * Threading: pure functions. Any bytes are safe.
 */
#ifndef LARDER_LOADGEN_EXPECT_H
#define LARDER_LOADGEN_EXPECT_H

#include "loadgen/keys.h"

enum {
    LOAD_EXPECT_HEAD_BYTES = 128,
    LOAD_EXPECT_ENTRY_BYTES = 32,
};

/* Records of a file are below this. */
#define LOAD_EXPECT_RECORDS_MAX (UINT64_C(1) << 48)

typedef struct LoadExpectHead {
    uint32_t run;
    uint64_t records;
    LoadKeys keys;
} LoadExpectHead;

typedef enum LoadExpectKind {
    LOAD_EXPECT_PUT = 1,          /* a put will be sent */
    LOAD_EXPECT_REMOVE = 2,       /* a remove will be sent */
    LOAD_EXPECT_ACKNOWLEDGED = 3, /* the write was applied, at `version` */
    LOAD_EXPECT_REFUSED = 4,      /* the write was certainly not applied */
} LoadExpectKind;

typedef struct LoadExpectEntry {
    LoadExpectKind kind;
    uint32_t sequence; /* at least 1 */
    uint64_t record;
    int64_t version;
} LoadExpectEntry;

typedef enum LoadExpectState {
    LOAD_EXPECT_GOOD,
    LOAD_EXPECT_HOLE,
    LOAD_EXPECT_DAMAGED,
} LoadExpectState;

void load_expect_head_encode(const LoadExpectHead *head, uint8_t out[LOAD_EXPECT_HEAD_BYTES]);

/* NULL, or what is wrong with it. *ret_head is written when nothing is. */
const char *load_expect_head_decode(const uint8_t bytes[LOAD_EXPECT_HEAD_BYTES],
                                    LoadExpectHead *ret_head);

void load_expect_entry_encode(const LoadExpectEntry *entry, uint32_t run,
                              uint8_t out[LOAD_EXPECT_ENTRY_BYTES]);

/* *ret_entry is written when it is GOOD; its record is then one that the keys can number. */
LoadExpectState load_expect_entry_decode(const uint8_t bytes[LOAD_EXPECT_ENTRY_BYTES],
                                         const LoadExpectHead *head, LoadExpectEntry *ret_entry);

#endif
