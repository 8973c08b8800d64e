/*
 * responder.c: a small server that can misbehave. See responder.h.
 */
#include "tests/responder/responder.h"

#include "engine/base/check.h"
#include "loadgen/value.h"
#include "service/wire/reply.h"

#include <larder/types.h>

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    RECORDS_MAX = 100000,
    VALUE_MAX = 256,
    PEERS_MAX = 64,
    READ_BYTES = 64 * 1024,
    POLL_MS = 20, /* how soon a stop is seen */
};

typedef struct Record {
    int64_t version; /* 0: absent */
    int64_t version_before;
    size_t length;
    uint8_t value[VALUE_MAX];
    uint8_t value_before[VALUE_MAX];
} Record;

struct Responder {
    ResponderFault fault;
    unsigned every;
    char folder[64];
    char path[80];
    _Atomic bool stop;
    pthread_t thread;
    unsigned seen; /* operations that the fault is for */
    int64_t version;
    Record *records;
    struct pollfd ready[PEERS_MAX + 1]; /* the listener, then the peers */
    BaseBuf input[PEERS_MAX + 1];
    size_t open; /* of them */
    BaseBuf output;
    WireTape tape;
};

/* The number at the end of a key. */
static Record *
record_of(Responder *self, BaseSlice key)
{
    size_t number = 0;
    for (size_t i = 0; i < key.len; i++) {
        number = key.data[i] >= '0' && key.data[i] <= '9' ? number * 10 + key.data[i] - '0' : 0;
    }
    return &self->records[number % RECORDS_MAX];
}

static void
write_get(WireWriter *writer, bool found, BaseSlice value, int64_t version)
{
    wire_writer_field(writer, 0, WIRE_STRUCT);
    wire_writer_struct_begin(writer);
    wire_writer_field_bool(writer, 1, found);
    if (found) {
        wire_writer_field_bytes(writer, 2, value);
    }
    wire_writer_field_i64(writer, 3, version);
    wire_writer_struct_end(writer);
}

/* Answers a get with the fault that the responder is for. */
static void
answer_get(Responder *self, WireWriter *writer, const Record *record, ResponderFault fault)
{
    uint8_t bytes[VALUE_MAX];
    LoadValueId id;
    BaseSlice value = base_slice(bytes, record->length);
    int64_t version = record->version;
    memcpy(bytes, record->value, record->length);
    if (fault == RESPONDER_FOREIGN) {
        memset(bytes, 'x', record->length);
    } else if (fault == RESPONDER_CUT) {
        value.len--;
    } else if (fault == RESPONDER_TORN) {
        bytes[record->length - 1] ^= 0x40;
    } else if (fault == RESPONDER_WRONG_KEY) {
        memcpy(bytes, self->records[record == &self->records[1] ? 3 : 1].value, record->length);
    } else if (fault == RESPONDER_STALE || fault == RESPONDER_MISMATCH) {
        memcpy(bytes, record->value_before, record->length);
        version = fault == RESPONDER_STALE ? record->version_before : version;
    } else if (fault == RESPONDER_PHANTOM) {
        BASE_CHECK(load_value_read(value, &id) == LOAD_VALUE_WHOLE);
        id.sequence += 100000;
        load_value_write(bytes, record->length, record->length, &id);
        version++;
    }
    write_get(writer, record->version != 0 && fault != RESPONDER_MISSING, value, version);
}

static void
answer_put(Responder *self, WireWriter *writer, Record *record, BaseSlice value,
           ResponderFault fault)
{
    BASE_CHECK(value.len <= VALUE_MAX);
    memcpy(record->value_before, record->value, record->length);
    record->version_before = record->version;
    memcpy(record->value, value.data, value.len);
    record->length = value.len;
    record->version = ++self->version;
    wire_writer_field(writer, 0, WIRE_STRUCT);
    wire_writer_struct_begin(writer);
    wire_writer_field_bool(writer, 1, fault != RESPONDER_NOT_APPLIED);
    wire_writer_field_i64(writer, 2, fault == RESPONDER_OLD_VERSION ? 1 : record->version);
    wire_writer_struct_end(writer);
}

