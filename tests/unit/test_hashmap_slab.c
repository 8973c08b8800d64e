/*
 * test_hashmap_slab.c: blocks of the slab and the pool before it: each is its owner's alone, those
 * that come back are used again, and memory goes back to the system.
 */
#include "engine/base/rand.h"
#include "engine/hashmap/pool.h"
#include "tests/support/sanitized.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    REGION = 2 * 1024 * 1024,
    SIZE = 136,
    BLOCK = 144, /* what a block of SIZE costs, of whatever source */
};

static HashmapSlab slab;

/* ------------------------------------------------------------------------------------ owners -- */

typedef struct Owner {
    uint8_t *block;
    size_t size;
    uint8_t fill;
} Owner;

static void
check_owner(const Owner *owner)
{
    ck_assert_uint_eq(owner->block[0], owner->fill);
    ck_assert_mem_eq(owner->block, owner->block + 1, owner->size - 1);
}

static void
end_owner(Owner *owner)
{
    check_owner(owner);
    hashmap_slab_free(&slab, owner->block, owner->size);
    owner->block = NULL;
}

static void
begin_owner(Owner *owner, size_t size, uint8_t fill)
{
    *owner = (Owner){hashmap_slab_alloc(&slab, size), size, fill};
    ck_assert_ptr_nonnull(owner->block);
    ck_assert_uint_eq((uintptr_t)owner->block % 16, 0);
    memset(owner->block, fill, size);
}

/* Owners come and go in turns, more and then fewer; `size_of` chooses what they take. */
static void
churn(HashmapSlabSource source, size_t (*size_of)(BaseRand *rand), uint64_t seed)
{
    enum { OWNERS = 3000, STEPS = 60000 };
    static Owner owners[OWNERS];
    BaseRand rand = base_rand(seed);
    hashmap_slab_init(&slab, source);
    for (int step = 0; step < STEPS; step++) {
        uint64_t among = step / 10000 % 2 == 0 ? OWNERS : OWNERS / 10;
        Owner *owner = &owners[base_rand_below(&rand, among)];
        if (owner->block != NULL) {
            end_owner(owner);
        } else {
            begin_owner(owner, size_of(&rand), (uint8_t)step);
        }
        if (step % 10000 == 0) {
            hashmap_slab_trim(&slab);
        }
    }
    for (int i = 0; i < OWNERS; i++) {
        if (owners[i].block != NULL) {
            end_owner(&owners[i]);
        }
    }
    hashmap_slab_clear(&slab);
}

static size_t
any_size(BaseRand *rand)
{
    return 16 + base_rand_below(rand, HASHMAP_SLAB_BLOCK_MAX + 100);
}

static size_t
few_sizes(BaseRand *rand)
{
    static const size_t sizes[] = {24, 136, 1000, HASHMAP_SLAB_BLOCK_MAX,
                                   HASHMAP_SLAB_BLOCK_MAX + 1};
    return sizes[base_rand_below(rand, sizeof sizes / sizeof *sizes)];
}

START_TEST(a_block_is_its_owners_alone)
{
    static const HashmapSlabSource sources[] = {HASHMAP_SLAB_CHECKED, HASHMAP_SLAB_HEAP,
                                                HASHMAP_SLAB_REGIONS};
    churn(sources[_i], any_size, 1);
    churn(sources[_i], few_sizes, 2);
}
END_TEST

START_TEST(blocks_cost_what_their_class_takes)
{
    hashmap_slab_init(&slab, HASHMAP_SLAB_REGIONS);
    ck_assert_uint_eq(hashmap_slab_cost_of(&slab, 1), 16);
    ck_assert_uint_eq(hashmap_slab_cost_of(&slab, 16), 16);
    ck_assert_uint_eq(hashmap_slab_cost_of(&slab, 17), 32);
    ck_assert_uint_eq(hashmap_slab_cost_of(&slab, 136), BLOCK);
    ck_assert_uint_eq(hashmap_slab_cost_of(&slab, HASHMAP_SLAB_BLOCK_MAX), HASHMAP_SLAB_BLOCK_MAX);
    void *large = hashmap_slab_alloc(&slab, HASHMAP_SLAB_BLOCK_MAX + 1);
    ck_assert_uint_ge(hashmap_slab_cost(&slab, large, HASHMAP_SLAB_BLOCK_MAX + 1),
                      HASHMAP_SLAB_BLOCK_MAX + 1);
    ck_assert_int_eq(hashmap_slab_mapped(&slab), 0);
    hashmap_slab_free(&slab, large, HASHMAP_SLAB_BLOCK_MAX + 1);
    hashmap_slab_clear(&slab);
}
END_TEST

