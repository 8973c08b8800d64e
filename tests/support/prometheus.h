/*
 * prometheus.h: reads the Prometheus text format strictly, for tests.
 *
 * Checks what a scraper relies on: each metric has HELP and TYPE once, before its samples, and all
 * its samples together; names, labels, escapes and values are well-formed; no series appears twice;
 * buckets of a histogram are cumulative, in ascending order, end with +Inf and agree with its
 * count.
 *
 * Threading: plain functions.
 */
#ifndef LARDER_TESTS_SUPPORT_PROMETHEUS_H
#define LARDER_TESTS_SUPPORT_PROMETHEUS_H

#include <stdbool.h>
#include <stddef.h>

/* Checks a whole text (NUL-terminated). False: `message` says what is wrong in which line. */
bool prometheus_check(const char *text, char message[256]);

/* The value of a series, written as in the text: "up", "name{a=\"b\"}". False: there is none. */
bool prometheus_value(const char *text, const char *series, double *ret_value);

#endif
