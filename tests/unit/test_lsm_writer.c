/*
 * test_lsm_writer.c: commits on their way into generations and segments: what fits where, who waits
 * for what, and what is left when something fails.
 */
#include "engine/format/file_name.h"
#include "engine/lsm/log_scan.h"
#include "engine/lsm/section.h"
#include "tests/support/writer_rig.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

static WriterRig rig;

static void
begin(WriterRigOptions options)
{
    writer_rig_init(&rig, &options);
}

static void
end(void)
{
    writer_rig_clear(&rig);
}

static LsmWriterStats
stats(void)
{
    LsmWriterStats all;
    lsm_writer_stats(rig.writer, &all);
    return all;
}

static size_t
generation_count(void)
{
    size_t count = 0;
    while (writer_rig_generation(&rig, count) != NULL) {
        count++;
    }
    return count;
}

static LsmGenerationState
state_of(size_t index)
{
    return lsm_generation_state(writer_rig_generation(&rig, index));
}

static EngineOutcomeKind
kind_of(WriterRigCommit *commit)
{
    writer_rig_wait(commit);
    ck_assert_int_eq(commit->answers, 1);
    return commit->commit.outcome.kind;
}

/* Space for keys that are numbers. */
typedef struct Name {
    char text[16];
} Name;

static BaseSlice
numbered(Name *name, int number)
{
    (void)snprintf(name->text, sizeof(name->text), "key%06d", number);
    return base_slice_text(name->text);
}

/* A value of some length. */
static BaseSlice
bytes(size_t len)
{
    static uint8_t space[WRITER_RIG_VALUE_MAX];
    memset(space, 'v', len);
    return base_slice(space, len);
}

/* ----------------------------------------------------------------------------------- the log -- */

/* What a log holds, as text: "version: +key -key [start,stop);" */
typedef struct LogText {
    BaseBuf text;
    int64_t first;
} LogText;

static BaseStatus
append_commit(void *user, const FormatLogCommit *commit, FormatLogReader *reader)
{
    LogText *log = user;
    (void)base_buf_printf(&log->text, "%lld:", (long long)(commit->version - log->first + 1));
    for (uint64_t i = 0; i < commit->operations; i++) {
        FormatLogOperation op;
        ck_assert_int_eq(format_log_reader_operation(reader, &op).code, BASE_OK);
        const char *system = op.system ? "s" : "";
        int key = (int)op.key.len;
        int stop = (int)op.value.len;
        if (op.kind == FORMAT_LOG_REMOVE_RANGE) {
            (void)base_buf_printf(&log->text, " %s[%.*s,%.*s)", system, key, op.key.data, stop,
                                  op.unbounded ? "" : (const char *)op.value.data);
        } else {
            (void)base_buf_printf(&log->text, " %s%c%.*s", system,
                                  op.kind == FORMAT_LOG_PUT ? '+' : '-', key, op.key.data);
        }
    }
    (void)base_buf_append_byte(&log->text, ';');
    return base_ok();
}

static LsmLogEnd
scan(LsmLogVisitor *visit, void *user)
{
    LsmLogEnd log_end;
    LsmLogScanArgs args = {
        .env = rig.store.memory, .directory = LSM_RIG_DIRECTORY, .visit = visit, .user = user};
    BaseStatus status = lsm_log_scan(&args, &log_end);
    ck_assert_msg(status.code == BASE_OK, "%s: %s", status.what, log_end.message);
    return log_end;
}

static void
check_log(const char *expected)
{
    LogText log = {.text = BASE_BUF_INIT, .first = rig.first};
    (void)scan(append_commit, &log);
    (void)base_buf_append_byte(&log.text, 0);
    ck_assert_str_eq((const char *)log.text.data, expected);
    base_buf_clear(&log.text);
}

/* Counts commits of the log, which must go on by one. */
static BaseStatus
count_commit(void *user, const FormatLogCommit *commit, FormatLogReader *reader)
{
    int64_t *version = user;
    ck_assert_int_eq(commit->version, *version + 1);
    *version = commit->version;
    for (uint64_t i = 0; i < commit->operations; i++) {
        FormatLogOperation op;
        ck_assert_int_eq(format_log_reader_operation(reader, &op).code, BASE_OK);
    }
    return base_ok();
}

/* ----------------------------------------------------------------------------------- commits -- */

