/*
 * complete.c: what the word at the cursor may become. See complete.h.
 *
 * The words before the cursor are read as the parser would (parse.c), but forgivingly, to find out
 * which argument of which command the word is. Where keys are cut off, the very last one is asked
 * for too, so that what all keys have in common is known without seeing them all.
 */
#include "service/cli/complete.h"

#include "service/cli/command.h"
#include "service/cli/escape.h"
#include "service/cli/words.h"

#include <glob.h>
#include <stdio.h>

/* The place of a word. */
typedef struct Place {
    const CliCommand *command; /* NULL: none yet */
    const char *store;         /* NULL: none yet */
    bool store_named;          /* by an option or by the session: no argument */
    size_t arguments;          /* before the word */
    const CliOption *option;   /* the word is its value; NULL: it is none's */
} Place;

static void
add(CliCompletion *completion, const char *front, const char *text, size_t len)
{
    BaseBuf *into = &completion->text;
    if (base_buf_append(into, front, strlen(front)) && base_buf_append(into, text, len) &&
        base_buf_append_byte(into, 0)) {
        completion->count++;
    }
}

static void
add_if(CliCompletion *completion, const char *typed, const char *candidate)
{
    if (strncmp(candidate, typed, strlen(typed)) == 0) {
        add(completion, "", candidate, strlen(candidate));
    }
}

/* The option that a word begins, and its value if it stands in the word. NULL: it is none. */
static const CliOption *
option_of(const char *word, const char **ret_value)
{
    const char *equals = strchr(word, '=');
    *ret_value = equals == NULL ? NULL : equals + 1;
    CliOptionId id = CLI_OPTION_COUNT;
    if (word[0] == '-' && word[1] == '-') {
        id = cli_option_find(word + 2,
                             equals == NULL ? strlen(word) - 2 : (size_t)(equals - word) - 2);
    } else if (word[0] == '-' && word[1] != '\0' && word[2] == '\0') {
        id = cli_option_find_letter(word[1]);
    }
    return id == CLI_OPTION_COUNT ? NULL : cli_option(id);
}

static bool
takes_store(const CliCommand *command)
{
    CliArgument first = cli_command_argument(command, 0);
    return first.kind == CLI_ARGUMENT_STORE && !first.optional &&
           (command->flags & CLI_COMMAND_SHELL) == 0;
}

/* Whether a command line of its own follows, as with watch. */
static bool
takes_command_line(const CliCommand *command)
{
    CliArgument argument = cli_command_argument(command, 0);
    return argument.kind == CLI_ARGUMENT_COMMAND && argument.many;
}

/* A word that is no option. */
static void
pass_argument(Place *place, const char *word)
{
    if (place->command == NULL) {
        place->command = cli_command_find(word);
        if (place->command != NULL && takes_command_line(place->command)) {
            place->command = NULL;
        }
        return;
    }
    if (place->arguments == 0 && !place->store_named && takes_store(place->command)) {
        place->store = word;
    }
    place->arguments++;
}

/* Where the word behind `count` words stands. */
static Place
find_place(const CliSession *session, char **words, size_t count)
{
    Place place = {.store = cli_options_text(&session->options, CLI_OPTION_STORE, NULL)};
    place.store_named = place.store != NULL;
    for (size_t i = 0; i < count; i++) {
        const char *value = NULL;
        const CliOption *option = option_of(words[i], &value);
        if (option == NULL) {
            pass_argument(&place, words[i]);
            continue;
        }
        if (option->value != NULL && value == NULL) {
            if (i + 1 == count) {
                place.option = option;
                break;
            }
            value = words[++i];
        }
        if (option == cli_option(CLI_OPTION_STORE)) {
            place.store = value;
            place.store_named = true;
        }
    }
    return place;
}

/* A link of its own, that gives up soon. */
static bool
prepare(CliSession *session, CliLink *link)
{
    LarderProblem problem;
    LarderClientOptions options = {
        .address = cli_options_text(&session->options, CLI_OPTION_SERVER, CLI_SERVER_DEFAULT),
        .protocol = (LarderProtocol)cli_options_number(&session->options, CLI_OPTION_PROTOCOL, 0),
        .timeout_ms = 1000,
        .connect_timeout_ms = 1000,
        .retry = {.attempts_max = 1},
    };
    return cli_link_prepare(link, &options, &problem);
}

/* A reply that is OK, or NULL. */
static LarderReply *
ask(CliSession *session, LarderMethod method, const void *arguments)
{
    CliLink link = {0};
    LarderReply *reply = NULL;
    if (prepare(session, &link)) {
        reply = cli_link_call(&link, method, arguments);
    }
    cli_link_close(&link);
    if (reply != NULL && reply->outcome != LARDER_OK) {
        larder_reply_free(reply);
        reply = NULL;
    }
    return reply;
}

