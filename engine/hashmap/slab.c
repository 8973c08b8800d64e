/*
 * slab.c: regions, pages and blocks. See slab.h.
 *
 * A page that gets blocks of a class hands them out front to back, so memory that was never needed
 * is never touched, and first those that came back. Pages with room are listed by class; a page
 * whose last block comes back is free for any class. A region whose last page comes back is
 * given back, but for one that is kept until the next trim: a store whose size moves about the
 * border of a region must not take one again and again.
 *
 * Huge pages: the kernel fills and counts all of a huge page at once. So a region is made one only
 * if blocks use most of those that are there already: the first two of a slab never are, nor is any
 * while records of many different sizes leave most pages half empty. It is asked for when half of
 * the last region's pages are in use. Where the thread is late, a region in small pages serves; one
 * that is not needed any more goes back at a trim.
 *
 * Descriptors are in the head of their region, not in their pages: the heads of all pages would
 * fall into the same few sets of the processor's caches.
 *
 *   S-1  A page is listed in its class if and only if it is in use and has room for a block.
 *   S-2  A region is listed if and only if it has a free page and is not one of S-3.
 *   S-3  A region without a used page is the spare one, or the one that is made present.
 *
 * Failures: where there is no region to be had, the heap serves, and where that has nothing left,
 * there is no memory. If the kernel does not take the advice, only speed changes.
 */
#include "engine/hashmap/slab.h"

#include "engine/base/check.h"
#include "engine/hashmap/counter.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
    REGION_BYTES = HASHMAP_REGION_BYTES,
    PAGE_BYTES = 64 * 1024,
    REGION_PAGES = REGION_BYTES / PAGE_BYTES,
};

struct HashmapSlabLink {
    HashmapSlabLink *next;
    HashmapSlabLink *prev; /* NULL: the first one */
};

typedef struct Page {
    HashmapSlabLink link; /* S-1 */
    void *freed;          /* blocks that came back; the first word of each leads to the next */
    uint32_t untouched;   /* where in the region the blocks begin that nobody has had yet */
    uint32_t end;         /* where the page ends */
    uint32_t used;        /* blocks that are handed out */
    uint32_t block_bytes;
} Page;

typedef struct Region {
    HashmapSlabLink link; /* S-2 */
    uint32_t free_pages;  /* bit i: page i */
    _Alignas(HASHMAP_CACHE_LINE) Page pages[REGION_PAGES];
} Region;

_Static_assert(REGION_PAGES == 32, "the free pages of a region are the bits of a word");
_Static_assert(sizeof(Region) < PAGE_BYTES / 16, "the head of a region takes a little of page 0");

/* ------------------------------------------------------------------------------------- lists -- */

static void
list_add(HashmapSlabLink **list, HashmapSlabLink *link)
{
    *link = (HashmapSlabLink){.next = *list};
    if (*list != NULL) {
        (*list)->prev = link;
    }
    *list = link;
}

static void
list_remove(HashmapSlabLink **list, HashmapSlabLink *link)
{
    if (link->prev != NULL) {
        link->prev->next = link->next;
    } else {
        *list = link->next;
    }
    if (link->next != NULL) {
        link->next->prev = link->prev;
    }
}

/* ----------------------------------------------------------------------------------- regions -- */

static Region *
region_of(const void *inside)
{
    return (Region *)((uintptr_t)inside & ~(uintptr_t)(REGION_BYTES - 1));
}

/* Bytes of the regions without the one that is made present, which was never used. */
static int64_t
settled_bytes(const HashmapSlab *slab)
{
    return hashmap_slab_mapped(slab) - (slab->ahead.region != NULL ? REGION_BYTES : 0);
}

/* Bytes of them that no block uses. */
static int64_t
gaps(const HashmapSlab *slab)
{
    return settled_bytes(slab) - atomic_load_explicit(&slab->used, memory_order_relaxed);
}

/* Whether gaps are so much of the regions that further ones would be a waste. */
static bool
is_sparse(const HashmapSlab *slab)
{
    int64_t used = atomic_load_explicit(&slab->used, memory_order_relaxed) + slab->outside;
    return gaps(slab) > REGION_BYTES + used / 4;
}

static void *
take_region(HashmapSlab *slab)
{
    void *region = is_sparse(slab) ? NULL : hashmap_span_take(&slab->span);
    hashmap_counter_add(&slab->mapped, region != NULL ? REGION_BYTES : 0);
    return region;
}

