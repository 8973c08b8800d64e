/*
 * usual_reply.c: tokens that are as expected, or else none. See usual_reply.h.
 *
 * Memory of a reply, in this order: the LarderReply, the struct of the result, its items, and
 * without a room a copy of the message from the result on, into which the NULs are written: what
 * follows a text on the wire is a byte that is looked at in the message itself.
 */
#include "service/client/usual_reply.h"

#include "service/client/structure.h"
#include "service/wire/expect.h"

#include <stdlib.h>

enum {
    /* Values that a reply without items puts on a tape at most, and an item. */
    VALUES_MAX = 16,
    ITEM_VALUES_MAX = 6,
    LIST_HEAD = 5, /* type of the elements and their number */
    /* The shortest item: found, three numbers, and the end. */
    ITEM_BYTES_MIN = WIRE_DIRECT_BOOL + 3 * WIRE_DIRECT_I64 + WIRE_DIRECT_STOP,
};

#define REPLY_VERSION UINT32_C(0x80010002)

typedef struct Reader {
    WireExpect in;
    const uint8_t *from; /* what `copy` is one of */
    char *copy;          /* NULL: texts lie in the message */
} Reader;

/* ----------------------------------------------------------------------------------- tokens -- */

/* A value that the contract knows. */
static inline bool
take_enum(Reader *reader, unsigned id, const ClientStruct *structure, int32_t *ret_value)
{
    if (!wire_expect_i32(&reader->in, id, ret_value)) {
        return false;
    }
    uint32_t number = (uint32_t)*ret_value;
    return number < 32 && (structure->fields[id].values.known >> number & 1) != 0;
}

/* A text; in a copy the NUL behind it takes the place of a byte that is read from the message. */
static inline bool
take_text(Reader *reader, unsigned id, LarderBytes *ret_text)
{
    BaseSlice text;
    if (!wire_expect_bytes(&reader->in, id, &text)) {
        return false;
    }
    if (reader->copy == NULL) {
        *ret_text = larder_bytes(text.data, text.len);
        return true;
    }
    char *copy = reader->copy + (text.data - reader->from);
    copy[text.len] = '\0';
    *ret_text = larder_bytes(copy, text.len);
    return true;
}

/* The same of an optional one; what is none is left where it is. */
static inline bool
take_optional(Reader *reader, unsigned id, LarderBytes *ret_text)
{
    *ret_text = larder_bytes("", 0);
    return take_text(reader, id, ret_text);
}

/* What ends every result. */
static inline bool
take_tail(Reader *reader, int64_t *ret_server_us, int64_t *ret_epoch)
{
    return wire_expect_i64(&reader->in, 14, ret_server_us) &&
           wire_expect_i64(&reader->in, 15, ret_epoch) && wire_expect_stop(&reader->in);
}

/* ---------------------------------------------------------------------------------- results -- */

static inline int64_t
number_at(const uint8_t *field)
{
    return (int64_t)wire_direct_load_u64(field + WIRE_DIRECT_HEAD);
}

/* Where the members of a get's result are, up to its value and from behind it. */
enum {
    GET_VALUE = WIRE_DIRECT_BOOL,
    GET_VERSION = 0,
    GET_EXPIRES_AT = GET_VERSION + WIRE_DIRECT_I64,
    GET_FULL_LENGTH = GET_EXPIRES_AT + WIRE_DIRECT_I64,
    GET_UNCHANGED = GET_FULL_LENGTH + WIRE_DIRECT_I64,
    GET_SERVER_US = GET_UNCHANGED + WIRE_DIRECT_BOOL,
    GET_EPOCH = GET_SERVER_US + WIRE_DIRECT_I64,
    GET_END = GET_EPOCH + WIRE_DIRECT_I64,
};

/* Whether each of them is there. REQUIRES: that many bytes are. */
static inline bool
is_bare_get(const uint8_t *at)
{
    return wire_expect_is_head(at + GET_VERSION, WIRE_I64, 3) &&
           wire_expect_is_head(at + GET_EXPIRES_AT, WIRE_I64, 4) &&
           wire_expect_is_head(at + GET_FULL_LENGTH, WIRE_I64, 5) &&
           wire_expect_is_head(at + GET_UNCHANGED, WIRE_BOOL, 6) &&
           at[GET_UNCHANGED + WIRE_DIRECT_HEAD] <= 1 &&
           wire_expect_is_head(at + GET_SERVER_US, WIRE_I64, 14) &&
           wire_expect_is_head(at + GET_EPOCH, WIRE_I64, 15) && at[GET_END] == WIRE_STOP;
}

