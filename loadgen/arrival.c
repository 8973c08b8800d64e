/*
 * arrival.c: when the operations of an open loop are due. See arrival.h.
 *
 * All but POISSON place the k-th operation where the integral of the rate reaches k: the inverse of
 * that integral is closed for CONSTANT and BURSTY. For SINE it is found by halving an interval that
 * holds it, which always works, because the integral never falls.
 */
#include "loadgen/arrival.h"

#include "loadgen/call_text.h"

#include <glib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define PI 3.14159265358979323846

enum { HALVINGS = 50 };

char *
load_arrival_parse(const char *text, LoadArrivalLaw *ret_law)
{
    static const double bursty_low[] = {0.001, 0.001};
    static const double bursty_high[] = {86400, 86400};
    static const double sine_low[] = {0.01, 0};
    static const double sine_high[] = {86400, 1};
    LoadCallText call;
    bool read = load_call_text(text, strlen(text), &call);
    *ret_law = (LoadArrivalLaw){LOAD_ARRIVAL_CONSTANT, call.numbers[0], call.numbers[1]};
    if (read && load_call_is(&call, "constant", 0, 0, NULL, NULL)) {
        return NULL;
    }
    if (read && load_call_is(&call, "poisson", 0, 0, NULL, NULL)) {
        ret_law->kind = LOAD_ARRIVAL_POISSON;
        return NULL;
    }
    if (read && load_call_is(&call, "bursty", 2, 2, bursty_low, bursty_high)) {
        ret_law->kind = LOAD_ARRIVAL_BURSTY;
        return NULL;
    }
    if (read && load_call_is(&call, "sine", 2, 2, sine_low, sine_high)) {
        ret_law->kind = LOAD_ARRIVAL_SINE;
        return NULL;
    }
    return g_strdup_printf("--arrival=%s: must be constant, poisson, bursty(ON,OFF) with seconds "
                           "from 0.001 to 86400, or sine(PERIOD,AMPLITUDE) with seconds from 0.01 "
                           "to 86400 and an amplitude from 0 to 1",
                           text);
}

void
load_arrival_write(const LoadArrivalLaw *law, char out[LOAD_ARRIVAL_TEXT_BYTES])
{
    switch (law->kind) {
    case LOAD_ARRIVAL_CONSTANT:
        (void)snprintf(out, LOAD_ARRIVAL_TEXT_BYTES, "constant");
        break;
    case LOAD_ARRIVAL_POISSON:
        (void)snprintf(out, LOAD_ARRIVAL_TEXT_BYTES, "poisson");
        break;
    case LOAD_ARRIVAL_BURSTY:
        (void)snprintf(out, LOAD_ARRIVAL_TEXT_BYTES, "bursty(%g,%g)", law->first, law->second);
        break;
    case LOAD_ARRIVAL_SINE:
        (void)snprintf(out, LOAD_ARRIVAL_TEXT_BYTES, "sine(%g,%g)", law->first, law->second);
        break;
    }
}

/* -------------------------------------------------------------------------------- due times -- */

/* When so many seconds' worth of operations of the mean rate were due. */
static double
bursty(const LoadArrivalLaw *law, double mean_seconds)
{
    double period = law->first + law->second;
    double whole = floor(mean_seconds / period);
    return whole * period + (mean_seconds - whole * period) * law->first / period;
}

static double
sine(const LoadArrivalLaw *law, double mean_seconds)
{
    double turn = 2 * PI / law->first;
    double reach = law->second / turn; /* the integral is off its mean by 0 to 2 of this */
    double low = mean_seconds - 2 * reach;
    double high = mean_seconds;
    for (int i = 0; i < HALVINGS; i++) {
        double middle = (low + high) / 2;
        if (middle + reach * (1 - cos(turn * middle)) < mean_seconds) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return high;
}

static double
due_of(const LoadArrival *arrival)
{
    double mean_seconds = arrival->count / arrival->rate;
    switch (arrival->law.kind) {
    case LOAD_ARRIVAL_BURSTY:
        return bursty(&arrival->law, mean_seconds);
    case LOAD_ARRIVAL_SINE:
        return sine(&arrival->law, mean_seconds);
    case LOAD_ARRIVAL_CONSTANT:
    case LOAD_ARRIVAL_POISSON:
        break;
    }
    return mean_seconds;
}

/* An exponentially distributed gap, of mean 1. */
static double
draw_gap(LoadArrival *arrival)
{
    return -log(1 - (double)(base_rand_next(&arrival->rand) >> 11) * 0x1p-53);
}

LoadArrival
load_arrival(const LoadArrivalLaw *law, double rate, uint32_t index, uint32_t workers,
             uint64_t seed)
{
    LoadArrival arrival = {.law = *law, .rate = rate, .rand = base_rand(seed * 0x10003 + index)};
    arrival.count =
        law->kind == LOAD_ARRIVAL_POISSON ? draw_gap(&arrival) : (double)index / workers;
    arrival.due = due_of(&arrival);
    return arrival;
}

void
load_arrival_next(LoadArrival *arrival)
{
    arrival->count += arrival->law.kind == LOAD_ARRIVAL_POISSON ? draw_gap(arrival) : 1;
    arrival->due = due_of(arrival);
}
