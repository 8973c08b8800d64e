/*
 * prometheus.c: a line-by-line reader that remembers which metrics and series it has seen.
 *
 * Sizes are fixed and generous; a text that does not fit fails the check.
 */
#include "tests/support/prometheus.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { METRICS_MAX = 256, SERIES_MAX = 8192, NAME_MAX_BYTES = 128, LINE_MAX_BYTES = 1024 };

typedef struct Metric {
    char name[NAME_MAX_BYTES];
    char type[16];
    bool help;
} Metric;

/* A histogram whose buckets are being read. */
typedef struct Buckets {
    bool open;
    char labels[LINE_MAX_BYTES]; /* without le */
    double bound;
    double count;
} Buckets;

typedef struct Reader {
    Metric metrics[METRICS_MAX];
    size_t metric_count; /* the last one is the one being read */
    char *series[SERIES_MAX];
    size_t series_count;
    Buckets buckets;
    const char *what; /* the error */
} Reader;

typedef struct Sample {
    char name[NAME_MAX_BYTES];
    char labels[LINE_MAX_BYTES]; /* as written, without le */
    char bound[64];              /* value of le; empty: none */
    double value;
} Sample;

static bool
fail(Reader *reader, const char *what)
{
    reader->what = what;
    return false;
}

static bool
read_name(const char **cursor, char name[NAME_MAX_BYTES])
{
    size_t len = 0;
    const char *c = *cursor;
    while (isalnum((unsigned char)*c) || *c == '_' || *c == ':') {
        if (len + 1 == NAME_MAX_BYTES || (len == 0 && isdigit((unsigned char)*c))) {
            return false;
        }
        name[len++] = *c++;
    }
    name[len] = '\0';
    *cursor = c;
    return len != 0;
}

/* Reads a quoted value and checks its escapes. */
static bool
read_quoted(const char **cursor, char *value, size_t size)
{
    const char *c = *cursor;
    size_t len = 0;
    if (*c++ != '"') {
        return false;
    }
    while (*c != '"') {
        if (*c == '\0' || len + 2 >= size) {
            return false;
        }
        if (*c == '\\') {
            value[len++] = *c++;
            if (*c != '\\' && *c != '"' && *c != 'n') {
                return false;
            }
        }
        value[len++] = *c++;
    }
    value[len] = '\0';
    *cursor = c + 1;
    return true;
}

static bool
read_labels(const char **cursor, Sample *sample)
{
    const char *c = *cursor;
    sample->labels[0] = '\0';
    sample->bound[0] = '\0';
    if (*c != '{') {
        return true;
    }
    do {
        char name[NAME_MAX_BYTES];
        char value[512];
        c++;
        if (!read_name(&c, name) || *c++ != '=' || !read_quoted(&c, value, sizeof value)) {
            return false;
        }
        if (strcmp(name, "le") == 0) {
            snprintf(sample->bound, sizeof sample->bound, "%.63s", value);
        } else {
            size_t len = strlen(sample->labels);
            snprintf(sample->labels + len, sizeof sample->labels - len, "%.100s=%.400s,", name,
                     value);
        }
    } while (*c == ',');
    *cursor = c + 1;
    return *c == '}';
}

static bool
read_value(const char *text, double *ret_value)
{
    char *end;
    if (strcmp(text, "+Inf") == 0 || strcmp(text, "-Inf") == 0 || strcmp(text, "NaN") == 0) {
        *ret_value = text[0] == 'N' ? NAN : text[0] == '-' ? -INFINITY : INFINITY;
        return true;
    }
    *ret_value = strtod(text, &end);
    return end != text && *end == '\0' && isfinite(*ret_value);
}

static bool
read_sample(const char *line, Sample *sample)
{
    const char *c = line;
    return read_name(&c, sample->name) && read_labels(&c, sample) && *c++ == ' ' &&
           read_value(c, &sample->value);
}

/* Takes "# HELP name text" and "# TYPE name type". */
static bool
take_head(Reader *reader, const char *line)
{
    bool help = strncmp(line, "# HELP ", 7) == 0;
    char name[NAME_MAX_BYTES];
    const char *c = line + 7;
    if ((!help && strncmp(line, "# TYPE ", 7) != 0) || !read_name(&c, name) || *c++ != ' ') {
        return fail(reader, "malformed comment");
    }
    if (help) {
        for (size_t i = 0; i < reader->metric_count; i++) {
            if (strcmp(reader->metrics[i].name, name) == 0) {
                return fail(reader, "metric appears twice");
            }
        }
        if (reader->buckets.open || reader->metric_count == METRICS_MAX) {
            return fail(reader, "unfinished histogram or too many metrics");
        }
        Metric *metric = &reader->metrics[reader->metric_count++];
        snprintf(metric->name, sizeof metric->name, "%s", name);
        metric->help = true;
        return true;
    }
    Metric *metric = reader->metric_count == 0 ? NULL : &reader->metrics[reader->metric_count - 1];
    if (metric == NULL || strcmp(metric->name, name) != 0 || metric->type[0] != '\0') {
        return fail(reader, "TYPE does not follow HELP");
    }
    if (strcmp(c, "counter") != 0 && strcmp(c, "gauge") != 0 && strcmp(c, "histogram") != 0) {
        return fail(reader, "unknown type");
    }
    snprintf(metric->type, sizeof metric->type, "%s", c);
    return true;
}

