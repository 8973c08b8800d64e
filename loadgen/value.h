/*
 * value.h: values that say who wrote them, so that every read can be checked.
 *
 * Layout, numbers little-endian:
 *
 *   offset size
 *        0    4  magic "LdV2"
 *        4    4  run: number of the run of larder-load that wrote it
 *        8    8  record
 *       16    4  sequence: counts the writes of this record from 1
 *       20    4  writer: the thread
 *       24    4  length of the whole value
 *       28    4  how many bytes of the filler do not repeat
 *       32    8  checksum: XXH3 of bytes 0..31
 *       40    -  filler, from record, sequence and run, as filler.h makes it
 *
 * Head and filler belong together bit by bit: bytes of two writes in one value are found by
 * comparing all of the filler with what the head says must be there. The length finds a value that
 * was cut or extended; record, run and sequence are for the ledger to judge.
 *
 * Threading: any number of threads at once.
 */
#ifndef LARDER_LOADGEN_VALUE_H
#define LARDER_LOADGEN_VALUE_H

#include "engine/base/slice.h"

enum { LOAD_VALUE_BYTES_MIN = 40 };

typedef struct LoadValueId {
    uint64_t record;
    uint32_t sequence;
    uint32_t run;
    uint32_t writer;
} LoadValueId;

/* What a value's own bytes tell. */
typedef enum LoadValueState {
    LOAD_VALUE_WHOLE,
    LOAD_VALUE_FOREIGN, /* not written by any larder-load */
    LOAD_VALUE_CUT,     /* shorter or longer than it was written */
    LOAD_VALUE_TORN,    /* its bytes do not belong together */
} LoadValueState;

/*
 * Writes a value of `size` bytes, of whose filler the first `unique` bytes do not repeat (more than
 * there are: nothing repeats). REQUIRES: size of at least LOAD_VALUE_BYTES_MIN, unique above 0.
 */
void load_value_write(uint8_t *out, size_t size, size_t unique, const LoadValueId *id);

/* How many bytes must be unique for values that compress to about `ratio`, 0 to 1. */
size_t load_value_unique(size_t size, double ratio);

/* Checks a value. *ret_id is written when it is WHOLE. */
LoadValueState load_value_read(BaseSlice value, LoadValueId *ret_id);

#endif
