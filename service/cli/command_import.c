/*
 * command_import.c: import.
 *
 * One thread reads the file and hands each record to a lane (lane.h), chosen by its key; the lanes
 * write at the same time. When all lanes that could take the next record are full, replies are
 * waited for. How far the import has come is noted now and then (checkpoint.h).
 *
 *     file -> record_reader -> lane 0 ... lane N -> bulk_write
 *                   |             |
 *                   | places      | oldest record without an answer
 *                   v             v
 *                 checkpoint: FILE.resume
 *
 * Resuming reads the file again up to the place in the note, whose hash proves that it is the same
 * file, and writes from there on. What was written behind that place is written again.
 */
#include "service/cli/command_run.h"

#include "engine/base/clock.h"
#include "service/cli/call.h"
#include "service/cli/checkpoint.h"
#include "service/cli/facts.h"
#include "service/cli/import_verify.h"
#include "service/cli/interrupt.h"
#include "service/cli/lane.h"
#include "service/cli/progress.h"
#include "service/cli/record_reader.h"
#include "service/cli/report.h"

#include <inttypes.h>
#include <stdio.h>

enum { LANES_MAX = 64, CALL_ITEMS = 1000, CALL_BYTES = 256 * 1024, READS_PER_TURN = 1000 };

typedef struct Import {
    CliCall *call;
    const char *path;
    CliFacts facts;
    CliRecordReader reader;
    CliLane *lanes[LANES_MAX];
    LarderChannel *channels[LANES_MAX];
    size_t lane_count;
    CliCheckpoint checkpoint;
    CliProgress progress;
    CliRecord record; /* read, and not in a lane yet */
    bool has_record;
    bool at_end;
    uint64_t resumed; /* records that an earlier run wrote */
} Import;

static bool
fail_reading(Import *import, CliReadResult result)
{
    cli_progress_clear(&import->progress);
    if (result == CLI_READ_INTERRUPTED) {
        import->call->status = CLI_INTERRUPTED;
        return false;
    }
    return cli_call_problem(import->call, CLI_FILE, "%s: %s", import->path, import->reader.problem);
}

static bool
open_file(Import *import)
{
    CliCall *call = import->call;
    if (strcmp(import->path, "-") == 0 && call->session->input_taken) {
        return cli_call_problem(call, CLI_USAGE, "the commands come from the standard input");
    }
    CliReadResult result = cli_record_reader_open(&import->reader, import->path);
    if (result != CLI_READ_RECORD) {
        return fail_reading(import, result);
    }
    int64_t wanted = cli_call_number(call, CLI_OPTION_FORMAT, import->reader.format);
    if (wanted != (int64_t)import->reader.format) {
        return cli_call_problem(call, CLI_FILE, "%s: it is not %s", import->path,
                                wanted == CLI_FORMAT_RAW ? "raw" : "JSON Lines");
    }
    return true;
}

/* Not a pipe, nor the standard input, which stays where the first reading left it. */
static bool
can_be_read_again(const Import *import)
{
    return import->reader.source.size >= 0 && strcmp(import->path, "-") != 0;
}

/* Where to note how far the import is. */
static bool
choose_note(Import *import)
{
    CliCall *call = import->call;
    const char *given = cli_options_text(call->options, CLI_OPTION_RESUME_FILE, NULL);
    bool dry_run = cli_call_has(call, CLI_OPTION_DRY_RUN);
    if (dry_run || (given != NULL && *given == '\0') ||
        (given == NULL && !can_be_read_again(import))) {
        return true; /* nowhere */
    }
    if (given == NULL) {
        size_t room = strlen(import->path) + sizeof ".resume";
        char *path = cli_call_alloc(call, room);
        if (path == NULL) {
            return false;
        }
        (void)snprintf(path, room, "%s.resume", import->path);
        given = path;
    }
    import->checkpoint.path = given;
    return true;
}

static bool
fits_name(const char *name)
{
    return strlen(name) < CLI_RESUME_NAME_MAX;
}

/* Fills in what does not change of the note. */
static bool
begin_note(Import *import)
{
    CliResume *note = &import->checkpoint.note;
    const char *server =
        cli_options_text(import->call->options, CLI_OPTION_SERVER, CLI_SERVER_DEFAULT);
    const char *store = import->call->parsed->store;
    if (!fits_name(server) || !fits_name(store)) {
        return cli_call_problem(import->call, CLI_USAGE, "an address or a name is too long");
    }
    (void)snprintf(note->server, sizeof note->server, "%s", server);
    (void)snprintf(note->store, sizeof note->store, "%s", store);
    note->server_started_ms = import->facts.started_ms;
    return true;
}