/* All sizes of a class have room in each of its blocks, so that the pool may hand them round. */
START_TEST(blocks_of_the_heap_cost_what_it_takes)
{
    hashmap_slab_init(&slab, HASHMAP_SLAB_HEAP);
    for (size_t size = 24; size <= HASHMAP_SLAB_BLOCK_MAX; size++) {
        size_t cost = hashmap_slab_cost_of(&slab, size);
        void *block = hashmap_slab_alloc(&slab, size);
        size_t real = hashmap_memory_cost(block);
        ck_assert_uint_ge(real, cost);
        ck_assert_uint_le(real, cost + 16); /* malloc leaves no gap of 16 */
        ck_assert_uint_lt(hashmap_slab_class(&slab, size), HASHMAP_SLAB_CLASSES);
        hashmap_slab_free(&slab, block, size);
    }
    hashmap_slab_clear(&slab);
}
END_TEST

/* ----------------------------------------------------------------------------------- regions -- */

enum {
    MANY = 100 * 1000,
};

static void *blocks[MANY];

static void
take_all(size_t count, size_t size)
{
    for (size_t i = 0; i < count; i++) {
        blocks[i] = hashmap_slab_alloc(&slab, size);
        ck_assert_ptr_nonnull(blocks[i]);
    }
}

static void
free_all(size_t count, size_t size)
{
    for (size_t i = 0; i < count; i++) {
        hashmap_slab_free(&slab, blocks[i], size);
    }
}

/* Waits until the thread is done with what it was asked for. */
static void
await_ahead(void)
{
    while (atomic_load(&slab.ahead.busy)) {
        (void)usleep(100);
    }
}

START_TEST(regions_hold_little_else_than_blocks)
{
    hashmap_slab_init(&slab, HASHMAP_SLAB_REGIONS);
    take_all(MANY, BLOCK);
    int64_t used = (int64_t)MANY * BLOCK;
    ck_assert_int_ge(hashmap_slab_mapped(&slab), used);
    ck_assert_int_eq(hashmap_slab_idle(&slab), hashmap_slab_mapped(&slab) - used);
    int64_t ahead = slab.ahead.region != NULL ? REGION : 0;
    ck_assert_int_lt(hashmap_slab_mapped(&slab), used + used / 100 + REGION + ahead);
    free_all(MANY, BLOCK);
    hashmap_slab_clear(&slab);
}
END_TEST

START_TEST(blocks_that_came_back_are_used_again)
{
    hashmap_slab_init(&slab, HASHMAP_SLAB_REGIONS);
    take_all(MANY, BLOCK);
    int64_t mapped = hashmap_slab_mapped(&slab);
    BaseRand rand = base_rand(3);
    for (int i = 0; i < MANY; i++) {
        size_t at = base_rand_below(&rand, MANY);
        hashmap_slab_free(&slab, blocks[at], BLOCK);
        blocks[at] = hashmap_slab_alloc(&slab, BLOCK - 3);
    }
    ck_assert_int_eq(hashmap_slab_mapped(&slab), mapped);
    /* Pages that are empty serve other sizes. */
    free_all(MANY, BLOCK);
    take_all(MANY / 10, 10 * BLOCK);
    ck_assert_int_le(hashmap_slab_mapped(&slab), mapped + REGION);
    free_all(MANY / 10, 10 * BLOCK);
    hashmap_slab_clear(&slab);
}
END_TEST

START_TEST(memory_goes_back_to_the_system)
{
    hashmap_slab_init(&slab, HASHMAP_SLAB_REGIONS);
    take_all(MANY, BLOCK);
    free_all(MANY, BLOCK);
    await_ahead();
    /* One stays until there is time, and one that was made present. */
    ck_assert_ptr_nonnull(slab.ahead.region);
    ck_assert_int_eq(hashmap_slab_mapped(&slab), 2 * REGION);
    take_all(1, BLOCK);
    ck_assert_int_eq(hashmap_slab_mapped(&slab), 2 * REGION);
    free_all(1, BLOCK);
    hashmap_slab_trim(&slab);
    ck_assert_int_eq(hashmap_slab_mapped(&slab), 0);
    hashmap_slab_clear(&slab);
}
END_TEST

