/*
 * main.c: lsm_peers, one store of one peer, driven by lines on standard input.
 *
 * usage: lsm_peers PEER DIRECTORY [NAME=VALUE...]
 *
 * PEER is rocksdb, leveldb, lmdb, or an engine of Larder. The store is made in DIRECTORY, which
 * must be empty or absent, and everything in it is removed in the end. Settings and their presets:
 *
 *   records=1000000 key_size=16 key_shape=decimal value_size=100 compression_ratio=0.5
 *   write_buffer=67108864 write_buffers=4 block_cache=1073741824 table_bytes=67108864
 *   base_bytes=268435456 filter_bits=10 zstd=0 engine_option=... (may be repeated)
 *
 * Each line of input is a command, each line of output its answer, one JSON object:
 *
 *   NAME [operations=N] [seed=N] [threads=N] [nexts=N] [latency=1]   a workload; see work.h
 *   reset     an empty store
 *   settle    waits until the background work has ended: the peer says so, if it can say, and the
 *             process has used no processor time worth mentioning for half a second
 *   describe  what the store takes of disk and memory, and its own words about its levels
 *
 * compare.py starts one of these for each peer and lets them take turns.
 */
#include "tests/bench/peers/work.h"

#include <dlfcn.h>
#include <errno.h>
#include <ftw.h>
#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

enum {
    OPEN_FILES = 16,
    LOOK_NS = 100 * 1000 * 1000,
    QUIET_LOOKS = 5,
    EXIT_USAGE = 64,
};

/* Processor time per second of waiting that still counts as rest. */
static const double REST = 0.03;

typedef struct Stage {
    const char *name;
    PeerSettings settings;
    LoadKeyShape key_shape;
    int64_t key_size;
    int64_t value_size;
    int64_t records;
    double compression_ratio;
    GPtrArray *engine_options;
    LoadKeys keys;
    WorkValues values;
    Peer *peer;
} Stage;

/* -------------------------------------------------------------------------------- directory -- */

static int
remove_one(const char *path, const struct stat *info, int type, struct FTW *where)
{
    (void)info;
    (void)type;
    return where->level == 0 ? 0 : remove(path);
}

static void
empty_directory(const char *directory)
{
    (void)nftw(directory, remove_one, OPEN_FILES, FTW_DEPTH | FTW_PHYS);
}

static void
reset(Stage *stage)
{
    if (stage->peer != NULL) {
        stage->peer->ops->close(stage->peer);
    }
    empty_directory(stage->settings.directory);
    stage->peer = peer_open(stage->name, &stage->settings);
    if (stage->peer == NULL) {
        peer_fail(stage->name, "there is no such peer in this build");
    }
}

/* --------------------------------------------------------------------------------- settings -- */

static bool
read_shape(Stage *stage, const char *text)
{
    for (int shape = 0; shape < LOAD_KEY_SHAPE_COUNT; shape++) {
        if (strcmp(text, load_key_shape_name((LoadKeyShape)shape)) == 0) {
            stage->key_shape = (LoadKeyShape)shape;
            return true;
        }
    }
    return false;
}

/* Reads "name=value" into the settings. False: it is none. */
static bool
read_setting(Stage *stage, const char *text)
{
    int64_t zstd = 0;
    PeerSettings *settings = &stage->settings;
    const struct {
        const char *name;
        int64_t *number;
    } numbers[] = {
        {"records=", &stage->records},
        {"key_size=", &stage->key_size},
        {"value_size=", &stage->value_size},
        {"write_buffer=", &settings->write_buffer},
        {"write_buffers=", &settings->write_buffers},
        {"block_cache=", &settings->block_cache},
        {"table_bytes=", &settings->table_bytes},
        {"base_bytes=", &settings->base_bytes},
        {"filter_bits=", &settings->filter_bits},
        {"zstd=", &zstd},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
        if (g_str_has_prefix(text, numbers[i].name)) {
            *numbers[i].number = g_ascii_strtoll(text + strlen(numbers[i].name), NULL, 10);
            settings->zstd = settings->zstd || zstd != 0;
            return true;
        }
    }
    if (g_str_has_prefix(text, "engine_option=")) {
        g_ptr_array_add(stage->engine_options, g_strdup(strchr(text, '=') + 1));
        return true;
    }
    if (g_str_has_prefix(text, "compression_ratio=")) {
        stage->compression_ratio = g_ascii_strtod(strchr(text, '=') + 1, NULL);
        return true;
    }
    return g_str_has_prefix(text, "key_shape=") && read_shape(stage, strchr(text, '=') + 1);
}

