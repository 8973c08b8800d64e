/*
 * suggest.h: what somebody who mistyped a word may have meant.
 *
 * Threading: pure functions.
 */
#ifndef LARDER_SERVICE_CLI_SUGGEST_H
#define LARDER_SERVICE_CLI_SUGGEST_H

#include <stddef.h>

/*
 * How many letters have to be inserted, removed, replaced or swapped with their neighbour to get
 * from one word to the other. Words longer than 64 letters are as far apart as can be.
 */
size_t cli_suggest_distance(const char *a, const char *b);

/*
 * Compares `candidate` with the best one so far (NULL at first) and keeps the nearer one, if it is
 * near enough to be a typing error.
 */
void cli_suggest_consider(const char *typed, const char *candidate, const char **best);

#endif
