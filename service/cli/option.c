/*
 * option.c: the options of all commands, in one table. See option.h.
 */
#include "service/cli/option.h"

#include "service/cli/number.h"

#include <inttypes.h>

#define DAY_MS      INT64_C(86400000)
#define YEARS_MS    INT64_C(31536000000000)
#define GIB         (INT64_C(1) << 30)
#define ANY         INT64_MIN, INT64_MAX
#define AT_LEAST(n) (n), INT64_MAX
#define WITHOUT     0, 0
#define NO_LETTER   '\0'

static const CliOption options[CLI_OPTION_COUNT] = {
    [CLI_OPTION_SERVER] = {"server", "ADDRESS", CLI_KIND_TEXT, WITHOUT, CLI_GROUP_ALL, 's',
                           "tcp:HOST:PORT or unix:PATH [$LARDER_SERVER, tcp:127.0.0.1:7400]"},
    [CLI_OPTION_ADMIN] =
        {"admin", "ADDRESS", CLI_KIND_TEXT, WITHOUT, CLI_GROUP_ALL, NO_LETTER,
         "where Admin and Observe listen [$LARDER_ADMIN, or the host of the server "
         "and its port + 1]"},
    [CLI_OPTION_STORE] = {"store", "NAME", CLI_KIND_TEXT, WITHOUT, CLI_GROUP_ALL, NO_LETTER,
                          "the store of all commands, which then take no STORE [$LARDER_STORE]"},
    [CLI_OPTION_PROTOCOL] = {"protocol", "binary|compact", CLI_KIND_CHOICE, WITHOUT, CLI_GROUP_ALL,
                             NO_LETTER, "Thrift protocol [binary]"},
    [CLI_OPTION_TIMEOUT] = {"timeout", "TIME", CLI_KIND_DURATION, 1, DAY_MS, CLI_GROUP_ALL,
                            NO_LETTER, "for one call with all its tries [30s]"},
    [CLI_OPTION_ATTEMPTS] = {"attempts", "N", CLI_KIND_INTEGER, 1, 1000, CLI_GROUP_ALL, NO_LETTER,
                             "how often a call is tried where that is safe [4]"},
    [CLI_OPTION_JSON] = {"json", NULL, CLI_KIND_FLAG, WITHOUT, CLI_GROUP_ALL, 'j',
                         "one JSON object per result, one per line"},
    [CLI_OPTION_IN] = {"in", "escaped|hex|base64|raw", CLI_KIND_CHOICE, WITHOUT, CLI_GROUP_ALL,
                       NO_LETTER, "how keys and values are typed [escaped]"},
    [CLI_OPTION_OUT] = {"out", "escaped|hex|base64|raw", CLI_KIND_CHOICE, WITHOUT, CLI_GROUP_ALL,
                        NO_LETTER, "how keys and values are printed [escaped]"},
    [CLI_OPTION_HEX] = {"hex", NULL, CLI_KIND_FLAG, WITHOUT, CLI_GROUP_ALL, NO_LETTER,
                        "--in=hex --out=hex"},
    [CLI_OPTION_BASE64] = {"base64", NULL, CLI_KIND_FLAG, WITHOUT, CLI_GROUP_ALL, NO_LETTER,
                           "--in=base64 --out=base64"},
    [CLI_OPTION_RAW] = {"raw", NULL, CLI_KIND_FLAG, WITHOUT, CLI_GROUP_ALL, NO_LETTER,
                        "--in=raw --out=raw; get prints the value and nothing else"},
    [CLI_OPTION_TIMING] = {"timing", NULL, CLI_KIND_FLAG, WITHOUT, CLI_GROUP_ALL, NO_LETTER,
                           "say how long each call took and how often it was tried"},
    [CLI_OPTION_COLOR] = {"color", NULL, CLI_KIND_FLAG, WITHOUT, CLI_GROUP_ALL, NO_LETTER,
                          "colours, also when the output is no terminal"},
    [CLI_OPTION_NO_COLOR] = {"no-color", NULL, CLI_KIND_FLAG, WITHOUT, CLI_GROUP_ALL, NO_LETTER,
                             "no colours [when NO_COLOR is set]"},
    [CLI_OPTION_NO_PAGER] = {"no-pager", NULL, CLI_KIND_FLAG, WITHOUT, CLI_GROUP_ALL, NO_LETTER,
                             "do not page long output through $PAGER"},
    [CLI_OPTION_QUIET] = {"quiet", NULL, CLI_KIND_FLAG, WITHOUT, CLI_GROUP_ALL, 'q',
                          "no progress and no notes, results and errors only"},
    [CLI_OPTION_KEEP_GOING] = {"keep-going", NULL, CLI_KIND_FLAG, WITHOUT, CLI_GROUP_ALL, NO_LETTER,
                               "a script goes on after a command that failed"},
    [CLI_OPTION_HELP] = {"help", NULL, CLI_KIND_FLAG, WITHOUT, CLI_GROUP_ALL, 'h',
                         "this text, or that of a command"},
    [CLI_OPTION_VERSION] = {"version", NULL, CLI_KIND_FLAG, WITHOUT, CLI_GROUP_ALL, NO_LETTER,
                            "print the version"},

    [CLI_OPTION_DEADLINE] = {"deadline", "TIME", CLI_KIND_DURATION, 1, 3600000, CLI_GROUP_DEADLINE,
                             NO_LETTER, "the server drops the call when it has not begun by then"},
    [CLI_OPTION_LONG] = {"long", NULL, CLI_KIND_FLAG, WITHOUT, CLI_GROUP_LONG, 'l',
                         "version, expiry and length, too"},
    [CLI_OPTION_IF_VERSION_NOT] = {"if-version-not", "VERSION", CLI_KIND_INTEGER, AT_LEAST(0),
                                   CLI_GROUP_GET, NO_LETTER,
                                   "only if the key has another version by now"},
    [CLI_OPTION_NO_VALUE] = {"no-value", NULL, CLI_KIND_FLAG, WITHOUT,
                             CLI_GROUP_GET | CLI_GROUP_MGET, NO_LETTER, "everything but the value"},
    [CLI_OPTION_OFFSET] = {"offset", "BYTES", CLI_KIND_SIZE, AT_LEAST(0), CLI_GROUP_GET, NO_LETTER,
                           "a part of the value: its first byte"},
    [CLI_OPTION_LENGTH] = {"length", "BYTES", CLI_KIND_SIZE, AT_LEAST(0), CLI_GROUP_GET, NO_LETTER,
                           "a part of the value: how many bytes"},
    [CLI_OPTION_FROM] = {"from", "FILE", CLI_KIND_FILE, WITHOUT, CLI_GROUP_MGET, NO_LETTER,
                         "further keys, one per line; - is the standard input"},
    [CLI_OPTION_IF_ABSENT] = {"if-absent", NULL, CLI_KIND_FLAG, WITHOUT,
                              CLI_GROUP_CONDITION | CLI_GROUP_IMPORT, NO_LETTER,
                              "only if there is no such key"},
    [CLI_OPTION_IF_PRESENT] = {"if-present", NULL, CLI_KIND_FLAG, WITHOUT, CLI_GROUP_CONDITION,
                               NO_LETTER, "only if there is the key"},
    [CLI_OPTION_IF_VERSION] = {"if-version", "VERSION", CLI_KIND_INTEGER, AT_LEAST(0),
                               CLI_GROUP_CONDITION, NO_LETTER,
                               "only if the key has this version; 0: it is absent"},
    [CLI_OPTION_IF_VERSION_AT_MOST] = {"if-version-at-most", "VERSION", CLI_KIND_INTEGER,
                                       AT_LEAST(0), CLI_GROUP_CONDITION, NO_LETTER,
                                       "only if its version is not higher"},
    [CLI_OPTION_IF_VALUE] = {"if-value", "VALUE", CLI_KIND_BYTES, WITHOUT, CLI_GROUP_CONDITION,
                             NO_LETTER, "only if the key has this value"},
    [CLI_OPTION_RETURN_CURRENT] = {"return-current", NULL, CLI_KIND_FLAG, WITHOUT, CLI_GROUP_RETURN,
                                   NO_LETTER, "show the present value when the condition fails"},
    [CLI_OPTION_EXISTED] = {"existed", NULL, CLI_KIND_FLAG, WITHOUT, CLI_GROUP_PUT, NO_LETTER,
                            "say whether the key was there before"},
    [CLI_OPTION_BLIND] = {"blind", NULL, CLI_KIND_FLAG, WITHOUT, CLI_GROUP_REMOVE, NO_LETTER,
                          "do not say whether the key was there: spares the server a read"},
    [CLI_OPTION_TTL] = {"ttl", "TIME", CLI_KIND_DURATION, 1, YEARS_MS,
                        CLI_GROUP_EXPIRY | CLI_GROUP_TOUCH, NO_LETTER,
                        "expires after that time: 500ms, 10s, 5m, 1h, 2d"},
    [CLI_OPTION_EXPIRE_AT] = {"expire-at", "WHEN", CLI_KIND_TIME, AT_LEAST(1),
                              CLI_GROUP_EXPIRY | CLI_GROUP_TOUCH, NO_LETTER,
                              "expires then: 2030-01-31, 2030-01-31T12:00:00Z, or ms since 1970"},
    [CLI_OPTION_KEEP_TTL] = {"keep-ttl", NULL, CLI_KIND_FLAG, WITHOUT, CLI_GROUP_EXPIRY, NO_LETTER,
                             "keeps the expiry that the key has"},
    [CLI_OPTION_NO_TTL] = {"no-ttl", NULL, CLI_KIND_FLAG, WITHOUT, CLI_GROUP_TOUCH, NO_LETTER,
                           "never expires"},
    [CLI_OPTION_SYNC] = {"sync", NULL, CLI_KIND_FLAG, WITHOUT, CLI_GROUP_WRITE, NO_LETTER,
                         "answer when it is on stable storage"},
    [CLI_OPTION_FENCE] = {"fence", "LEASE:TOKEN", CLI_KIND_TEXT, WITHOUT, CLI_GROUP_WRITE,
                          NO_LETTER, "only while the token of the lease is valid"},
    [CLI_OPTION_REQUEST_ID] = {"request-id", "UUID", CLI_KIND_TEXT, WITHOUT, CLI_GROUP_WRITE,
                               NO_LETTER,
                               "apply it once, however often it is sent; 'new' makes an id"},
    [CLI_OPTION_INITIAL] = {"initial", "N", CLI_KIND_INTEGER, ANY, CLI_GROUP_INCREMENT, NO_LETTER,
                            "what an absent counter is before the addition [0]"},
    [CLI_OPTION_LOWEST] = {"lowest", "N", CLI_KIND_INTEGER, ANY, CLI_GROUP_INCREMENT, NO_LETTER,
                           "the sum must not be below"},
    [CLI_OPTION_HIGHEST] = {"highest", "N", CLI_KIND_INTEGER, ANY, CLI_GROUP_INCREMENT, NO_LETTER,
                            "the sum must not be above"},
    [CLI_OPTION_NO_CREATE] = {"no-create", NULL, CLI_KIND_FLAG, WITHOUT, CLI_GROUP_APPEND,
                              NO_LETTER, "only to a key that is there"},
    [CLI_OPTION_MAX_LENGTH] = {"max-length", "BYTES", CLI_KIND_SIZE, AT_LEAST(0), CLI_GROUP_APPEND,
                               NO_LETTER, "the value must not become longer"},
    [CLI_OPTION_PREFIX] = {"prefix", "KEY", CLI_KIND_BYTES, WITHOUT, CLI_GROUP_RANGE, NO_LETTER,
                           "the keys that begin with this"},
    [CLI_OPTION_START] = {"start", "KEY", CLI_KIND_BYTES, WITHOUT, CLI_GROUP_RANGE, NO_LETTER,
                          "the keys from this one on"},
    [CLI_OPTION_STOP] = {"stop", "KEY", CLI_KIND_BYTES, WITHOUT, CLI_GROUP_RANGE, NO_LETTER,
                         "the keys before this one"},
    [CLI_OPTION_REVERSE] = {"reverse", NULL, CLI_KIND_FLAG, WITHOUT, CLI_GROUP_SCAN, NO_LETTER,
                            "from the last key to the first"},
    [CLI_OPTION_LIMIT] = {"limit", "N", CLI_KIND_INTEGER, AT_LEAST(1), CLI_GROUP_SCAN, 'n',
                          "stop after so many records [1000]"},
    [CLI_OPTION_ALL] = {"all", NULL, CLI_KIND_FLAG, WITHOUT, CLI_GROUP_SCAN, NO_LETTER,
                        "all records, page after page"},
    [CLI_OPTION_KEYS_ONLY] = {"keys-only", NULL, CLI_KIND_FLAG, WITHOUT, CLI_GROUP_SCAN, NO_LETTER,
                              "no values"},
    [CLI_OPTION_COUNT_ONLY] = {"count", NULL, CLI_KIND_FLAG, WITHOUT, CLI_GROUP_SCAN, NO_LETTER,
                               "only how many records, of the whole range"},
    [CLI_OPTION_PAGE_SIZE] = {"page-size", "N", CLI_KIND_INTEGER, 1, 10000,
                              CLI_GROUP_SCAN | CLI_GROUP_EXPORT, NO_LETTER,
                              "records of one call [1000]"},
    [CLI_OPTION_TOKEN] = {"token", "TOKEN", CLI_KIND_TEXT, WITHOUT, CLI_GROUP_SCAN, NO_LETTER,
                          "go on where an earlier scan ended, as it said"},
    [CLI_OPTION_EVERYTHING] = {"everything", NULL, CLI_KIND_FLAG, WITHOUT, CLI_GROUP_REMOVE_RANGE,
                               NO_LETTER, "yes, every key of the store"},
    [CLI_OPTION_DRY_RUN] = {"dry-run", NULL, CLI_KIND_FLAG, WITHOUT,
                            CLI_GROUP_REMOVE_RANGE | CLI_GROUP_IMPORT, NO_LETTER,
                            "only say what would be done"},
    [CLI_OPTION_SPLIT] = {"split", "BYTES", CLI_KIND_SIZE, 1, INT64_MAX, CLI_GROUP_RANGE_INFO,
                          NO_LETTER,
                          "show the keys that split the range into parts of about this size"},
    [CLI_OPTION_TIMES] = {"times", "N", CLI_KIND_INTEGER, 1, INT64_MAX,
                          CLI_GROUP_WATCH | CLI_GROUP_PING, NO_LETTER, "stop after so many"},
    [CLI_OPTION_INTERVAL] = {"interval", "TIME", CLI_KIND_DURATION, 0, DAY_MS,
                             CLI_GROUP_WATCH | CLI_GROUP_PING, NO_LETTER, "pause between two [1s]"},
    [CLI_OPTION_SIZE] = {"size", "BYTES", CLI_KIND_SIZE, 0, 1024, CLI_GROUP_PING, NO_LETTER,
                         "bytes to send [0]"},
    [CLI_OPTION_FORMAT] = {"format", "jsonl|raw", CLI_KIND_CHOICE, WITHOUT,
                           CLI_GROUP_IMPORT | CLI_GROUP_EXPORT, NO_LETTER,
                           "JSON Lines or raw [import: what the file is; export: jsonl]"},
    [CLI_OPTION_CONNECTIONS] = {"connections", "N", CLI_KIND_INTEGER, 1, 64, CLI_GROUP_IMPORT,
                                NO_LETTER, "connections to write on [4]"},
    [CLI_OPTION_VERIFY] = {"verify", NULL, CLI_KIND_FLAG, WITHOUT,
                           CLI_GROUP_IMPORT | CLI_GROUP_EXPORT, NO_LETTER,
                           "compare the file with the store afterwards"},
    [CLI_OPTION_RESUME] = {"resume", NULL, CLI_KIND_FLAG, WITHOUT,
                           CLI_GROUP_IMPORT | CLI_GROUP_EXPORT, NO_LETTER,
                           "go on where an earlier one was interrupted"},
    [CLI_OPTION_RESTART] = {"restart", NULL, CLI_KIND_FLAG, WITHOUT, CLI_GROUP_IMPORT, NO_LETTER,
                            "begin anew although an earlier one was interrupted"},
    [CLI_OPTION_RESUME_FILE] = {"resume-file", "PATH", CLI_KIND_FILE, WITHOUT, CLI_GROUP_IMPORT,
                                NO_LETTER,
                                "where to note how far it is [FILE.resume; '' for nowhere]"},
    [CLI_OPTION_PATIENCE] = {"patience", "TIME", CLI_KIND_DURATION, 0, YEARS_MS,
                             CLI_GROUP_IMPORT | CLI_GROUP_EXPORT, NO_LETTER,
                             "how long to try again when the server is busy or away [1m]"},
    [CLI_OPTION_WITH_VERSIONS] = {"with-versions", NULL, CLI_KIND_FLAG, WITHOUT, CLI_GROUP_EXPORT,
                                  NO_LETTER, "versions, too, for reading: import skips them"},
    [CLI_OPTION_FORCE] = {"force", NULL, CLI_KIND_FLAG, WITHOUT, CLI_GROUP_EXPORT, NO_LETTER,
                          "replace a file that is there"},
    [CLI_OPTION_WAIT] = {"wait", "TIME", CLI_KIND_DURATION, 0, 60000, CLI_GROUP_DRAIN, NO_LETTER,
                         "for the requests under way [10s]"},
    [CLI_OPTION_NO_WAIT] = {"no-wait", NULL, CLI_KIND_FLAG, WITHOUT, CLI_GROUP_JOB, NO_LETTER,
                            "do not wait for the end of what takes long"},
};

