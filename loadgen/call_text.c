/*
 * call_text.c: words that look like calls. See call_text.h.
 */
#include "loadgen/call_text.h"

#include <glib.h>
#include <string.h>

/* Reads one number and what separates it from the next; NULL: there is none. */
static const char *
read_number(const char *at, double *ret_number)
{
    /* "1..5" is two numbers: the first ends in front of both points. */
    char digits[64];
    const char *dots = strstr(at, "..");
    size_t size = dots == NULL ? strlen(at) : (size_t)(dots - at);
    if (size >= sizeof digits) {
        return NULL;
    }
    memcpy(digits, at, size);
    digits[size] = '\0';
    char *end = NULL;
    *ret_number = g_ascii_strtod(digits, &end);
    return end == digits || g_ascii_isspace(digits[0]) ? NULL : at + (end - digits);
}

static bool
read_numbers(const char *at, LoadCallText *call)
{
    for (;;) {
        if (call->count == LOAD_CALL_NUMBERS_MAX) {
            return false;
        }
        at = read_number(at, &call->numbers[call->count++]);
        if (at == NULL || *at == '\0') {
            return at != NULL;
        }
        size_t separator = g_str_has_prefix(at, "..") ? 2 : *at == ',' ? 1 : 0;
        if (separator == 0) {
            return false;
        }
        at += separator;
    }
}

bool
load_call_text(const char *text, size_t size, LoadCallText *ret_call)
{
    *ret_call = (LoadCallText){.count = 0};
    g_autofree char *copy = g_strndup(text, size);
    size = strlen(copy);
    char *open = strchr(copy, '(');
    size_t name_size = open == NULL ? size : (size_t)(open - copy);
    if (name_size == 0 || name_size >= sizeof ret_call->name) {
        return false;
    }
    memcpy(ret_call->name, copy, name_size);
    if (open == NULL) {
        return true;
    }
    if (copy[size - 1] != ')') {
        return false;
    }
    copy[size - 1] = '\0';
    return read_numbers(open + 1, ret_call);
}

bool
load_call_is(const LoadCallText *call, const char *name, unsigned fewest, unsigned most,
             const double *low, const double *high)
{
    if (strcmp(call->name, name) != 0 || call->count < fewest || call->count > most) {
        return false;
    }
    for (unsigned i = 0; i < call->count; i++) {
        if (!(call->numbers[i] >= low[i] && call->numbers[i] <= high[i])) {
            return false;
        }
    }
    return true;
}
