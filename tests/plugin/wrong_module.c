/*
 * wrong_module.c: modules that must be refused, each with one thing wrong, chosen by a macro.
 *
 * Threading: constants.
 */
#include "engine/engine.h"

static BaseStatus
open_nothing(EngineOpenArgs *args, Engine **ret_engine)
{
    (void)args;
    (void)ret_engine;
    return base_error(BASE_UNSUPPORTED, "this engine is for tests");
}

static const EngineClass wrong_class = {
    .abi_version = WRONG_ABI,
    .struct_size = WRONG_SIZE,
    .name = WRONG_NAME,
    .format = 1,
    .summary = "an engine that does not open",
    .capabilities = WRONG_CAPABILITIES,
    .open = open_nothing,
};

const EngineClass *
larder_engine_module(void)
{
    return &wrong_class;
}