static bool
take_bucket(Reader *reader, const Sample *sample)
{
    Buckets *buckets = &reader->buckets;
    double bound;
    if (!read_value(sample->bound, &bound)) {
        return fail(reader, "bucket without bound");
    }
    if (!buckets->open) {
        *buckets = (Buckets){.open = true, .bound = -INFINITY, .count = 0};
        snprintf(buckets->labels, sizeof buckets->labels, "%s", sample->labels);
    }
    if (strcmp(buckets->labels, sample->labels) != 0 || bound <= buckets->bound ||
        sample->value < buckets->count) {
        return fail(reader, "buckets are not cumulative");
    }
    buckets->bound = bound;
    buckets->count = sample->value;
    return true;
}

static bool
take_histogram(Reader *reader, const Metric *metric, const Sample *sample)
{
    const char *suffix = sample->name + strlen(metric->name);
    if (strcmp(suffix, "_bucket") == 0) {
        return take_bucket(reader, sample);
    }
    if (!reader->buckets.open || !isinf(reader->buckets.bound) ||
        strcmp(reader->buckets.labels, sample->labels) != 0) {
        return fail(reader, "sum or count without buckets up to +Inf");
    }
    if (strcmp(suffix, "_sum") == 0) {
        return true;
    }
    reader->buckets.open = false;
    if (strcmp(suffix, "_count") != 0 || sample->value != reader->buckets.count) {
        return fail(reader, "count differs from the last bucket");
    }
    return true;
}

static bool
take_sample(Reader *reader, const char *line)
{
    Sample sample;
    if (!read_sample(line, &sample)) {
        return fail(reader, "malformed sample");
    }
    size_t series = strcspn(line, " ");
    const char *brace = strrchr(line, '}');
    series = brace != NULL ? (size_t)(brace - line) + 1 : series;
    for (size_t i = 0; i < reader->series_count; i++) {
        if (strlen(reader->series[i]) == series && memcmp(reader->series[i], line, series) == 0) {
            return fail(reader, "series appears twice");
        }
    }
    if (reader->series_count == SERIES_MAX || reader->metric_count == 0) {
        return fail(reader, "too many series, or a sample before all metrics");
    }
    reader->series[reader->series_count++] = strndup(line, series);
    const Metric *metric = &reader->metrics[reader->metric_count - 1];
    if (strcmp(metric->type, "histogram") == 0 &&
        strncmp(sample.name, metric->name, strlen(metric->name)) == 0) {
        return take_histogram(reader, metric, &sample);
    }
    if (metric->type[0] == '\0' || strcmp(metric->name, sample.name) != 0) {
        return fail(reader, "sample outside of its metric");
    }
    if (strcmp(metric->type, "counter") == 0 && !(sample.value >= 0)) {
        return fail(reader, "negative counter");
    }
    return true;
}

bool
prometheus_check(const char *text, char message[256])
{
    Reader *reader = calloc(1, sizeof *reader);
    char *copy = strdup(text);
    bool good = text[0] != '\0' && text[strlen(text) - 1] == '\n';
    int number = 0;
    char *rest = copy;
    if (!good) {
        reader->what = "the text does not end with a line feed";
    }
    for (char *line = strsep(&rest, "\n"); good && rest != NULL; line = strsep(&rest, "\n")) {
        number++;
        good = line[0] == '#' ? take_head(reader, line) : take_sample(reader, line);
    }
    if (good && reader->buckets.open) {
        good = fail(reader, "unfinished histogram");
    }
    snprintf(message, 256, "line %d: %s", number, good ? "fine" : reader->what);
    for (size_t i = 0; i < reader->series_count; i++) {
        free(reader->series[i]);
    }
    free(copy);
    free(reader);
    return good;
}

bool
prometheus_value(const char *text, const char *series, double *ret_value)
{
    size_t len = strlen(series);
    for (const char *line = text; line != NULL && *line != '\0';
         line = strchr(line, '\n') == NULL ? NULL : strchr(line, '\n') + 1) {
        if (strncmp(line, series, len) == 0 && line[len] == ' ') {
            char value[64];
            snprintf(value, sizeof value, "%.*s", (int)strcspn(line + len + 1, "\n"),
                     line + len + 1);
            return read_value(value, ret_value);
        }
    }
    return false;
}
