/*
 * import_verify.c: compares a file with a store, record by record. See import_verify.h.
 *
 * The first pass reads every key back and keeps those that differ. If a key is in the file more
 * than once, all but its last record differ rightly: so a second pass over the file finds the last
 * record of each key that was kept, and those are compared again.
 */
#include "service/cli/import_verify.h"

#include "engine/base/clock.h"
#include "service/cli/progress.h"
#include "service/cli/record_reader.h"

#include <inttypes.h>
#include <stdlib.h>

enum { KEYS_PER_CALL = 1000, SUSPECTS_MAX = 1 << 20, TOLD_MAX = 10 };

/* A record without its bytes. */
typedef struct Print {
    uint64_t value_hash;
    int64_t expires_at_ms;
} Print;

/* A key whose record differs from the file's. */
typedef struct Suspect {
    char *key;
    size_t key_len;
    Print expected; /* of its last record in the file */
} Suspect;

typedef struct Verify {
    CliCall *call;
    const char *path;
    size_t keys_max;
    size_t room;   /* of one call, as facts.h counts it */
    BaseBuf bytes; /* keys of the next call, one behind the other */
    LarderBytes keys[KEYS_PER_CALL];
    size_t ends[KEYS_PER_CALL]; /* where each key ends in the bytes */
    Print prints[KEYS_PER_CALL];
    size_t count;
    Suspect *suspects;
    size_t suspect_count;
    uint64_t compared;
} Verify;

static Print
print_of(const CliRecord *record)
{
    return (Print){base_hash(record->value, 0), record->expires_at_ms};
}

static bool
same(const Print *expected, const LarderGetItem *item)
{
    if (!item->found) {
        int64_t now = base_clock_wall_ms(base_clock_real());
        return expected->expires_at_ms != 0 && expected->expires_at_ms <= now;
    }
    return item->expires_at_ms == expected->expires_at_ms &&
           base_hash(cli_slice(item->value), 0) == expected->value_hash;
}

static bool
add_suspect(Verify *verify, LarderBytes key, Print expected)
{
    if (verify->suspect_count == SUSPECTS_MAX) {
        return cli_call_problem(verify->call, CLI_NEGATIVE, "more than %d records differ",
                                SUSPECTS_MAX);
    }
    size_t count = verify->suspect_count;
    if ((count & (count - 1)) == 0) { /* grows at powers of two */
        size_t capacity = count == 0 ? 1 : 2 * count;
        Suspect *more = realloc(verify->suspects, capacity * sizeof *more);
        if (more == NULL) {
            return cli_call_problem(verify->call, CLI_NO_MEMORY, "there is no memory");
        }
        verify->suspects = more;
    }
    char *copy = malloc(key.size);
    if (copy == NULL) {
        return cli_call_problem(verify->call, CLI_NO_MEMORY, "there is no memory");
    }
    memcpy(copy, key.data, key.size);
    verify->suspects[verify->suspect_count++] = (Suspect){copy, key.size, expected};
    return true;
}

/* Reads back the keys that were collected, from `at` on; the server may answer the first only. */
static bool
compare_from(Verify *verify, size_t *at)
{
    LarderMultiGetArguments arguments = {
        .store = cli_call_store(verify->call),
        .keys = {verify->keys + *at, verify->count - *at},
    };
    LarderReply *reply = cli_call_data(verify->call, LARDER_METHOD_MULTI_GET, &arguments);
    if (reply == NULL) {
        return false;
    }
    LarderGetItemList items = reply->as.multi_get->items;
    bool good = items.count > 0 && items.count <= arguments.keys.count;
    if (!good) {
        (void)cli_call_problem(verify->call, CLI_PROTOCOL,
                               "the server answered another number of keys");
    }
    for (size_t i = 0; i < items.count && good; i++) {
        if (!same(&verify->prints[*at + i], &items.items[i])) {
            good = add_suspect(verify, verify->keys[*at + i], verify->prints[*at + i]);
        }
    }
    *at += items.count;
    larder_reply_free(reply);
    return good;
}

static bool
compare_collected(Verify *verify)
{
    size_t at = 0;
    bool good = true;
    for (size_t i = 0; i < verify->count; i++) { /* the buffer moves no more */
        size_t start = i == 0 ? 0 : verify->ends[i - 1];
        verify->keys[i] = larder_bytes(verify->bytes.data + start, verify->ends[i] - start);
    }
    while (good && at < verify->count) {
        good = compare_from(verify, &at);
    }
    verify->compared += verify->count;
    verify->count = 0;
    base_buf_reset(&verify->bytes);
    return good;
}

static bool
collect(Verify *verify, BaseSlice key, Print expected)
{
    size_t bytes = verify->bytes.len + key.len + (verify->count + 1) * CLI_FACTS_ITEM_BYTES;
    if (verify->count > 0 && bytes > verify->room && !compare_collected(verify)) {
        return false;
    }
    if (!base_buf_append_slice(&verify->bytes, key)) {
        return cli_call_problem(verify->call, CLI_NO_MEMORY, "there is no memory");
    }
    verify->prints[verify->count] = expected;
    verify->ends[verify->count++] = verify->bytes.len;
    return verify->count < verify->keys_max || compare_collected(verify);
}