static void
complete_stores(CliSession *session, const char *typed, CliCompletion *completion)
{
    LarderServerInfoArguments arguments = {NULL};
    LarderReply *reply = ask(session, LARDER_METHOD_SERVER_INFO, &arguments);
    for (size_t i = 0; reply != NULL && i < reply->as.server_info->stores.count; i++) {
        add_if(completion, typed, reply->as.server_info->stores.items[i].name.data);
    }
    larder_reply_free(reply);
}

static LarderReply *
scan_keys(CliSession *session, const char *store, BaseSlice prefix, bool reverse, int64_t count)
{
    LarderKeyRange range = {.has_prefix = true, .prefix = larder_bytes(prefix.data, prefix.len)};
    LarderScanOptions options = {
        .has_deadline_ms = true,
        .deadline_ms = 1000,
        .has_reverse = reverse,
        .reverse = true,
        .has_keys_only = true,
        .keys_only = true,
        .has_limit_items = true,
        .limit_items = count,
        .has_limit_ms = true,
        .limit_ms = 300,
    };
    LarderScanArguments arguments = {larder_text(store), prefix.len == 0 ? NULL : &range, &options};
    return ask(session, LARDER_METHOD_SCAN, &arguments);
}

static void
add_keys(CliCompletion *completion, const char *front, const LarderReply *reply)
{
    BaseBuf word = BASE_BUF_INIT;
    for (size_t i = 0; reply != NULL && i < reply->as.scan->items.count; i++) {
        LarderBytes key = reply->as.scan->items.items[i].key;
        base_buf_reset(&word);
        if (cli_escape_encode_word(base_slice(key.data, key.size), &word)) {
            add(completion, front, (const char *)word.data, word.len);
        }
    }
    base_buf_clear(&word);
}

/* Keys that begin with what was typed; `front` comes before each of them. */
static void
complete_keys(CliSession *session, const char *store, const char *front, const char *typed,
              CliCompletion *completion)
{
    BaseBuf prefix = BASE_BUF_INIT;
    const char *problem = NULL;
    if (store == NULL ||
        !cli_escape_decode(CLI_ESCAPED, base_slice_text(typed), &prefix, &problem)) {
        base_buf_clear(&prefix);
        return;
    }
    BaseSlice bytes = base_buf_slice(&prefix);
    LarderReply *reply = scan_keys(session, store, bytes, false, CLI_COMPLETE_KEYS);
    add_keys(completion, front, reply);
    completion->truncated = reply != NULL && reply->as.scan->has_next_token;
    larder_reply_free(reply);
    if (completion->truncated) {
        reply = scan_keys(session, store, bytes, true, 1);
        add_keys(completion, front, reply);
        larder_reply_free(reply);
    }
    base_buf_clear(&prefix);
}

static void
complete_commands(const char *typed, CliCompletion *completion)
{
    for (size_t i = 0; cli_command(i) != NULL; i++) {
        add_if(completion, typed, cli_command(i)->name);
    }
}

static void
complete_files(const char *front, const char *typed, CliCompletion *completion)
{
    BaseBuf pattern = BASE_BUF_INIT;
    glob_t found = {0};
    for (const char *at = typed; *at != '\0'; at++) {
        if (strchr("*?[\\", *at) != NULL) {
            (void)base_buf_append_byte(&pattern, '\\');
        }
        (void)base_buf_append_byte(&pattern, (uint8_t)*at);
    }
    if (base_buf_append(&pattern, "*", 2) &&
        glob((const char *)pattern.data, GLOB_MARK, NULL, &found) == 0) {
        for (size_t i = 0; i < found.gl_pathc; i++) {
            const char *path = found.gl_pathv[i];
            add(completion, front, path, strlen(path));
            completion->unfinished = path[strlen(path) - 1] == '/';
        }
    }
    globfree(&found);
    base_buf_clear(&pattern);
}

/* The value of an option; `front` is what stands before it in the word. */
static void
complete_value(CliSession *session, const Place *place, const CliOption *option, const char *front,
               const char *typed, CliCompletion *completion)
{
    if (option->kind == CLI_KIND_BYTES) {
        complete_keys(session, place->store, front, typed, completion);
    } else if (option->kind == CLI_KIND_FILE) {
        complete_files(front, typed, completion);
    } else if (option->kind == CLI_KIND_CHOICE) {
        for (const char *at = option->value; *at != '\0';) {
            size_t len = strcspn(at, "|");
            if (strlen(typed) <= len && strncmp(at, typed, strlen(typed)) == 0) {
                add(completion, front, at, len);
            }
            at += at[len] == '\0' ? len : len + 1;
        }
    } else if (option == cli_option(CLI_OPTION_STORE) && *front == '\0') {
        complete_stores(session, typed, completion);
    }
}

