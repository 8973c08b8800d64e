/*
 * figures.h: making sense of the figures of an engine.
 *
 * Engines name their figures as engine/engine.h says: level_N_WHAT belongs to level N, NAME_le_N is
 * a bucket of a histogram. What an engine does not have is not shown, and what it has besides is
 * left to the command stats. They come in no order, so they are sorted first.
 *
 * Threading: pure functions, but for the call.
 */
#ifndef LARDER_SERVICE_CLI_FIGURES_H
#define LARDER_SERVICE_CLI_FIGURES_H

#include "service/cli/call.h"

/*
 * The same figures sorted by name; numbers in names by their value: level_2 before level_10. They
 * live as long as the call. False: no memory, and that was said.
 */
bool cli_figures_sort(CliCall *call, LarderFigureList figures, LarderFigureList *ret_sorted);

/* Levels that are looked for: 0 to this less one. */
enum { CLI_FIGURES_LEVELS_MAX = 64 };

/* The value of a figure. False: the engine has none of that name. */
bool cli_figures_find(LarderFigureList figures, const char *name, int64_t *ret_value);

/* The same, and 0 when there is none. */
int64_t cli_figures_get(LarderFigureList figures, const char *name);

/* The figure level_N_WHAT. */
bool cli_figures_find_level(LarderFigureList figures, int level, const char *what,
                            int64_t *ret_value);
int64_t cli_figures_get_level(LarderFigureList figures, int level, const char *what);

/* Whether any figure is about that level. */
bool cli_figures_has_level(LarderFigureList figures, int level);

/* A bucket of a histogram: values above `below`, up to `bound`; INT64_MAX: above all others. */
typedef struct CliBucket {
    LarderBytes histogram; /* its name */
    int64_t below;         /* -1: there is no bucket before it */
    int64_t bound;
    int64_t count;
} CliBucket;

/*
 * The next bucket of sorted figures, from *cursor on, which is 0 at the start; those of a histogram
 * come together, and upwards. False: there are no more.
 */
bool cli_figures_next_bucket(LarderFigureList figures, size_t *cursor, CliBucket *ret_bucket);

#endif
