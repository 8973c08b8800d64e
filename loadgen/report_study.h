/*
 * report_study.h: what a run found out besides its figures, for people and as JSON.
 */
#ifndef LARDER_LOADGEN_REPORT_STUDY_H
#define LARDER_LOADGEN_REPORT_STUDY_H

#include "loadgen/intrinsic.h"
#include "loadgen/overhead.h"
#include "loadgen/sweep.h"

#include <json-glib/json-glib.h>
#include <stdio.h>

/* The machine's own jitter. */
void load_report_intrinsic_print(FILE *out, const LoadIntrinsic *it);
void load_report_intrinsic_json(JsonBuilder *json, const LoadIntrinsic *it);

/* What the generator costs itself. */
void load_report_overhead_print(FILE *out, const LoadOverhead *it);
void load_report_overhead_json(JsonBuilder *json, const LoadOverhead *it);

/* The steps of a sweep, and its knee. */
void load_report_sweep_print(FILE *out, const LoadOptions *options, const LoadSweep *sweep);
void load_report_sweep_json(JsonBuilder *json, const LoadOptions *options, const LoadSweep *sweep);

#endif