static void
complete_option(CliSession *session, const Place *place, const char *typed,
                CliCompletion *completion)
{
    const char *value = NULL;
    char front[64];
    const CliOption *option = option_of(typed, &value);
    if (value != NULL) {
        size_t len = (size_t)(value - typed);
        if (option != NULL && len < sizeof front) {
            memcpy(front, typed, len);
            front[len] = '\0';
            complete_value(session, place, option, front, value, completion);
        }
        return;
    }
    for (unsigned i = 0; i < CLI_OPTION_COUNT; i++) {
        const CliOption *candidate = cli_option((CliOptionId)i);
        char name[64];
        bool taken = place->command == NULL ? (candidate->groups & CLI_GROUP_ALL) != 0
                                            : cli_command_takes(place->command, (CliOptionId)i);
        (void)snprintf(name, sizeof name,
                       candidate->value == NULL ? "--%s" : "--%s=", candidate->name);
        if (taken && strncmp(name, typed, strlen(typed)) == 0) {
            add(completion, "", name, strlen(name));
            completion->unfinished = candidate->value != NULL;
        }
    }
}

static void
complete_argument(CliSession *session, const Place *place, const char *typed,
                  CliCompletion *completion)
{
    bool shifted = place->store_named && takes_store(place->command);
    size_t i = place->arguments + (shifted ? 1 : 0);
    CliArgument argument = cli_command_argument(place->command, i);
    for (size_t j = i; argument.kind == CLI_ARGUMENT_NONE && j > 0; j--) {
        CliArgument before = cli_command_argument(place->command, j - 1);
        if (before.many) {
            argument = before;
        }
    }
    switch (argument.kind) {
    case CLI_ARGUMENT_STORE:
        complete_stores(session, typed, completion);
        break;
    case CLI_ARGUMENT_KEY:
        complete_keys(session, place->store, "", typed, completion);
        break;
    case CLI_ARGUMENT_FILE:
        complete_files("", typed, completion);
        break;
    case CLI_ARGUMENT_VALUE:
        if (*typed == '@') {
            complete_files("@", typed + 1, completion);
        }
        break;
    case CLI_ARGUMENT_COMMAND:
        complete_commands(typed, completion);
        break;
    default:
        break;
    }
}

void
cli_complete(CliSession *session, BaseSlice line, CliCompletion *ret_completion)
{
    CliWords words;
    const char *problem = NULL;
    *ret_completion = (CliCompletion){.start = line.len, .text = BASE_BUF_INIT};
    if (!cli_words_cut(line, true, &words, &problem)) {
        return;
    }
    const char *typed = words.open ? words.words[words.count - 1] : "";
    ret_completion->start = words.open ? words.last_start : line.len;
    Place place = find_place(session, words.words, words.count - (words.open ? 1 : 0));
    if (place.option != NULL) {
        complete_value(session, &place, place.option, "", typed, ret_completion);
    } else if (*typed == '-') {
        complete_option(session, &place, typed, ret_completion);
    } else if (place.command == NULL) {
        complete_commands(typed, ret_completion);
    } else {
        complete_argument(session, &place, typed, ret_completion);
    }
    ret_completion->unfinished = ret_completion->unfinished && ret_completion->count == 1;
    cli_words_clear(&words);
}

void
cli_completion_clear(CliCompletion *completion)
{
    base_buf_clear(&completion->text);
    *completion = (CliCompletion){0};
}

/* Shortens a front of a word so that it ends between two characters or escapes. */
static size_t
cut_clean(const char *word, size_t len)
{
    size_t at = 0;
    size_t clean = 0;
    while (at < len) {
        bool escape = word[at] == '\\';
        at += !escape ? 1 : word[at + 1] == 'x' ? 4 : 2;
        if (at <= len && ((unsigned char)word[at] & 0xc0) != 0x80) { /* not within UTF-8 */
            clean = at;
        }
    }
    return clean;
}

size_t
cli_completion_common(const CliCompletion *completion)
{
    const char *first = (const char *)completion->text.data;
    const char *other = first;
    if (completion->count == 0) {
        return 0;
    }
    size_t common = strlen(first);
    for (size_t i = 1; i < completion->count; i++) {
        other += strlen(other) + 1;
        size_t same = 0;
        while (same < common && other[same] == first[same]) {
            same++;
        }
        common = same;
    }
    return cut_clean(first, common);
}