/* Reads what an earlier run wrote, up to the place of its note. */
static bool
skip_to(Import *import, const CliResume *note)
{
    CliRecordReader *reader = &import->reader;
    CliRecord record;
    while (reader->source.position < note->position) {
        CliReadResult result = cli_record_reader_next(reader, &record);
        if (result == CLI_READ_END) {
            break;
        }
        if (result != CLI_READ_RECORD) {
            return fail_reading(import, result);
        }
    }
    if (reader->source.position != note->position || reader->sum.records != note->records ||
        cli_source_hash(&reader->source) != note->hash) {
        return cli_call_problem(import->call, CLI_FILE,
                                "%s: its first %" PRIu64 " bytes are not those that were imported "
                                "before; --restart begins anew",
                                import->path, note->position);
    }
    import->resumed = note->records;
    return true;
}

/* Whether the note of an earlier run goes with this one. */
static bool
check_note(Import *import, const CliResume *note)
{
    CliCall *call = import->call;
    const CliResume *own = &import->checkpoint.note;
    if (strcmp(note->server, own->server) != 0 || strcmp(note->store, own->store) != 0) {
        return cli_call_problem(call, CLI_USAGE,
                                "%s: the import was one to store %s of %s; --restart begins anew",
                                import->checkpoint.path, note->store, note->server);
    }
    CliFacts before = {.started_ms = note->server_started_ms};
    if (cli_facts_lost(&before, &import->facts)) {
        return cli_call_problem(call, CLI_FAILED,
                                "the server was restarted, and the store is in memory: what was "
                                "imported before is lost; --restart begins anew");
    }
    return true;
}

/* Goes on where an earlier run was interrupted, if it is told to. */
static bool
resume(Import *import)
{
    CliCall *call = import->call;
    const char *path = import->checkpoint.path;
    bool wanted = cli_call_has(call, CLI_OPTION_RESUME);
    CliResume note;
    if (path == NULL) {
        return !wanted || cli_call_problem(call, CLI_USAGE, "--resume needs --resume-file here");
    }
    BaseStatus status = cli_resume_read(path, &note);
    if (status.code == BASE_NOT_FOUND) {
        if (wanted) {
            cli_call_note(call, "there is no %s: beginning at the start", path);
        }
        return true;
    }
    if (cli_call_has(call, CLI_OPTION_RESTART)) { /* else the old note could outlive this run */
        status = cli_resume_remove(path);
        return base_is_ok(status) || cli_call_problem(call, CLI_FILE, "%s: %s", path, status.what);
    }
    if (!base_is_ok(status)) {
        return cli_call_problem(call, CLI_FILE, "%s: %s", path, status.what);
    }
    if (!wanted) {
        return cli_call_problem(call, CLI_USAGE,
                                "%s: an import was interrupted after %" PRIu64
                                " records; --resume goes on, --restart begins anew",
                                path, note.records);
    }
    if (!check_note(import, &note)) {
        return false;
    }
    import->checkpoint.note = note;
    return skip_to(import, &note);
}

static bool
open_lanes(Import *import)
{
    CliCall *call = import->call;
    LarderClientOptions client;
    LarderProblem problem;
    int64_t items = import->facts.bulk_write_items;
    int64_t bytes = import->facts.request_bytes / 2;
    CliLaneOptions options = {
        .store = cli_call_store(call),
        .items_max = items < CALL_ITEMS ? (size_t)items : CALL_ITEMS,
        .bytes_max = bytes < CALL_BYTES ? (size_t)bytes : CALL_BYTES,
        .room = cli_facts_room(&import->facts),
        .if_absent = cli_call_has(call, CLI_OPTION_IF_ABSENT),
        .patience_ms = cli_call_number(call, CLI_OPTION_PATIENCE, 60000),
    };
    size_t count = (size_t)cli_call_number(call, CLI_OPTION_CONNECTIONS, 4);
    if (!cli_call_client_options(call, false, &client)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        import->lanes[i] = cli_lane_new(&client, &options, &problem);
        if (import->lanes[i] == NULL) {
            return cli_call_problem(call, CLI_NO_MEMORY, "%s", problem.message);
        }
        import->channels[i] = cli_lane_channel(import->lanes[i]);
        import->lane_count++;
    }
    return true;
}

