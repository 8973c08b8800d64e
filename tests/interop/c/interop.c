/*
 * interop.c: Larder from C by the stock c_glib client: every method, every outcome, every extreme.
 *
 * CHECKS.md has the list in words; the checks are in the files beside this one.
 */
#include "tests/interop/c/common.h"

int
main(void)
{
    LarderRpcStoreIf *data = store_open("DATA");
    LarderRpcStoreIf *scripted = store_open("SCRIPTED");
    LarderRpcStoreIf *older = store_open("OLDER");
    LarderRpcStoreIf *newer = store_open("NEWER");
    int failed = run(data, data_checks) + run(data, many_checks) + run(data, refused_checks) +
                 run(data, message_checks) + run(data, management_checks) +
                 run(scripted, outcome_checks) + run(older, older_server_checks) +
                 run(newer, newer_server_checks);
    return failed == 0 ? 0 : 1;
}
