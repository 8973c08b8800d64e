/*
 * golden.c: reads the golden messages. See golden.h.
 */
#include "tests/golden/golden.h"

#include "engine/base/check.h"

#include "larder_methods.h"
#include "larder_rpc_larder_types.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct MethodTypes {
    const char *service;
    const char *method;
    GType (*arguments)(void);
    GType (*result)(void);
} MethodTypes;

#define METHOD(Service, service, name)                               \
    {#Service, #name, larder_rpc_##service##_##name##_args_get_type, \
     larder_rpc_##service##_##name##_result_get_type},
#define ARGUMENT(id, name, type, presence)
#define END()
static const MethodTypes METHODS[] = {LARDER_METHODS(METHOD, ARGUMENT, END)};
#undef METHOD
#undef ARGUMENT
#undef END

static const MethodTypes *
find_method(const char *service, const char *method)
{
    for (size_t i = 0; i < LARDER_METHOD_COUNT; i++) {
        if (strcmp(METHODS[i].service, service) == 0 && strcmp(METHODS[i].method, method) == 0) {
            return &METHODS[i];
        }
    }
    BASE_CHECK(service == NULL); /* no such method */
    return NULL;
}

GType
golden_arguments_type(const char *service, const char *method)
{
    return find_method(service, method)->arguments();
}

GType
golden_result_type(const char *service, const char *method)
{
    return find_method(service, method)->result();
}

static int
nibble(char digit)
{
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

void
golden_append_hex(BaseBuf *buf, const char *text)
{
    while (*text != '\0') {
        if (*text == ' ' || *text == '\n') {
            text++;
            continue;
        }
        BASE_CHECK(nibble(text[0]) >= 0 && nibble(text[1]) >= 0);
        BASE_CHECK(base_buf_append_byte(buf, (uint8_t)(nibble(text[0]) << 4 | nibble(text[1]))));
        text += 2;
    }
}

void
golden_append_framed(BaseBuf *buf, BaseSlice message)
{
    const uint8_t header[4] = {(uint8_t)(message.len >> 24), (uint8_t)(message.len >> 16),
                               (uint8_t)(message.len >> 8), (uint8_t)message.len};
    BASE_CHECK(base_buf_append(buf, header, sizeof(header)));
    BASE_CHECK(base_buf_append_slice(buf, message));
}

static void
add_message(GoldenSet *set, WireProtocol protocol, char *line)
{
    set->messages = realloc(set->messages, (set->count + 1) * sizeof(GoldenMessage));
    BASE_CHECK(set->messages != NULL);
    GoldenMessage *message = &set->messages[set->count++];
    char kind[16];
    int used = 0;
    int fields = sscanf(line, "%15s %15s %64s %31s %n", kind, message->service, message->method,
                        message->variant, &used);
    BASE_CHECK(fields == 4 && used > 0);
    message->request = strcmp(kind, "request") == 0;
    message->protocol = protocol;
    BaseBuf bytes = BASE_BUF_INIT;
    golden_append_hex(&bytes, line + used);
    message->bytes = base_buf_slice(&bytes);
}

static void
load_file(GoldenSet *set, WireProtocol protocol, const char *path)
{
    FILE *file = fopen(path, "re");
    BASE_CHECK(file != NULL);
    char *line = NULL;
    size_t capacity = 0;
    while (getline(&line, &capacity, file) > 0) {
        add_message(set, protocol, line);
    }
    free(line);
    (void)fclose(file);
}

GoldenSet
golden_load(void)
{
    GoldenSet set = {NULL, 0};
    load_file(&set, WIRE_BINARY, GOLDEN_FOLDER "/wire/binary.txt");
    load_file(&set, WIRE_COMPACT, GOLDEN_FOLDER "/wire/compact.txt");
    return set;
}

GoldenSet
golden_load_client(void)
{
    GoldenSet set = {NULL, 0};
    load_file(&set, WIRE_BINARY, GOLDEN_FOLDER "/client/binary.txt");
    load_file(&set, WIRE_COMPACT, GOLDEN_FOLDER "/client/compact.txt");
    return set;
}

void
golden_clear(GoldenSet *set)
{
    for (size_t i = 0; i < set->count; i++) {
        free((void *)(uintptr_t)set->messages[i].bytes.data);
    }
    free(set->messages);
    *set = (GoldenSet){NULL, 0};
}

const GoldenMessage *
golden_find(const GoldenSet *set, bool request, WireProtocol protocol, const char *service,
            const char *method, const char *variant)
{
    for (size_t i = 0; i < set->count; i++) {
        const GoldenMessage *message = &set->messages[i];
        if (message->request == request && message->protocol == protocol &&
            strcmp(message->service, service) == 0 && strcmp(message->method, method) == 0 &&
            strcmp(message->variant, variant) == 0) {
            return message;
        }
    }
    BASE_CHECK(set == NULL); /* no such message */
    return NULL;
}
