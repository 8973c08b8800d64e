/*
 * text.h: writes metrics in the Prometheus text format, version 0.0.4.
 *
 * The format wants all samples of a metric together, behind one HELP and one TYPE line. So writers
 * go metric by metric: the first sample of a metric writes its head, and a metric that was left is
 * closed. Coming back to a closed one is a programmer error and aborts. Label values are escaped
 * (backslash, quote, line feed); bytes that are not UTF-8 are written as they are, so pass only
 * names that were checked.
 *
 *   ObsLabel labels[] = {{"store", "default"}};
 *   obs_text_integer(&text, OBS_STORE_KEYS, labels, 1, 42);
 *
 * When memory runs out the text is cut and `out->failed` stays set.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_SERVICE_OBS_TEXT_H
#define LARDER_SERVICE_OBS_TEXT_H

#include "engine/base/buf.h"
#include "engine/base/histogram.h"
#include "service/obs/catalog.h"

typedef struct ObsLabel {
    const char *name; /* [a-z_]+ */
    const char *value;
} ObsLabel;

/* Most labels of a sample. */
enum { OBS_LABELS_MAX = 6 };

typedef struct ObsText {
    BaseBuf *out;
    int open;                      /* the metric being written; -1: none */
    bool closed[OBS_METRIC_COUNT]; /* metrics that are complete */
} ObsText;

/* Appends to `out`, which must outlive the text. */
void obs_text_init(ObsText *text, BaseBuf *out);

/* A sample of a counter or gauge. `labels` may be NULL when count is 0. */
void obs_text_integer(ObsText *text, ObsMetric metric, const ObsLabel *labels, size_t count,
                      int64_t value);
void obs_text_number(ObsText *text, ObsMetric metric, const ObsLabel *labels, size_t count,
                     double value);

/*
 * The samples of a histogram metric in seconds, from a histogram of microseconds: cumulative
 * buckets from 0.000025 to 10, their sum and count.
 */
void obs_text_latency(ObsText *text, ObsMetric metric, const ObsLabel *labels, size_t count,
                      const BaseHistogram *microseconds);

/* "counter", "gauge" or "histogram", and the name of a metric. */
const char *obs_text_type(ObsMetric metric);
const char *obs_text_name(ObsMetric metric);

#endif