/* The lane of a key: the same one for the same key. */
static CliLane *
lane_of(const Import *import, BaseSlice key)
{
    return import->lanes[base_hash(key, 0) % import->lane_count];
}

/* Marks the place behind the last record, if it is time for a mark. */
static void
mark(Import *import)
{
    const CliRecordReader *reader = &import->reader;
    if (cli_checkpoint_wants(&import->checkpoint, reader->source.position)) {
        cli_checkpoint_mark(&import->checkpoint, reader->source.position,
                            cli_source_hash(&reader->source), reader->sum.records);
    }
}

/* Reads records into lanes until one of them is full. False: reading failed. */
static bool
fill_lanes(Import *import)
{
    for (int i = 0; i < READS_PER_TURN; i++) {
        if (!import->has_record && !import->at_end) {
            CliReadResult result = cli_record_reader_next(&import->reader, &import->record);
            if (result == CLI_READ_PROBLEM || result == CLI_READ_INTERRUPTED) {
                return fail_reading(import, result);
            }
            import->has_record = result == CLI_READ_RECORD;
            import->at_end = result == CLI_READ_END;
        }
        if (!import->has_record) {
            return true;
        }
        CliLane *lane = lane_of(import, import->record.key);
        if (!cli_lane_has_room(lane, &import->record)) {
            return true;
        }
        if (!cli_lane_add(lane, &import->record, import->reader.sum.records)) {
            return cli_call_problem(import->call, CLI_NO_MEMORY, "there is no memory");
        }
        import->has_record = false;
        mark(import);
    }
    return true;
}

static bool
all_empty(const Import *import)
{
    for (size_t i = 0; i < import->lane_count; i++) {
        if (!cli_lane_is_empty(import->lanes[i])) {
            return false;
        }
    }
    return true;
}

/* Lets the lanes send. Returns how long they can be left alone. */
static int64_t
pump_lanes(Import *import)
{
    int64_t timeout_ms = -1;
    for (size_t i = 0; i < import->lane_count; i++) {
        int64_t ms = cli_lane_pump(import->lanes[i], import->at_end);
        timeout_ms = ms >= 0 && (timeout_ms < 0 || ms < timeout_ms) ? ms : timeout_ms;
    }
    return timeout_ms;
}

/* Says what ended a lane. True: none has ended. */
static bool
check_lanes(Import *import)
{
    for (size_t i = 0; i < import->lane_count; i++) {
        const LarderReply *reply = cli_lane_failure(import->lanes[i]);
        if (reply == NULL) {
            continue;
        }
        cli_progress_clear(&import->progress);
        cli_call_failed(import->call, reply);
        uint64_t record = cli_lane_failed_record(import->lanes[i]);
        if (record != 0) {
            cli_call_note(import->call, "that was record %" PRIu64 " of %s", record, import->path);
        }
        return false;
    }
    return true;
}

/* Notes how far it is. A note that cannot be written is told once, and stops nothing. */
static void
note_reached(Import *import, bool at_once)
{
    uint64_t oldest = UINT64_MAX;
    for (size_t i = 0; i < import->lane_count; i++) {
        uint64_t lane = cli_lane_oldest(import->lanes[i]);
        oldest = lane < oldest ? lane : oldest;
    }
    if (import->has_record && import->reader.sum.records < oldest) {
        oldest = import->reader.sum.records;
    }
    BaseStatus status = cli_checkpoint_reach(&import->checkpoint, oldest, at_once);
    if (!base_is_ok(status)) {
        cli_progress_clear(&import->progress);
        cli_call_note(import->call, "%s: %s; the import goes on, but could not be resumed",
                      import->checkpoint.path, status.what);
        import->checkpoint.path = NULL;
    }
}

static bool
transfer(Import *import)
{
    const CliSource *source = &import->reader.source;
    import->progress =
        cli_progress_begin(import->call, "imported", source->size, (int64_t)source->position);
    for (;;) {
        if (!fill_lanes(import)) {
            return false;
        }
        int64_t timeout_ms = pump_lanes(import);
        bool full = import->at_end ||
                    (import->has_record &&
                     !cli_lane_has_room(lane_of(import, import->record.key), &import->record));
        if (import->at_end && all_empty(import)) {
            return check_lanes(import);
        }
        if (!cli_link_turn(import->channels, import->lane_count, full ? timeout_ms : 0)) {
            import->call->status = CLI_INTERRUPTED;
            return false;
        }
        if (!check_lanes(import)) {
            return false;
        }
        note_reached(import, false);
        cli_progress_show(&import->progress, (int64_t)source->position,
                          (int64_t)import->reader.sum.records);
    }
}

