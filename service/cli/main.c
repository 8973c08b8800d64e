/*
 * main.c: starts the program `larder`. See program.h.
 */
#include "service/cli/program.h"

int
main(int argc, char **argv)
{
    return cli_program(argc, argv);
}
