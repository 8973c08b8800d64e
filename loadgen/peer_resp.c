/*
 * peer_resp.c: what Redis speaks (RESP2). Requests are arrays of bulk strings, replies simple
 * strings, errors, integers, bulk strings and flat arrays of these.
 */
#include "loadgen/peer_target.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --------------------------------------------------------------------------------- requests -- */

static bool
put_head(BaseBuf *out, char kind, size_t number)
{
    char head[24];
    int len = snprintf(head, sizeof head, "%c%zu\r\n", kind, number);
    return base_buf_append(out, head, (size_t)len);
}

static bool
put_bulk(BaseBuf *out, BaseSlice bytes)
{
    return put_head(out, '$', bytes.len) && base_buf_append_slice(out, bytes) &&
           base_buf_append(out, "\r\n", 2);
}

static bool
put_command(BaseBuf *out, size_t words, const char *name)
{
    return put_head(out, '*', words) && put_bulk(out, base_slice_text(name));
}

static bool
put_expiry(BaseBuf *out, int64_t ttl_ms)
{
    char text[24];
    (void)snprintf(text, sizeof text, "%" PRId64, ttl_ms);
    return put_bulk(out, base_slice_text("PX")) && put_bulk(out, base_slice_text(text));
}

/* The sorted set that walks go over. */
static BaseSlice
set_name(const LoadPeerWork *work)
{
    return base_slice(work->args->keys->prefix, work->args->keys->prefix_len);
}

static bool
put_write(const LoadPeerWork *work, BaseBuf *out, const LoadOp *op)
{
    size_t key_size = work->args->keys->size;
    uint8_t *value = work->room + key_size;
    load_keys_write(work->args->keys, op->record, work->room);
    load_peer_value(work, op, value);
    if (work->sorted) {
        return put_command(out, 4, "ZADD") && put_bulk(out, set_name(work)) &&
               put_bulk(out, base_slice_text("0")) &&
               put_bulk(out, base_slice(work->room, key_size + op->value_size));
    }
    bool expires = work->args->ttl_ms != 0;
    return put_command(out, expires ? 5 : 3, "SET") &&
           put_bulk(out, base_slice(work->room, key_size)) &&
           put_bulk(out, base_slice(value, op->value_size)) &&
           (!expires || put_expiry(out, work->args->ttl_ms));
}

static bool
put_multi_get(const LoadPeerWork *work, BaseBuf *out, const LoadOp *op)
{
    bool good = put_command(out, (size_t)op->walk + 1, "MGET");
    for (uint32_t i = 0; i < op->walk && good; i++) {
        load_keys_write(work->args->keys, load_op_member(op, i), work->room);
        good = put_bulk(out, base_slice(work->room, work->args->keys->size));
    }
    return good;
}

/* Bounds are inclusive with [ and exclusive with (; a member is longer than its key. */
static bool
put_scan(const LoadPeerWork *work, BaseBuf *out, const LoadOp *op)
{
    char count[16];
    (void)snprintf(count, sizeof count, "%u", op->walk);
    work->room[0] = op->reverse ? '(' : '[';
    load_keys_write(work->args->keys, op->record, work->room + 1);
    return put_command(out, 7, op->reverse ? "ZREVRANGEBYLEX" : "ZRANGEBYLEX") &&
           put_bulk(out, set_name(work)) &&
           put_bulk(out, base_slice(work->room, work->args->keys->size + 1)) &&
           put_bulk(out, base_slice_text(op->reverse ? "-" : "+")) &&
           put_bulk(out, base_slice_text("LIMIT")) && put_bulk(out, base_slice_text("0")) &&
           put_bulk(out, base_slice_text(count));
}

static bool
write_op(const LoadPeerWork *work, BaseBuf *out, const LoadOp *op)
{
    switch (op->kind) {
    case LOAD_PUT:
        return put_write(work, out, op);
    case LOAD_MULTI_GET:
        return put_multi_get(work, out, op);
    case LOAD_SCAN:
        return put_scan(work, out, op);
    default:
        break;
    }
    BaseSlice key = load_keys_write_near(work->args->keys, op->record, op->missing, work->room);
    return put_command(out, 2, op->kind == LOAD_GET ? "GET" : "DEL") && put_bulk(out, key);
}

/* ---------------------------------------------------------------------------------- replies -- */

