/*
 * numbered.c: see numbered.h.
 */
#include "tests/support/numbered.h"

#include "tests/support/engine_rig.h"

#include <check.h>
#include <stdio.h>

BaseSlice
numbered_key(int i, char text[16])
{
    (void)snprintf(text, 16, "key%06d", i);
    return base_slice_text(text);
}

EngineOutcome
numbered_put(Engine *engine, int i, size_t bytes)
{
    static const uint8_t zeros[1 << 16];
    char text[16];
    ck_assert_uint_le(bytes, sizeof(zeros));
    EngineMutation put =
        engine_rig_put(ENGINE_DATA, numbered_key(i, text), base_slice(zeros, bytes));
    return engine_rig_commit(engine, NULL, 0, &put, 1);
}

void
numbered_put_many(Engine *engine, int first, int count, size_t bytes)
{
    for (int i = first; i < first + count; i++) {
        ck_assert_int_eq(numbered_put(engine, i, bytes).kind, ENGINE_APPLIED);
    }
}

bool
numbered_is_there(Engine *engine, int i)
{
    char text[16];
    return !engine_rig_lacks(engine, NULL, ENGINE_DATA, numbered_key(i, text));
}

int64_t
numbered_figure(Engine *engine, const char *name)
{
    int64_t value = engine_rig_figure(engine, name);
    ck_assert_msg(value != -1, "no figure %s", name);
    return value;
}

int64_t
numbered_level_figure(Engine *engine, int level, const char *what)
{
    char name[64];
    (void)snprintf(name, sizeof(name), "level_%d_%s", level, what);
    return numbered_figure(engine, name);
}