START_TEST(commits_show_and_are_in_the_log)
{
    begin((WriterRigOptions){.mode = (LsmSyncMode)_i});
    writer_rig_supply(&rig);
    ck_assert_int_eq(writer_rig_set(&rig, "a", "1"), rig.first);
    (void)writer_rig_set(&rig, "b", "2");
    WriterRigCommit commit;
    writer_rig_commit(&rig, &commit);
    (void)writer_rig_mutate(&commit, ENGINE_REMOVE, BASE_SLICE_LITERAL("a"));
    writer_rig_put(&commit, BASE_SLICE_LITERAL("a"), BASE_SLICE_LITERAL("system"))->keyspace =
        ENGINE_SYSTEM;
    (void)writer_rig_put(&commit, BASE_SLICE_LITERAL("c"), BASE_SLICE_EMPTY);
    commit.commit.durability = ENGINE_DURABILITY_SYNC;
    writer_rig_submit(&commit);
    ck_assert_int_eq(kind_of(&commit), ENGINE_APPLIED);
    ck_assert(writer_rig_is(&rig, "a", NULL));
    ck_assert(writer_rig_is(&rig, "b", "2"));
    ck_assert(writer_rig_is(&rig, "c", ""));
    EngineRecord record;
    ck_assert(writer_rig_get(&rig, ENGINE_SYSTEM, BASE_SLICE_LITERAL("a"), &record));
    ck_assert_int_eq(record.version, rig.first + 2);
    free((void *)(uintptr_t)record.value.data);
    ck_assert_int_eq(stats().commits, 3);
    ck_assert_int_eq(stats().operations, 5);
    ck_assert_int_eq(stats().bytes, 2 + 2 + 1 + 7 + 1);
    writer_rig_close(&rig);
    env_mem_crash(rig.store.memory, NULL); /* the last commit was synced */
    check_log("1: +a;2: +b;3: -a s+a +c;");
    end();
}
END_TEST

START_TEST(an_expiry_is_kept)
{
    begin((WriterRigOptions){.mode = LSM_SYNC_OS});
    writer_rig_supply(&rig);
    WriterRigCommit commit;
    writer_rig_commit(&rig, &commit);
    EngineMutation *put = writer_rig_put(&commit, BASE_SLICE_LITERAL("a"), BASE_SLICE_LITERAL("1"));
    put->expiry = ENGINE_EXPIRES_AFTER;
    put->expiry_ms = 500;
    writer_rig_submit(&commit);
    ck_assert_int_eq(kind_of(&commit), ENGINE_APPLIED);
    EngineRecord record;
    ck_assert(writer_rig_get(&rig, ENGINE_DATA, BASE_SLICE_LITERAL("a"), &record));
    ck_assert_int_eq(record.expires_at_ms, WRITER_RIG_START_MS + 500);
    free((void *)(uintptr_t)record.value.data);
    base_fake_clock_advance_ms(&rig.clock, 500);
    writer_rig_commit(&rig, &commit);
    (void)writer_rig_guard(&commit, BASE_SLICE_LITERAL("a"), ENGINE_CHECK_ABSENT);
    writer_rig_submit(&commit);
    ck_assert_int_eq(kind_of(&commit), ENGINE_APPLIED);
    end();
}
END_TEST

