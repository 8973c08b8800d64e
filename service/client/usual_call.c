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

/* The arguments that may become bytes, behind one another. Those that a method lacks are NULL. */
typedef struct Usual {
    const LarderBytes *store;
    const LarderBytes *key;
    const LarderBytes *value;
    const LarderBytesList *keys;
} Usual;

static bool
is_usual(LarderMethod method, const void *arguments, Usual *ret_usual)
{
    if (method == LARDER_METHOD_GET) {
        const LarderGetArguments *get = arguments;
        *ret_usual = (Usual){&get->store, &get->key, NULL, NULL};
        return get->options == NULL;
    }
    if (method == LARDER_METHOD_PUT) {
        const LarderPutArguments *put = arguments;
        *ret_usual = (Usual){&put->store, &put->key, &put->value, NULL};
        return put->options == NULL;
    }
    if (method == LARDER_METHOD_REMOVE) {
        const LarderRemoveArguments *remove = arguments;
        *ret_usual = (Usual){&remove->store, &remove->key, NULL, NULL};
        return remove->options == NULL;
    }
    if (method == LARDER_METHOD_MULTI_GET) {
        const LarderMultiGetArguments *get = arguments;
        *ret_usual = (Usual){&get->store, NULL, NULL, &get->keys};
        /* More keys than a frame holds are not even looked at. */
        return get->options == NULL && get->keys.count <= WIRE_FRAME_BYTES_CAP / LENGTH;
    }
    return false;
}

/* Adds the bytes that a text takes, with `head` before it; what is too long stays too long. */
static size_t
plus(size_t length, size_t head, const LarderBytes *text)
{
    if (text == NULL) {
        return length;
    }
    return length > WIRE_FRAME_BYTES_CAP || text->size > WIRE_FRAME_BYTES_CAP
               ? (size_t)WIRE_FRAME_BYTES_CAP + 1
               : length + head + text->size;
}

/* How long the whole message is; over WIRE_FRAME_BYTES_CAP: too long. */
static size_t
length_of(const Usual *usual, BaseSlice name)
{
    size_t length = WIRE_FRAME_HEADER_BYTES + 3 * LENGTH + name.len + WIRE_DIRECT_STOP;
    length = plus(length, WIRE_DIRECT_BYTES, usual->store);
    length = plus(length, WIRE_DIRECT_BYTES, usual->key);
    length = plus(length, WIRE_DIRECT_BYTES, usual->value);
    if (usual->keys == NULL) {
        return length;
    }
    length += LIST_HEAD;
    for (size_t i = 0; i < usual->keys->count && length <= WIRE_FRAME_BYTES_CAP; i++) {
        length = plus(length, LENGTH, &usual->keys->items[i]);
    }
    return length;
}

static uint8_t *
store_text(uint8_t *to, int16_t id, const LarderBytes *text)
{
    return text == NULL ? to : wire_direct_bytes(to, id, base_slice(text->data, text->size));
}

static uint8_t *
store_keys(uint8_t *to, int16_t id, const LarderBytesList *keys)
{
    to = wire_direct_head(to, id, WIRE_LIST);
    *to = WIRE_BYTES;
    to = wire_direct_u32(to + 1, (uint32_t)keys->count);
    for (size_t i = 0; i < keys->count; i++) {
        const LarderBytes *key = &keys->items[i];
        to = wire_direct_u32(to, (uint32_t)key->size);
        if (key->size != 0) {
            memcpy(to, key->data, key->size);
        }
        to += key->size;
    }
    return to;
}

bool
client_usual_call(BaseBuf *out, int32_t seqid, LarderMethod method, const void *arguments)
{
    Usual usual;
    if (!is_usual(method, arguments, &usual)) {
        return false;
    }
    BaseSlice name = client_schema_methods[method].name;
    size_t length = length_of(&usual, name);
    uint8_t *to = length > WIRE_FRAME_BYTES_CAP ? NULL : base_buf_extend(out, length);
    if (to == NULL) {
        return false;
    }
    to = wire_direct_u32(to, (uint32_t)(length - WIRE_FRAME_HEADER_BYTES));
    to = wire_direct_u32(to, CALL_VERSION);
    to = wire_direct_u32(to, (uint32_t)name.len);
    memcpy(to, name.data, name.len);
    to = wire_direct_u32(to + name.len, (uint32_t)seqid);
    to = store_text(to, 1, usual.store);
    to = store_text(to, 2, usual.key);
    to = store_text(to, 3, usual.value);
    to = usual.keys == NULL ? to : store_keys(to, 2, usual.keys);
    (void)wire_direct_stop(to);
    return true;
}
