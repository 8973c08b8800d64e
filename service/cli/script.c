/*
 * script.c: commands from the standard input, one per line. See script.h.
 */
#include "service/cli/script.h"

#include "service/cli/interrupt.h"
#include "service/cli/source.h"
#include "service/cli/words.h"

#include <errno.h>

/* Says what is wrong with the script itself. */
static void
complain(CliSession *session, uint64_t number, const char *problem)
{
    BaseBuf text = BASE_BUF_INIT;
    if (number == 0) {
        (void)base_buf_printf(&text, "larder: %s\n", problem);
    } else {
        (void)base_buf_printf(&text, "larder: line %llu: %s\n", (unsigned long long)number,
                              problem);
    }
    cli_session_say(session, base_buf_slice(&text));
    base_buf_clear(&text);
}

CliStatus
cli_script_line(CliSession *session, BaseSlice line)
{
    CliWords words;
    const char *problem = NULL;
    if (!cli_words_cut(line, false, &words, &problem)) {
        complain(session, 0, problem);
        return CLI_USAGE;
    }
    CliStatus status = CLI_OK;
    if (words.count != 0) {
        status = cli_session_run(session, &session->options, words.words, words.count);
    }
    cli_words_clear(&words);
    return status;
}

CliStatus
cli_script_run(CliSession *session)
{
    bool keep_going = cli_options_has(&session->options, CLI_OPTION_KEEP_GOING);
    CliStatus highest = CLI_OK;
    CliSource source;
    BaseSlice line = BASE_SLICE_EMPTY;
    CliSourceResult result = CLI_SOURCE_TROUBLE;
    uint64_t number = 0;
    session->in_session = true;
    session->input_taken = true;
    int trouble = cli_source_open(&source, "-");
    while (trouble == 0 && !session->leave) {
        result = cli_source_line(&source, &line);
        if (result != CLI_SOURCE_GOOD) {
            break;
        }
        number++;
        CliStatus status = cli_script_line(session, line);
        highest = status > highest ? status : highest;
        if (status > CLI_NEGATIVE && (!keep_going || cli_interrupt_pending())) {
            complain(session, number, "the script ends here");
            break;
        }
    }
    if (result == CLI_SOURCE_TROUBLE) {
        char problem[128];
        errno = trouble != 0 ? trouble : source.trouble;
        complain(session, 0, strerror_r(errno, problem, sizeof problem));
        highest = CLI_FILE;
    } else if (result == CLI_SOURCE_INTERRUPTED) {
        highest = CLI_INTERRUPTED;
    }
    cli_source_close(&source);
    return highest;
}
