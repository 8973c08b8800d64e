/*
 * number.h: numbers, durations, sizes and times as people type and read them.
 *
 *   integer   -17
 *   duration  a number and a unit: 500ms, 10s, 5m, 1h, 2d; a bare number is in seconds; 1.5h
 *   size      bytes, or with a unit of 1024s: 64K, 1.5M, 2G
 *   time      milliseconds since 1970-01-01 UTC, or 2030-01-31, 2030-01-31T23:59:59Z
 *
 * Threading: pure functions.
 */
#ifndef LARDER_SERVICE_CLI_NUMBER_H
#define LARDER_SERVICE_CLI_NUMBER_H

#include "engine/base/buf.h"

/* Each reads the whole text; false: it is none, or does not fit an int64_t. */
bool cli_number_integer(const char *text, int64_t *ret_number);
bool cli_number_duration_ms(const char *text, int64_t *ret_ms);
bool cli_number_size(const char *text, int64_t *ret_bytes);
bool cli_number_time_ms(const char *text, int64_t *ret_ms);

/* "2030-01-31T23:59:59.5Z"; milliseconds only where there are some. */
bool cli_number_print_time(int64_t ms, BaseBuf *into);

/* "3d 4h", "2m 5s", "1.25 s", "350 ms", "1.50 ms", "80 us": to about three figures. */
bool cli_number_print_duration_us(int64_t us, BaseBuf *into);

/* "17 B", "1.50 MiB". */
bool cli_number_print_size(int64_t bytes, BaseBuf *into);

/* "1,234,567". */
bool cli_number_print_count(int64_t count, BaseBuf *into);

#endif
