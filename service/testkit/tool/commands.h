/*
 * commands.h: what a line of input makes a test server do.
 *
 * A command is an object with the field "command"; its answer is an object in one line, {"ok":true}
 * and what was asked for, or {"ok":false,"error":"why"}:
 *
 *   inject    kind, method, key_prefix or key_prefix_base64, skip, times, delay_ms, outcome, code
 *             (a number or a name), retry_after_ms    -> fault (its number)
 *   hits      fault                                   -> hits
 *   clear                                             removes every fault
 *   advance   ms                                      moves the clock
 *   cut                                               closes every data connection
 *   drain
 *   executed  method (absent: all)                    -> executed
 *   trace     on                                      begins or ends to record calls
 *   calls                                             -> calls since the last time, dropped
 *   stop                                              ends the program
 *
 * Threading: one owner; calls are recorded by threads of the server, under a lock.
 */
#ifndef LARDER_SERVICE_TESTKIT_TOOL_COMMANDS_H
#define LARDER_SERVICE_TESTKIT_TOOL_COMMANDS_H

#include <larder/test_server.h>

#include <glib.h>

typedef struct ToolCommands ToolCommands;

/* Commands for a server, which outlives them. */
ToolCommands *tool_commands_new(LarderTestServer *server);

/* Takes NULL. */
void tool_commands_free(ToolCommands *commands);

/* Executes a line and appends its answer, with a newline. False: the program has to end. */
bool tool_commands_execute(ToolCommands *commands, const char *line, size_t len, GString *answer);

/* Appends the answer that something is wrong, with a newline. */
void tool_commands_fail(GString *answer, const char *why);

#endif