static void
give_region(HashmapSlab *slab, void *region)
{
    hashmap_span_give(&slab->span, region);
    hashmap_counter_add(&slab->mapped, -(int64_t)REGION_BYTES);
}

/* A region without a used page that is to be used now; NULL: there is none to be had. */
static Region *
new_region(HashmapSlab *slab)
{
    Region *region = slab->spare;
    slab->spare = NULL;
    if (region == NULL) {
        region = hashmap_ahead_collect(&slab->ahead);
    }
    if (region == NULL && (region = take_region(slab)) != NULL) {
        (void)madvise(region, REGION_BYTES, MADV_NOHUGEPAGE);
    }
    if (region != NULL) {
        region->free_pages = UINT32_MAX;
    }
    return region;
}

/* Free pages before a further region is needed; if more than one region has any, those of one. */
static int
pages_left(const HashmapSlab *slab)
{
    const Region *last = (const Region *)slab->regions;
    if (slab->spare != NULL || (last != NULL && last->link.next != NULL)) {
        return REGION_PAGES;
    }
    return last == NULL ? 0 : __builtin_popcount(last->free_pages);
}

/* Whether the next region is soon needed, which is never one of the first two. */
static bool
is_next_near(const HashmapSlab *slab)
{
    return settled_bytes(slab) > REGION_BYTES && pages_left(slab) <= REGION_PAGES / 2;
}

/* Whether blocks use most of the pages that are not free. */
static bool
is_dense(const HashmapSlab *slab)
{
    return gaps(slab) - pages_left(slab) * (int64_t)PAGE_BYTES <= settled_bytes(slab) / 4;
}

/* A page was taken: asks for the next region, if it is time. */
static void
look_ahead(HashmapSlab *slab)
{
    if (slab->ahead.region != NULL || !is_next_near(slab) || !is_dense(slab)) {
        return;
    }
    void *next = take_region(slab);
    if (next != NULL && !hashmap_ahead_ask(&slab->ahead, next)) {
        give_region(slab, next);
    }
}

/* A region with a free page, listed; NULL: the heap has to serve. */
static Region *
roomy_region(HashmapSlab *slab)
{
    if (slab->regions != NULL) {
        return (Region *)slab->regions;
    }
    Region *region = new_region(slab);
    if (region != NULL) {
        list_add(&slab->regions, &region->link);
    }
    return region;
}

static void
give_spare(HashmapSlab *slab)
{
    if (slab->spare != NULL) {
        give_region(slab, slab->spare);
        slab->spare = NULL;
    }
}

/* Gives back the region that was made present, unless it is soon needed. */
static void
give_ahead(HashmapSlab *slab)
{
    void *region = is_next_near(slab) ? NULL : hashmap_ahead_collect(&slab->ahead);
    if (region != NULL) {
        give_region(slab, region);
    }
}

void
hashmap_slab_trim(HashmapSlab *slab)
{
    give_spare(slab);
    give_ahead(slab);
}

/* ------------------------------------------------------------------------------------- pages -- */

static bool
has_room(const Page *page)
{
    return page->freed != NULL || page->untouched + page->block_bytes <= page->end;
}

/* A page for a class that has none with room; NULL: the heap has to serve. */
static Page *
new_page(HashmapSlab *slab, size_t class_index)
{
    Region *region = roomy_region(slab);
    if (region == NULL) {
        return NULL;
    }
    unsigned index = (unsigned)__builtin_ctz(region->free_pages);
    region->free_pages &= region->free_pages - 1;
    look_ahead(slab);
    if (region->free_pages == 0) {
        list_remove(&slab->regions, &region->link);
    }
    Page *page = &region->pages[index];
    *page = (Page){
        .untouched = index == 0 ? sizeof(Region) : index * PAGE_BYTES,
        .end = (index + 1) * PAGE_BYTES,
        .block_bytes = (uint32_t)(class_index * HASHMAP_SLAB_STEP),
    };
    list_add(&slab->pages[class_index], &page->link);
    return page;
}

