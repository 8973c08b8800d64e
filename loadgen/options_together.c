/*
 * options_together.c: checks of laws that depend on the other options. See options_together.h.
 */
#include "loadgen/options_together.h"

#include <inttypes.h>

/* So many inserts at most in a run that is not counted: 11 digits more. */
#define INSERTS_MAX INT64_C(99999999999)

uint64_t
load_options_together_records(const LoadOptions *options)
{
    if (load_mix_share(&options->laws.mix, LOAD_INSERT) <= 0) {
        return (uint64_t)options->records;
    }
    int64_t inserts = options->operations == 0 ? INSERTS_MAX : options->operations;
    return (uint64_t)(options->records + inserts);
}

/* What servers of other kinds cannot do. */
static char *
check_peer(const LoadOptions *options)
{
    const LoadLaws *laws = &options->laws;
    if (options->target_kind != LOAD_TARGET_REDIS &&
        options->target_kind != LOAD_TARGET_MEMCACHED) {
        return NULL;
    }
    if (load_mix_share(&laws->mix, LOAD_SCAN) > 0 || load_mix_share(&laws->mix, LOAD_BATCH) > 0) {
        return g_strdup_printf("--mix=%s: scan and batch go with a larderd or an engine only",
                               laws->words.mix);
    }
    if (options->target_kind == LOAD_TARGET_MEMCACHED &&
        load_mix_share(&laws->mix, LOAD_MULTI_GET) > 0) {
        return g_strdup_printf("--mix=%s: multi_get does not go with memcached", laws->words.mix);
    }
    if (laws->recorded != NULL) {
        return g_strdup_printf("--keys=%s: goes with a larderd or an engine only",
                               laws->words.keys);
    }
    bool strings =
        options->target_kind == LOAD_TARGET_REDIS && options->workload->kind != LOAD_SCAN;
    if (laws->ttl_ms != 0 && !strings) {
        return g_strdup_printf("--ttl=%s: goes with a larderd, an engine, or a Redis server that "
                               "is not walked",
                               laws->words.ttl);
    }
    return NULL;
}

/* The address that is asked what the server does; must be one even if nobody answers there. */
static char *
check_admin(const LoadOptions *options)
{
    if (options->admin == NULL) {
        return NULL;
    }
    if (options->target_kind != LOAD_TARGET_SOCKET) {
        return g_strdup("--admin: goes with a larderd as target only");
    }
    ClientAddress address;
    BaseStatus status = client_address_parse(options->admin, &address);
    if (base_is_ok(status)) {
        return NULL;
    }
    return g_strdup_printf("--admin=%s: must be tcp:HOST:PORT or unix:PATH: %s", options->admin,
                           status.what);
}

/* Where an expected state would be no use. */
static char *
check_expect(const LoadOptions *options)
{
    if (options->expect == NULL) {
        return NULL;
    }
    if (options->target_kind != LOAD_TARGET_SOCKET || options->address_count > 1) {
        return g_strdup("--expect: goes with one larderd as target only");
    }
    if (options->laws.recorded != NULL || options->study.sweep) {
        return g_strdup_printf("--expect: does not go with --%s",
                               options->study.sweep ? "sweep" : "keys");
    }
    if (options->laws.ttl_ms != 0) {
        return g_strdup("--expect: does not go with --ttl: what expires would count as lost");
    }
    return NULL;
}

/* What does not go with records that are spread over servers, each with those of some threads. */
static char *
check_several(const LoadOptions *options)
{
    if (options->address_count < 2) {
        return NULL;
    }
    if ((unsigned)options->threads < options->address_count) {
        return g_strdup_printf("--threads=%d: must be at least %u, the number of targets",
                               options->threads, options->address_count);
    }
    if (options->workload->writer || options->workload->kind == LOAD_MULTI_GET ||
        load_mix_share(&options->laws.mix, LOAD_MULTI_GET) > 0) {
        return g_strdup_printf("--target: must be one with %s, which reads records of all threads",
                               options->laws.mix.count == 0 ? options->workload->name
                                                            : "multi_get");
    }
    return NULL;
}

char *
load_options_together(const LoadOptions *options)
{
    uint32_t batch = load_mix_longest(&options->laws.mix, LOAD_BATCH);
    int64_t entry_bytes = (int64_t)options->key_size + options->value_size;
    if (batch * entry_bytes > LOAD_BATCH_BYTES_MAX) {
        return g_strdup_printf("--mix=%s: a batch would be longer than %d bytes, with %u members "
                               "of up to %" PRId64 " bytes",
                               options->laws.words.mix, LOAD_BATCH_BYTES_MAX, batch, entry_bytes);
    }
    char *problem = check_several(options);
    if (problem == NULL) {
        problem = check_peer(options);
    }
    if (problem == NULL) {
        problem = check_admin(options);
    }
    return problem != NULL ? problem : check_expect(options);
}
