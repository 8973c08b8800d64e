/*
 * option.h: the options of all commands, in one table.
 *
 * A name means the same thing wherever it occurs. Groups say which commands take an option: a
 * command takes those that share a group with it (command.h). Values are checked when the command
 * line is read, by the kind and the bounds in the table, so every message about a wrong one reads
 * the same.
 *
 * Threading: the table is constant; values have one owner at a time.
 */
#ifndef LARDER_SERVICE_CLI_OPTION_H
#define LARDER_SERVICE_CLI_OPTION_H

#include "engine/base/buf.h"

typedef enum CliOptionId {
    /* all commands */
    CLI_OPTION_SERVER,
    CLI_OPTION_ADMIN,
    CLI_OPTION_STORE,
    CLI_OPTION_PROTOCOL,
    CLI_OPTION_TIMEOUT,
    CLI_OPTION_ATTEMPTS,
    CLI_OPTION_JSON,
    CLI_OPTION_IN,
    CLI_OPTION_OUT,
    CLI_OPTION_HEX,
    CLI_OPTION_BASE64,
    CLI_OPTION_RAW,
    CLI_OPTION_TIMING,
    CLI_OPTION_COLOR,
    CLI_OPTION_NO_COLOR,
    CLI_OPTION_NO_PAGER,
    CLI_OPTION_QUIET,
    CLI_OPTION_KEEP_GOING,
    CLI_OPTION_HELP,
    CLI_OPTION_VERSION,
    /* calls with options of their own */
    CLI_OPTION_DEADLINE,
    CLI_OPTION_LONG,
    CLI_OPTION_IF_VERSION_NOT,
    CLI_OPTION_NO_VALUE,
    CLI_OPTION_OFFSET,
    CLI_OPTION_LENGTH,
    CLI_OPTION_FROM,
    CLI_OPTION_IF_ABSENT,
    CLI_OPTION_IF_PRESENT,
    CLI_OPTION_IF_VERSION,
    CLI_OPTION_IF_VERSION_AT_MOST,
    CLI_OPTION_IF_VALUE,
    CLI_OPTION_RETURN_CURRENT,
    CLI_OPTION_EXISTED,
    CLI_OPTION_BLIND,
    CLI_OPTION_TTL,
    CLI_OPTION_EXPIRE_AT,
    CLI_OPTION_KEEP_TTL,
    CLI_OPTION_NO_TTL,
    CLI_OPTION_SYNC,
    CLI_OPTION_FENCE,
    CLI_OPTION_REQUEST_ID,
    CLI_OPTION_INITIAL,
    CLI_OPTION_LOWEST,
    CLI_OPTION_HIGHEST,
    CLI_OPTION_NO_CREATE,
    CLI_OPTION_MAX_LENGTH,
    CLI_OPTION_PREFIX,
    CLI_OPTION_START,
    CLI_OPTION_STOP,
    CLI_OPTION_REVERSE,
    CLI_OPTION_LIMIT,
    CLI_OPTION_ALL,
    CLI_OPTION_KEYS_ONLY,
    CLI_OPTION_COUNT_ONLY,
    CLI_OPTION_PAGE_SIZE,
    CLI_OPTION_TOKEN,
    CLI_OPTION_EVERYTHING,
    CLI_OPTION_DRY_RUN,
    CLI_OPTION_SPLIT,
    /* repetition */
    CLI_OPTION_TIMES,
    CLI_OPTION_INTERVAL,
    CLI_OPTION_SIZE,
    /* import and export */
    CLI_OPTION_FORMAT,
    CLI_OPTION_CONNECTIONS,
    CLI_OPTION_VERIFY,
    CLI_OPTION_RESUME,
    CLI_OPTION_RESTART,
    CLI_OPTION_RESUME_FILE,
    CLI_OPTION_PATIENCE,
    CLI_OPTION_WITH_VERSIONS,
    CLI_OPTION_FORCE,
    /* management */
    CLI_OPTION_WAIT,
    CLI_OPTION_NO_WAIT,
    CLI_OPTION_COUNT,
} CliOptionId;