START_TEST(without_memory_there_is_no_block)
{
    hashmap_slab_init(&slab, HASHMAP_SLAB_REGIONS);
    take_all(1, BLOCK);
    hashmap_memory_fail_after(0);
    ck_assert_ptr_null(hashmap_slab_alloc(&slab, BLOCK));
    ck_assert_ptr_nonnull(blocks[1] = hashmap_slab_alloc(&slab, BLOCK));
    hashmap_memory_fail_after(-1);
    free_all(2, BLOCK);
    hashmap_slab_clear(&slab);
}
END_TEST

/*
 * Ten sizes in turn, of each of which every twentieth block stays: pages of one size are of no use
 * to the next one. The heap serves instead.
 */
START_TEST(gaps_are_bounded)
{
    enum { SIZES = 10, ROUND = MANY / SIZES, STAYS = 20 };
    hashmap_slab_init(&slab, HASHMAP_SLAB_REGIONS);
    int64_t peak = 0;
    for (size_t i = 0; i < SIZES; i++) {
        void **round = blocks + i * ROUND;
        size_t size = 512 + 16 * i;
        for (size_t k = 0; k < ROUND; k++) {
            round[k] = hashmap_slab_alloc(&slab, size);
            ck_assert_ptr_nonnull(round[k]);
        }
        if (i == 0) {
            peak = hashmap_slab_mapped(&slab);
            ck_assert(hashmap_span_has(&slab.span, round[ROUND - 1]));
        }
        for (size_t k = 0; k < ROUND; k++) {
            if (k % STAYS != 0) {
                hashmap_slab_free(&slab, round[k], size);
            }
        }
    }
    ck_assert_int_le(hashmap_slab_mapped(&slab), peak + REGION);
    ck_assert_int_gt(slab.outside, 0);
    for (size_t k = 0; k < MANY; k += STAYS) {
        hashmap_slab_free(&slab, blocks[k], 512 + 16 * (k / ROUND));
    }
    ck_assert_int_eq(slab.outside, 0);
    hashmap_slab_clear(&slab);
}
END_TEST

/* Gaps that were much of a small slab are little of a large one. */
START_TEST(a_slab_that_grows_has_regions_again)
{
    enum { FEW = MANY / 30 };
    hashmap_slab_init(&slab, HASHMAP_SLAB_REGIONS);
    take_all(2 * FEW, 1024);
    for (size_t i = 0; i < 2 * FEW; i++) {
        if (i % 60 != 0) {
            hashmap_slab_free(&slab, blocks[i], 1024);
        }
    }
    await_ahead(); /* a region that came late would serve */
    hashmap_slab_trim(&slab);
    int64_t mapped = hashmap_slab_mapped(&slab);
    static uint8_t *others[MANY];
    for (size_t i = 0; i < MANY; i++) {
        others[i] = hashmap_slab_alloc(&slab, 2 * BLOCK);
    }
    ck_assert(hashmap_slab_is_outside(&slab, others[MANY / 10]));
    ck_assert_uint_eq(hashmap_slab_cost(&slab, others[MANY / 10], 2 * BLOCK), 2 * BLOCK + 16);
    ck_assert(!hashmap_slab_is_outside(&slab, others[MANY - 1]));
    ck_assert_uint_eq(hashmap_slab_cost(&slab, others[MANY - 1], 2 * BLOCK), 2 * BLOCK);
    ck_assert_int_gt(hashmap_slab_mapped(&slab), mapped);
    for (size_t i = 0; i < MANY; i++) {
        hashmap_slab_free(&slab, others[i], 2 * BLOCK);
    }
    for (size_t i = 0; i < 2 * FEW; i += 60) {
        hashmap_slab_free(&slab, blocks[i], 1024);
    }
    hashmap_slab_clear(&slab);
}
END_TEST

/* ------------------------------------------------------------------------------------- spans -- */

