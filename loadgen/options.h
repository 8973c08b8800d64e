/*
 * options.h: the command line of larder-load.
 *
 * Threading: parsed once, constant afterwards.
 */
#ifndef LARDER_LOADGEN_OPTIONS_H
#define LARDER_LOADGEN_OPTIONS_H

#include "loadgen/keys.h"
#include "loadgen/laws.h"
#include "loadgen/study.h"
#include "loadgen/workload.h"
#include "service/client/address.h"
#include "service/client/encode.h"

enum {
    LOAD_TARGETS_MAX = 64,
    LOAD_SCAN_LENGTH_MAX = 10000,
    LOAD_SCAN_BYTES_MAX = 4 * 1024 * 1024,  /* of the entries of a walk, on a server */
    LOAD_BATCH_BYTES_MAX = 4 * 1024 * 1024, /* of the members of a batch */
};

typedef enum LoadTargetKind {
    LOAD_TARGET_SOCKET,
    LOAD_TARGET_EMBEDDED,
    LOAD_TARGET_REDIS,
    LOAD_TARGET_MEMCACHED,
    LOAD_TARGET_NULL,
} LoadTargetKind;

typedef struct LoadOptions {
    char **targets; /* as given, ended by NULL */
    char *target;   /* all of them, in one text */
    LoadTargetKind target_kind;
    ClientAddress address;    /* SOCKET: the first; REDIS, MEMCACHED */
    ClientAddress *addresses; /* SOCKET: of all servers */
    unsigned address_count;   /* SOCKET */
    const char *engine;       /* EMBEDDED: a name, within target */
    char *directory;          /* EMBEDDED: parent of the temporary data directory */
    char *store;
    char **engine_options; /* EMBEDDED: "name=value", ended by NULL; or NULL */
    const LoadWorkload *workload;
    int get_percent;    /* share of gets, 0 to 100 */
    int64_t operations; /* of all threads together, instead of `seconds`; 0: not counted */
    int scan_length;    /* entries of one walk; with a mix: of the longest */
    int connections;    /* all threads together */
    int pipeline;       /* per connection */
    int threads;
    int64_t records;
    LoadKeyShape key_shape;
    int key_size;
    char *key_prefix;
    LoadLaws laws;
    LoadStudy study;
    int value_size;           /* of the longest value */
    double compression_ratio; /* size of a value when compressed, about, to its size */
    double seconds;           /* measured */
    double warmup_seconds;
    double timeout_seconds; /* for one reply */
    double rate;            /* operations a second of all threads; 0: closed loop */
    uint64_t seed;
    WireProtocol protocol;
    bool load;    /* write every record first */
    bool quiet;   /* no progress */
    char *json;   /* file; NULL: none */
    char *hgrm;   /* the same */
    char *hlog;   /* the same */
    char *expect; /* expected-state file to write; NULL: none */
    char *admin;  /* address of a server's Admin and Observe; NULL: do not ask */
} LoadOptions;

typedef enum LoadOptionsResult {
    LOAD_OPTIONS_RUN,  /* go on */
    LOAD_OPTIONS_DONE, /* --help or --version was answered */
    LOAD_OPTIONS_WRONG /* *ret_problem says what is wrong and allowed; the caller frees it */
} LoadOptionsResult;

/* Reads the arguments, which it may change. *ret_options is written with RUN only. */
LoadOptionsResult load_options_parse(int *argc, char ***argv, LoadOptions *ret_options,
                                     char **ret_problem);

/* Frees what parse allocated. Takes options that are all zero. */
void load_options_clear(LoadOptions *options);

#endif
