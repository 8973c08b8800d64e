/*
 * check.h: assertions for programmer errors, never for input.
 *
 * BASE_CHECK is cheap and on in every build: a violated one means that going on would do harm.
 * BASE_INVARIANT may be expensive; it is on only in builds with LARDER_DEBUG_CHECKS defined.
 *
 * A failed check prints the expression and its place to standard error and aborts. Anything that a
 * peer, a file or a full disk can cause is an error value instead.
 */
#ifndef LARDER_ENGINE_BASE_CHECK_H
#define LARDER_ENGINE_BASE_CHECK_H

_Noreturn void base_check_failed(const char *expression, const char *file, int line);

#define BASE_CHECK(expression)                                  \
    do {                                                        \
        if (__builtin_expect(!(expression), 0)) {               \
            base_check_failed(#expression, __FILE__, __LINE__); \
        }                                                       \
    } while (0)

#ifdef LARDER_DEBUG_CHECKS
#define BASE_INVARIANT(expression) BASE_CHECK(expression)
#else
#define BASE_INVARIANT(expression) \
    do {                           \
        (void)sizeof(expression);  \
    } while (0)
#endif

#endif
