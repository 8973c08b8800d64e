/*
 * command_session.c: use, help and exit.
 */
#include "service/cli/command_run.h"

#include "service/cli/call.h"
#include "service/cli/help.h"

CliStatus
cli_run_use(CliCall *call)
{
    CliSession *session = call->session;
    CliOptionValue *value = &session->options.values[CLI_OPTION_STORE];
    BaseBuf name = BASE_BUF_INIT;
    if (!base_buf_append_slice(&name, base_slice_text(cli_call_argument(call, 0))) ||
        !base_buf_append_byte(&name, 0)) {
        base_buf_clear(&name);
        (void)cli_call_problem(call, CLI_NO_MEMORY, "there is no memory");
        return call->status;
    }
    base_buf_clear(&session->store);
    session->store = name;
    *value = (CliOptionValue){.set = true, .inherited = true, .text = (const char *)name.data};
    return CLI_OK;
}

CliStatus
cli_run_help(CliCall *call)
{
    const char *name = cli_call_argument(call, 0);
    if (name == NULL) {
        cli_help_all(&call->text);
        return CLI_OK;
    }
    const CliCommand *command = cli_command_find(name);
    if (command == NULL) {
        (void)cli_call_problem(call, CLI_USAGE,
                               "there is no command \"%s\"; help lists what there is", name);
        return call->status;
    }
    cli_help_command(command, &call->text);
    return CLI_OK;
}

CliStatus
cli_run_exit(CliCall *call)
{
    call->session->leave = true;
    return CLI_OK;
}