static bool
read_settings(Stage *stage, int argc, char **argv)
{
    if (argc < 3) {
        return false;
    }
    stage->name = argv[1];
    stage->settings.directory = argv[2];
    for (int i = 3; i < argc; i++) {
        if (!read_setting(stage, argv[i])) {
            return false;
        }
    }
    g_ptr_array_add(stage->engine_options, NULL);
    stage->settings.engine_options = (char *const *)stage->engine_options->pdata;
    size_t key_size_min =
        load_keys_size_min(stage->key_shape, BASE_SLICE_EMPTY, (uint64_t)stage->records);
    return stage->records > 0 && stage->value_size > 0 && stage->key_size <= LOAD_KEY_BYTES_MAX &&
           stage->key_size >= (int64_t)key_size_min;
}

/* ---------------------------------------------------------------------------------- answers -- */

static void
print_text(const char *name, const char *text)
{
    (void)printf(", \"%s\": \"", name);
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\') {
            (void)printf("\\%c", *text);
        } else if ((unsigned char)*text < ' ') {
            (void)printf("\\u%04x", (unsigned char)*text);
        } else {
            (void)putchar(*text);
        }
    }
    (void)putchar('"');
}

static void
print_latency(const BaseHistogram *latency)
{
    static const struct {
        const char *name;
        double percent;
    } rows[] = {{"p50", 50}, {"p99", 99}, {"p99.9", 99.9}, {"p99.99", 99.99}, {"max", 100}};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        (void)printf(", \"%s_ns\": %" PRId64, rows[i].name,
                     base_histogram_percentile(latency, rows[i].percent));
    }
}

/* The file that this program takes a function of the peer from. */
static const char *
library_of(const char *function)
{
    Dl_info info;
    void *address = dlsym(RTLD_DEFAULT, function);
    return address != NULL && dladdr(address, &info) != 0 ? info.dli_fname : "";
}

static void
describe(const Stage *stage)
{
    char *levels = stage->peer->ops->levels(stage->peer);
    (void)printf("{\"disk_bytes\": %" PRId64 ", \"memory_bytes\": %" PRId64
                 ", \"memory_highest_bytes\": %" PRId64,
                 gauge_disk(stage->settings.directory), gauge_memory(), gauge_memory_highest());
    print_text("library", strcmp(stage->name, "rocksdb") == 0   ? library_of("rocksdb_open")
                          : strcmp(stage->name, "leveldb") == 0 ? library_of("leveldb_open")
                          : strcmp(stage->name, "lmdb") == 0    ? library_of("mdb_env_open")
                                                                : "");
    print_text("levels", levels == NULL ? "" : levels);
    (void)printf("}\n");
    free(levels);
}

static void
settle(const Stage *stage)
{
    struct timespec pause = {.tv_nsec = LOOK_NS};
    Gauge first = gauge_read();
    Gauge last = first;
    for (int quiet = 0; quiet < QUIET_LOOKS;) {
        (void)nanosleep(&pause, NULL);
        Gauge now = gauge_read();
        double busy =
            (now.processor_seconds - last.processor_seconds) / (now.seconds - last.seconds);
        quiet = busy < REST && !stage->peer->ops->is_busy(stage->peer) ? quiet + 1 : 0;
        last = now;
    }
    double rest = (double)QUIET_LOOKS * LOOK_NS / 1e9;
    (void)printf(
        "{\"seconds\": %.6f, \"processor_seconds\": %.6f, \"written_bytes\": %" PRId64 "}\n",
        last.seconds - first.seconds - rest, last.processor_seconds - first.processor_seconds,
        last.written_bytes - first.written_bytes);
}

