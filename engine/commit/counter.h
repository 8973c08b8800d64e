/*
 * counter.h: counters as values: 8 bytes, a signed number, big-endian. Engines that commit on their
 * own use it too.
 *
 * Threading: pure.
 */
#ifndef LARDER_ENGINE_COMMIT_COUNTER_H
#define LARDER_ENGINE_COMMIT_COUNTER_H

#include "engine/engine.h"

#define COMMIT_COUNTER_BYTES 8

/* False: the value is no counter. */
bool commit_counter_parse(BaseSlice value, int64_t *ret_number);

void commit_counter_format(int64_t number, uint8_t bytes[COMMIT_COUNTER_BYTES]);

/* `number` plus the delta of an INCREMENT; false: outside of its bounds, or of 64 bits. */
bool commit_counter_add(const EngineMutation *mutation, int64_t number, int64_t *ret_sum);

#endif
