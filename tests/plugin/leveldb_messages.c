/*
 * leveldb_messages.c: what the module of LevelDB makes of LevelDB's own log of messages: work that
 * has ended is counted with its time and bytes, over midnight too; waits end with what they waited
 * for; a line that is not whole is read when it is; other lines are passed over.
 */
#include "engine/base/check.h"
#include "engine/plugin/leveldb/messages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct Wanted {
    const char *name;
    int64_t value;
    bool found;
} Wanted;

static void
look(void *user, const char *name, int64_t value)
{
    Wanted *wanted = user;
    if (strcmp(name, wanted->name) == 0) {
        wanted->value = value;
        wanted->found = true;
    }
}

static int64_t
figure(LeveldbMessages *messages, const char *name)
{
    Wanted wanted = {.name = name};
    leveldb_messages_visit(messages, look, &wanted);
    BASE_CHECK(wanted.found);
    return wanted.value;
}

static void
write_log(const char *path, const char *text)
{
    FILE *file = fopen(path, "a");
    BASE_CHECK(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

static void
check_log(LeveldbMessages *messages, const char *path)
{
    BASE_CHECK(figure(messages, "flushes") == 0); /* there is no such file yet */
    write_log(path, "2026/11/21-23:59:59.900000 7 Creating DB /x since it was missing.\n"
                    "no time at all\n"
                    "2026/11/21-23:59:59.999000 7 Level-0 table #5: started\n"
                    "2026/11/22-00:00:00.001000 7 Level-0 table #5: 200765 bytes OK\n"
                    "2026/11/22-00:00:01.000000 8 Current memtable full; waiting...\n"
                    "2026/11/22-00:00:01.000500 8 Current memtable full; waiting...\n"
                    "2026/11/22-00:00:01.001000 7 Compacting 4@0 + 1@1 files\n"
                    "2026/11/22-00:00:01.002000 7 Level-0 table #7: started\n"
                    "2026/11/22-00:00:01.004000 7 Level-0 table #7: 5 by");
    BASE_CHECK(figure(messages, "flushes") == 1);
    BASE_CHECK(figure(messages, "flush_us") == 2000);
    BASE_CHECK(figure(messages, "flush_bytes") == 200765);
    BASE_CHECK(figure(messages, "stalls_memtable") == 0);
    write_log(path, "tes OK\n"
                    "2026/11/22-00:00:01.005000 8 Too many L0 files; waiting...\n"
                    "2026/11/22-00:00:02.001000 7 Compacted 4@0 + 1@1 files => 906078 bytes\n");
    BASE_CHECK(figure(messages, "flushes") == 2);
    BASE_CHECK(figure(messages, "flush_us") == 4000);
    BASE_CHECK(figure(messages, "flush_bytes") == 200770);
    BASE_CHECK(figure(messages, "compactions") == 1);
    BASE_CHECK(figure(messages, "compaction_us") == 1000000);
    BASE_CHECK(figure(messages, "compaction_bytes") == 906078);
    BASE_CHECK(figure(messages, "stalls_memtable") == 1);
    BASE_CHECK(figure(messages, "stall_us_memtable") == 4000);
    BASE_CHECK(figure(messages, "stalls_runs") == 1);
    BASE_CHECK(figure(messages, "stall_us_runs") == 996000);
}

int
main(void)
{
    char directory[] = "/tmp/leveldb_messages.XXXXXX";
    char path[sizeof directory + 8];
    LeveldbMessages messages;
    BASE_CHECK(mkdtemp(directory) != NULL);
    (void)snprintf(path, sizeof path, "%s/LOG", directory);
    BASE_CHECK(leveldb_messages_init(&messages, directory));
    check_log(&messages, path);
    leveldb_messages_clear(&messages);
    BASE_CHECK(unlink(path) == 0 && rmdir(directory) == 0);
    return EXIT_SUCCESS;
}
