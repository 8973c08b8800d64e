/*
 * main.c: larderd. Everything is in program.c, so that tests can be a larderd too.
 */
#include "service/program.h"

int
main(int argc, char **argv)
{
    return program_main(argc, argv, NULL);
}
