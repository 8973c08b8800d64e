/*
 * interop.c: Larder from C by its own SDK, <larder/client.h>: every method, every outcome, every
 * extreme. CHECKS.md has the list in words; the checks are in the files beside this one.
 */
#include "tests/interop/sdk/common.h"

int
main(void)
{
    int failed = run("DATA", data_checks) + run("DATA", many_checks) + run("DATA", refused_checks) +
                 run("SCRIPTED", outcome_checks) + run("OLDER", older_server_checks) +
                 run("NEWER", newer_server_checks);
    return failed == 0 ? 0 : 1;
}
