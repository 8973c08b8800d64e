/*
 * span.c: reserved addresses. See span.h.
 *
 * The mapping may not be touched but where regions are taken: its rest costs no memory, is in no
 * core file, and is nothing that mlockall() would fill. A region that is given back loses its
 * memory at once, and then the right to be touched.
 *
 * Failures: where addresses are limited (RLIMIT_AS) the span stays empty for good, and gives no
 * regions. A region that the kernel does not let be touched stays untaken. One whose memory is
 * locked keeps it, and one that would be a mapping too many for the process lacks the guard; both
 * can be taken again.
 */
#include "engine/hashmap/span.h"

#include "engine/base/check.h"
#include "engine/hashmap/memory.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    WORD_BITS = 64,
};

/* As many regions as the machine has memory for, and full words of them. */
static size_t
regions_of_machine(void)
{
    long pages = sysconf(_SC_PHYS_PAGES);
    long page_bytes = sysconf(_SC_PAGESIZE);
    if (pages <= 0 || page_bytes <= 0) {
        return 0;
    }
    size_t regions = (size_t)pages / (HASHMAP_REGION_BYTES / (size_t)page_bytes);
    return (regions / WORD_BITS + 1) * WORD_BITS;
}

static bool
reserve(HashmapSpan *span)
{
    size_t regions = regions_of_machine();
    size_t bytes = regions * HASHMAP_REGION_BYTES;
    uint64_t *taken = regions == 0 ? NULL : hashmap_memory_alloc(regions / 8);
    if (taken == NULL) {
        return false;
    }
    /* One more region, for the multiple of its size that the first one begins at. */
    void *mapping = mmap(NULL, bytes + HASHMAP_REGION_BYTES, PROT_NONE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapping == MAP_FAILED) {
        free(taken);
        return false;
    }
    memset(taken, 0, regions / 8);
    uintptr_t mask = HASHMAP_REGION_BYTES - 1;
    span->first = ((uintptr_t)mapping + mask) & ~mask;
    span->bytes = bytes;
    span->taken = taken;
    span->mapping = mapping;
    span->mapping_bytes = bytes + HASHMAP_REGION_BYTES;
    return true;
}

void *
hashmap_span_take(HashmapSpan *span)
{
    if (span->bytes == 0 && !span->refused) {
        span->refused = !reserve(span);
    }
    size_t words = span->bytes / HASHMAP_REGION_BYTES / WORD_BITS;
    while (span->lowest < words && span->taken[span->lowest] == UINT64_MAX) {
        span->lowest++;
    }
    if (span->lowest == words) {
        return NULL;
    }
    unsigned bit = (unsigned)__builtin_ctzll(~span->taken[span->lowest]);
    uintptr_t at = span->first + (span->lowest * WORD_BITS + bit) * HASHMAP_REGION_BYTES;
    if (mprotect((void *)at, HASHMAP_REGION_BYTES, PROT_READ | PROT_WRITE) != 0) {
        return NULL;
    }
    span->taken[span->lowest] |= UINT64_C(1) << bit;
    return (void *)at;
}

void
hashmap_span_give(HashmapSpan *span, void *region)
{
    size_t index = ((uintptr_t)region - span->first) / HASHMAP_REGION_BYTES;
    uint64_t bit = UINT64_C(1) << index % WORD_BITS;
    size_t word = index / WORD_BITS;
    BASE_CHECK(hashmap_span_has(span, region) && (span->taken[word] & bit) != 0);
    (void)madvise(region, HASHMAP_REGION_BYTES, MADV_DONTNEED);
    (void)mprotect(region, HASHMAP_REGION_BYTES, PROT_NONE);
    span->taken[word] &= ~bit;
    span->lowest = word < span->lowest ? word : span->lowest;
}

void
hashmap_span_clear(HashmapSpan *span)
{
    if (span->bytes != 0) {
        (void)munmap(span->mapping, span->mapping_bytes);
        free(span->taken);
    }
    *span = (HashmapSpan){.bytes = 0};
}
