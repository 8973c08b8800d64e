/*
 * check.c: what happens when an assertion fails. See check.h.
 */
#include "engine/base/check.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void
base_check_failed(const char *expression, const char *file, int line)
{
    (void)fprintf(stderr, "%s:%d: check failed: %s\n", file, line, expression);
    abort();
}