/*
 * A value that was got, when it lies in the message and is followed by all the rest at
 * known places. False: it is not so, and the reader stays where it is.
 */
static inline bool
read_bare_get(Reader *reader, LarderGetResult *to)
{
    const uint8_t *at = reader->in.at;
    size_t around = GET_VALUE + WIRE_DIRECT_BYTES + GET_END + 2 * WIRE_DIRECT_STOP;
    if (reader->copy != NULL || wire_expect_left(&reader->in) < around ||
        !wire_expect_is_head(at, WIRE_BOOL, 1) || at[WIRE_DIRECT_HEAD] > 1 ||
        !wire_expect_is_head(at + GET_VALUE, WIRE_BYTES, 2)) {
        return false;
    }
    size_t len = wire_direct_load_u32(at + GET_VALUE + WIRE_DIRECT_HEAD);
    const uint8_t *value = at + GET_VALUE + WIRE_DIRECT_BYTES;
    if (len != wire_expect_left(&reader->in) - around || !is_bare_get(value + len)) {
        return false;
    }
    to->found = at[WIRE_DIRECT_HEAD] != 0;
    at = value + len;
    to->has_value = true;
    to->value = larder_bytes(value, len);
    to->version = number_at(at + GET_VERSION);
    to->expires_at_ms = number_at(at + GET_EXPIRES_AT);
    to->full_length = number_at(at + GET_FULL_LENGTH);
    to->unchanged = at[GET_UNCHANGED + WIRE_DIRECT_HEAD] != 0;
    to->server_us = number_at(at + GET_SERVER_US);
    to->topology_epoch = number_at(at + GET_EPOCH);
    reader->in.at = at + GET_END + WIRE_DIRECT_STOP;
    return true;
}

static bool
read_get(Reader *reader, LarderGetResult *to)
{
    if (read_bare_get(reader, to)) {
        return true;
    }
    if (!wire_expect_bool(&reader->in, 1, &to->found)) {
        return false;
    }
    to->has_value = take_optional(reader, 2, &to->value);
    return wire_expect_i64(&reader->in, 3, &to->version) &&
           wire_expect_i64(&reader->in, 4, &to->expires_at_ms) &&
           wire_expect_i64(&reader->in, 5, &to->full_length) &&
           wire_expect_bool(&reader->in, 6, &to->unchanged) &&
           take_tail(reader, &to->server_us, &to->topology_epoch);
}

/* Where the members of a write's result are when it has no optional ones. */
enum {
    APPLIED = 0,
    VERSION = APPLIED + WIRE_DIRECT_BOOL,
    REASON = VERSION + WIRE_DIRECT_I64,
    CURRENT_VERSION = REASON + WIRE_DIRECT_I32,
    EXPIRES_AT = CURRENT_VERSION + WIRE_DIRECT_I64,
    REPLAYED = EXPIRES_AT + WIRE_DIRECT_I64,
    SERVER_US = REPLAYED + WIRE_DIRECT_BOOL,
    EPOCH = SERVER_US + WIRE_DIRECT_I64,
    WRITE_END = EPOCH + WIRE_DIRECT_I64,
};

/* Whether each of them is there. REQUIRES: that many bytes are. */
static inline bool
is_bare_write(const uint8_t *at)
{
    return wire_expect_is_head(at + APPLIED, WIRE_BOOL, 1) &&
           wire_expect_is_head(at + VERSION, WIRE_I64, 2) &&
           wire_expect_is_head(at + REASON, WIRE_I32, 3) &&
           wire_expect_is_head(at + CURRENT_VERSION, WIRE_I64, 4) &&
           wire_expect_is_head(at + EXPIRES_AT, WIRE_I64, 7) &&
           wire_expect_is_head(at + REPLAYED, WIRE_BOOL, 8) &&
           wire_expect_is_head(at + SERVER_US, WIRE_I64, 14) &&
           wire_expect_is_head(at + EPOCH, WIRE_I64, 15) && at[WRITE_END] == WIRE_STOP &&
           (at[APPLIED + WIRE_DIRECT_HEAD] | at[REPLAYED + WIRE_DIRECT_HEAD]) <= 1;
}

/*
 * A write of which nothing was asked, which most are, and which was applied: all places are known.
 * False: it is not so, and the reader stays where it is.
 */
