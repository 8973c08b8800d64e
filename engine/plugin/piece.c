/*
 * piece.c: keys as binary fractions, and their middles. See piece.h.
 */
#include "engine/plugin/piece.h"

#include "engine/base/buf.h"

/* Bytes behind the common beginning of two keys that a middle is made of. */
enum { DIGITS = 8, HALVINGS_MAX = 200 };

static uint64_t
digits_of(BaseSlice key, size_t at)
{
    uint64_t digits = 0;
    for (size_t i = at; i < at + DIGITS; i++) {
        digits = digits << 8 | (i < key.len ? key.data[i] : 0U);
    }
    return digits;
}

/* A key between two, low < middle < high. False: there is none so close, or no memory. */
static bool
find_middle(BaseSlice low, BaseSlice high, BaseBuf *middle)
{
    size_t shared = 0;
    while (shared < low.len && shared < high.len && low.data[shared] == high.data[shared]) {
        shared++;
    }
    uint64_t first = digits_of(low, shared);
    uint64_t last = digits_of(high, shared);
    uint64_t half = first + (last - first) / 2;
    if (last <= first || half == first) {
        return false;
    }
    uint8_t digits[DIGITS];
    for (size_t i = 0; i < DIGITS; i++) {
        digits[i] = (uint8_t)(half >> (8 * (DIGITS - 1 - i)));
    }
    base_buf_reset(middle);
    return base_buf_append(middle, low.data, shared) &&
           base_buf_append(middle, digits, sizeof digits);
}

/* The key at which a piece from `start` on ends. False: at `stop`. */
static bool
find_end(PluginPeer *peer, BaseSlice start, BaseSlice stop, BaseBuf *end)
{
    int64_t piece = peer->compact_piece;
    if (piece == 0 || peer->ops->range_bytes(peer, start, stop) <= piece + piece / 2) {
        return false;
    }
    BaseBuf low = BASE_BUF_INIT;
    BaseBuf high = BASE_BUF_INIT;
    bool found = false;
    bool left = base_buf_append_slice(&low, start) && base_buf_append_slice(&high, stop);
    for (int i = 0; i < HALVINGS_MAX && left && !found; i++) {
        left = find_middle(base_buf_slice(&low), base_buf_slice(&high), end);
        if (left) {
            int64_t bytes = peer->ops->range_bytes(peer, start, base_buf_slice(end));
            BaseBuf *closer = bytes > piece ? &high : &low;
            found = bytes > piece / 2 && bytes <= piece;
            base_buf_reset(closer);
            left = base_buf_append_slice(closer, base_buf_slice(end));
        }
    }
    base_buf_clear(&low);
    base_buf_clear(&high);
    return found;
}

BaseStatus
plugin_piece_compact(PluginPeer *peer, BaseSlice start, BaseSlice stop)
{
    BaseBuf place = BASE_BUF_INIT;
    BaseBuf end = BASE_BUF_INIT;
    bool more = true;
    BaseStatus status = base_buf_append_slice(&place, start)
                            ? plugin_peer_go_on(peer)
                            : base_error(BASE_NO_MEMORY, "no memory to compact");
    while (base_is_ok(status) && more) {
        BaseSlice from = base_buf_slice(&place);
        more = find_end(peer, from, stop, &end);
        status = peer->ops->compact(peer, from, more ? base_buf_slice(&end) : stop);
        BaseBuf passed = place;
        place = end;
        end = passed;
        status = base_is_ok(status) ? plugin_peer_go_on(peer) : status;
    }
    base_buf_clear(&place);
    base_buf_clear(&end);
    return status;
}