/* Reads everything and writes nothing. */
static bool
rehearse(Import *import)
{
    CliRecord record;
    CliReadResult result = CLI_READ_RECORD;
    const CliRecordReader *reader = &import->reader;
    import->progress = cli_progress_begin(import->call, "read", reader->source.size, 0);
    while (result == CLI_READ_RECORD) {
        result = cli_record_reader_next(&import->reader, &record);
        cli_progress_show(&import->progress, (int64_t)reader->source.position,
                          (int64_t)reader->sum.records);
    }
    return result == CLI_READ_END || fail_reading(import, result);
}

/* A store in memory may have been emptied by a restart that nobody else would notice. */
static bool
check_restart(Import *import)
{
    CliFacts now;
    if (import->facts.started_ms == 0) {
        return true;
    }
    if (!cli_facts_ask(import->call, &now)) {
        return false;
    }
    return !cli_facts_lost(&import->facts, &now) ||
           cli_call_problem(import->call, CLI_FAILED,
                            "the server was restarted meanwhile, and the store is in memory: "
                            "what was written before is lost");
}

static void
report(Import *import)
{
    CliCall *call = import->call;
    uint64_t applied = 0;
    uint64_t not_applied = 0;
    for (size_t i = 0; i < import->lane_count; i++) {
        uint64_t some = 0;
        uint64_t others = 0;
        cli_lane_counts(import->lanes[i], &some, &others);
        applied += some;
        not_applied += others;
    }
    CliReport result = cli_report_begin(call);
    cli_report_count(&result, "records", (int64_t)import->reader.sum.records);
    if (import->resumed != 0) {
        cli_report_count(&result, "resumed", (int64_t)import->resumed);
    }
    cli_report_count(&result, "applied", (int64_t)applied);
    if (cli_call_has(call, CLI_OPTION_IF_ABSENT)) {
        cli_report_count(&result, "not_applied", (int64_t)not_applied);
    }
    cli_report_size(&result, "bytes", (int64_t)import->reader.sum.bytes);
    cli_report_duration_us(&result, "duration_us", cli_progress_elapsed_us(&import->progress));
    cli_report_end(&result);
}

/* From the first record to the last one. */
static bool
run(Import *import)
{
    if (cli_call_has(import->call, CLI_OPTION_DRY_RUN)) {
        return rehearse(import);
    }
    if (!cli_facts_ask(import->call, &import->facts) || !begin_note(import) || !resume(import) ||
        !open_lanes(import)) {
        return false;
    }
    bool good = transfer(import) && check_restart(import);
    note_reached(import, true);
    if (!good && import->checkpoint.note.position != 0) {
        cli_call_note(import->call, "--resume goes on behind record %" PRIu64,
                      import->checkpoint.note.records);
    }
    return good;
}

/* After the last record was written. */
static CliStatus
finish(Import *import)
{
    CliCall *call = import->call;
    BaseStatus status = base_ok();
    cli_progress_clear(&import->progress);
    report(import);
    if (import->checkpoint.path != NULL) {
        status = cli_resume_remove(import->checkpoint.path);
    }
    if (!base_is_ok(status)) {
        cli_call_note(call, "%s: %s", import->checkpoint.path, status.what);
    }
    if (!cli_call_has(call, CLI_OPTION_VERIFY) || cli_call_has(call, CLI_OPTION_DRY_RUN)) {
        return CLI_OK;
    }
    return cli_import_verify(call, import->path, &import->facts);
}

CliStatus
cli_run_import(CliCall *call)
{
    Import import = {.call = call, .path = cli_call_argument(call, 0)};
    bool verify = cli_call_has(call, CLI_OPTION_VERIFY);
    if (verify && cli_call_has(call, CLI_OPTION_IF_ABSENT)) {
        (void)cli_call_problem(call, CLI_USAGE, "--verify and --if-absent exclude each other");
        return call->status;
    }
    bool good = open_file(&import) && choose_note(&import);
    if (good && verify && !can_be_read_again(&import)) {
        good = cli_call_problem(call, CLI_USAGE, "--verify needs a file that can be read again");
    }
    CliStatus status = good && run(&import) ? finish(&import) : call->status;
    cli_progress_clear(&import.progress);
    for (size_t i = 0; i < import.lane_count; i++) {
        cli_lane_free(import.lanes[i]);
    }
    cli_record_reader_close(&import.reader);
    return status;
}