static void
answer_scan(WireWriter *writer, ResponderFault fault)
{
    wire_writer_field(writer, 0, WIRE_STRUCT);
    wire_writer_struct_begin(writer);
    wire_writer_field(writer, 1, WIRE_LIST);
    wire_writer_list(writer, WIRE_STRUCT, 0);
    wire_writer_field_i32(writer, 3,
                          fault == RESPONDER_SHORT_PAGE ? LARDER_STOP_REASON_LIMIT_TIME
                                                        : LARDER_STOP_REASON_RANGE_END);
    wire_writer_struct_end(writer);
}

static void
answer_info(WireWriter *writer)
{
    wire_writer_field(writer, 0, WIRE_STRUCT);
    wire_writer_struct_begin(writer);
    wire_writer_field_i32(writer, 1, 1);
    wire_writer_field_bytes(writer, 2, BASE_SLICE_LITERAL("0-test"));
    wire_writer_field(writer, 3, WIRE_LIST);
    wire_writer_list(writer, WIRE_STRUCT, 1);
    wire_writer_struct_begin(writer);
    wire_writer_field_bytes(writer, 1, BASE_SLICE_LITERAL("default"));
    wire_writer_field_bytes(writer, 2, BASE_SLICE_LITERAL("table"));
    wire_writer_struct_end(writer);
    wire_writer_struct_end(writer);
}

/* The fault for this operation: only some records have a value before, which two of them need. */
static ResponderFault
fault_for(Responder *self, bool get, const Record *record)
{
    bool wants_get = self->fault < RESPONDER_OLD_VERSION;
    bool needs_before = self->fault == RESPONDER_STALE || self->fault == RESPONDER_MISMATCH;
    if (self->every == 0 || wants_get != get || (get && record->version == 0) ||
        (needs_before && record->version_before == 0) || ++self->seen % self->every != 0) {
        return RESPONDER_GOOD;
    }
    return self->fault;
}

/* Answers one request. False: hang up. */
static bool
answer(Responder *self, BaseSlice bytes)
{
    WireMessage call;
    WireError error;
    WireWriter writer;
    ResponderFault fault = RESPONDER_GOOD;
    BASE_CHECK(wire_parse_request(bytes, &WIRE_LIMITS_DEFAULT, &self->tape, &call, &error));
    const WireValue *key = wire_tape_field(call.arguments, 2, WIRE_BYTES);
    const WireValue *value = wire_tape_field(call.arguments, 3, WIRE_BYTES);
    Record *record = NULL;
    if (key != NULL) {
        record = record_of(self, wire_tape_bytes(&self->tape, key));
        fault = fault_for(self, value == NULL, record);
    }
    if (fault == RESPONDER_HANG_UP || fault == RESPONDER_SILENT) {
        return fault == RESPONDER_SILENT;
    }
    if (fault == RESPONDER_GARBAGE) {
        return base_buf_append(&self->output, "\0\0\0\2??", 6);
    }
    if (fault == RESPONDER_REFUSED) {
        WireException refused = {
            .kind = WIRE_REFUSED, .code = 1, .message = BASE_SLICE_LITERAL("too much\n")};
        return wire_reply_exception(&self->output, &call, &refused);
    }
    wire_reply_begin(&writer, &self->output, &call, 100000);
    if (base_slice_equal(call.method, BASE_SLICE_LITERAL("scan"))) {
        answer_scan(&writer, self->fault);
    } else if (record == NULL) {
        answer_info(&writer);
    } else if (value != NULL) {
        answer_put(self, &writer, record, wire_tape_bytes(&self->tape, value), fault);
    } else if (fault != RESPONDER_NO_RESULT) {
        answer_get(self, &writer, record, fault);
    }
    return wire_reply_end(&writer);
}

/* Answers every whole frame of a peer's input. False: hang up. */
static bool
answer_all(Responder *self, size_t peer)
{
    BaseBuf *input = &self->input[peer];
    size_t taken = 0;
    bool stay = true;
    while (stay && input->len - taken >= WIRE_FRAME_HEADER_BYTES) {
        const uint8_t *at = input->data + taken;
        size_t length = WIRE_FRAME_HEADER_BYTES +
                        ((size_t)at[0] << 24 | (size_t)at[1] << 16 | (size_t)at[2] << 8 | at[3]);
        if (input->len - taken < length) {
            break;
        }
        stay = answer(self, base_slice(at, length));
        taken += length;
    }
    memmove(input->data, input->data + taken, input->len - taken);
    input->len -= taken;
    return stay;
}

