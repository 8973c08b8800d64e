/*
 * figure.h: numbers as people read them: "1,234,567", "1,234.5".
 *
 * Threading: none of its own.
 */
#ifndef LARDER_LOADGEN_FIGURE_H
#define LARDER_LOADGEN_FIGURE_H

#include <stdint.h>

enum { LOAD_FIGURE_BYTES = 32 };

/* Writes a count with thousands separated. */
void load_figure_count(char out[LOAD_FIGURE_BYTES], uint64_t count);

/* Writes nanoseconds as microseconds: one decimal below 1,000 us, none above. */
void load_figure_us(char out[LOAD_FIGURE_BYTES], int64_t ns);

#endif