/* Which commands take an option. */
typedef enum CliOptionGroup {
    CLI_GROUP_ALL = 1 << 0,
    CLI_GROUP_DEADLINE = 1 << 1,
    CLI_GROUP_GET = 1 << 2,
    CLI_GROUP_MGET = 1 << 3,
    CLI_GROUP_CONDITION = 1 << 4,
    CLI_GROUP_EXPIRY = 1 << 5,
    CLI_GROUP_TOUCH = 1 << 6,
    CLI_GROUP_WRITE = 1 << 7,
    CLI_GROUP_INCREMENT = 1 << 8,
    CLI_GROUP_APPEND = 1 << 9,
    CLI_GROUP_RANGE = 1 << 10,
    CLI_GROUP_SCAN = 1 << 11,
    CLI_GROUP_REMOVE_RANGE = 1 << 12,
    CLI_GROUP_RANGE_INFO = 1 << 13,
    CLI_GROUP_WATCH = 1 << 14,
    CLI_GROUP_PING = 1 << 15,
    CLI_GROUP_IMPORT = 1 << 16,
    CLI_GROUP_EXPORT = 1 << 17,
    CLI_GROUP_DRAIN = 1 << 18,
    CLI_GROUP_RETURN = 1 << 19,
    CLI_GROUP_LONG = 1 << 20,
    CLI_GROUP_PUT = 1 << 21,
    CLI_GROUP_REMOVE = 1 << 22,
    CLI_GROUP_JOB = 1 << 23,
} CliOptionGroup;

typedef enum CliOptionKind {
    CLI_KIND_FLAG,
    CLI_KIND_TEXT,
    CLI_KIND_BYTES, /* text until it is used, since --in may come later */
    CLI_KIND_FILE,
    CLI_KIND_INTEGER,
    CLI_KIND_DURATION, /* the number is in milliseconds */
    CLI_KIND_SIZE,
    CLI_KIND_TIME,   /* the number is in milliseconds */
    CLI_KIND_CHOICE, /* the number is the index of the choice */
} CliOptionKind;

typedef struct CliOption {
    const char *name;
    const char *value; /* how help calls the value; a choice: "one|two"; NULL: a flag */
    CliOptionKind kind;
    int64_t lowest;
    int64_t highest;
    unsigned groups;
    char letter; /* "-j"; 0: none */
    const char *help;
} CliOption;

typedef struct CliOptionValue {
    bool set;
    bool inherited; /* from the environment or the session: may be given again */
    const char *text;
    int64_t number;
} CliOptionValue;

typedef struct CliOptions {
    CliOptionValue values[CLI_OPTION_COUNT];
} CliOptions;

const CliOption *cli_option(CliOptionId id);

/* The option of that name, or with that letter. CLI_OPTION_COUNT: there is none. */
CliOptionId cli_option_find(const char *name, size_t name_len);
CliOptionId cli_option_find_letter(char letter);

/*
 * Sets an option. `text` is borrowed; for flags it is NULL. False: the value is wrong, and what is
 * wrong is appended to `problem`.
 */
bool cli_options_set(CliOptions *options, CliOptionId id, const char *text, BaseBuf *problem);

/* Makes all that is set inherited. */
void cli_options_inherit(CliOptions *options);

static inline bool
cli_options_has(const CliOptions *options, CliOptionId id)
{
    return options->values[id].set;
}

/* The number of an option, or `preset` when it is not set. */
static inline int64_t
cli_options_number(const CliOptions *options, CliOptionId id, int64_t preset)
{
    return options->values[id].set ? options->values[id].number : preset;
}

/* The text of an option, or `preset` when it is not set. */
static inline const char *
cli_options_text(const CliOptions *options, CliOptionId id, const char *preset)
{
    return options->values[id].set ? options->values[id].text : preset;
}

#endif