/* A range removes what the same commit wrote before it, and nothing that it writes later. */
START_TEST(a_range_drops_what_its_own_commit_wrote_before)
{
    begin((WriterRigOptions){.mode = LSM_SYNC_OS});
    writer_rig_supply(&rig);
    (void)writer_rig_set(&rig, "b", "old");
    (void)writer_rig_set(&rig, "x", "old");
    WriterRigCommit commit;
    writer_rig_commit(&rig, &commit);
    (void)writer_rig_put(&commit, BASE_SLICE_LITERAL("a"), BASE_SLICE_LITERAL("before"));
    (void)writer_rig_put(&commit, BASE_SLICE_LITERAL("x"), BASE_SLICE_LITERAL("outside"));
    writer_rig_put(&commit, BASE_SLICE_LITERAL("a"), BASE_SLICE_LITERAL("system"))->keyspace =
        ENGINE_SYSTEM;
    (void)writer_rig_remove_range(&commit, "a", "c");
    (void)writer_rig_put(&commit, BASE_SLICE_LITERAL("a"), BASE_SLICE_LITERAL("after"));
    (void)writer_rig_put(&commit, BASE_SLICE_LITERAL("b1"), BASE_SLICE_LITERAL("gone"));
    (void)writer_rig_remove_range(&commit, "b", "bb");
    writer_rig_submit(&commit);
    ck_assert_int_eq(kind_of(&commit), ENGINE_APPLIED);
    ck_assert(writer_rig_is(&rig, "a", "after"));
    ck_assert(writer_rig_is(&rig, "b", NULL));
    ck_assert(writer_rig_is(&rig, "b1", NULL));
    ck_assert(writer_rig_is(&rig, "x", "outside"));
    EngineRecord record;
    ck_assert(writer_rig_get(&rig, ENGINE_SYSTEM, BASE_SLICE_LITERAL("a"), &record));
    free((void *)(uintptr_t)record.value.data);
    writer_rig_commit(&rig, &commit);
    (void)writer_rig_put(&commit, BASE_SLICE_LITERAL("z"), BASE_SLICE_LITERAL("1"));
    (void)writer_rig_remove_range(&commit, "b", NULL);
    writer_rig_submit(&commit);
    ck_assert_int_eq(kind_of(&commit), ENGINE_APPLIED);
    ck_assert(writer_rig_is(&rig, "x", NULL));
    ck_assert(writer_rig_is(&rig, "z", NULL));
    writer_rig_close(&rig);
    check_log("1: +b;2: +x;3: +x s+a [a,c) +a [b,bb);4: [b,);");
    end();
}
END_TEST

START_TEST(limits_are_refused)
{
    begin((WriterRigOptions){.mode = LSM_SYNC_OS});
    writer_rig_supply(&rig);
    uint8_t *key = calloc(1, 70000);
    ck_assert_ptr_nonnull(key);
    WriterRigCommit commit;
    for (size_t len = 65534; len <= 65536; len++) {
        writer_rig_commit(&rig, &commit);
        (void)writer_rig_put(&commit, base_slice(key, len), BASE_SLICE_EMPTY);
        writer_rig_submit(&commit);
        writer_rig_supply(&rig);
        ck_assert_int_eq(kind_of(&commit), len == 65534 ? ENGINE_APPLIED : ENGINE_FAILED);
        writer_rig_commit(&rig, &commit);
        writer_rig_put(&commit, base_slice(key, len), BASE_SLICE_EMPTY)->want_existed = true;
        writer_rig_submit(&commit);
        writer_rig_supply(&rig);
        ck_assert_int_eq(kind_of(&commit), len == 65534 ? ENGINE_APPLIED : ENGINE_FAILED);
    }
    writer_rig_commit(&rig, &commit);
    writer_rig_remove_range(&commit, "a", "b")->value = base_slice(key, 65535);
    writer_rig_submit(&commit);
    ck_assert_int_eq(kind_of(&commit), ENGINE_FAILED);
    free(key);
    end();
}
END_TEST

/* ------------------------------------------------------------------------------- generations -- */

/* Puts numbered keys with values of 1,000 bytes until a new generation has begun. */
static int
fill(int from)
{
    int64_t generations = stats().generations;
    int number = from;
    do {
        Name name;
        WriterRigCommit commit;
        writer_rig_commit(&rig, &commit);
        (void)writer_rig_put(&commit, numbered(&name, number++), bytes(1000));
        writer_rig_submit(&commit);
        ck_assert_int_eq(kind_of(&commit), ENGINE_APPLIED);
    } while (stats().generations == generations);
    return number;
}

