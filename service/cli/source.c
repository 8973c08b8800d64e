/*
 * source.c: a file or pipe that is read once, from its beginning. See source.h.
 *
 * The buffer holds what was read and not handed out yet. Before more is read, the handed-out part
 * is thrown away by moving the rest to the front, which costs little because a read is large.
 */
#include "service/cli/source.h"

#include "service/cli/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_BYTES = 1 << 18 };

int
cli_source_open(CliSource *source, const char *path)
{
    bool standard = strcmp(path, "-") == 0;
    *source = (CliSource){.fd = -1, .size = -1, .buffer = BASE_BUF_INIT};
    base_hash_stream_init(&source->hash, 0);
    source->fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (source->fd < 0) {
        return errno;
    }
    if (!base_buf_reserve(&source->buffer, READ_BYTES)) {
        return ENOMEM;
    }
    struct stat stat;
    if (fstat(source->fd, &stat) != 0) {
        return errno;
    }
    if (S_ISDIR(stat.st_mode)) {
        return EISDIR;
    }
    if (S_ISREG(stat.st_mode)) {
        source->size = (int64_t)stat.st_size;
    }
    return 0;
}

void
cli_source_close(CliSource *source)
{
    if (source->fd > STDIN_FILENO) {
        (void)close(source->fd);
    }
    base_buf_clear(&source->buffer);
    *source = (CliSource){.fd = -1};
}

/* Reads more into the buffer. END: there is nothing more. */
static CliSourceResult
fill(CliSource *source)
{
    BaseBuf *buffer = &source->buffer;
    if (source->at_end) {
        return CLI_SOURCE_END;
    }
    if (source->at != 0) {
        memmove(buffer->data, buffer->data + source->at, buffer->len - source->at);
        buffer->len -= source->at;
        source->at = 0;
    }
    if (buffer->len > CLI_SOURCE_PIECE_MAX || !base_buf_reserve(buffer, READ_BYTES)) {
        source->trouble = ENOMEM;
        return CLI_SOURCE_TROUBLE;
    }
    struct pollfd ready = {.fd = source->fd, .events = POLLIN};
    ssize_t got = -1;
    do {
        if (!cli_interrupt_wait(&ready, 1, -1)) {
            return CLI_SOURCE_INTERRUPTED;
        }
        got = read(source->fd, buffer->data + buffer->len, buffer->capacity - buffer->len);
    } while (got < 0 && (errno == EINTR || errno == EAGAIN));
    if (got < 0) {
        source->trouble = errno;
        return CLI_SOURCE_TROUBLE;
    }
    buffer->len += (size_t)got;
    source->at_end = got == 0;
    return got == 0 ? CLI_SOURCE_END : CLI_SOURCE_GOOD;
}

/* Hands out the first `len` bytes, and `skipped` behind them to nobody. */
static BaseSlice
hand_out(CliSource *source, size_t len, size_t skipped)
{
    BaseSlice bytes = base_slice(source->buffer.data + source->at, len);
    base_hash_stream_update(&source->hash, base_slice(bytes.data, len + skipped));
    source->at += len + skipped;
    source->position += len + skipped;
    return bytes;
}

CliSourceResult
cli_source_line(CliSource *source, BaseSlice *ret_line)
{
    size_t searched = 0;
    for (;;) {
        size_t have = source->buffer.len - source->at;
        const uint8_t *rest = source->buffer.data + source->at;
        const uint8_t *newline =
            have == searched ? NULL : memchr(rest + searched, '\n', have - searched);
        if (newline != NULL) {
            source->newline = true;
            *ret_line = hand_out(source, (size_t)(newline - rest), 1);
            return CLI_SOURCE_GOOD;
        }
        searched = have;
        CliSourceResult result = fill(source);
        if (result == CLI_SOURCE_END && have != 0) {
            source->newline = false;
            *ret_line = hand_out(source, have, 0);
            return CLI_SOURCE_GOOD;
        }
        if (result != CLI_SOURCE_GOOD) {
            return result;
        }
    }
}

CliSourceResult
cli_source_peek(CliSource *source, size_t len, BaseSlice *ret_bytes)
{
    while (source->buffer.len - source->at < len) {
        CliSourceResult result = fill(source);
        if (result == CLI_SOURCE_END) {
            return source->buffer.len == source->at ? CLI_SOURCE_END : CLI_SOURCE_CUT;
        }
        if (result != CLI_SOURCE_GOOD) {
            return result;
        }
    }
    *ret_bytes = base_slice(source->buffer.data + source->at, len);
    return CLI_SOURCE_GOOD;
}

CliSourceResult
cli_source_take(CliSource *source, size_t len, BaseSlice *ret_bytes)
{
    CliSourceResult result = cli_source_peek(source, len, ret_bytes);
    if (result == CLI_SOURCE_GOOD) {
        *ret_bytes = hand_out(source, len, 0);
    }
    return result;
}

uint64_t
cli_source_hash(const CliSource *source)
{
    return base_hash_stream_value(&source->hash);
}

CliSourceResult
cli_source_all(CliSource *source, size_t max, BaseBuf *into)
{
    for (;;) {
        size_t have = source->buffer.len - source->at;
        if (have > max - into->len) {
            return CLI_SOURCE_CUT;
        }
        BaseSlice bytes = hand_out(source, have, 0);
        if (!base_buf_append_slice(into, bytes)) {
            source->trouble = ENOMEM;
            return CLI_SOURCE_TROUBLE;
        }
        CliSourceResult result = fill(source);
        if (result != CLI_SOURCE_GOOD) {
            return result == CLI_SOURCE_END ? CLI_SOURCE_GOOD : result;
        }
    }
}
