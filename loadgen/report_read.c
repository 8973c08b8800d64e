/*
 * report_read.c: reads reports. See report_read.h.
 *
 * The JSON is parsed whole; what is taken from it is checked field by field. The first problem is
 * kept and ends the reading; json-glib's own functions are asked only for members that were seen to
 * be there and of the right type.
 */
#include "loadgen/report_read.h"

#include "loadgen/report_json.h"

#include <math.h>
#include <string.h>
#include <sys/stat.h>

static const char *const event_names[LOAD_EVENT_KIND_COUNT] = {"stall", "flush", "compaction"};

typedef struct Reader {
    LoadReport *report;
    char **ret_problem;
} Reader;

const char *
load_event_name(LoadEventKind kind)
{
    return event_names[kind];
}

/* Keeps the first problem. Always false. */
static bool
fail(Reader *reader, const char *field, const char *what)
{
    if (*reader->ret_problem == NULL) {
        *reader->ret_problem = g_strdup_printf("%s: %s: %s", reader->report->path, field, what);
    }
    return false;
}

/* ---------------------------------------------------------------------------------- members -- */

static bool
take_object(Reader *reader, JsonObject *from, const char *name, JsonObject **ret_object)
{
    JsonNode *node = json_object_get_member(from, name);
    if (node == NULL || !JSON_NODE_HOLDS_OBJECT(node)) {
        return fail(reader, name, "must be an object");
    }
    *ret_object = json_node_get_object(node);
    return true;
}

static bool
take_list(Reader *reader, JsonObject *from, const char *name, JsonArray **ret_list)
{
    JsonNode *node = json_object_get_member(from, name);
    if (node == NULL || !JSON_NODE_HOLDS_ARRAY(node)) {
        return fail(reader, name, "must be a list");
    }
    *ret_list = json_node_get_array(node);
    return true;
}

/* A number that is neither negative nor without bounds. */
static bool
number_of(JsonNode *node, double *ret_number)
{
    if (node == NULL || !JSON_NODE_HOLDS_VALUE(node) ||
        (json_node_get_value_type(node) != G_TYPE_INT64 &&
         json_node_get_value_type(node) != G_TYPE_DOUBLE)) {
        return false;
    }
    *ret_number = json_node_get_double(node);
    return isfinite(*ret_number) && *ret_number >= 0;
}

static bool
take_number(Reader *reader, JsonObject *from, const char *name, double *ret_number)
{
    return number_of(json_object_get_member(from, name), ret_number) ||
           fail(reader, name, "must be a number from 0 on");
}

static const char *
text_of(JsonObject *from, const char *name)
{
    JsonNode *node = from == NULL ? NULL : json_object_get_member(from, name);
    bool text = node != NULL && JSON_NODE_HOLDS_VALUE(node) &&
                json_node_get_value_type(node) == G_TYPE_STRING;
    return text ? json_node_get_string(node) : "";
}

