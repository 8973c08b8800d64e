/*
 * slow_larderd.c: a larderd whose reads from disk take as long as a test wants.
 *
 * LARDER_SLOW_READ_US is how much longer each read takes, LARDER_SLOW_HOLD a path: while there is a
 * file, reads do not end. At its end it says on standard error who has read; see slow_env.h.
 */
#include "service/program.h"
#include "tests/support/slow_env.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

int
main(int argc, char **argv)
{
    const char *delay = getenv("LARDER_SLOW_READ_US");
    const Env *env =
        slow_env(delay == NULL ? 0 : strtoll(delay, NULL, 10), getenv("LARDER_SLOW_HOLD"));
    const ServerParts parts = {.env = env};
    int status = program_main(argc, argv, &parts);
    (void)fprintf(stderr, "reads by reactors: %" PRId64 ", by workers: %" PRId64 "\n",
                  slow_env_reactor_reads(), slow_env_worker_reads());
    return status;
}
