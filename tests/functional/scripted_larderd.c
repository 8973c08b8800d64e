/*
 * scripted_larderd.c: a larderd that knows the scripted engine as well, for tests of every outcome.
 */
#include "service/program.h"
#include "tests/support/scripted_engine.h"

int
main(int argc, char **argv)
{
    if (engine_class_register(&scripted_class).code != BASE_OK) {
        return PROGRAM_INTERNAL;
    }
    return program_main(argc, argv);
}