/* Frees a page without used blocks, which is in no list any more. */
static void
end_page(HashmapSlab *slab, Region *region, const Page *page)
{
    bool listed = region->free_pages != 0;
    region->free_pages |= UINT32_C(1) << (page - region->pages);
    if (region->free_pages == UINT32_MAX) {
        if (listed) {
            list_remove(&slab->regions, &region->link);
        }
        give_spare(slab);
        slab->spare = region;
    } else if (!listed) {
        list_add(&slab->regions, &region->link);
    }
}

/* ------------------------------------------------------------------------------------ blocks -- */

/* All of what the class costs, so that the pool may hand the block to any size of the class. */
static size_t
heap_size(const HashmapSlab *slab, size_t size)
{
    bool whole = size <= HASHMAP_SLAB_BLOCK_MAX && slab->source == HASHMAP_SLAB_HEAP;
    return whole ? hashmap_slab_cost_of(slab, size) - slab->header : size;
}

static void *
take_outside(HashmapSlab *slab, size_t class_bytes)
{
    void *block = malloc(class_bytes);
    slab->outside += block == NULL ? 0 : (int64_t)class_bytes;
    return block;
}

static void *
take_block(Page *page)
{
    void *block = page->freed;
    if (block != NULL) {
        memcpy(&page->freed, block, sizeof(void *));
    } else {
        block = (uint8_t *)region_of(page) + page->untouched;
        page->untouched += page->block_bytes;
    }
    page->used++;
    return block;
}

void *
hashmap_slab_alloc(HashmapSlab *slab, size_t size)
{
    if (size > HASHMAP_SLAB_BLOCK_MAX || slab->source != HASHMAP_SLAB_REGIONS) {
        return hashmap_memory_alloc(heap_size(slab, size));
    }
    if (hashmap_memory_fails()) {
        return NULL;
    }
    size_t class_index = hashmap_slab_class(slab, size);
    Page *page = (Page *)slab->pages[class_index];
    if (page == NULL) {
        page = new_page(slab, class_index);
    }
    if (page == NULL) {
        return take_outside(slab, class_index * HASHMAP_SLAB_STEP);
    }
    void *block = take_block(page);
    hashmap_counter_add(&slab->used, page->block_bytes);
    if (!has_room(page)) {
        list_remove(&slab->pages[class_index], &page->link);
    }
    return block;
}

/* Takes a block back into its page. */
static void
give_block(HashmapSlab *slab, void *block, size_t size)
{
    Region *region = region_of(block);
    Page *page = &region->pages[(size_t)((uint8_t *)block - (uint8_t *)region) / PAGE_BYTES];
    HashmapSlabLink **list = &slab->pages[hashmap_slab_class(slab, size)];
    BASE_INVARIANT(page->used != 0 &&
                   page->block_bytes == hashmap_slab_class(slab, size) * HASHMAP_SLAB_STEP);
    bool listed = has_room(page);
    memcpy(block, &page->freed, sizeof(void *));
    page->freed = block;
    page->used--;
    hashmap_counter_add(&slab->used, -(int64_t)page->block_bytes);
    if (page->used == 0) {
        if (listed) {
            list_remove(list, &page->link);
        }
        end_page(slab, region, page);
    } else if (!listed) {
        list_add(list, &page->link);
    }
}

void
hashmap_slab_free(HashmapSlab *slab, void *block, size_t size)
{
    if (hashmap_span_has(&slab->span, block)) {
        give_block(slab, block, size);
        return;
    }
    if (size <= HASHMAP_SLAB_BLOCK_MAX && slab->source == HASHMAP_SLAB_REGIONS) {
        slab->outside -= (int64_t)(hashmap_slab_class(slab, size) * HASHMAP_SLAB_STEP);
    }
    free(block);
}

/* -------------------------------------------------------------------------------------- slab -- */

void
hashmap_slab_init(HashmapSlab *slab, HashmapSlabSource source)
{
    memset(slab, 0, sizeof *slab);
    slab->source = source;
    slab->header = source == HASHMAP_SLAB_REGIONS ? 0 : HASHMAP_CHUNK_HEADER;
}

void
hashmap_slab_clear(HashmapSlab *slab)
{
    BASE_CHECK(atomic_load_explicit(&slab->used, memory_order_relaxed) == 0);
    void *ahead = hashmap_ahead_stop(&slab->ahead);
    hashmap_counter_add(&slab->mapped, ahead != NULL ? -(int64_t)REGION_BYTES : 0);
    give_spare(slab);
    hashmap_span_clear(&slab->span);
}