static void
run_work(const Stage *stage, WorkKind kind, char **words)
{
    static WorkResult result; /* large */
    int64_t seed = 1;
    int64_t threads = 1;
    int64_t latency = 0;
    WorkArgs args = {.kind = kind,
                     .keys = &stage->keys,
                     .values = &stage->values,
                     .records = (uint64_t)stage->records,
                     .operations = stage->records};
    const struct {
        const char *name;
        int64_t *number;
    } numbers[] = {{"operations=", &args.operations},
                   {"seed=", &seed},
                   {"threads=", &threads},
                   {"nexts=", &args.nexts},
                   {"latency=", &latency}};
    for (; *words != NULL; words++) {
        for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
            if (g_str_has_prefix(*words, numbers[i].name)) {
                *numbers[i].number = g_ascii_strtoll(strchr(*words, '=') + 1, NULL, 10);
            }
        }
    }
    args.seed = (uint64_t)seed;
    args.threads = (int)threads;
    args.latency = latency != 0;
    work_run(stage->peer, &args, &result);
    (void)printf("{\"operations\": %" PRId64 ", \"writes\": %" PRId64
                 ", \"seconds\": %.9f, \"processor_seconds\": %.6f, \"written_bytes\": %" PRId64
                 ", \"found\": %" PRId64 ", \"digest\": \"%016" PRIx64 "\"",
                 result.operations, result.writes, result.seconds, result.processor_seconds,
                 result.written_bytes, result.sink.found, result.sink.digest);
    if (args.latency) {
        print_latency(&result.latency);
    }
    (void)printf("}\n");
}

/* Does what a line says. */
static void
obey(Stage *stage, char *line)
{
    g_auto(GStrv) words = g_strsplit(g_strstrip(line), " ", -1);
    if (words[0] == NULL) {
        return;
    }
    WorkKind kind = work_kind(words[0]);
    if (kind != WORK_KIND_COUNT) {
        run_work(stage, kind, words + 1);
    } else if (g_str_equal(words[0], "reset")) {
        reset(stage);
        (void)printf("{}\n");
    } else if (g_str_equal(words[0], "settle")) {
        settle(stage);
    } else if (g_str_equal(words[0], "describe")) {
        describe(stage);
    } else {
        peer_fail(words[0], "is no command");
    }
    (void)fflush(stdout);
}

int
main(int argc, char **argv)
{
    Stage stage = {
        .settings = {.write_buffer = 64 << 20,
                     .write_buffers = 4,
                     .block_cache = 1 << 30,
                     .table_bytes = 64 << 20,
                     .base_bytes = 256 << 20,
                     .filter_bits = 10},
        .key_size = 16,
        .value_size = 100,
        .records = 1000000,
        .compression_ratio = 0.5,
        .engine_options = g_ptr_array_new_with_free_func(g_free),
    };
    if (!read_settings(&stage, argc, argv)) {
        (void)fprintf(stderr, "usage: lsm_peers PEER DIRECTORY [NAME=VALUE...]; see main.c\n");
        return EXIT_USAGE;
    }
    if (mkdir(stage.settings.directory, 0700) != 0 && errno != EEXIST) {
        peer_fail(stage.settings.directory, "cannot be made");
    }
    stage.keys = load_keys(stage.key_shape, BASE_SLICE_EMPTY, (size_t)stage.key_size);
    stage.values = work_values((size_t)stage.value_size, stage.compression_ratio);
    reset(&stage);
    char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, stdin) > 0) {
        obey(&stage, line);
    }
    free(line);
    stage.peer->ops->close(stage.peer);
    empty_directory(stage.settings.directory);
    work_values_clear(&stage.values);
    g_ptr_array_free(stage.engine_options, TRUE);
    return EXIT_SUCCESS;
}
