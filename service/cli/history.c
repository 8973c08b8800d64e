/*
 * history.c: the lines of earlier sessions, in a file. See history.h.
 *
 * Sessions that run at the same time append to the same file; each sees the others' lines the next
 * time. A file that has grown to twice its measure is cut when it is opened.
 */
#include "service/cli/history.h"

#include "service/cli/command.h"
#include "service/cli/words.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_BYTES_MAX = 4 << 20 };

static bool
add_text(BaseBuf *into, const char *text)
{
    return base_buf_append(into, text, strlen(text));
}

bool
cli_history_path(BaseBuf *into)
{
    const char *given = getenv("LARDER_HISTFILE");
    const char *state = getenv("XDG_STATE_HOME");
    const char *home = getenv("HOME");
    if (given != NULL) {
        return *given != '\0' && add_text(into, given) && base_buf_append_byte(into, 0);
    }
    if (state != NULL && *state == '/') {
        return add_text(into, state) && add_text(into, "/larder/history") &&
               base_buf_append_byte(into, 0);
    }
    return home != NULL && *home == '/' && add_text(into, home) &&
           add_text(into, "/.local/state/larder/history") && base_buf_append_byte(into, 0);
}

/* Makes the directories of a path, as far as they are missing. */
static void
make_directories(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(path, 0700);
        *slash = '/';
    }
}

static bool
read_file(int fd, BaseBuf *into)
{
    ssize_t got = 0;
    do {
        if (!base_buf_reserve(into, 4096)) {
            return false;
        }
        got = read(fd, into->data + into->len, into->capacity - into->len);
        into->len += got > 0 ? (size_t)got : 0;
    } while (got > 0 && into->len < FILE_BYTES_MAX);
    return got == 0;
}

/* How many bytes at the front are not of the last CLI_HISTORY_LINES lines. */
static size_t
surplus(const BaseBuf *text, size_t *ret_lines)
{
    size_t lines = 0;
    size_t start = 0;
    for (size_t i = text->len; i > 0; i--) {
        bool ends = text->data[i - 1] == '\n';
        lines += ends;
        if (ends && lines == CLI_HISTORY_LINES + 1) {
            start = i;
        }
    }
    *ret_lines = lines;
    return start;
}

static void
write_text(int fd, BaseSlice text)
{
    ssize_t written = write(fd, text.data, text.len);
    (void)written; /* not worth a message */
}

void
cli_history_open(CliHistory *history, BaseBuf *into)
{
    BaseBuf path = BASE_BUF_INIT;
    size_t lines = 0;
    history->fd = -1;
    if (cli_history_path(&path)) {
        make_directories((char *)path.data);
        history->fd = open((char *)path.data, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    }
    base_buf_clear(&path);
    struct stat stat;
    if (history->fd >= 0 && (fstat(history->fd, &stat) != 0 || !S_ISREG(stat.st_mode) ||
                             fchmod(history->fd, 0600) != 0 || !read_file(history->fd, into))) {
        cli_history_close(history);
        base_buf_reset(into);
    }
    if (history->fd < 0) {
        return;
    }
    size_t start = surplus(into, &lines);
    if (start > 0) {
        memmove(into->data, into->data + start, into->len - start);
        into->len -= start;
    }
    if (lines > (size_t)2 * CLI_HISTORY_LINES && ftruncate(history->fd, 0) == 0) {
        write_text(history->fd, base_buf_slice(into));
    }
}

void
cli_history_close(CliHistory *history)
{
    if (history->fd >= 0) {
        (void)close(history->fd);
    }
    history->fd = -1;
}

bool
cli_history_may_keep(BaseSlice line)
{
    CliWords words;
    const char *problem = NULL;
    if (line.len == 0 || line.data[0] == ' ' || !cli_words_cut(line, true, &words, &problem)) {
        return false;
    }
    bool keep = words.count > 0;
    for (size_t i = 0; i < words.count; i++) {
        const CliCommand *command = cli_command_find(words.words[i]);
        bool secret = command != NULL && (command->flags & CLI_COMMAND_SECRET) != 0;
        keep = keep && !secret && strncmp(words.words[i], "--if-value", 10) != 0;
    }
    cli_words_clear(&words);
    return keep;
}

void
cli_history_add(CliHistory *history, BaseSlice line)
{
    BaseBuf text = BASE_BUF_INIT;
    if (history->fd >= 0 && cli_history_may_keep(line) && base_buf_append_slice(&text, line) &&
        base_buf_append_byte(&text, '\n')) {
        write_text(history->fd, base_buf_slice(&text));
    }
    base_buf_clear(&text);
}
