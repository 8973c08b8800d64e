/*
 * fuzz_load_expect.c: expected-state files of larder-load that come from anywhere.
 *
 *   - Reading a file of any bytes reads nothing else, and says why when it is refused.
 *   - An entry that can be decoded is encoded again as the same bytes.
 *   - Writes are in order, and every one of them can be judged.
 * To get far behind the checksums, the bytes are also taken as entries whose sums are made right.
 */
#include "engine/base/check.h"
#include "loadgen/history.h"
#include "tests/fuzz/fuzz.h"

#include <glib.h>

enum { ENTRIES_MAX = 200, SEED_BYTES = 24 };

static uint8_t whole[LOAD_EXPECT_HEAD_BYTES + ENTRIES_MAX * LOAD_EXPECT_ENTRY_BYTES];

static void
check_order(const LoadHistory *history)
{
    for (size_t i = 1; i < history->count; i++) {
        const LoadWrite *last = &history->writes[i - 1];
        const LoadWrite *next = &history->writes[i];
        BASE_CHECK(last->record < next->record ||
                   (last->record == next->record && last->sequence < next->sequence));
    }
    LoadFinding nothing = {.found = false};
    for (size_t i = 0; i < history->count; i++) {
        LoadKeeping keeping = load_history_judge(history, history->writes[i].record,
                                                 &history->writes[i], 1, &nothing);
        BASE_CHECK(keeping != LOAD_UNTOUCHED && keeping < LOAD_KEEPING_STALE);
    }
}

static void
check_file(const uint8_t *data, size_t size)
{
    char *problem = NULL;
    LoadHistory history;
    FILE *file = fmemopen((void *)(uintptr_t)data, size, "r");
    BASE_CHECK(file != NULL);
    if (load_history_read(file, &history, &problem)) {
        check_order(&history);
        load_history_clear(&history);
    } else {
        BASE_CHECK(problem != NULL && problem[0] != '\0');
        g_free(problem);
    }
    (void)fclose(file);
}

static void
check_entry(const uint8_t *bytes, const LoadExpectHead *head)
{
    LoadExpectEntry entry;
    uint8_t again[LOAD_EXPECT_ENTRY_BYTES];
    if (load_expect_entry_decode(bytes, head, &entry) == LOAD_EXPECT_GOOD) {
        load_expect_entry_encode(&entry, head->run, again);
        BASE_CHECK(memcmp(again, bytes, sizeof again) == 0);
    }
}

/* Every 24 bytes are what is summed up of an entry; few records, so that their writes meet. */
static void
check_stories(const uint8_t *data, size_t size)
{
    LoadExpectHead head = {7, 4, load_keys(LOAD_KEY_BINARY, BASE_SLICE_LITERAL("k"), 9)};
    size_t used = LOAD_EXPECT_HEAD_BYTES;
    load_expect_head_encode(&head, whole);
    for (size_t at = 0; at + SEED_BYTES <= size && used < sizeof whole; at += SEED_BYTES) {
        LoadExpectEntry entry = {
            .kind = (LoadExpectKind)(data[at] % 5),
            .sequence = data[at + 4] % 8,
            .record = data[at + 8] % 4,
            .version = data[at + 16] % 8,
        };
        load_expect_entry_encode(&entry, head.run, whole + used);
        check_entry(whole + used, &head);
        used += LOAD_EXPECT_ENTRY_BYTES;
    }
    check_file(whole, used);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size != 0) {
        check_file(data, size);
    }
    LoadExpectHead head;
    if (size >= LOAD_EXPECT_HEAD_BYTES && load_expect_head_decode(data, &head) == NULL) {
        uint8_t again[LOAD_EXPECT_HEAD_BYTES];
        load_expect_head_encode(&head, again);
        BASE_CHECK(memcmp(again, data, sizeof again) == 0);
    }
    check_stories(data, size);
    return 0;
}