START_TEST(a_full_generation_gives_way)
{
    begin((WriterRigOptions){.mode = LSM_SYNC_OS});
    ck_assert_uint_eq(lsm_writer_wants(rig.writer), 64 << 10);
    writer_rig_supply(&rig);
    ck_assert_uint_eq(lsm_writer_wants(rig.writer), 0);
    ck_assert_uint_eq(generation_count(), 0); /* begun by the first commit */
    (void)writer_rig_set(&rig, "a", "1");
    ck_assert_uint_eq(generation_count(), 1);
    ck_assert_int_eq(state_of(0), LSM_GENERATION_ACTIVE);
    ck_assert_uint_eq(lsm_writer_wants(rig.writer), 0); /* supplied by set */
    int needs = atomic_load(&rig.needs);
    int count = fill(0);
    ck_assert_int_gt(count, 40);
    ck_assert_int_gt(atomic_load(&rig.needs), needs);
    ck_assert_uint_eq(generation_count(), 2);
    ck_assert_int_eq(state_of(0), LSM_GENERATION_ACTIVE);
    ck_assert_int_eq(state_of(1), LSM_GENERATION_FULL);
    ck_assert_int_lt(writer_rig_generation(&rig, 1)->version_highest,
                     writer_rig_generation(&rig, 0)->version_highest);
    ck_assert(!lsm_rig_has(&rig.store, FORMAT_FILE_TABLE, 4));
    int64_t segment = (int64_t)writer_rig_generation(&rig, 1)->number;
    ck_assert(lsm_rig_has(&rig.store, FORMAT_FILE_LOG, segment));
    ck_assert_uint_eq(writer_rig_flush(&rig), 1);
    ck_assert_uint_eq(generation_count(), 1);
    while (lsm_rig_has(&rig.store, FORMAT_FILE_LOG, segment)) {
    }
    for (int i = 0; i < count; i++) {
        Name name;
        EngineRecord record;
        ck_assert(writer_rig_get(&rig, ENGINE_DATA, numbered(&name, i), &record));
        free((void *)(uintptr_t)record.value.data);
    }
    end();
}
END_TEST

START_TEST(a_generation_is_full_when_nothing_is_pending)
{
    begin((WriterRigOptions){.mode = LSM_SYNC_OS});
    writer_rig_supply(&rig);
    CommitBackend *backend = lsm_writer_backend(rig.writer);
    CommitOp ops[3];
    CommitEntry entries[3];
    lsm_section_enter();
    for (int i = 0; i < 3; i++) {
        ops[i] = (CommitOp){.kind = COMMIT_PUT,
                            .key = BASE_SLICE_LITERAL("k"),
                            .value = bytes(i == 0 ? 10 : 40000),
                            .version = rig.first + i};
        entries[i] =
            (CommitEntry){.version = rig.first + i, .stamp_ms = 1, .ops = &ops[i], .op_count = 1};
        ck_assert_int_eq(backend->ops->prepare(backend, &entries[i]).code, BASE_OK);
        writer_rig_supply(&rig);
    }
    base_epoch_exit();
    ck_assert_uint_eq(generation_count(), 2);
    ck_assert_int_eq(state_of(1), LSM_GENERATION_SEALED);
    ck_assert_uint_eq(writer_rig_generation(&rig, 1)->pending, 2);
    lsm_section_enter();
    backend->ops->publish(backend, &entries[0]);
    ck_assert_int_eq(state_of(1), LSM_GENERATION_SEALED);
    backend->ops->publish(backend, &entries[1]);
    ck_assert_int_eq(state_of(1), LSM_GENERATION_FULL);
    backend->ops->discard(backend, &entries[2]);
    ck_assert_int_eq(state_of(0), LSM_GENERATION_ACTIVE);
    base_epoch_exit();
    ck_assert(lsm_generation_is_empty(writer_rig_generation(&rig, 0)));
    end();
}
END_TEST

START_TEST(sealing_ends_what_holds_something)
{
    begin((WriterRigOptions){.mode = LSM_SYNC_OS});
    writer_rig_seal(&rig);
    writer_rig_supply(&rig);
    writer_rig_seal(&rig);
    ck_assert_uint_eq(generation_count(), 0);
    (void)writer_rig_set(&rig, "a", "1");
    writer_rig_seal(&rig);
    ck_assert_int_eq(state_of(0), LSM_GENERATION_FULL);
    writer_rig_seal(&rig);
    ck_assert_uint_eq(generation_count(), 1);
    ck_assert_uint_eq(writer_rig_flush(&rig), 1);
    ck_assert_uint_eq(generation_count(), 0);
    ck_assert(writer_rig_is(&rig, "a", "1"));
    (void)writer_rig_set(&rig, "a", "2");
    ck_assert_uint_eq(generation_count(), 1);
    ck_assert(writer_rig_is(&rig, "a", "2"));
    end();
}
END_TEST

