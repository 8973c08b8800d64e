/*
 * lsm_memtable_bench.c: what the memtable costs, for several shapes of keys.
 *
 * usage: lsm_memtable_bench [SECONDS per case]
 *
 * Each shape fills a memtable of 64 MiB with keys of about 16 bytes and values of 100, then reads
 * it. One line a shape, nanoseconds of processor time per operation: insert of a new key, get that
 * hits, get that misses, seek, step of a cursor, overwrite.
 */
#include "engine/base/check.h"
#include "engine/base/rand.h"
#include "engine/lsm/memtable.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROOM = 64 << 20, VALUE_LEN = 100, KEY_MAX = 40, SHAPES = 4, LOOK = 256 };

static const char *const NAMES[SHAPES] = {"ascending", "decimal", "user", "binary"};

static int64_t
cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return now.tv_sec * 1000000000 + now.tv_nsec;
}

static BaseSlice
make_key(int shape, uint64_t n, uint8_t *space)
{
    uint64_t spread = n * 0x9E3779B97F4A7C15u;
    char *text = (char *)space + 1;
    int len = 16;
    space[0] = 0;
    switch (shape) {
    case 0:
        len = snprintf(text, KEY_MAX, "%016llu", (unsigned long long)n);
        break;
    case 1:
        len = snprintf(text, KEY_MAX, "%016llu", (unsigned long long)(spread % 5000000u));
        break;
    case 2:
        len = snprintf(text, KEY_MAX, "user%llu", (unsigned long long)spread);
        break;
    default:
        memcpy(text, &spread, sizeof(spread));
        memset(text + 8, '0', 8);
        break;
    }
    return base_slice(space, (size_t)len + 1);
}

static bool
put(LsmMemtable *memtable, BaseSlice key, int64_t version)
{
    static const uint8_t VALUE[VALUE_LEN];
    if (lsm_memtable_room(memtable) < lsm_memtable_entry_bytes(memtable, key.len, VALUE_LEN) ||
        lsm_memtable_reserve(memtable, 1).code != BASE_OK) {
        return false;
    }
    LsmBuilt built = lsm_memtable_build(memtable, &(LsmEntry){.key = key,
                                                              .hash = lsm_key_index_hash(key),
                                                              .value = base_slice(VALUE, VALUE_LEN),
                                                              .version = version});
    lsm_memtable_link(memtable, &built);
    return true;
}

/* Until the memtable is full to nine tenths; returns the number of keys. */
static uint64_t
fill(LsmMemtable *memtable, int shape, double *ret_ns)
{
    uint8_t space[KEY_MAX];
    uint64_t n = 0;
    int64_t start = cpu_ns();
    while (lsm_memtable_room(memtable) > ROOM / 10 &&
           put(memtable, make_key(shape, n, space), (int64_t)n + 1)) {
        n++;
    }
    *ret_ns = (double)(cpu_ns() - start) / (double)n;
    return n;
}

typedef enum Case { OVERWRITE, HIT, MISS, SEEK, CASES } Case;

static double
run(LsmMemtable *memtable, int shape, Case what, uint64_t keys, double seconds)
{
    BaseRand rand = base_rand(7);
    LsmMemtableCursor cursor;
    lsm_memtable_cursor_init(&cursor, memtable, 0);
    uint8_t space[KEY_MAX];
    uint64_t done = 0;
    uint64_t found = 0;
    int64_t start = cpu_ns();
    int64_t now = start;
    while ((double)(now - start) < seconds * 1e9) {
        for (int i = 0; i < LOOK; i++, done++) {
            uint64_t n = base_rand_below(&rand, keys) + (what == MISS ? keys * 3 : 0);
            BaseSlice key = make_key(shape, n, space);
            switch (what) {
            case OVERWRITE:
                if (!put(memtable, key, (int64_t)(keys + done))) {
                    return (double)(cpu_ns() - start) / (double)done;
                }
                break;
            case SEEK:
                lsm_tree_cursor_seek(&cursor.place, key);
                found += lsm_memtable_cursor_valid(&cursor);
                break;
            default:
                found +=
                    lsm_memtable_get(memtable, key, lsm_key_index_hash(key), INT64_MAX) != NULL;
                break;
            }
        }
        now = cpu_ns();
    }
    BASE_CHECK(found <= done);
    return (double)(now - start) / (double)done;
}

static double
step(LsmMemtable *memtable)
{
    LsmMemtableCursor cursor;
    lsm_memtable_cursor_init(&cursor, memtable, 0);
    uint64_t bytes = 0;
    uint64_t steps = 0;
    int64_t start = cpu_ns();
    for (lsm_tree_cursor_first(&cursor.place); lsm_memtable_cursor_valid(&cursor); steps++) {
        bytes += lsm_memtable_cursor_record(&cursor, INT64_MAX)->value_size;
        lsm_tree_cursor_next(&cursor.place);
    }
    BASE_CHECK(bytes == steps * VALUE_LEN);
    return (double)(cpu_ns() - start) / (double)steps;
}

/* What making the keys costs, to be taken off. */
static double
key_cost(int shape)
{
    uint8_t space[KEY_MAX];
    uint64_t sum = 0;
    int64_t start = cpu_ns();
    for (uint64_t n = 0; n < 100000; n++) {
        sum += make_key(shape, n, space).data[3];
    }
    BASE_CHECK(sum != 1);
    return (double)(cpu_ns() - start) / 100000;
}

int
main(int argc, char **argv)
{
    double seconds = argc > 1 ? strtod(argv[1], NULL) : 1.0;
    (void)printf("%-10s %8s %8s %8s %8s %8s %8s %8s\n", "keys", "count", "insert", "hit", "miss",
                 "seek", "step", "over");
    for (int shape = 0; shape < SHAPES; shape++) {
        LsmMemtable *memtable = NULL;
        BASE_CHECK(lsm_memtable_new(ROOM, &memtable).code == BASE_OK);
        double insert;
        double cost = key_cost(shape);
        uint64_t keys = fill(memtable, shape, &insert);
        double hit = run(memtable, shape, HIT, keys, seconds);
        double miss = run(memtable, shape, MISS, keys, seconds);
        double seek = run(memtable, shape, SEEK, keys, seconds);
        double walk = step(memtable);
        double over = run(memtable, shape, OVERWRITE, keys, seconds);
        (void)printf("%-10s %8llu %8.0f %8.0f %8.0f %8.0f %8.1f %8.0f\n", NAMES[shape],
                     (unsigned long long)keys, insert - cost, hit - cost, miss - cost, seek - cost,
                     walk, over - cost);
        lsm_memtable_free(memtable);
    }
    return 0;
}