/* Sends the whole output; waits for the peer if it must. */
static bool
send_output(Responder *self, int peer)
{
    size_t sent = 0;
    while (sent < self->output.len) {
        ssize_t count = send(peer, self->output.data + sent, self->output.len - sent, MSG_NOSIGNAL);
        if (count < 0 && errno != EINTR) {
            return false;
        }
        sent += count > 0 ? (size_t)count : 0;
    }
    base_buf_reset(&self->output);
    return true;
}

static bool
serve(Responder *self, size_t peer)
{
    BaseBuf *input = &self->input[peer];
    BASE_CHECK(base_buf_reserve(input, READ_BYTES));
    ssize_t count = recv(self->ready[peer].fd, input->data + input->len, READ_BYTES, 0);
    if (count <= 0) {
        return false;
    }
    input->len += (size_t)count;
    bool stay = answer_all(self, peer);
    return send_output(self, self->ready[peer].fd) && stay;
}

static void
drop(Responder *self, size_t peer)
{
    (void)close(self->ready[peer].fd);
    base_buf_clear(&self->input[peer]);
    self->open--;
    self->ready[peer] = self->ready[self->open];
    self->input[peer] = self->input[self->open];
    self->input[self->open] = BASE_BUF_INIT;
}

static void
accept_one(Responder *self)
{
    int peer = accept4(self->ready[0].fd, NULL, NULL, SOCK_CLOEXEC);
    if (peer >= 0 && self->open > PEERS_MAX) {
        (void)close(peer);
    } else if (peer >= 0) {
        self->ready[self->open++] = (struct pollfd){.fd = peer, .events = POLLIN};
    }
}

static void *
run(void *argument)
{
    Responder *self = argument;
    while (!atomic_load_explicit(&self->stop, memory_order_relaxed)) {
        if (poll(self->ready, (nfds_t)self->open, POLL_MS) <= 0) {
            continue;
        }
        for (size_t i = self->open - 1; i != 0; i--) {
            if (self->ready[i].revents != 0 && !serve(self, i)) {
                drop(self, i);
            }
        }
        if (self->ready[0].revents != 0) {
            accept_one(self);
        }
    }
    return NULL;
}

Responder *
responder_start(ResponderFault fault, unsigned every)
{
    Responder *self = calloc(1, sizeof *self);
    BASE_CHECK(self != NULL);
    self->fault = fault;
    self->every = every;
    self->records = calloc(RECORDS_MAX, sizeof *self->records);
    (void)snprintf(self->folder, sizeof self->folder, "/tmp/larder-responder-XXXXXX");
    BASE_CHECK(self->records != NULL && mkdtemp(self->folder) != NULL);
    (void)snprintf(self->path, sizeof self->path, "%s/sock", self->folder);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, self->path, strlen(self->path) + 1);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    BASE_CHECK(listener >= 0);
    BASE_CHECK(bind(listener, (struct sockaddr *)&address, sizeof address) == 0);
    BASE_CHECK(listen(listener, PEERS_MAX) == 0);
    self->ready[0] = (struct pollfd){.fd = listener, .events = POLLIN};
    self->open = 1;
    BASE_CHECK(pthread_create(&self->thread, NULL, run, self) == 0);
    return self;
}

const char *
responder_path(const Responder *self)
{
    return self->path;
}

double
responder_cpu_seconds(const Responder *self)
{
    clockid_t clock;
    struct timespec used = {.tv_sec = 0};
    BASE_CHECK(pthread_getcpuclockid(self->thread, &clock) == 0);
    (void)clock_gettime(clock, &used);
    return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

void
responder_stop(Responder *self)
{
    atomic_store_explicit(&self->stop, true, memory_order_relaxed);
    (void)pthread_join(self->thread, NULL);
    while (self->open != 1) {
        drop(self, self->open - 1);
    }
    (void)close(self->ready[0].fd);
    (void)unlink(self->path);
    (void)rmdir(self->folder);
    base_buf_clear(&self->output);
    wire_tape_clear(&self->tape);
    free(self->records);
    free(self);
}