static JsonObject *
object_at(JsonArray *list, guint i)
{
    JsonNode *node = json_array_get_element(list, i);
    return JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

/* ------------------------------------------------------------------------------------ parts -- */

/* A bucket [lowest, highest, count] into a histogram that is as wide as `low` to `high`. */
static bool
take_bucket(JsonNode *node, BaseHistogram *histogram)
{
    double part[3];
    if (!JSON_NODE_HOLDS_ARRAY(node) || json_array_get_length(json_node_get_array(node)) != 3) {
        return false;
    }
    for (guint i = 0; i < 3; i++) {
        if (!number_of(json_array_get_element(json_node_get_array(node), i), &part[i]) ||
            part[i] >= 9e18) {
            return false;
        }
    }
    uint64_t count = (uint64_t)part[2];
    if (part[0] > part[1] || count > INT64_MAX - histogram->count) {
        return false;
    }
    int64_t lowest = (int64_t)part[0];
    int64_t highest = (int64_t)part[1];
    histogram->counts[base_histogram_index(lowest)] += count;
    histogram->lowest =
        histogram->count == 0 || lowest < histogram->lowest ? lowest : histogram->lowest;
    histogram->highest = highest > histogram->highest ? highest : histogram->highest;
    histogram->count += count;
    return true;
}

static bool
take_latency(Reader *reader, JsonObject *operation)
{
    JsonObject *latency = NULL;
    JsonObject *percentiles = NULL;
    JsonArray *buckets = NULL;
    double lowest = 0;
    double highest = 0;
    BaseHistogram *all = reader->report->latency;
    if (!take_object(reader, operation, "latency", &latency) ||
        !take_list(reader, latency, "buckets", &buckets) ||
        !take_number(reader, latency, "min_ns", &lowest) ||
        !take_object(reader, latency, "percentiles_ns", &percentiles) ||
        !take_number(reader, percentiles, "max", &highest)) {
        return false;
    }
    g_autofree BaseHistogram *one = g_new0(BaseHistogram, 1);
    for (guint i = 0; i < json_array_get_length(buckets); i++) {
        if (!take_bucket(json_array_get_element(buckets, i), one)) {
            return fail(reader, "buckets", "must be lists of lowest, highest and count");
        }
    }
    if (one->count != 0 && lowest >= (double)one->lowest && lowest <= highest &&
        highest <= (double)one->highest) {
        one->lowest = (int64_t)lowest; /* exact, where buckets know their bounds only */
        one->highest = (int64_t)highest;
    }
    base_histogram_add(all, one);
    return true;
}

static bool
take_operations(Reader *reader, JsonObject *root)
{
    JsonObject *operations = NULL;
    if (!take_object(reader, root, "operations", &operations)) {
        return false;
    }
    g_autoptr(GList) kinds = json_object_get_members(operations);
    for (GList *kind = kinds; kind != NULL; kind = kind->next) {
        JsonObject *operation = NULL;
        double per_second = 0;
        if (!take_object(reader, operations, kind->data, &operation) ||
            !take_number(reader, operation, "per_second", &per_second) ||
            !take_latency(reader, operation)) {
            return false;
        }
        reader->report->per_second += per_second;
    }
    return true;
}

/* What an interval finished: a number for each kind of operation that the report has. */
static double
finished_of(JsonObject *operations, JsonObject *second)
{
    double sum = 0;
    g_autoptr(GList) kinds = json_object_get_members(operations);
    for (GList *kind = kinds; kind != NULL; kind = kind->next) {
        double number = 0;
        sum += number_of(json_object_get_member(second, kind->data), &number) ? number : 0;
    }
    return sum;
}

static bool
take_series(Reader *reader, JsonObject *root)
{
    LoadReport *report = reader->report;
    JsonArray *series = NULL;
    JsonObject *operations = json_object_get_object_member(root, "operations");
    if (!take_list(reader, root, "series", &series)) {
        return false;
    }
    guint length = json_array_get_length(series);
    if (length > LOAD_REPORT_SERIES_MAX) {
        return fail(reader, "series", "must have at most 1000000 entries");
    }
    report->intervals = g_new0(LoadInterval, length + 1);
    for (guint i = 0; i < length; i++) {
        JsonObject *second = object_at(series, i);
        LoadInterval *interval = &report->intervals[i];
        if (second == NULL) {
            return fail(reader, "series", "must be a list of objects");
        }
        if (!take_number(reader, second, "at_seconds", &interval->at) ||
            !take_number(reader, second, "span_seconds", &interval->span) ||
            !take_number(reader, second, "p99_ns", &interval->p99_ns)) {
            return false;
        }
        if (i != 0 && interval->at < report->intervals[i - 1].at) {
            return fail(reader, "series.at_seconds", "must not go back");
        }
        interval->finished = finished_of(operations, second);
        interval->hdr = text_of(second, "latency_hdr");
        report->interval_count = i + 1;
    }
    return true;
}

static bool
take_event(Reader *reader, JsonObject *from)
{
    double busy_us = 0;
    LoadEvent event = {.kind = LOAD_EVENT_STALL};
    const char *kind = text_of(from, "kind");
    while (event.kind < LOAD_EVENT_KIND_COUNT && strcmp(kind, event_names[event.kind]) != 0) {
        event.kind++;
    }
    if (event.kind == LOAD_EVENT_KIND_COUNT) {
        return true; /* of a later version */
    }
    if (!take_number(reader, from, "at_seconds", &event.at) ||
        !take_number(reader, from, "busy_us", &busy_us)) {
        return false;
    }
    event.seconds = busy_us / 1e6;
    reader->report->events[reader->report->event_count++] = event;
    return true;
}

static bool
take_events(Reader *reader, JsonObject *root)
{
    JsonObject *server = NULL;
    JsonArray *events = NULL;
    if (!take_object(reader, root, "server", &server)) {
        return false;
    }
    if (!json_object_has_member(server, "events")) {
        return true;
    }
    reader->report->observed = true;
    if (!take_list(reader, server, "events", &events)) {
        return false;
    }
    reader->report->events = g_new0(LoadEvent, json_array_get_length(events) + 1);
    for (guint i = 0; i < json_array_get_length(events); i++) {
        JsonObject *event = object_at(events, i);
        if (event == NULL) {
            return fail(reader, "server.events", "must be a list of objects");
        }
        if (!take_event(reader, event)) {
            return false;
        }
    }
    return true;
}

/* ------------------------------------------------------------------------------------ whole -- */

static bool
take_all(Reader *reader)
{
    LoadReport *report = reader->report;
    JsonObject *result = NULL;
    double format = 0;
    if (!JSON_NODE_HOLDS_OBJECT(report->root)) {
        return fail(reader, "report", "must be an object");
    }
    JsonObject *root = json_node_get_object(report->root);
    if (strcmp(text_of(root, "program"), "larder-load") != 0) {
        return fail(reader, "program", "must be larder-load: is it a report of it?");
    }
    if (!take_number(reader, root, "format", &format)) {
        return false;
    }
    if (format != LOAD_REPORT_FORMAT) {
        return fail(reader, "format", "must be 2: the report is of another version of larder-load");
    }
    report->arrival = text_of(root, "arrival");
    report->latency_meaning = text_of(root, "latency_meaning");
    return take_object(reader, root, "config", &report->config) &&
           take_object(reader, root, "result", &result) &&
           take_number(reader, result, "measured_seconds", &report->measured_seconds) &&
           take_operations(reader, root) && take_series(reader, root) && take_events(reader, root);
}

LoadReport *
load_report_read(const char *path, char **ret_problem)
{
    struct stat info;
    if (stat(path, &info) == 0 && info.st_size > LOAD_REPORT_BYTES_MAX) {
        *ret_problem =
            g_strdup_printf("%s: must have at most %d bytes", path, LOAD_REPORT_BYTES_MAX);
        return NULL;
    }
    g_autoptr(JsonParser) parser = json_parser_new_immutable();
    g_autoptr(GError) error = NULL;
    if (!json_parser_load_from_file(parser, path, &error)) {
        *ret_problem = g_strdup_printf("%s: %s", path, error->message);
        return NULL;
    }
    LoadReport *report = g_new0(LoadReport, 1);
    report->path = g_strdup(path);
    report->latency = g_new0(BaseHistogram, 1);
    report->root = json_parser_steal_root(parser);
    *ret_problem = NULL;
    Reader reader = {report, ret_problem};
    if (report->root == NULL || !take_all(&reader)) {
        (void)fail(&reader, "report", "is empty");
        load_report_free(report);
        return NULL;
    }
    return report;
}

void
load_report_free(LoadReport *report)
{
    if (report == NULL) {
        return;
    }
    g_clear_pointer(&report->root, json_node_unref);
    g_free(report->intervals);
    g_free(report->events);
    g_free(report->latency);
    g_free(report->path);
    g_free(report);
}

const char *
load_report_text(const LoadReport *report, const char *object, const char *name)
{
    JsonNode *node = json_object_get_member(json_node_get_object(report->root), object);
    return node != NULL && JSON_NODE_HOLDS_OBJECT(node) ? text_of(json_node_get_object(node), name)
                                                        : "";
}