/* A chain is one group, and a group may go over several segments. */
START_TEST(a_group_over_several_generations)
{
    enum { COUNT = 20 };
    begin((WriterRigOptions){.mode = (LsmSyncMode)_i, .generations_max = 16});
    static WriterRigCommit commits[COUNT];
    static Name names[COUNT];
    for (int i = 0; i < COUNT; i++) {
        writer_rig_commit(&rig, &commits[i]);
        (void)writer_rig_put(&commits[i], numbered(&names[i], i), bytes(i % 4 == 3 ? 30000 : 10));
        commits[i].commit.next = i == COUNT - 1 ? NULL : &commits[i + 1].commit;
    }
    writer_rig_submit(&commits[0]);
    for (int i = 0; i < COUNT; i++) {
        while (atomic_load(&commits[i].answers) == 0) {
            writer_rig_supply(&rig);
        }
        ck_assert_int_eq(kind_of(&commits[i]), ENGINE_APPLIED);
        ck_assert_int_eq(commits[i].order, i + 1);
        ck_assert_int_eq(commits[i].commit.outcome.version, rig.first + i);
    }
    ck_assert_int_gt(stats().generations, 2);
    writer_rig_close(&rig);
    int64_t version = rig.first - 1;
    ck_assert_int_eq(scan(count_commit, &version).commits, COUNT);
    end();
}
END_TEST

/* ----------------------------------------------------------------------------------- waiting -- */

START_TEST(without_a_spare_commits_wait_their_turn)
{
    begin((WriterRigOptions){.mode = LSM_SYNC_OS});
    WriterRigCommit commits[3];
    for (int i = 0; i < 3; i++) {
        writer_rig_commit(&rig, &commits[i]);
        writer_rig_mutate(&commits[i], ENGINE_INCREMENT, BASE_SLICE_LITERAL("n"))->delta = i + 1;
        writer_rig_submit(&commits[i]);
        ck_assert_int_eq(commits[i].answers, 0);
    }
    ck_assert_int_ge(atomic_load(&rig.needs), 3);
    writer_rig_supply(&rig);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(kind_of(&commits[i]), ENGINE_APPLIED);
        ck_assert_int_eq(commits[i].order, i + 1);
    }
    ck_assert_int_eq(commits[2].mutations[0].result.number, 6);
    ck_assert_int_eq(stats().waits, 3);
    ck_assert_int_eq(stats().denials, 0);
    end();
}
END_TEST

START_TEST(no_spare_to_be_had_refuses)
{
    begin((WriterRigOptions){.mode = LSM_SYNC_OS});
    rig.store.fault.status = base_error(BASE_NO_SPACE, "the disk is full");
    fault_env_plan(&rig.store.fault, FAULT_SPACE, 0, FAULT_ENV_NEVER);
    WriterRigCommit first;
    WriterRigCommit second;
    writer_rig_commit(&rig, &first);
    (void)writer_rig_put(&first, BASE_SLICE_LITERAL("a"), BASE_SLICE_LITERAL("1"));
    second = first;
    second.commit.mutations = second.mutations;
    writer_rig_submit(&first);
    ck_assert_int_eq(first.answers, 0);
    writer_rig_supply(&rig);
    ck_assert_int_eq(kind_of(&first), ENGINE_REFUSED);
    ck_assert_int_eq(first.commit.outcome.refusal, ENGINE_REFUSAL_DISK_FULL);
    writer_rig_submit(&second); /* at once, now that it is known */
    ck_assert_int_eq(kind_of(&second), ENGINE_REFUSED);
    ck_assert_int_gt(second.commit.outcome.retry_after_ms, 0);
    ck_assert_int_eq(stats().denials, 1);
    fault_env_arm(&rig.store.fault, FAULT_ENV_NEVER);
    writer_rig_supply(&rig);
    (void)writer_rig_set(&rig, "a", "2");
    ck_assert(writer_rig_is(&rig, "a", "2"));
    end();
}
END_TEST

START_TEST(there_are_only_so_many_generations)
{
    begin((WriterRigOptions){.mode = LSM_SYNC_OS, .generations_max = 2});
    writer_rig_supply(&rig);
    (void)writer_rig_set(&rig, "a", "1");
    (void)fill(0);
    ck_assert_uint_eq(generation_count(), 2);
    ck_assert_uint_eq(lsm_writer_wants(rig.writer), 0);
    WriterRigCommit waits;
    writer_rig_commit(&rig, &waits);
    (void)writer_rig_put(&waits, BASE_SLICE_LITERAL("b"), bytes(64000));
    writer_rig_submit(&waits);
    writer_rig_supply(&rig);
    ck_assert_int_eq(waits.answers, 0);
    ck_assert_uint_eq(writer_rig_flush(&rig), 1);
    ck_assert_uint_gt(lsm_writer_wants(rig.writer), 0);
    writer_rig_supply(&rig);
    ck_assert_int_eq(kind_of(&waits), ENGINE_APPLIED);
    end();
}
END_TEST

