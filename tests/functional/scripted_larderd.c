/*
 * scripted_larderd.c: a larderd that knows the scripted engine as well, for tests of every outcome.
 *
 * The engine obeys the scripts in keys (scripted_script.h), but for one verb: whether a key is
 * served here at all is decided before any engine is asked, so "!elsewhere" is an observer's.
 * LARDER_SCRIPTED_HOLD is a path: while there is a file, delayed commits do not end.
 */
#include "service/program.h"
#include "tests/support/scripted_engine.h"

#include <stdlib.h>

enum { WRONG_OWNER = 1, EPOCH = 7, SHARD = 3 };

static void
turn_away(void *user, const RpcObserved *call, RpcDemand *demand)
{
    (void)user;
    if (!base_slice_starts_with(call->key, BASE_SLICE_LITERAL("!elsewhere:"))) {
        return;
    }
    demand->skip = true;
    demand->throws = true;
    demand->exception = (WireException){
        .kind = WIRE_NOT_HERE,
        .code = WRONG_OWNER,
        .message = BASE_SLICE_LITERAL("the script says that another server has this key"),
        .text = BASE_SLICE_LITERAL("owner.example:7400"),
        .first = EPOCH,
        .second = SHARD,
    };
}

int
main(int argc, char **argv)
{
    static const RpcObserver elsewhere = {.before = turn_away};
    static const ServerParts parts = {.observer = &elsewhere};
    scripted_hold(getenv("LARDER_SCRIPTED_HOLD"));
    if (engine_class_register(&scripted_class).code != BASE_OK) {
        return PROGRAM_INTERNAL;
    }
    return program_main(argc, argv, &parts);
}
