/*
 * resume.c: how far an import has come, noted in a file. See resume.h.
 */
#include "service/cli/resume.h"

#include "engine/env/env.h"
#include "service/cli/json_reader.h"
#include "service/cli/json_writer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { FORMAT = 1, NOTE_BYTES_MAX = 4096 };

typedef struct Member {
    const char *name;
    char *text;       /* CLI_RESUME_NAME_MAX bytes; NULL: it is a number */
    uint64_t *number; /* NULL: it is a text */
    bool seen;
} Member;

enum { MEMBERS = 7 };

static void
list_members(CliResume *resume, uint64_t *format, uint64_t *started, Member ret_members[MEMBERS])
{
    const Member members[MEMBERS] = {
        {"larder_import", NULL, format, false},      {"server", resume->server, NULL, false},
        {"store", resume->store, NULL, false},       {"position", NULL, &resume->position, false},
        {"hash", NULL, &resume->hash, false},        {"records", NULL, &resume->records, false},
        {"server_started_ms", NULL, started, false},
    };
    memcpy(ret_members, members, sizeof members);
}

static void
read_member(CliJsonReader *json, BaseSlice name, Member members[MEMBERS])
{
    Member *member = NULL;
    for (size_t i = 0; i < MEMBERS; i++) {
        if (base_slice_equal(name, base_slice_text(members[i].name)) && !members[i].seen) {
            member = &members[i];
        }
    }
    if (member == NULL) {
        (void)cli_json_reader_object(json, "a member is unknown or comes twice");
        return;
    }
    member->seen = true;
    BaseSlice text = BASE_SLICE_EMPTY;
    int64_t number = 0;
    if (member->number != NULL) {
        if (cli_json_reader_integer(json, &number)) {
            *member->number = (uint64_t)number;
        }
    } else if (cli_json_reader_text(json, &text) && text.len < CLI_RESUME_NAME_MAX) {
        memcpy(member->text, text.data, text.len);
        member->text[text.len] = '\0';
    } else {
        (void)cli_json_reader_object(json, "a name is too long");
    }
}

BaseStatus
cli_resume_read(const char *path, CliResume *ret_resume)
{
    BaseBuf text = BASE_BUF_INIT;
    BaseStatus status = env_read_file(env_posix(), path, NOTE_BYTES_MAX, &text);
    if (!base_is_ok(status)) {
        base_buf_clear(&text);
        return status;
    }
    CliResume resume = {0};
    Member members[MEMBERS];
    uint64_t format = 0;
    uint64_t started = 0;
    BaseSlice name = BASE_SLICE_EMPTY;
    list_members(&resume, &format, &started, members);
    CliJsonReader json = cli_json_reader(base_buf_slice(&text));
    if (cli_json_reader_enter(&json)) {
        while (cli_json_reader_member(&json, &name)) {
            read_member(&json, name, members);
        }
    }
    bool good = cli_json_reader_finish(&json) && format == FORMAT;
    for (size_t i = 0; i < MEMBERS; i++) {
        good = good && members[i].seen;
    }
    cli_json_reader_clear(&json);
    base_buf_clear(&text);
    if (!good) {
        return base_error(BASE_CORRUPTION, "it is no note of an import");
    }
    resume.server_started_ms = (int64_t)started;
    *ret_resume = resume;
    return base_ok();
}

/* The parts of a path: "/a/b" is in "/a", "b" in ".". False: it has no name, or is too long. */
static bool
split_path(const char *path, char ret_directory[ENV_PATH_MAX], const char **ret_name)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    size_t len = slash == NULL ? 1 : slash == path ? 1 : (size_t)(slash - path);
    if (*name == '\0' || len >= ENV_PATH_MAX) {
        return false;
    }
    memcpy(ret_directory, slash == NULL ? "." : path, len);
    ret_directory[len] = '\0';
    *ret_name = name;
    return true;
}

BaseStatus
cli_resume_write(const char *path, const CliResume *resume)
{
    char directory[ENV_PATH_MAX];
    const char *name = NULL;
    bool unsure = false;
    if (!split_path(path, directory, &name)) {
        return base_error(BASE_INVALID, "its path has no name or is too long");
    }
    BaseBuf text = BASE_BUF_INIT;
    CliJsonWriter json = cli_json_writer(&text);
    cli_json_writer_begin(&json, NULL);
    cli_json_writer_integer(&json, "larder_import", FORMAT);
    cli_json_writer_text(&json, "server", base_slice_text(resume->server));
    cli_json_writer_text(&json, "store", base_slice_text(resume->store));
    cli_json_writer_integer(&json, "position", (int64_t)resume->position);
    cli_json_writer_integer(&json, "hash", (int64_t)resume->hash);
    cli_json_writer_integer(&json, "records", (int64_t)resume->records);
    cli_json_writer_integer(&json, "server_started_ms", resume->server_started_ms);
    cli_json_writer_end(&json);
    (void)base_buf_append_byte(&text, '\n');
    BaseStatus status = text.failed ? base_error(BASE_NO_MEMORY, "there is no memory")
                                    : env_replace_file(env_posix(), directory, name,
                                                       base_buf_slice(&text), &unsure);
    base_buf_clear(&text);
    return status;
}

BaseStatus
cli_resume_remove(const char *path)
{
    BaseStatus status = env_unlink(env_posix(), path);
    return status.code == BASE_NOT_FOUND ? base_ok() : status;
}