typedef bool Visit(Verify *verify, const CliRecord *record);

/* Visits every record of the file. */
static bool
visit_file(Verify *verify, Visit *visit)
{
    CliCall *call = verify->call;
    CliRecordReader reader;
    CliRecord record;
    CliReadResult result = cli_record_reader_open(&reader, verify->path);
    CliProgress progress = cli_progress_begin(call, "verified", reader.source.size, 0);
    while (result == CLI_READ_RECORD) {
        result = cli_record_reader_next(&reader, &record);
        if (result == CLI_READ_RECORD && !visit(verify, &record)) {
            break;
        }
        cli_progress_show(&progress, (int64_t)reader.source.position, (int64_t)reader.sum.records);
    }
    cli_progress_clear(&progress);
    if (result == CLI_READ_PROBLEM) {
        (void)cli_call_problem(call, CLI_FILE, "%s: %s", verify->path, reader.problem);
    } else if (result == CLI_READ_INTERRUPTED) {
        call->status = CLI_INTERRUPTED;
    }
    cli_record_reader_close(&reader);
    return result == CLI_READ_END;
}

static bool
compare_record(Verify *verify, const CliRecord *record)
{
    return collect(verify, record->key, print_of(record));
}

static int
compare_suspects(const void *a, const void *b)
{
    const Suspect *left = a;
    const Suspect *right = b;
    return base_slice_compare(base_slice(left->key, left->key_len),
                              base_slice(right->key, right->key_len));
}

/* Sorts them, and leaves one of each key. */
static void
sort_suspects(Verify *verify)
{
    size_t kept = 0;
    qsort(verify->suspects, verify->suspect_count, sizeof *verify->suspects, compare_suspects);
    for (size_t i = 0; i < verify->suspect_count; i++) {
        if (kept > 0 && compare_suspects(&verify->suspects[kept - 1], &verify->suspects[i]) == 0) {
            free(verify->suspects[i].key);
        } else {
            verify->suspects[kept++] = verify->suspects[i];
        }
    }
    verify->suspect_count = kept;
}

static bool
find_last(Verify *verify, const CliRecord *record)
{
    union {
        const uint8_t *bytes;
        char *key;
    } borrowed = {.bytes = record->key.data};
    Suspect wanted = {.key = borrowed.key, .key_len = record->key.len};
    Suspect *suspect =
        bsearch(&wanted, verify->suspects, verify->suspect_count, sizeof wanted, compare_suspects);
    if (suspect != NULL) {
        suspect->expected = print_of(record);
    }
    return true;
}

static void
free_suspects(Suspect *suspects, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(suspects[i].key);
    }
    free(suspects);
}

/* Compares the last records of the suspects again; those that still differ remain. */
static bool
compare_suspects_again(Verify *verify)
{
    Suspect *suspects = verify->suspects;
    size_t count = verify->suspect_count;
    bool good = true;
    verify->suspects = NULL;
    verify->suspect_count = 0;
    for (size_t i = 0; i < count && good; i++) {
        good =
            collect(verify, base_slice(suspects[i].key, suspects[i].key_len), suspects[i].expected);
    }
    good = good && compare_collected(verify);
    free_suspects(suspects, count);
    return good;
}

static CliStatus
tell(Verify *verify)
{
    CliCall *call = verify->call;
    for (size_t i = 0; i < verify->suspect_count && i < TOLD_MAX; i++) {
        BaseBuf key = BASE_BUF_INIT;
        (void)cli_escape_encode(
            call->out, base_slice(verify->suspects[i].key, verify->suspects[i].key_len), &key);
        (void)cli_call_problem(call, CLI_NEGATIVE, "differs: %.*s", (int)key.len,
                               (const char *)key.data);
        base_buf_clear(&key);
    }
    if (verify->suspect_count > 0) {
        (void)cli_call_problem(call, CLI_NEGATIVE, "%zu keys differ from the file",
                               verify->suspect_count);
        return CLI_NEGATIVE;
    }
    return CLI_OK;
}

CliStatus
cli_import_verify(CliCall *call, const char *path, const CliFacts *facts)
{
    Verify *verify = calloc(1, sizeof *verify);
    CliStatus status = CLI_NO_MEMORY;
    if (verify == NULL) {
        (void)cli_call_problem(call, CLI_NO_MEMORY, "there is no memory");
        return status;
    }
    verify->call = call;
    verify->path = path;
    verify->keys_max =
        facts->multi_get_items < KEYS_PER_CALL ? (size_t)facts->multi_get_items : KEYS_PER_CALL;
    verify->room = cli_facts_room(facts);
    bool good = visit_file(verify, compare_record) && compare_collected(verify);
    if (good && verify->suspect_count > 0) {
        sort_suspects(verify);
        good = visit_file(verify, find_last) && compare_suspects_again(verify);
    }
    status = good ? tell(verify) : call->status;
    free_suspects(verify->suspects, verify->suspect_count);
    base_buf_clear(&verify->bytes);
    free(verify);
    return status;
}