/* ----------------------------------------------------------------------------- large commits -- */

static void
submit_large(WriterRigCommit *commit, const char *key)
{
    writer_rig_commit(&rig, commit);
    (void)writer_rig_put(commit, base_slice_text(key), bytes(90000));
    writer_rig_submit(commit);
}

static void
submit_small(WriterRigCommit *commit, const char *key)
{
    writer_rig_commit(&rig, commit);
    (void)writer_rig_put(commit, base_slice_text(key), bytes(40000));
    writer_rig_submit(commit);
}

START_TEST(a_commit_larger_than_a_generation_gets_one)
{
    begin((WriterRigOptions){.mode = LSM_SYNC_OS, .generations_max = 8});
    writer_rig_supply(&rig);
    WriterRigCommit large;
    submit_large(&large, "large");
    ck_assert_int_eq(large.answers, 0); /* the spare is too small */
    ck_assert_uint_gt(lsm_writer_wants(rig.writer), 90000);
    WriterRigCommit small;
    submit_small(&small, "a");
    ck_assert_int_eq(kind_of(&small), ENGINE_APPLIED); /* for which it is large enough */
    writer_rig_supply(&rig);
    ck_assert_int_eq(kind_of(&large), ENGINE_APPLIED);
    ck_assert_uint_eq(lsm_writer_wants(rig.writer), 64 << 10);
    EngineRecord record;
    ck_assert(writer_rig_get(&rig, ENGINE_DATA, BASE_SLICE_LITERAL("large"), &record));
    ck_assert_uint_eq(record.value.len, 90000);
    free((void *)(uintptr_t)record.value.data);
    end();
}
END_TEST

/* The large spare is on its way to the large commit: small ones do not take it. */
START_TEST(a_large_spare_is_kept_for_who_asked_for_it)
{
    begin((WriterRigOptions){.mode = LSM_SYNC_OS, .generations_max = 8});
    writer_rig_supply(&rig);
    WriterRigCommit commits[4];
    submit_small(&commits[0], "a");
    ck_assert_int_eq(kind_of(&commits[0]), ENGINE_APPLIED);
    submit_small(&commits[1], "b"); /* waits: the first one has taken the spare */
    submit_large(&commits[2], "large");
    submit_small(&commits[3], "c");
    writer_rig_supply(&rig);
    ck_assert_int_eq(kind_of(&commits[2]), ENGINE_APPLIED);
    ck_assert_int_eq(commits[1].answers, 0);
    writer_rig_supply(&rig);
    ck_assert_int_eq(kind_of(&commits[1]), ENGINE_APPLIED);
    writer_rig_supply(&rig);
    ck_assert_int_eq(kind_of(&commits[3]), ENGINE_APPLIED);
    end();
}
END_TEST

/* A large commit that gives up leaves its spare to the others. */
START_TEST(who_gives_up_keeps_nobody_waiting)
{
    begin((WriterRigOptions){.mode = LSM_SYNC_OS, .generations_max = 8});
    WriterRigCommit small;
    WriterRigCommit large;
    submit_small(&small, "a");
    writer_rig_commit(&rig, &large);
    (void)writer_rig_put(&large, BASE_SLICE_LITERAL("large"), bytes(90000));
    large.commit.deadline_us = base_clock_monotonic_us(&rig.clock.clock) + 1000;
    writer_rig_submit(&large);
    ck_assert_uint_gt(lsm_writer_wants(rig.writer), 90000);
    base_fake_clock_advance_ms(&rig.clock, 10);
    writer_rig_supply(&rig);
    ck_assert_int_eq(kind_of(&large), ENGINE_REFUSED);
    ck_assert_int_eq(large.commit.outcome.refusal, ENGINE_REFUSAL_DEADLINE);
    ck_assert_int_eq(kind_of(&small), ENGINE_APPLIED);
    end();
}
END_TEST

