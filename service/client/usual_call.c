/*
 * usual_call.c: hot calls, stored at once. See usual_call.h.
 */
#include "service/client/usual_call.h"

#include "service/client/schema.h"
#include "service/wire/direct.h"

#define CALL_VERSION UINT32_C(0x80010001)

enum {
    LENGTH = sizeof(uint32_t),
    LIST_HEAD = WIRE_DIRECT_HEAD + 1 + LENGTH,
};

/*
 * Makes room for a call whose arguments take so many bytes, and stores all that is before them.
 * NULL: it is too long for any server, or there is no memory.
 */
static inline uint8_t *
begin(BaseBuf *out, int32_t seqid, LarderMethod method, size_t arguments)
{
    BaseSlice name = client_schema_methods[method].name;
    size_t length = 3 * LENGTH + name.len + arguments + WIRE_DIRECT_STOP;
    if (length > WIRE_FRAME_BYTES_CAP - WIRE_FRAME_HEADER_BYTES) {
        return NULL;
    }
    uint8_t *to = base_buf_extend(out, WIRE_FRAME_HEADER_BYTES + length);
    if (to == NULL) {
        return NULL;
    }
    to = wire_direct_u32(to, (uint32_t)length);
    to = wire_direct_u32(to, CALL_VERSION);
    to = wire_direct_u32(to, (uint32_t)name.len);
    wire_direct_copy_name(to, name.data, name.len);
    return wire_direct_u32(to + name.len, (uint32_t)seqid);
}

/* Whether a text can be in a message at all, so that sums of a few lengths are right. */
static inline bool
fits(const LarderBytes *text)
{
    return text->size <= WIRE_FRAME_BYTES_CAP;
}

static inline uint8_t *
store_text(uint8_t *to, int16_t id, const LarderBytes *text)
{
    return wire_direct_bytes(to, id, base_slice(text->data, text->size));
}

/* The name of the store, which all calls begin with. */
static inline uint8_t *
store_name(uint8_t *to, const LarderBytes *name)
{
    wire_direct_head_and(to, 1, WIRE_BYTES, 0);
    to = wire_direct_u32(to + WIRE_DIRECT_HEAD, (uint32_t)name->size);
    wire_direct_copy_name(to, (const uint8_t *)name->data, name->size);
    return to + name->size;
}

/* A call of a store and a key, and a value if there is one. */
static inline bool
store_texts(BaseBuf *out, int32_t seqid, LarderMethod method, const LarderBytes *store,
            const LarderBytes *key, const LarderBytes *value)
{
    if (!fits(store) || !fits(key) || (value != NULL && !fits(value))) {
        return false;
    }
    size_t length = 2 * WIRE_DIRECT_BYTES + store->size + key->size;
    length += value == NULL ? 0 : WIRE_DIRECT_BYTES + value->size;
    uint8_t *to = begin(out, seqid, method, length);
    if (to == NULL) {
        return false;
    }
    to = store_name(to, store);
    to = store_text(to, 2, key);
    to = value == NULL ? to : store_text(to, 3, value);
    (void)wire_direct_stop(to);
    return true;
}

/* How long keys are, each with its length; over WIRE_FRAME_BYTES_CAP: too long for a message. */
static size_t
keys_length(const LarderBytesList *keys)
{
    /* More keys than a frame holds are not even looked at. */
    size_t length = keys->count <= WIRE_FRAME_BYTES_CAP / LENGTH ? 0 : WIRE_FRAME_BYTES_CAP + 1;
    for (size_t i = 0; i < keys->count && length <= WIRE_FRAME_BYTES_CAP; i++) {
        length +=
            fits(&keys->items[i]) ? LENGTH + keys->items[i].size : (size_t)WIRE_FRAME_BYTES_CAP + 1;
    }
    return length;
}

static bool
store_multi_get(BaseBuf *out, int32_t seqid, const LarderBytes *store, const LarderBytesList *keys)
{
    size_t length = keys_length(keys);
    if (!fits(store) || length > WIRE_FRAME_BYTES_CAP) {
        return false;
    }
    length += WIRE_DIRECT_BYTES + store->size + LIST_HEAD;
    uint8_t *to = begin(out, seqid, LARDER_METHOD_MULTI_GET, length);
    if (to == NULL) {
        return false;
    }
    to = store_name(to, store);
    to = wire_direct_head(to, 2, WIRE_LIST);
    *to = WIRE_BYTES;
    to = wire_direct_u32(to + 1, (uint32_t)keys->count);
    for (size_t i = 0; i < keys->count; i++) {
        const LarderBytes *key = &keys->items[i];
        to = wire_direct_u32(to, (uint32_t)key->size);
        wire_direct_copy(to, (const uint8_t *)key->data, key->size);
        to += key->size;
    }
    (void)wire_direct_stop(to);
    return true;
}

bool
client_usual_call(BaseBuf *out, int32_t seqid, LarderMethod method, const void *arguments)
{
    if (method == LARDER_METHOD_GET) {
        const LarderGetArguments *get = arguments;
        return get->options == NULL &&
               store_texts(out, seqid, LARDER_METHOD_GET, &get->store, &get->key, NULL);
    }
    if (method == LARDER_METHOD_PUT) {
        const LarderPutArguments *put = arguments;
        return put->options == NULL &&
               store_texts(out, seqid, LARDER_METHOD_PUT, &put->store, &put->key, &put->value);
    }
    if (method == LARDER_METHOD_REMOVE) {
        const LarderRemoveArguments *remove = arguments;
        return remove->options == NULL &&
               store_texts(out, seqid, LARDER_METHOD_REMOVE, &remove->store, &remove->key, NULL);
    }
    if (method == LARDER_METHOD_MULTI_GET) {
        const LarderMultiGetArguments *get = arguments;
        return get->options == NULL && store_multi_get(out, seqid, &get->store, &get->keys);
    }
    return false;
}