START_TEST(regions_are_apart_and_can_be_taken_again)
{
    enum { COUNT = 200 };
    HashmapSpan span = {.bytes = 0};
    uint8_t *regions[COUNT];
    ck_assert(!hashmap_span_has(&span, &span));
    for (int i = 0; i < COUNT; i++) {
        regions[i] = hashmap_span_take(&span);
        ck_assert_ptr_nonnull(regions[i]);
        ck_assert_uint_eq((uintptr_t)regions[i] % REGION, 0);
        ck_assert(hashmap_span_has(&span, regions[i] + REGION - 1));
        regions[i][0] = (uint8_t)i;
        regions[i][REGION - 1] = (uint8_t)i;
    }
    hashmap_span_give(&span, regions[150]);
    hashmap_span_give(&span, regions[7]);
    ck_assert_ptr_eq(hashmap_span_take(&span), regions[7]);
    ck_assert_ptr_eq(hashmap_span_take(&span), regions[150]);
    ck_assert_uint_eq(regions[7][0], 0); /* the memory itself went back */
    for (int i = 0; i < COUNT; i++) {
        ck_assert_int_eq(regions[i][REGION - 1], i == 7 || i == 150 ? 0 : i);
    }
    hashmap_span_clear(&span);
    ck_assert(!hashmap_span_has(&span, regions[0]));
}
END_TEST

#if !SANITIZED
START_TEST(without_addresses_the_heap_serves)
{
    struct rlimit limit;
    ck_assert_int_eq(getrlimit(RLIMIT_AS, &limit), 0);
    struct rlimit low = {.rlim_cur = 256u << 20, .rlim_max = limit.rlim_max};
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &low), 0);
    hashmap_slab_init(&slab, HASHMAP_SLAB_REGIONS);
    take_all(1000, BLOCK);
    ck_assert_int_eq(hashmap_slab_mapped(&slab), 0);
    ck_assert_int_eq(slab.outside, 1000 * BLOCK);
    free_all(1000, BLOCK);
    hashmap_slab_clear(&slab);
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &limit), 0);
}
END_TEST
#endif

/* -------------------------------------------------------------------------------- huge pages -- */

/* Whether the kernel was advised to back the memory at `inside` with huge pages. */
static bool
is_advised(const void *inside)
{
    FILE *maps = fopen("/proc/self/smaps", "r");
    ck_assert_ptr_nonnull(maps);
    char line[512];
    bool here = false;
    bool advised = false;
    while (fgets(line, sizeof line, maps) != NULL) {
        uintptr_t first = 0;
        uintptr_t end = 0;
        if (sscanf(line, "%lx-%lx ", &first, &end) == 2) {
            here = (uintptr_t)inside >= first && (uintptr_t)inside < end;
        } else if (here && strncmp(line, "VmFlags:", strlen("VmFlags:")) == 0) {
            advised = strstr(line, " hg") != NULL;
        }
    }
    (void)fclose(maps);
    return advised;
}

static bool
kernel_has_huge_pages(void)
{
    return access("/sys/kernel/mm/transparent_hugepage/enabled", R_OK) == 0;
}

/* Takes more blocks until a region is made present, and waits for it. How many there are then. */
static size_t
take_until_ahead(size_t count)
{
    for (; slab.ahead.region == NULL; count++) {
        ck_assert_uint_lt(count, MANY);
        blocks[count] = hashmap_slab_alloc(&slab, BLOCK);
        ck_assert_ptr_nonnull(blocks[count]);
    }
    await_ahead();
    return count;
}

/* Takes more, until a region more is in use. Returns how many there are now. */
static size_t
take_until_next(size_t count)
{
    uintptr_t last = (uintptr_t)blocks[count - 1] / REGION;
    do {
        ck_assert_uint_lt(count, MANY);
        blocks[count] = hashmap_slab_alloc(&slab, BLOCK);
        ck_assert_ptr_nonnull(blocks[count]);
    } while ((uintptr_t)blocks[count++] / REGION == last);
    return count;
}

static bool
is_present(void *region)
{
    static unsigned char pages[REGION / 4096];
    size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
    ck_assert_int_eq(mincore(region, REGION, pages), 0);
    for (size_t i = 0; i < REGION / page_bytes; i++) {
        if ((pages[i] & 1) == 0) {
            return false;
        }
    }
    return true;
}