/* A commit of range removes alone needs no memtable, but a segment. */
START_TEST(long_keys_of_ranges_count)
{
    begin((WriterRigOptions){.mode = LSM_SYNC_OS, .generations_max = 8});
    uint8_t *key = malloc(60000);
    ck_assert_ptr_nonnull(key);
    memset(key, 'r', 60000);
    for (int i = 0; i < 6; i++) {
        WriterRigCommit commit;
        writer_rig_commit(&rig, &commit);
        EngineMutation *range = writer_rig_remove_range(&commit, "", "");
        range->key = base_slice(key, 59999);
        range->value = base_slice(key, 60000);
        writer_rig_submit(&commit);
        writer_rig_supply(&rig);
        ck_assert_int_eq(kind_of(&commit), ENGINE_APPLIED);
    }
    ck_assert_int_ge(stats().generations, 6);
    free(key);
    end();
}
END_TEST

/* ------------------------------------------------------------------------------------- price -- */

START_TEST(a_price_is_paid_by_waiting)
{
    begin((WriterRigOptions){.mode = LSM_SYNC_OS});
    writer_rig_supply(&rig);
    (void)writer_rig_set(&rig, "a", "1");
    ck_assert_int_eq(stats().delays, 0);
    lsm_writer_set_price(rig.writer, 1e4, LSM_PRICE_DEBT); /* 10 us a byte */
    int64_t begun = base_clock_monotonic_us(base_clock_real());
    WriterRigCommit commit;
    writer_rig_commit(&rig, &commit);
    (void)writer_rig_put(&commit, BASE_SLICE_LITERAL("a"), bytes(1000));
    writer_rig_submit(&commit);
    ck_assert_int_eq(kind_of(&commit), ENGINE_APPLIED);
    ck_assert_int_ge(base_clock_monotonic_us(base_clock_real()) - begun, 10000);
    ck_assert_int_eq(stats().delays, 1);
    ck_assert_int_ge(stats().delay_us[LSM_PRICE_DEBT], 10000);
    lsm_writer_set_price(rig.writer, 0, LSM_PRICE_DEBT);
    (void)writer_rig_set(&rig, "a", "2");
    ck_assert_int_eq(stats().delays, 1);
    end();
}
END_TEST

/* What is too little to wait for adds up until it is not. */
START_TEST(small_change_adds_up)
{
    begin((WriterRigOptions){.mode = LSM_SYNC_OS});
    writer_rig_supply(&rig);
    lsm_writer_set_price(rig.writer, 3e3, LSM_PRICE_DEBT);
    (void)writer_rig_set(&rig, "a", "1");
    ck_assert_int_eq(stats().delays, 0);
    while (stats().delays == 0) { /* a machine that is slower than the price pays by and by */
        (void)writer_rig_set(&rig, "a", "1");
    }
    end();
}
END_TEST

/* ---------------------------------------------------------------------------------- failures -- */

START_TEST(a_poisoned_writer_fails_everything)
{
    begin((WriterRigOptions){.mode = LSM_SYNC_OS});
    WriterRigCommit waits;
    WriterRigCommit later;
    submit_small(&waits, "a");
    lsm_writer_poison(rig.writer, "the manifest is gone");
    ck_assert_int_eq(kind_of(&waits), ENGINE_FAILED);
    ck_assert_int_eq(waits.commit.outcome.status.code, BASE_POISONED);
    lsm_writer_poison(rig.writer, "told again");
    submit_small(&later, "a");
    ck_assert_int_eq(kind_of(&later), ENGINE_FAILED);
    ck_assert_str_eq(later.commit.outcome.status.what, "the manifest is gone");
    end();
}
END_TEST

enum { SCRIPT = 40 };

/* Submits chains of several commits until all are answered. */
static void
run_script(WriterRigCommit *commits, Name *names)
{
    for (int i = 0; i < SCRIPT; i++) {
        writer_rig_commit(&rig, &commits[i]);
        (void)writer_rig_put(&commits[i], numbered(&names[i], i), bytes(i % 5 == 4 ? 20000 : 100));
        commits[i].commit.next = i % 8 == 7 ? NULL : &commits[i + 1].commit;
    }
    for (int i = 0; i < SCRIPT; i += 8) {
        writer_rig_submit(&commits[i]);
    }
    for (int i = 0; i < SCRIPT; i++) {
        while (atomic_load(&commits[i].answers) == 0) {
            writer_rig_supply(&rig);
        }
    }
}

