/*
 * call.h: one command that runs: its arguments as bytes, its calls, its output.
 *
 * A function that returns bool has said what went wrong when it returns false; `status` is then the
 * status of the command.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_SERVICE_CLI_CALL_H
#define LARDER_SERVICE_CLI_CALL_H

#include "service/cli/escape.h"
#include "service/cli/json_writer.h"
#include "service/cli/parse.h"
#include "service/cli/session.h"

struct CliCall {
    CliSession *session;
    const CliParsed *parsed;
    const CliOptions *options; /* of parsed */
    bool json;
    bool colour;
    CliEncoding in;
    CliEncoding out;
    CliStatus status;
    BaseBuf text;    /* output that has not left yet */
    void *blocks;    /* memory of the call: a list, each block pointing to the next */
    bool unwritable; /* the output cannot be written; that was said */
};

void cli_call_init(CliCall *call, CliSession *session, const CliParsed *parsed);

/* Writes what is left of the output, and frees. Returns the status, which may have changed. */
CliStatus cli_call_end(CliCall *call, CliStatus status);

static inline bool
cli_call_has(const CliCall *call, CliOptionId id)
{
    return call->options->values[id].set;
}

static inline int64_t
cli_call_number(const CliCall *call, CliOptionId id, int64_t preset)
{
    return cli_options_number(call->options, id, preset);
}

/* The i-th argument behind STORE; NULL: there is none. */
const char *cli_call_argument(const CliCall *call, size_t i);

LarderBytes cli_call_store(const CliCall *call);

/* Decodes a key or value that was typed. `what` names it in messages. Lives as long as the call. */
bool cli_call_bytes(CliCall *call, const char *what, const char *text, LarderBytes *ret_bytes);

/* The same for a VALUE: also "@FILE" and "-". */
bool cli_call_value(CliCall *call, const char *text, LarderBytes *ret_bytes);

/* The value of an option of bytes, when it is set: *ret_has says whether. */
bool cli_call_option_bytes(CliCall *call, CliOptionId id, bool *ret_has, LarderBytes *ret_bytes);

/* Memory that lives as long as the call. NULL: there is none, and that was said. */
void *cli_call_alloc(CliCall *call, size_t bytes);

/*
 * Calls a method of Store, or of Admin and Observe. The reply, whose outcome is OK and which the
 * caller frees; NULL: the call did not succeed, and that was said.
 */
LarderReply *cli_call_data(CliCall *call, LarderMethod method, const void *arguments);
LarderReply *cli_call_admin(CliCall *call, LarderMethod method, const void *arguments);

/* The options for connections of the command's own. False: an address is missing. */
bool cli_call_client_options(CliCall *call, bool admin, LarderClientOptions *ret_options);

/* Says how a reply failed and sets the status. */
void cli_call_failed(CliCall *call, const LarderReply *reply);

/* Says that something is wrong here, sets the status, and returns false. */
bool cli_call_problem(CliCall *call, CliStatus status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Says something that is neither a result nor an error, unless --quiet. */
void cli_call_note(CliCall *call, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Lets the output go that was collected so far. False: it cannot be written. */
bool cli_call_flush(CliCall *call);

/* How output looks on a terminal. */
typedef enum CliStyle { CLI_PLAIN, CLI_KEY, CLI_DIM, CLI_GOOD, CLI_BAD, CLI_TITLE } CliStyle;

/* Appends to the output. */
void cli_call_style(CliCall *call, CliStyle style);
void cli_call_print(CliCall *call, const char *format, ...) __attribute__((format(printf, 2, 3)));
void cli_call_print_bytes(CliCall *call, CliStyle style, LarderBytes bytes);

static inline BaseSlice
cli_slice(LarderBytes bytes)
{
    return base_slice(bytes.data, bytes.size);
}

static inline LarderBytes
cli_bytes(BaseSlice slice)
{
    return larder_bytes(slice.data, slice.len);
}

#endif