static inline bool
read_bare_write(Reader *reader, LarderWriteResult *to)
{
    const uint8_t *at = reader->in.at;
    if (wire_expect_left(&reader->in) != WRITE_END + 2 * WIRE_DIRECT_STOP || !is_bare_write(at) ||
        wire_direct_load_u32(at + REASON + WIRE_DIRECT_HEAD) != LARDER_NOT_APPLIED_WAS_APPLIED) {
        return false;
    }
    to->applied = at[APPLIED + WIRE_DIRECT_HEAD] != 0;
    to->version = number_at(at + VERSION);
    to->reason = LARDER_NOT_APPLIED_WAS_APPLIED;
    to->current_version = number_at(at + CURRENT_VERSION);
    to->has_current_value = false;
    to->current_value = larder_bytes("", 0);
    to->has_existed = false;
    to->existed = false;
    to->expires_at_ms = number_at(at + EXPIRES_AT);
    to->replayed = at[REPLAYED + WIRE_DIRECT_HEAD] != 0;
    to->server_us = number_at(at + SERVER_US);
    to->topology_epoch = number_at(at + EPOCH);
    reader->in.at = at + WRITE_END + WIRE_DIRECT_STOP;
    return true;
}

static bool
read_write(Reader *reader, LarderMethod method, LarderWriteResult *to)
{
    int32_t reason;
    if (read_bare_write(reader, to)) {
        return true;
    }
    if (!wire_expect_bool(&reader->in, 1, &to->applied) ||
        !wire_expect_i64(&reader->in, 2, &to->version) ||
        !take_enum(reader, 3, client_schema_methods[method].result, &reason) ||
        !wire_expect_i64(&reader->in, 4, &to->current_version)) {
        return false;
    }
    to->reason = (LarderNotApplied)reason;
    to->has_current_value = take_optional(reader, 5, &to->current_value);
    to->existed = false;
    to->has_existed = wire_expect_bool(&reader->in, 6, &to->existed);
    return wire_expect_i64(&reader->in, 7, &to->expires_at_ms) &&
           wire_expect_bool(&reader->in, 8, &to->replayed) &&
           take_tail(reader, &to->server_us, &to->topology_epoch);
}

static bool
read_multi_get(Reader *reader, LarderMultiGetResult *to, LarderGetItem *items, uint32_t count)
{
    to->items = (LarderGetItemList){items, count};
    for (LarderGetItem *item = items; item != items + count; item++) {
        if (!wire_expect_bool(&reader->in, 1, &item->found)) {
            return false;
        }
        item->has_value = take_optional(reader, 2, &item->value);
        if (!wire_expect_three_i64(&reader->in, 3, &item->version, &item->expires_at_ms,
                                   &item->full_length)) {
            return false;
        }
    }
    return wire_expect_i64(&reader->in, 2, &to->read_version) &&
           take_tail(reader, &to->server_us, &to->topology_epoch);
}

static bool
read_scan_end(Reader *reader, LarderScanResult *to)
{
    int32_t reason;
    to->has_next_token = take_optional(reader, 2, &to->next_token);
    if (!take_enum(reader, 3, client_schema_methods[LARDER_METHOD_SCAN].result, &reason)) {
        return false;
    }
    to->stop_reason = (LarderStopReason)reason;
    return wire_expect_i64(&reader->in, 4, &to->count) &&
           wire_expect_i64(&reader->in, 5, &to->examined) &&
           wire_expect_i64(&reader->in, 6, &to->tombstones) &&
           wire_expect_i64(&reader->in, 7, &to->expired) &&
           wire_expect_i64(&reader->in, 8, &to->read_version) &&
           take_tail(reader, &to->server_us, &to->topology_epoch);
}

static bool
read_scan(Reader *reader, LarderScanResult *to, LarderScanItem *items, uint32_t count)
{
    to->items = (LarderScanItemList){items, count};
    for (LarderScanItem *item = items; item != items + count; item++) {
        if (!take_text(reader, 1, &item->key)) {
            return false;
        }
        item->has_value = take_optional(reader, 2, &item->value);
        if (!wire_expect_three_i64(&reader->in, 3, &item->version, &item->expires_at_ms,
                                   &item->full_length)) {
            return false;
        }
    }
    return read_scan_end(reader, to);
}

/* ---------------------------------------------------------------------------------- message -- */

/* Whether a name stands here. Those of hot methods are compared without a call. */
static inline bool
is_name(const uint8_t *at, BaseSlice name)
{
    enum { SHORT = 3, LONGER = 6 };
    return name.len == SHORT    ? memcmp(at, name.data, SHORT) == 0
           : name.len == LONGER ? memcmp(at, name.data, LONGER) == 0
                                : memcmp(at, name.data, name.len) == 0;
}

