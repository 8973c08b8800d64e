/*
 * objective.c: what latencies are to stay below. See objective.h.
 */
#include "loadgen/objective.h"

#include <glib.h>
#include <string.h>

static const struct {
    const char *unit;
    double ns;
} units[] = {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}};

/* Reads what stands in front of "<". */
static bool
read_percent(const char *text, size_t size, double *ret_percent)
{
    g_autofree char *name = g_strndup(text, size);
    if (g_str_equal(name, "max")) {
        *ret_percent = 100;
        return true;
    }
    char *end = NULL;
    *ret_percent = name[0] == 'p' ? g_ascii_strtod(name + 1, &end) : 0;
    return end != NULL && g_ascii_isdigit(name[1]) && *end == '\0' && *ret_percent > 0 &&
           *ret_percent <= 100;
}

static bool
read_limit(const char *text, int64_t *ret_limit_ns)
{
    char *end = NULL;
    double number = g_ascii_strtod(text, &end);
    for (size_t i = 0; end != text && i < G_N_ELEMENTS(units); i++) {
        if (g_str_equal(end, units[i].unit)) {
            double ns = number * units[i].ns;
            *ret_limit_ns = ns >= 1 && ns <= 3600e9 ? (int64_t)ns : 0;
            return *ret_limit_ns != 0;
        }
    }
    return false;
}

char *
load_objective_parse(const char *text, LoadObjective *ret_objective)
{
    const char *sign = strchr(text, '<');
    if (sign != NULL && read_percent(text, (size_t)(sign - text), &ret_objective->percent) &&
        read_limit(sign + 1, &ret_objective->limit_ns)) {
        return NULL;
    }
    return g_strdup_printf("--objective=%s: must be as p99<5ms: pN with N above 0 to 100, or max, "
                           "and a limit from 1ns to 3600s (ns, us, ms, s)",
                           text);
}

int64_t
load_objective_value(const LoadObjective *objective, const BaseHistogram *latency)
{
    return base_histogram_percentile(latency, objective->percent);
}
