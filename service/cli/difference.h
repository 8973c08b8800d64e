/*
 * difference.h: which lines of a text went and which came.
 *
 * Lines count as often as they occur; a line that only moved is no difference.
 *
 * Threading: pure functions.
 */
#ifndef LARDER_SERVICE_CLI_DIFFERENCE_H
#define LARDER_SERVICE_CLI_DIFFERENCE_H

#include "engine/base/buf.h"

/* Gets each line that went, in order, then each that came. */
typedef void CliDifferenceVisitor(void *user, bool came, BaseSlice line);

/* False: no memory. */
bool cli_difference(BaseSlice before, BaseSlice after, CliDifferenceVisitor *visit, void *user);

#endif