const CliOption *
cli_option(CliOptionId id)
{
    return &options[id];
}

CliOptionId
cli_option_find(const char *name, size_t name_len)
{
    unsigned id = 0;
    while (id < CLI_OPTION_COUNT && (strlen(options[id].name) != name_len ||
                                     memcmp(options[id].name, name, name_len) != 0)) {
        id++;
    }
    return (CliOptionId)id;
}

CliOptionId
cli_option_find_letter(char letter)
{
    unsigned id = 0;
    while (id < CLI_OPTION_COUNT && (letter == '\0' || options[id].letter != letter)) {
        id++;
    }
    return (CliOptionId)id;
}

/* The index of a choice among "one|two". False: it is none of them. */
static bool
read_choice(const char *choices, const char *text, int64_t *ret_index)
{
    size_t len = strlen(text);
    int64_t index = 0;
    for (const char *at = choices; *at != '\0'; index++) {
        size_t choice = strcspn(at, "|");
        if (choice == len && memcmp(at, text, len) == 0) {
            *ret_index = index;
            return true;
        }
        at += choice;
        at += *at == '|' ? 1 : 0;
    }
    return false;
}

/* What a value of this kind looks like, for messages. */
static void
describe(const CliOption *option, BaseBuf *into)
{
    bool bounded = option->lowest != INT64_MIN && option->highest != INT64_MAX;
    switch (option->kind) {
    case CLI_KIND_CHOICE:
        (void)base_buf_printf(into, "one of %s", option->value);
        return;
    case CLI_KIND_DURATION:
        (void)base_buf_printf(into, "a time such as 500ms, 10s, 5m, 1h or 2d, ");
        (void)base_buf_printf(into, "from %" PRId64 " to %" PRId64 " ms", option->lowest,
                              option->highest);
        return;
    case CLI_KIND_TIME:
        (void)base_buf_printf(into, "2030-01-31, 2030-01-31T12:00:00Z, or milliseconds since 1970");
        return;
    case CLI_KIND_SIZE:
        (void)base_buf_printf(into, "a size such as 100, 64K or 2M");
        break;
    default:
        (void)base_buf_printf(into, "a whole number");
        break;
    }
    if (bounded) {
        (void)base_buf_printf(into, " from %" PRId64 " to %" PRId64, option->lowest,
                              option->highest);
    } else if (option->lowest != INT64_MIN) {
        (void)base_buf_printf(into, " of at least %" PRId64, option->lowest);
    }
}

