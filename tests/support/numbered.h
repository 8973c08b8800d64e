/*
 * numbered.h: puts and gets of numbered keys of an open engine, in one line each.
 *
 * Threading: any thread.
 */
#ifndef LARDER_TESTS_SUPPORT_NUMBERED_H
#define LARDER_TESTS_SUPPORT_NUMBERED_H

#include "engine/engine.h"

enum { NUMBERED_KEY_BYTES = 9 };

/* The key of a number below a million. */
BaseSlice numbered_key(int i, char text[16]);

/* Puts zeros, so many bytes, under one key. */
EngineOutcome numbered_put(Engine *engine, int i, size_t bytes);

/* The same for `count` keys from `first` on; aborts the test if one is not applied. */
void numbered_put_many(Engine *engine, int first, int count, size_t bytes);

bool numbered_is_there(Engine *engine, int i);

/* A figure of the engine, which must have it; by level. */
int64_t numbered_figure(Engine *engine, const char *name);
int64_t numbered_level_figure(Engine *engine, int level, const char *what);

#endif
