/*
 * bootstrap.c: draws units and compares. See bootstrap.h.
 *
 * A unit keeps its histogram as a list of buckets, some hundreds, so that a draw adds lists instead
 * of clearing and adding whole histograms. A draw clears what it has added by the same lists.
 */
#include "loadgen/bootstrap.h"

#include "engine/base/rand.h"

#include <math.h>
#include <stdlib.h>

enum {
    SEED = 1,
    SLOWER_AT_LEAST = 10, /* operations above a percentile, for it to mean something */
};

typedef struct Bucket {
    size_t index;
    uint64_t count;
} Bucket;

typedef struct Unit {
    double seconds;
    double finished;
    BaseHistogram *whole; /* while adding */
    Bucket *buckets;      /* when ready */
    size_t bucket_count;
} Unit;

static void
free_unit(gpointer pointer)
{
    Unit *unit = pointer;
    g_free(unit->whole);
    g_free(unit->buckets);
    g_free(unit);
}

LoadSide
load_side(void)
{
    return (LoadSide){
        .units = g_ptr_array_new_with_free_func(free_unit),
        .work = g_new0(BaseHistogram, 1),
    };
}

void
load_side_clear(LoadSide *side)
{
    g_ptr_array_unref(side->units);
    g_free(side->work);
    *side = (LoadSide){.units = NULL};
}

static const Unit *
unit_at(const LoadSide *side, size_t index)
{
    return g_ptr_array_index(side->units, index);
}

/* Puts the second of each pair of neighbours into the first. */
static void
halve(LoadSide *side)
{
    GPtrArray *fewer = g_ptr_array_new_with_free_func(free_unit);
    while (side->units->len != 0) {
        guint place = fewer->len * 2;
        if (place >= side->units->len) {
            break;
        }
        Unit *first = g_ptr_array_index(side->units, place);
        g_ptr_array_index(side->units, place) = g_new0(Unit, 1);
        if (place + 1 < side->units->len) {
            const Unit *second = unit_at(side, place + 1);
            first->seconds += second->seconds;
            first->finished += second->finished;
            base_histogram_add(first->whole, second->whole);
        }
        g_ptr_array_add(fewer, first);
    }
    g_ptr_array_unref(side->units);
    side->units = fewer;
}

void
load_side_add(LoadSide *side, double seconds, double finished, const BaseHistogram *latency)
{
    Unit *unit = g_new0(Unit, 1);
    unit->seconds = seconds;
    unit->finished = finished;
    unit->whole = g_memdup2(latency, sizeof *latency);
    g_ptr_array_add(side->units, unit);
}

static void
make_list(Unit *unit)
{
    size_t cursor = 0;
    BaseHistogramBucket bucket;
    unit->buckets = g_new(Bucket, BASE_HISTOGRAM_BUCKETS);
    while (base_histogram_next(unit->whole, &cursor, &bucket)) {
        unit->buckets[unit->bucket_count++] =
            (Bucket){base_histogram_index(bucket.lowest), bucket.count};
    }
    unit->buckets = g_renew(Bucket, unit->buckets, unit->bucket_count + 1);
    g_clear_pointer(&unit->whole, g_free);
}

void
load_side_ready(LoadSide *side, bool runs)
{
    while (side->units->len > LOAD_BOOTSTRAP_UNITS_MAX) {
        halve(side);
    }
    for (guint i = 0; i < side->units->len; i++) {
        make_list(g_ptr_array_index(side->units, i));
    }
    side->block = runs ? 1 : (size_t)ceil(cbrt((double)side->units->len));
}

/* ------------------------------------------------------------------------------------ draws -- */

typedef struct Sum {
    double seconds;
    double finished;
} Sum;

/* Adds a unit to what is drawn; or takes it out of the histogram again. */
static void
put(LoadSide *side, const Unit *unit, bool in)
{
    for (size_t i = 0; i < unit->bucket_count; i++) {
        const Bucket *bucket = &unit->buckets[i];
        uint64_t *count = &side->work->counts[bucket->index];
        *count = in ? *count + bucket->count : 0;
        side->work->count += in ? bucket->count : 0;
    }
}

/* The middle of the bucket that the percentile is in; 0: too few are above it. */
static double
percentile_of(BaseHistogram *work, double percent)
{
    if ((double)work->count * (1 - percent / 100) < SLOWER_AT_LEAST) {
        return 0;
    }
    work->lowest = 0;
    work->highest = INT64_MAX;
    return (double)base_histogram_percentile(work, percent);
}

static double
answer(LoadSide *side, const LoadQuestion *question, Sum sum)
{
    if (question->throughput) {
        return sum.seconds > 0 ? sum.finished / sum.seconds : 0;
    }
    return percentile_of(side->work, question->percent);
}

/* The answer of units that are chosen by `rand`; NULL: of all of them. */
static double
draw(LoadSide *side, const LoadQuestion *question, BaseRand *rand)
{
    size_t count = side->units->len;
    size_t chosen[LOAD_BOOTSTRAP_UNITS_MAX];
    Sum sum = {0, 0};
    side->work->count = 0;
    size_t begin = 0;
    for (size_t i = 0; i < count; i++) {
        if (rand != NULL && i % side->block == 0) {
            begin = (size_t)base_rand_below(rand, count);
        }
        chosen[i] = rand == NULL ? i : (begin + i % side->block) % count;
        const Unit *unit = unit_at(side, chosen[i]);
        sum.seconds += unit->seconds;
        sum.finished += unit->finished;
        if (!question->throughput) {
            put(side, unit, true);
        }
    }
    double result = answer(side, question, sum);
    for (size_t i = 0; i < count && !question->throughput; i++) {
        put(side, unit_at(side, chosen[i]), false);
    }
    return result;
}

static int
compare_reals(const void *a, const void *b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;
    return left < right ? -1 : left > right;
}

LoadRatio
load_bootstrap(LoadSide *a, LoadSide *b, const LoadQuestion *question)
{
    BaseRand rand = base_rand(SEED);
    LoadRatio ratio = {.a = draw(a, question, NULL), .b = draw(b, question, NULL)};
    if (ratio.a <= 0 || ratio.b <= 0) {
        return ratio;
    }
    g_autofree double *ratios = g_new(double, LOAD_BOOTSTRAP_DRAWS);
    size_t known = 0;
    for (int i = 0; i < LOAD_BOOTSTRAP_DRAWS; i++) {
        double drawn_a = draw(a, question, &rand);
        double drawn_b = draw(b, question, &rand);
        if (drawn_a > 0 && drawn_b > 0) {
            ratios[known++] = drawn_b / drawn_a;
        }
    }
    ratio.known = known > LOAD_BOOTSTRAP_DRAWS / 2;
    if (ratio.known) {
        qsort(ratios, known, sizeof *ratios, compare_reals);
        ratio.ratio = ratio.b / ratio.a;
        ratio.low = ratios[(size_t)((double)(known - 1) * 0.025)];
        ratio.high = ratios[(size_t)((double)(known - 1) * 0.975)];
    }
    return ratio;
}