START_TEST(slabs_that_grow_have_the_next_region_present)
{
    hashmap_slab_init(&slab, HASHMAP_SLAB_REGIONS);
    size_t count = 0;
    for (int regions = 3; regions < 7; regions++) {
        count = take_until_ahead(count);
        uint8_t *region = slab.ahead.region;
        ck_assert_int_eq(hashmap_slab_mapped(&slab), regions * REGION);
        ck_assert(is_present(region));
        ck_assert(is_advised(region) == kernel_has_huge_pages());
        hashmap_slab_trim(&slab); /* it is wanted */
        ck_assert_ptr_eq(slab.ahead.region, region);
        count = take_until_next(count);
        ck_assert_uint_eq((uintptr_t)blocks[count - 1] / REGION, (uintptr_t)region / REGION);
        ck_assert_ptr_null(slab.ahead.region);
    }
    ck_assert(!is_advised(blocks[0]));
    free_all(count, BLOCK);
    hashmap_slab_clear(&slab);
    ck_assert_int_eq(hashmap_slab_mapped(&slab), 0);
}
END_TEST

/* A thread that is late is not waited for. */
START_TEST(where_the_next_region_is_late_another_serves)
{
    hashmap_slab_init(&slab, HASHMAP_SLAB_REGIONS);
    size_t count = take_until_ahead(0);
    void *region = slab.ahead.region;
    atomic_store(&slab.ahead.busy, true);
    count = take_until_next(count);
    ck_assert_ptr_eq(slab.ahead.region, region);
    ck_assert(!is_advised(blocks[count - 1]));
    hashmap_slab_trim(&slab);
    ck_assert_ptr_eq(slab.ahead.region, region);
    atomic_store(&slab.ahead.busy, false);
    count = take_until_next(count);
    ck_assert_uint_eq((uintptr_t)blocks[count - 1] / REGION, (uintptr_t)region / REGION);
    free_all(count, BLOCK);
    hashmap_slab_clear(&slab);
}
END_TEST

START_TEST(slabs_that_shrink_give_the_next_region_back)
{
    hashmap_slab_init(&slab, HASHMAP_SLAB_REGIONS);
    size_t count = take_until_ahead(0);
    free_all(count - 1, BLOCK);
    hashmap_slab_trim(&slab);
    ck_assert_ptr_null(slab.ahead.region);
    ck_assert_int_eq(hashmap_slab_mapped(&slab), REGION);
    hashmap_slab_free(&slab, blocks[count - 1], BLOCK);
    hashmap_slab_clear(&slab);
}
END_TEST

/* What blocks leave unused in all regions together may be more than a region, and no page free. */
START_TEST(gaps_do_not_send_the_next_region_back)
{
    enum { KINDS = 40, FIRST = 20 };
    static void *others[KINDS];
    hashmap_slab_init(&slab, HASHMAP_SLAB_REGIONS);
    for (size_t i = 0; i < KINDS; i++) {
        others[i] = hashmap_slab_alloc(&slab, (FIRST + i) * HASHMAP_SLAB_STEP);
        ck_assert_ptr_nonnull(others[i]);
    }
    size_t count = take_until_ahead(0);
    void *region = slab.ahead.region;
    ck_assert_int_gt(hashmap_slab_idle(&slab) - REGION, REGION);
    hashmap_slab_trim(&slab);
    ck_assert_ptr_eq(slab.ahead.region, region);
    count = take_until_next(count);
    ck_assert_uint_eq((uintptr_t)blocks[count - 1] / REGION, (uintptr_t)region / REGION);
    free_all(count, BLOCK);
    for (size_t i = 0; i < KINDS; i++) {
        hashmap_slab_free(&slab, others[i], (FIRST + i) * HASHMAP_SLAB_STEP);
    }
    hashmap_slab_clear(&slab);
}
END_TEST

/* It is given back when two regions have free pages, and asked for again however those are used. */
START_TEST(the_next_region_comes_back)
{
    enum { PAGES = 10, PAGE = 64 * 1024 };
    hashmap_slab_init(&slab, HASHMAP_SLAB_REGIONS);
    size_t count = take_until_ahead(0);
    size_t first = 0;
    for (; (uintptr_t)blocks[first] % REGION < PAGES * PAGE; first++) {
        hashmap_slab_free(&slab, blocks[first], BLOCK);
    }
    hashmap_slab_trim(&slab);
    ck_assert_ptr_null(slab.ahead.region);
    ck_assert_int_eq(hashmap_slab_mapped(&slab), 2 * REGION);
    count = take_until_ahead(count);
    ck_assert_int_eq(hashmap_slab_mapped(&slab), 3 * REGION);
    for (; first < count; first++) {
        hashmap_slab_free(&slab, blocks[first], BLOCK);
    }
    hashmap_slab_clear(&slab);
}
END_TEST