/* The number behind the first character of a line. */
static long
number_of(BaseSlice line)
{
    return strtol((const char *)line.data + 1, NULL, 10);
}

/* A bulk string at *at, whose line was read. */
static LoadParsed
read_bulk(BaseSlice in, size_t *at, BaseSlice line, bool *ret_found, BaseSlice *ret_bytes)
{
    size_t behind = *at + line.len + 2;
    long len = number_of(line);
    *ret_found = len >= 0;
    if (len >= 0) {
        if (behind + (size_t)len + 2 > in.len) {
            return LOAD_PARSED_PART;
        }
        *ret_bytes = base_slice(in.data + behind, (size_t)len);
        behind += (size_t)len + 2;
    }
    *at = behind;
    return LOAD_PARSED_WHOLE;
}

/* Hands an element of an array to the driver. False: it is no entry. */
static bool
deliver(const LoadPeerWork *work, const LoadOp *op, uint32_t index, BaseSlice bytes)
{
    size_t key_size = op->kind == LOAD_SCAN ? work->args->keys->size : 0;
    if (bytes.len < key_size) {
        return false;
    }
    LoadEntry entry = {index, base_slice(bytes.data, key_size),
                       base_slice(bytes.data + key_size, bytes.len - key_size)};
    work->args->driver->entry(work->args->driver, op, &entry);
    return true;
}

/* The elements of an array, from *at on; counts those found. Delivers them only if asked to. */
static LoadParsed
read_elements(const LoadPeerWork *work, const LoadOp *op, BaseSlice in, size_t *at, long count,
              bool delivers, uint32_t *ret_found)
{
    *ret_found = 0;
    for (long i = 0; i < count; i++) {
        BaseSlice line;
        BaseSlice bytes = BASE_SLICE_EMPTY;
        bool found = false;
        LoadParsed parsed = load_peer_line(in, *at, &line);
        if (parsed == LOAD_PARSED_WHOLE) {
            parsed =
                line.data[0] == '$' ? read_bulk(in, at, line, &found, &bytes) : LOAD_PARSED_WRONG;
        }
        if (parsed != LOAD_PARSED_WHOLE) {
            return parsed;
        }
        *ret_found += found ? 1 : 0;
        if (delivers && found && !deliver(work, op, (uint32_t)i, bytes)) {
            return LOAD_PARSED_WRONG;
        }
    }
    return LOAD_PARSED_WHOLE;
}

/* An array is looked at twice: entries are delivered when all of it is there. */
static LoadParsed
read_array(const LoadPeerWork *work, const LoadOp *op, BaseSlice in, size_t *at, BaseSlice line,
           LoadAnswer *answer)
{
    size_t begin = *at + line.len + 2;
    size_t end = begin;
    long count = number_of(line);
    if (!load_op_is_walk(op->kind) || count < 0 || count > (long)op->walk) {
        return LOAD_PARSED_WRONG;
    }
    LoadParsed parsed = read_elements(work, op, in, &end, count, false, &answer->entries);
    if (parsed != LOAD_PARSED_WHOLE) {
        return parsed;
    }
    *at = begin;
    return read_elements(work, op, in, at, count, true, &answer->entries);
}

static LoadParsed
read_reply(const LoadPeerWork *work, const LoadOp *op, BaseSlice in, size_t *at, LoadAnswer *answer)
{
    BaseSlice line;
    LoadParsed parsed = load_peer_line(in, *at, &line);
    if (parsed != LOAD_PARSED_WHOLE) {
        return parsed;
    }
    if (line.data[0] == '*') {
        return read_array(work, op, in, at, line, answer);
    }
    if (line.data[0] == '$') {
        return read_bulk(in, at, line, &answer->found, &answer->value);
    }
    if (line.data[0] == '-') {
        answer->fault = LOAD_FAULT_FAILED;
        answer->message = base_slice(line.data + 1, line.len - 1);
    } else if (line.data[0] != '+' && line.data[0] != ':') {
        return LOAD_PARSED_WRONG;
    }
    *at += line.len + 2;
    return LOAD_PARSED_WHOLE;
}

const LoadDialect load_peer_resp = {
    .engine = "redis",
    .protocol = "RESP2",
    .question = "INFO server\r\n",
    .version = "redis_version:",
    .write = write_op,
    .read = read_reply,
};
