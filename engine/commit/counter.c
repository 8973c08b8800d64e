/*
 * counter.c: counters as values. See counter.h.
 */
#include "engine/commit/counter.h"

bool
commit_counter_parse(BaseSlice value, int64_t *ret_number)
{
    if (value.len != COMMIT_COUNTER_BYTES) {
        return false;
    }
    uint64_t bits = 0;
    for (size_t i = 0; i < COMMIT_COUNTER_BYTES; i++) {
        bits = bits << 8 | value.data[i];
    }
    *ret_number = (int64_t)bits;
    return true;
}

void
commit_counter_format(int64_t number, uint8_t bytes[COMMIT_COUNTER_BYTES])
{
    uint64_t bits = (uint64_t)number;
    for (size_t i = COMMIT_COUNTER_BYTES; i > 0; i--) {
        bytes[i - 1] = (uint8_t)bits;
        bits >>= 8;
    }
}

bool
commit_counter_add(const EngineMutation *mutation, int64_t number, int64_t *ret_sum)
{
    int64_t sum = 0;
    if (__builtin_add_overflow(number, mutation->delta, &sum) || sum < mutation->lowest ||
        sum > mutation->highest) {
        return false;
    }
    *ret_sum = sum;
    return true;
}
