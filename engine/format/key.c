/*
 * key.c: separators. See key.h.
 */
#include "engine/format/key.h"

#include "engine/base/check.h"

/* Whether `low` can be cut behind byte `at` and stay at or behind it, with that byte raised. */
static bool
can_raise(BaseSlice low, BaseSlice high, size_t first_difference, size_t at)
{
    if (low.data[at] == 0xff) {
        return false;
    }
    /* Raised at the first difference it could reach `high`; behind it, it stays before. */
    return at > first_difference || low.data[at] + 1 < high.data[at];
}

bool
format_key_separate(BaseSlice low, BaseSlice high, BaseBuf *into)
{
    BASE_INVARIANT(base_slice_compare(low, high) < 0);
    base_buf_reset(into);
    size_t same = format_key_shared(low, high);
    if (high.len > same + 1 && low.len > same) {
        return base_buf_append(into, high.data, same + 1); /* a true beginning of `high` */
    }
    for (size_t at = same; at + 1 < low.len; at++) {
        if (can_raise(low, high, same, at)) {
            bool fine = base_buf_append(into, low.data, at + 1);
            if (fine) {
                into->data[at]++;
            }
            return fine;
        }
    }
    return base_buf_append_slice(into, low);
}
