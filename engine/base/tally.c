/*
 * tally.c: counters for many threads. See tally.h.
 *
 * A bit of `taken` says that a row has an owner. The owner before has released the bit with all its
 * stores before it, the next one acquires it, so the plain additions of one row have one order.
 */
#include "engine/base/tally.h"

#include <pthread.h>
#include <stdbool.h>

enum {
    SHARED_ROW = BASE_TALLY_ROWS - 1,
    ALL_TAKEN = (1 << SHARED_ROW) - 1,
    NO_ROW = -1,
};

static _Atomic unsigned taken;

static pthread_once_t key_once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static bool key_made;
static _Thread_local int own_row = NO_ROW;
/* What a thread specific value points at: not NULL, and says which row. */
static char marks[SHARED_ROW];

static void
give_row_back(void *mark)
{
    unsigned row = (unsigned)((char *)mark - marks);
    own_row = SHARED_ROW;
    (void)atomic_fetch_and_explicit(&taken, ~(1u << row), memory_order_release);
}

static void
make_key(void)
{
    key_made = pthread_key_create(&key, give_row_back) == 0;
}

static int
take_row(void)
{
    (void)pthread_once(&key_once, make_key);
    unsigned bits = atomic_load_explicit(&taken, memory_order_relaxed);
    while (key_made && bits != ALL_TAKEN) {
        unsigned row = (unsigned)__builtin_ctz(~bits);
        if (atomic_compare_exchange_weak_explicit(&taken, &bits, bits | 1u << row,
                                                  memory_order_acquire, memory_order_relaxed)) {
            own_row = (int)row;
            if (pthread_setspecific(key, &marks[row]) != 0) {
                give_row_back(&marks[row]);
            }
            return own_row;
        }
    }
    own_row = SHARED_ROW;
    return own_row;
}

void
base_tally_add(BaseTally *tally, unsigned counter, uint64_t amount)
{
    int row = own_row;
    if (row == NO_ROW) {
        row = take_row();
    }
    _Atomic uint64_t *cell = &tally->rows[row].counters[counter];
    if (row == SHARED_ROW) {
        (void)atomic_fetch_add_explicit(cell, amount, memory_order_relaxed);
        return;
    }
    uint64_t before = atomic_load_explicit(cell, memory_order_relaxed);
    atomic_store_explicit(cell, before + amount, memory_order_relaxed);
}

uint64_t
base_tally_sum(const BaseTally *tally, unsigned counter)
{
    uint64_t sum = 0;
    for (int row = 0; row < BASE_TALLY_ROWS; row++) {
        sum += atomic_load_explicit(&tally->rows[row].counters[counter], memory_order_relaxed);
    }
    return sum;
}
