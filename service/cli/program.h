/*
 * program.h: the program `larder`, from its arguments to its exit status.
 *
 * Threading: one at a time.
 */
#ifndef LARDER_SERVICE_CLI_PROGRAM_H
#define LARDER_SERVICE_CLI_PROGRAM_H

/* Returns the exit status. */
int cli_program(int argc, char **argv);

#endif