/* Reads a value by its kind. Texts are all right as they are. */
static bool
read_value(const CliOption *option, const char *text, int64_t *ret_number)
{
    bool good = true;
    switch (option->kind) {
    case CLI_KIND_FLAG:
    case CLI_KIND_TEXT:
    case CLI_KIND_BYTES:
    case CLI_KIND_FILE:
        return true;
    case CLI_KIND_CHOICE:
        return read_choice(option->value, text, ret_number);
    case CLI_KIND_INTEGER:
        good = cli_number_integer(text, ret_number);
        break;
    case CLI_KIND_DURATION:
        good = cli_number_duration_ms(text, ret_number);
        break;
    case CLI_KIND_SIZE:
        good = cli_number_size(text, ret_number);
        break;
    case CLI_KIND_TIME:
        good = cli_number_time_ms(text, ret_number);
        break;
    }
    return good && *ret_number >= option->lowest && *ret_number <= option->highest;
}

bool
cli_options_set(CliOptions *set, CliOptionId id, const char *text, BaseBuf *problem)
{
    const CliOption *option = &options[id];
    CliOptionValue *value = &set->values[id];
    int64_t number = 0;
    if (value->set && !value->inherited) {
        (void)base_buf_printf(problem, "--%s is given twice", option->name);
        return false;
    }
    if (text != NULL && !read_value(option, text, &number)) {
        (void)base_buf_printf(problem, "--%s=%s: must be ", option->name, text);
        describe(option, problem);
        return false;
    }
    *value = (CliOptionValue){.set = true, .text = text, .number = number};
    return true;
}

void
cli_options_inherit(CliOptions *set)
{
    for (size_t i = 0; i < CLI_OPTION_COUNT; i++) {
        set->values[i].inherited = set->values[i].set;
    }
}
