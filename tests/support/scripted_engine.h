/*
 * scripted_engine.h: the test engine "scripted": a small map in memory that does what keys tell it
 * to.
 *
 * It keeps the whole contract of engine.h for its clients, and on demand answers with every outcome
 * and every error that an engine can give, at once or later from another thread; scripted_script.h
 * is the language. Register scripted_class once, then open it by its name like any other.
 *
 * It is also the example of an engine that commits on its own (ENGINE_CAN_NATIVE_COMMIT): a mutex,
 * a sorted array, and the pure parts of engine/commit.
 *
 * Where the time of a delay would race with a test, the test says when it ends: scripted_hold().
 *
 * Cost: a commit copies the array; records that were overwritten are kept until close. Tests only.
 */
#ifndef LARDER_TESTS_SUPPORT_SCRIPTED_ENGINE_H
#define LARDER_TESTS_SUPPORT_SCRIPTED_ENGINE_H

#include "engine/engine.h"

extern const EngineClass scripted_class;

/*
 * No delayed commit ends while there is a file at `path`, which stays the caller's; NULL: delays
 * are nothing but their time. To be called before an engine is opened.
 */
void scripted_hold(const char *path);

#endif
