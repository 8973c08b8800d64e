/*
 * module_refusals.c: what is said about modules that cannot be used: which file, what was found,
 * and what was expected.
 *
 *   module_refusals DIRECTORY
 *
 * The directory holds the modules that CMakeLists.txt makes of wrong_module.c.
 */
#include "engine/engine.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct Refusal {
    const char *name;
    BaseCode code;
    const char *says[4]; /* ended by NULL */
} Refusal;

static const Refusal refusals[] = {
    {"nosuch", BASE_NOT_FOUND, {"\"nosuch\" is not built in", "liblarder-engine-nosuch.so in"}},
    {"../engines/good", BASE_NOT_FOUND, {"is not built in"}},
    {"", BASE_NOT_FOUND, {"is not built in"}},
    {"abi",
     BASE_INVALID,
     {"liblarder-engine-abi.so", "for version 1 ", "this program has version"}},
    {"size", BASE_INVALID, {"liblarder-engine-size.so", "EngineClass of 24 bytes"}},
    {"name",
     BASE_INVALID,
     {"liblarder-engine-name.so", "holds the engine \"other\", not \"name\""}},
    {"bits", BASE_INVALID, {"liblarder-engine-bits.so", "0x40000001", "does not know 0x40000000"}},
    {"entry",
     BASE_INVALID,
     {"liblarder-engine-entry.so", "does not export larder_engine_module()"}},
    {"text", BASE_INVALID, {"liblarder-engine-text.so", "cannot be loaded"}},
};

static int
fail(const char *name, const char *what, const char *message)
{
    (void)fprintf(stderr, "module_refusals: %s: %s: %s\n", name, what, message);
    return 1;
}

static int
try_one(const Refusal *refusal, const char *directory)
{
    char message[512];
    const EngineClass *found = NULL;
    BaseStatus status = engine_class_load(refusal->name, directory, message, &found);
    if (status.code != refusal->code || found != NULL) {
        return fail(refusal->name, base_code_name(status.code), message);
    }
    for (size_t i = 0; refusal->says[i] != NULL; i++) {
        if (strstr(message, refusal->says[i]) == NULL) {
            return fail(refusal->name, refusal->says[i], message);
        }
    }
    return 0;
}

/* A module that is as it should be is found once, and stays the same. */
static int
try_good(const char *directory)
{
    char message[512];
    const EngineClass *first = NULL;
    const EngineClass *again = NULL;
    if (!base_is_ok(engine_class_load("good", directory, message, &first)) ||
        !base_is_ok(engine_class_load("good", NULL, message, &again))) {
        return fail("good", "it does not load", message);
    }
    if (first != again || first != engine_class_find("good") || engine_class_file(first) == NULL ||
        engine_class_file(engine_class_find("lsm")) != NULL) {
        return fail("good", "it is not what it should be", first->name);
    }
    return 0;
}

int
main(int argc, char **argv)
{
    if (argc != 2) {
        (void)fprintf(stderr, "usage: module_refusals DIRECTORY\n");
        return 64;
    }
    int failed = 0;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        failed += try_one(&refusals[i], argv[1]);
    }
    failed += try_good(argv[1]);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