/*
 * How many were applied: in the order of their answers, none behind one that failed. REFUSED are
 * those for which there was no spare to be had.
 */
static int64_t
count_applied(const WriterRigCommit *commits)
{
    EngineOutcomeKind kinds[SCRIPT];
    for (int i = 0; i < SCRIPT; i++) {
        kinds[commits[i].order - 1] = commits[i].commit.outcome.kind;
    }
    int64_t applied = 0;
    bool failed = false;
    for (int i = 0; i < SCRIPT; i++) {
        failed = failed || kinds[i] == ENGINE_UNKNOWN || kinds[i] == ENGINE_FAILED;
        ck_assert(!failed || kinds[i] != ENGINE_APPLIED);
        applied += kinds[i] == ENGINE_APPLIED;
    }
    return applied;
}

/*
 * Whatever step fails, in whatever mode: after a crash the log holds a prefix of the commits, with
 * all that were acknowledged as durable; and after the failure of a write or sync nothing is
 * applied.
 */
START_TEST(whatever_fails_what_is_left_is_a_prefix)
{
    static WriterRigCommit commits[SCRIPT];
    static Name names[SCRIPT];
    bool always = _i == 0;
    for (int64_t fail_at = 0;; fail_at++) {
        begin((WriterRigOptions){.mode = always ? LSM_SYNC_ALWAYS : LSM_SYNC_OS,
                                 .generations_max = 16,
                                 .write_buffer = 40000,
                                 .depth = 3});
        rig.store.fault.status = base_error(BASE_NO_SPACE, "made to fail");
        fault_env_arm(&rig.store.fault, fail_at);
        run_script(commits, names);
        int64_t applied = count_applied(commits);
        writer_rig_close(&rig);
        env_mem_crash(rig.store.memory, NULL);
        int64_t version = rig.first - 1;
        (void)scan(count_commit, &version);
        ck_assert_int_le(version, rig.first + SCRIPT - 1);
        ck_assert_int_ge(version, always ? rig.first + applied - 1 : rig.first - 1);
        end();
        if (applied == SCRIPT) {
            ck_assert_int_gt(fail_at, always ? 30 : 20);
            return;
        }
    }
}
END_TEST

int
main(void)
{
    Suite *suite = suite_create("lsm_writer");
    TCase *commits = tcase_create("commits");
    tcase_add_loop_test(commits, commits_show_and_are_in_the_log, 0, 3);
    tcase_add_test(commits, an_expiry_is_kept);
    tcase_add_test(commits, a_range_drops_what_its_own_commit_wrote_before);
    tcase_add_test(commits, limits_are_refused);
    suite_add_tcase(suite, commits);
    TCase *generations = tcase_create("generations");
    tcase_add_test(generations, a_full_generation_gives_way);
    tcase_add_test(generations, a_generation_is_full_when_nothing_is_pending);
    tcase_add_test(generations, sealing_ends_what_holds_something);
    tcase_add_loop_test(generations, a_group_over_several_generations, 0, 3);
    suite_add_tcase(suite, generations);
    TCase *waiting = tcase_create("waiting");
    tcase_add_test(waiting, without_a_spare_commits_wait_their_turn);
    tcase_add_test(waiting, no_spare_to_be_had_refuses);
    tcase_add_test(waiting, there_are_only_so_many_generations);
    tcase_add_test(waiting, a_commit_larger_than_a_generation_gets_one);
    tcase_add_test(waiting, a_large_spare_is_kept_for_who_asked_for_it);
    tcase_add_test(waiting, who_gives_up_keeps_nobody_waiting);
    tcase_add_test(waiting, long_keys_of_ranges_count);
    tcase_add_test(waiting, a_price_is_paid_by_waiting);
    tcase_add_test(waiting, small_change_adds_up);
    suite_add_tcase(suite, waiting);
    TCase *failures = tcase_create("failures");
    tcase_set_timeout(failures, 120);
    tcase_add_test(failures, a_poisoned_writer_fails_everything);
    tcase_add_loop_test(failures, whatever_fails_what_is_left_is_a_prefix, 0, 2);
    suite_add_tcase(suite, failures);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
