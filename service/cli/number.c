/*
 * number.c: numbers, durations, sizes and times as people type and read them. See number.h.
 *
 * Reading is by hand, because strtod() and strptime() depend on the locale and take more than is
 * meant.
 */
#include "service/cli/number.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef struct Unit {
    const char *name;
    int64_t factor;
} Unit;

bool
cli_number_integer(const char *text, int64_t *ret_number)
{
    const char *digits = *text == '-' ? text + 1 : text;
    if (*digits < '0' || *digits > '9') {
        return false;
    }
    char *end = NULL;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (*end != '\0' || errno != 0) {
        return false;
    }
    *ret_number = number;
    return true;
}

/*
 * Digits with an optional fraction, times the factor of the unit behind them. The fraction is
 * exact to a millionth of the unit.
 */
static bool
read_with_unit(const char *text, const Unit *units, int64_t *ret_number)
{
    int64_t whole = 0;
    const char *at = text;
    for (; *at >= '0' && *at <= '9'; at++) {
        if (__builtin_mul_overflow(whole, 10, &whole) ||
            __builtin_add_overflow(whole, *at - '0', &whole)) {
            return false;
        }
    }
    if (at == text) {
        return false;
    }
    int64_t millionths = 0;
    if (*at == '.') {
        const char *fraction = ++at;
        for (int64_t place = 100000; *at >= '0' && *at <= '9'; at++, place /= 10) {
            millionths += place * (*at - '0');
        }
        if (at == fraction) {
            return false;
        }
    }
    for (const Unit *unit = units; unit->name != NULL; unit++) {
        if (strcmp(at, unit->name) != 0) {
            continue;
        }
        int64_t part = (int64_t)((__int128)unit->factor * millionths / 1000000);
        return !__builtin_mul_overflow(whole, unit->factor, &whole) &&
               !__builtin_add_overflow(whole, part, ret_number);
    }
    return false;
}

bool
cli_number_duration_ms(const char *text, int64_t *ret_ms)
{
    static const Unit units[] = {
        {"", 1000},     {"ms", 1},       {"s", 1000}, {"m", 60000},
        {"h", 3600000}, {"d", 86400000}, {NULL, 0},
    };
    int64_t ms = 0;
    if (!read_with_unit(text, units, &ms)) {
        return false;
    }
    *ret_ms = ms;
    return true;
}

bool
cli_number_size(const char *text, int64_t *ret_bytes)
{
    static const Unit units[] = {
        {"", 1},
        {"K", INT64_C(1) << 10},
        {"M", INT64_C(1) << 20},
        {"G", INT64_C(1) << 30},
        {"T", INT64_C(1) << 40},
        {NULL, 0},
    };
    int64_t bytes = 0;
    if (!read_with_unit(text, units, &bytes)) {
        return false;
    }
    *ret_bytes = bytes;
    return true;
}

/* `count` digits at *at; moves behind them. */
static bool
read_digits(const char **at, int count, int *ret_number)
{
    int number = 0;
    for (int i = 0; i < count; i++) {
        char digit = (*at)[i];
        if (digit < '0' || digit > '9') {
            return false;
        }
        number = number * 10 + (digit - '0');
    }
    *at += count;
    *ret_number = number;
    return true;
}

static bool
read_mark(const char **at, char mark)
{
    if (**at != mark) {
        return false;
    }
    *at += 1;
    return true;
}

bool
cli_number_time_ms(const char *text, int64_t *ret_ms)
{
    if (cli_number_integer(text, ret_ms)) {
        return true;
    }
    struct tm parts = {0};
    const char *at = text;
    if (!read_digits(&at, 4, &parts.tm_year) || !read_mark(&at, '-') ||
        !read_digits(&at, 2, &parts.tm_mon) || !read_mark(&at, '-') ||
        !read_digits(&at, 2, &parts.tm_mday)) {
        return false;
    }
    bool clock = *at == 'T' || *at == ' ';
    if (clock) {
        at++;
        if (!read_digits(&at, 2, &parts.tm_hour) || !read_mark(&at, ':') ||
            !read_digits(&at, 2, &parts.tm_min) || !read_mark(&at, ':') ||
            !read_digits(&at, 2, &parts.tm_sec) || !read_mark(&at, 'Z')) {
            return false;
        }
    }
    struct tm given = parts;
    parts.tm_year -= 1900;
    parts.tm_mon -= 1;
    time_t seconds = timegm(&parts);
    bool same = parts.tm_mday == given.tm_mday && parts.tm_mon == given.tm_mon - 1 &&
                parts.tm_hour == given.tm_hour && parts.tm_min == given.tm_min &&
                parts.tm_sec == given.tm_sec;
    if (*at != '\0' || !same) {
        return false; /* the 31st of February */
    }
    *ret_ms = (int64_t)seconds * 1000;
    return true;
}

bool
cli_number_print_time(int64_t ms, BaseBuf *into)
{
    time_t seconds = (time_t)(ms >= 0 ? ms / 1000 : (ms - 999) / 1000);
    int fraction = (int)(ms - (int64_t)seconds * 1000);
    struct tm parts;
    if (gmtime_r(&seconds, &parts) == NULL) {
        return base_buf_printf(into, "%" PRId64 " ms", ms); /* beyond the calendar */
    }
    char text[64];
    size_t len = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    return base_buf_append(into, text, len) &&
           (fraction == 0 || base_buf_printf(into, ".%03d", fraction)) &&
           base_buf_append_byte(into, 'Z');
}

bool
cli_number_print_duration_us(int64_t us, BaseBuf *into)
{
    int64_t seconds = us / 1000000;
    if (us < 1000) {
        return base_buf_printf(into, "%" PRId64 " us", us);
    }
    if (us < 999500) {
        return base_buf_printf(into, "%.3g ms", (double)us / 1e3);
    }
    if (seconds < 60) {
        return base_buf_printf(into, "%.3g s", (double)us / 1e6);
    }
    if (seconds < 3600) {
        return base_buf_printf(into, "%" PRId64 "m %" PRId64 "s", seconds / 60, seconds % 60);
    }
    if (seconds < 86400) {
        return base_buf_printf(into, "%" PRId64 "h %" PRId64 "m", seconds / 3600,
                               seconds / 60 % 60);
    }
    return base_buf_printf(into, "%" PRId64 "d %" PRId64 "h", seconds / 86400, seconds / 3600 % 24);
}

bool
cli_number_print_size(int64_t bytes, BaseBuf *into)
{
    static const char *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    if (bytes < 1024) {
        return base_buf_printf(into, "%" PRId64 " B", bytes);
    }
    double amount = (double)bytes / 1024;
    size_t unit = 0;
    for (; amount >= 1023.995 && unit + 1 < sizeof units / sizeof units[0]; unit++) {
        amount /= 1024;
    }
    return base_buf_printf(into, "%.2f %s", amount, units[unit]);
}

bool
cli_number_print_count(int64_t count, BaseBuf *into)
{
    char digits[32];
    int len = snprintf(digits, sizeof digits, "%" PRId64, count);
    for (int i = 0; i < len; i++) {
        int left = len - i;
        bool comma = i > 0 && left % 3 == 0 && digits[i - 1] != '-';
        if ((comma && !base_buf_append_byte(into, ',')) ||
            !base_buf_append_byte(into, (uint8_t)digits[i])) {
            return false;
        }
    }
    return true;
}