START_TEST(slabs_of_half_empty_pages_ask_for_none)
{
    hashmap_slab_init(&slab, HASHMAP_SLAB_REGIONS);
    for (size_t i = 1; i < HASHMAP_SLAB_CLASSES; i++) {
        blocks[i] = hashmap_slab_alloc(&slab, i * HASHMAP_SLAB_STEP);
    }
    ck_assert_int_gt(hashmap_slab_mapped(&slab), REGION);
    for (size_t i = 1; i < HASHMAP_SLAB_CLASSES; i++) {
        ck_assert(!is_advised(blocks[i]));
        hashmap_slab_free(&slab, blocks[i], i * HASHMAP_SLAB_STEP);
    }
    ck_assert(!slab.ahead.started);
    hashmap_slab_clear(&slab);
}
END_TEST

/* -------------------------------------------------------------------------------------- pool -- */

START_TEST(the_pool_hands_warm_blocks_round)
{
    static HashmapPool pool;
    hashmap_pool_init(&pool, _i == 0 ? HASHMAP_SLAB_REGIONS : HASHMAP_SLAB_HEAP);
    for (int i = 0; i < 1000; i++) {
        blocks[i] = hashmap_pool_take(&pool, SIZE);
    }
    for (int i = 0; i < 1000; i++) {
        hashmap_pool_give(&pool, blocks[i], SIZE);
    }
    int64_t kept = atomic_load(&pool.bytes);
    ck_assert_int_le(kept, 32 * 1024);
    ck_assert_int_gt(kept, 32 * 1024 - BLOCK);
    ck_assert_ptr_eq(hashmap_pool_take(&pool, SIZE - 1), blocks[kept / BLOCK - 1]);
    ck_assert_int_eq(atomic_load(&pool.bytes), kept - BLOCK);
    hashmap_pool_give(&pool, blocks[kept / BLOCK - 1], SIZE - 1);
    void *large = hashmap_pool_take(&pool, HASHMAP_SLAB_BLOCK_MAX + 1);
    hashmap_pool_give(&pool, large, HASHMAP_SLAB_BLOCK_MAX + 1);
    ck_assert_int_eq(atomic_load(&pool.bytes), kept);
    hashmap_pool_trim(&pool);
    ck_assert_int_eq(atomic_load(&pool.bytes), 0);
    ck_assert_int_eq(hashmap_slab_mapped(&pool.slab), 0);
    hashmap_pool_clear(&pool);
}
END_TEST

START_TEST(before_a_checked_heap_the_pool_keeps_nothing)
{
    static HashmapPool pool;
    hashmap_pool_init(&pool, HASHMAP_SLAB_CHECKED);
    hashmap_pool_give(&pool, hashmap_pool_take(&pool, SIZE), SIZE);
    ck_assert_int_eq(atomic_load(&pool.bytes), 0);
    hashmap_pool_clear(&pool);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("slab");
    tcase_set_timeout(cases, 120);
    tcase_add_loop_test(cases, a_block_is_its_owners_alone, 0, 3);
    tcase_add_test(cases, blocks_cost_what_their_class_takes);
    tcase_add_test(cases, blocks_of_the_heap_cost_what_it_takes);
    tcase_add_test(cases, regions_hold_little_else_than_blocks);
    tcase_add_test(cases, blocks_that_came_back_are_used_again);
    tcase_add_test(cases, memory_goes_back_to_the_system);
    tcase_add_test(cases, without_memory_there_is_no_block);
    tcase_add_test(cases, gaps_are_bounded);
    tcase_add_test(cases, a_slab_that_grows_has_regions_again);
    tcase_add_test(cases, regions_are_apart_and_can_be_taken_again);
#if !SANITIZED
    tcase_add_test(cases, without_addresses_the_heap_serves);
#endif
    tcase_add_test(cases, slabs_that_grow_have_the_next_region_present);
    tcase_add_test(cases, where_the_next_region_is_late_another_serves);
    tcase_add_test(cases, slabs_that_shrink_give_the_next_region_back);
    tcase_add_test(cases, gaps_do_not_send_the_next_region_back);
    tcase_add_test(cases, the_next_region_comes_back);
    tcase_add_test(cases, slabs_of_half_empty_pages_ask_for_none);
    tcase_add_loop_test(cases, the_pool_hands_warm_blocks_round, 0, 2);
    tcase_add_test(cases, before_a_checked_heap_the_pool_keeps_nothing);
    Suite *suite = suite_create("hashmap");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
