/*
 * peer_memcached.c: what memcached speaks (its text protocol), as far as get, set and delete go.
 */
#include "loadgen/peer_target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
put_text(BaseBuf *out, const char *text)
{
    return base_buf_append_slice(out, base_slice_text(text));
}

static bool
write_op(const LoadPeerWork *work, BaseBuf *out, const LoadOp *op)
{
    size_t size = op->value_size;
    BaseSlice key = load_keys_write_near(work->args->keys, op->record, op->missing, work->room);
    if (op->kind != LOAD_PUT) {
        return put_text(out, op->kind == LOAD_GET ? "get " : "delete ") &&
               base_buf_append_slice(out, key) && put_text(out, "\r\n");
    }
    char numbers[40];
    (void)snprintf(numbers, sizeof numbers, " 0 0 %zu\r\n", size);
    uint8_t *value = work->room + key.len;
    load_peer_value(work, op, value);
    return put_text(out, "set ") && base_buf_append_slice(out, key) && put_text(out, numbers) &&
           base_buf_append(out, value, size) && put_text(out, "\r\n");
}

static bool
begins(BaseSlice line, const char *word)
{
    size_t len = strlen(word);
    return line.len >= len && memcmp(line.data, word, len) == 0;
}

/* "VALUE key flags bytes", the bytes, and END behind them. */
static LoadParsed
read_value(BaseSlice in, size_t *at, BaseSlice line, LoadAnswer *answer)
{
    static const char end[] = "\r\nEND\r\n";
    const uint8_t *space = memrchr(line.data, ' ', line.len);
    size_t len = (size_t)strtoul((const char *)space + 1, NULL, 10);
    size_t begin = *at + line.len + 2;
    if (begin + len + sizeof end - 1 > in.len) {
        return LOAD_PARSED_PART;
    }
    if (memcmp(in.data + begin + len, end, sizeof end - 1) != 0) {
        return LOAD_PARSED_WRONG;
    }
    answer->found = true;
    answer->value = base_slice(in.data + begin, len);
    *at = begin + len + sizeof end - 1;
    return LOAD_PARSED_WHOLE;
}

static LoadParsed
read_reply(const LoadPeerWork *work, const LoadOp *op, BaseSlice in, size_t *at, LoadAnswer *answer)
{
    (void)work;
    BaseSlice line;
    LoadParsed parsed = load_peer_line(in, *at, &line);
    if (parsed != LOAD_PARSED_WHOLE) {
        return parsed;
    }
    if (begins(line, "VALUE ")) {
        return op->kind == LOAD_GET ? read_value(in, at, line, answer) : LOAD_PARSED_WRONG;
    }
    if (begins(line, "ERROR") || begins(line, "CLIENT_ERROR") || begins(line, "SERVER_ERROR")) {
        answer->fault = LOAD_FAULT_FAILED;
        answer->message = line;
    } else if (!begins(line, op->kind == LOAD_GET   ? "END"
                             : op->kind == LOAD_PUT ? "STORED"
                                                    : "DELETED") &&
               !(op->kind == LOAD_REMOVE && begins(line, "NOT_FOUND"))) {
        return LOAD_PARSED_WRONG;
    }
    *at += line.len + 2;
    return LOAD_PARSED_WHOLE;
}

const LoadDialect load_peer_memcached = {
    .engine = "memcached",
    .protocol = "text",
    .question = "version\r\n",
    .version = "VERSION ",
    .write = write_op,
    .read = read_reply,
};