/* Takes all that stands before the result. */
static bool
take_envelope(WireExpect *reader, LarderMethod method, int32_t seqid)
{
    BaseSlice name = client_schema_methods[method].name;
    size_t head = WIRE_FRAME_HEADER_BYTES + 3 * sizeof(uint32_t) + name.len;
    if (wire_expect_left(reader) < head + WIRE_DIRECT_HEAD + 1 ||
        wire_direct_load_u32(reader->at) != wire_expect_left(reader) - WIRE_FRAME_HEADER_BYTES) {
        return false;
    }
    const uint8_t *at = reader->at + WIRE_FRAME_HEADER_BYTES;
    if (wire_direct_load_u32(at) != REPLY_VERSION || wire_direct_load_u32(at + 4) != name.len ||
        !is_name(at + 8, name) || wire_direct_load_u32(at + 8 + name.len) != (uint32_t)seqid) {
        return false;
    }
    reader->at += head;
    return wire_expect_head(reader, WIRE_STRUCT, 0, 1);
}

/* Takes the header of a list of structs, of which there can be as many as it says. */
static bool
take_list(WireExpect *reader, const WireLimits *limits, uint32_t *ret_count)
{
    if (!wire_expect_head(reader, WIRE_LIST, 1, LIST_HEAD) || *reader->at++ != WIRE_STRUCT) {
        return false;
    }
    uint32_t count = wire_direct_load_u32(reader->at);
    reader->at += sizeof count;
    *ret_count = count;
    return count <= wire_expect_left(reader) / ITEM_BYTES_MIN &&
           count <= limits->container_items_max &&
           count <= (limits->values_max - VALUES_MAX) / ITEM_VALUES_MAX;
}

/* What the result of a method takes. 0: its replies are not recognised. */
static size_t
result_size(LarderMethod method, size_t *ret_item_size)
{
    *ret_item_size = method == LARDER_METHOD_SCAN        ? sizeof(LarderScanItem)
                     : method == LARDER_METHOD_MULTI_GET ? sizeof(LarderGetItem)
                                                         : 0;
    bool hot = method == LARDER_METHOD_GET || method == LARDER_METHOD_PUT ||
               method == LARDER_METHOD_REMOVE || *ret_item_size != 0;
    return hot ? client_structure_block(client_schema_methods[method].result->size) : 0;
}

static bool
read_result(Reader *reader, LarderMethod method, uint32_t count, void *result, void *items)
{
    switch (method) {
    case LARDER_METHOD_GET:
        return read_get(reader, result);
    case LARDER_METHOD_MULTI_GET:
        return read_multi_get(reader, result, items, count);
    case LARDER_METHOD_SCAN:
        return read_scan(reader, result, items, count);
    default:
        return read_write(reader, method, result);
    }
}

LarderReply *
client_usual_reply(ClientRoom *room, BaseSlice message, const WireLimits *limits,
                   LarderMethod method, int32_t seqid)
{
    Reader reader = {.in = {message.data, message.data + message.len}};
    uint32_t count = 0;
    size_t item_size;
    size_t size = result_size(method, &item_size);
    if (size == 0 || message.len > limits->request_bytes_max || limits->values_max < VALUES_MAX ||
        !take_envelope(&reader.in, method, seqid) ||
        (item_size != 0 && !take_list(&reader.in, limits, &count))) {
        return NULL;
    }
    size_t before = client_structure_block(sizeof(LarderReply));
    size_t beside = size + count * item_size;
    LarderReply *reply =
        client_room_take(room, before + beside + (room != NULL ? 0 : wire_expect_left(&reader.in)));
    if (reply == NULL) {
        return NULL;
    }
    char *result = (char *)reply + before;
    if (room == NULL) {
        reader.from = reader.in.at;
        reader.copy = result + beside;
        memcpy(reader.copy, reader.in.at, wire_expect_left(&reader.in));
    }
    if (!read_result(&reader, method, count, result, result + size) ||
        wire_expect_left(&reader.in) != 1 || *reader.in.at != WIRE_STOP) {
        if (room == NULL) {
            free(reply);
        }
        return NULL;
    }
    *reply = (LarderReply){
        .outcome = LARDER_OK, .method = method, .as = {.any = result}, .message = {"", 0}};
    return reply;
}
