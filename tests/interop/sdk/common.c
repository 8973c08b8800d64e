/*
 * common.c: clients, short names, and TAP. See common.h.
 */
#include "tests/interop/sdk/common.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POOL_MAX = 16384 };

static LarderReply *replies[POOL_MAX];
static size_t reply_count;
static void *blocks[POOL_MAX];
static size_t block_count;

const LarderCondition absent = {.has_absent = true, .absent = true};
const LarderCondition present = {.has_present = true, .present = true};

/* -------------------------------------------------------------------------------------- pool -- */

static void
fail(const char *what)
{
    (void)fprintf(stderr, "%s\n", what);
    exit(2);
}

LarderReply *
keep(LarderReply *reply)
{
    if (reply_count == POOL_MAX) {
        fail("too many replies in one check");
    }
    replies[reply_count++] = reply;
    return reply;
}

void *
pool_alloc(size_t size)
{
    void *block = calloc(1, size);
    if (block == NULL || block_count == POOL_MAX) {
        fail("too many bytes in one check");
    }
    blocks[block_count++] = block;
    return block;
}

static void
pool_empty(void)
{
    while (reply_count > 0) {
        larder_reply_free(replies[--reply_count]);
    }
    while (block_count > 0) {
        free(blocks[--block_count]);
    }
}

/* ------------------------------------------------------------------------------------- bytes -- */

LarderBytes
pattern(size_t size)
{
    char *bytes = pool_alloc(size);
    for (size_t i = 0; i < size; i++) {
        bytes[i] = (char)(unsigned char)(i % 251);
    }
    return larder_bytes(bytes, size);
}

LarderBytes
numbered(const char *prefix, int number, int digits)
{
    char *text = pool_alloc(32);
    (void)snprintf(text, 32, "%s%0*d", prefix, digits, number);
    return larder_text(text);
}

LarderBytes
big_endian(int64_t number)
{
    char *bytes = pool_alloc(8);
    for (int i = 0; i < 8; i++) {
        bytes[i] = (char)(unsigned char)((uint64_t)number >> (56 - 8 * i));
    }
    return larder_bytes(bytes, 8);
}

bool
is(LarderBytes found, LarderBytes wanted)
{
    return larder_bytes_equal(found, wanted) != 0;
}

/* ------------------------------------------------------------------------------------- calls -- */

LarderMutation
put_of(LarderBytes key, LarderBytes value)
{
    return (LarderMutation){
        .kind = LARDER_MUTATION_KIND_PUT, .key = key, .has_value = true, .value = value};
}

LarderMutation
increment_of(LarderBytes key, int64_t delta)
{
    return (LarderMutation){
        .kind = LARDER_MUTATION_KIND_INCREMENT, .key = key, .has_delta = true, .delta = delta};
}

const LarderPingResult *
ping(LarderClient *client, LarderBytes payload)
{
    return keep(larder_ping(client, payload))->as.ping;
}

const LarderGetResult *
get(LarderClient *client, LarderBytes key, const LarderGetOptions *options)
{
    return keep(larder_get(client, S, key, options))->as.get;
}

const LarderWriteResult *
put(LarderClient *client, LarderBytes key, LarderBytes value, const LarderPutOptions *options)
{
    return keep(larder_put(client, S, key, value, options))->as.put;
}

const LarderIncrementResult *
increment(LarderClient *client, LarderBytes key, int64_t delta,
          const LarderIncrementOptions *options)
{
    return keep(larder_increment(client, S, key, delta, options))->as.increment;
}

const LarderScanResult *
scan(LarderClient *client, const LarderKeyRange *range, const LarderScanOptions *options)
{
    return keep(larder_scan(client, S, range, options))->as.scan;
}

const LarderBulkWriteResult *
bulk_write(LarderClient *client, const LarderMutation *mutations, size_t count)
{
    const LarderMutationList list = {mutations, count};
    return keep(larder_bulk_write(client, S, list, NULL))->as.bulk_write;
}

const LarderReply *
last(void)
{
    return replies[reply_count - 1];
}

bool
is_invalid(LarderInvalidCode code, const char *field)
{
    return last()->outcome == LARDER_INVALID_REQUEST && last()->code == (int32_t)code &&
           is(last()->exception.invalid_request->field, larder_text(field));
}

bool
is_unserved(const char *method)
{
    return is_invalid(LARDER_INVALID_CODE_UNSUPPORTED, "") &&
           strncmp(last()->message.data, method, strlen(method)) == 0;
}

const char *
problem(const char *condition, int line)
{
    static char text[512];
    const char *outcome = reply_count > 0 ? larder_outcome_name(last()->outcome) : "no call";
    const char *message = reply_count > 0 && last()->message.size > 0 ? last()->message.data : "";
    (void)snprintf(text, sizeof text, "line %d: %.200s (%s %.200s)", line, condition, outcome,
                   message);
    return text;
}

/* ----------------------------------------------------------------------------------- clients -- */

static LarderClientOptions
options_of(const char *server, char address[64])
{
    char name[64];
    (void)snprintf(name, sizeof name, "INTEROP_%s_PORT", server);
    const char *port = getenv(name);
    const char *protocol = getenv("INTEROP_PROTOCOL");
    if (port == NULL || protocol == NULL) {
        fail("the environment is not that of the runner");
    }
    (void)snprintf(address, 64, "tcp:127.0.0.1:%s", port);
    return (LarderClientOptions){
        .address = address,
        .protocol = strcmp(protocol, "compact") == 0 ? LARDER_COMPACT : LARDER_BINARY,
        .retry = {.attempts_max = 1},
    };
}

LarderClient *
client_of(const char *server)
{
    char address[64];
    LarderProblem why;
    LarderClientOptions options = options_of(server, address);
    LarderClient *client = larder_client_new(&options, &why);
    if (client == NULL) {
        fail(why.message);
    }
    return client;
}

LarderChannel *
channel_of(const char *server)
{
    char address[64];
    LarderProblem why;
    LarderClientOptions options = options_of(server, address);
    LarderChannel *channel = larder_channel_new(&options, &why);
    if (channel == NULL) {
        fail(why.message);
    }
    return channel;
}

/* -------------------------------------------------------------------------------------- runs -- */

static bool
run_one(LarderClient *client, const Check *check)
{
    if (check->skip != NULL) {
        printf("ok %d - %s # SKIP %s\n", check->number, check->name, check->skip);
        return true;
    }
    bool cleared = keep(larder_remove_range(client, S, NULL, NULL))->outcome == LARDER_OK;
    const char *wrong = cleared ? check->run(client) : problem("remove_range", __LINE__);
    if (wrong != NULL) {
        printf("not ok %d - %s: %s\n", check->number, check->name, wrong);
    } else {
        printf("ok %d - %s\n", check->number, check->name);
    }
    return wrong == NULL;
}

int
run(const char *server, const Check *checks)
{
    int failed = 0;
    LarderClient *client = client_of(server);
    for (const Check *check = checks; check->name != NULL; check++) {
        failed += run_one(client, check) ? 0 : 1;
        (void)fflush(stdout);
        pool_empty();
    }
    larder_client_free(client);
    return failed;
}
