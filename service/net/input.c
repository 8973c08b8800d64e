/*
 * input.c: received bytes that wait. See input.h.
 */
#include "service/net/input.h"

enum {
    KEEP_BYTES = 512,     /* storage that an empty input keeps */
    STEAL_MIN = 16 * 1024 /* below, copying is cheaper than a new storage */
};

void
net_input_compact(NetInput *input)
{
    if (input->begin != 0) {
        size_t len = net_input_len(input);
        memmove(input->buf.data, input->buf.data + input->begin, len);
        input->buf.len = len;
        input->begin = 0;
    }
}

bool
net_input_append(NetInput *input, const void *data, size_t len)
{
    return base_buf_append(&input->buf, data, len);
}

void
net_input_clear(NetInput *input)
{
    base_buf_clear(&input->buf);
    input->begin = 0;
}

void
net_input_consume(NetInput *input, size_t len)
{
    input->begin += len;
    if (input->begin < input->buf.len) {
        return;
    }
    if (input->buf.capacity > KEEP_BYTES) {
        net_input_clear(input);
    } else {
        base_buf_reset(&input->buf);
        input->begin = 0;
    }
}

bool
net_input_steal(NetInput *input, size_t len, BaseBuf *ret_bytes)
{
    size_t rest = net_input_len(input) - len;
    if (len < STEAL_MIN || rest > len || input->begin != 0) {
        return false;
    }
    BaseBuf fresh = BASE_BUF_INIT;
    if (!base_buf_append(&fresh, input->buf.data + len, rest)) {
        return false;
    }
    *ret_bytes = input->buf;
    ret_bytes->len = len;
    input->buf = fresh;
    return true;
}
