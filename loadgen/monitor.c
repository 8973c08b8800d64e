/*
 * monitor.c: watches the target from the side. See monitor.h.
 *
 * The thread sleeps on a condition until the next reading is due or it is told to end. The array of
 * the newest whole reading becomes "before" when measuring began later than it was taken; so the
 * begin of measuring is known to the thread only after the fact, and no load waits for it. Only the
 * first reading is waited for: it is to be older than anything that the load does.
 */
#include "loadgen/monitor.h"

#include "loadgen/clock.h"

#include <pthread.h>
#include <string.h>

struct LoadMonitor {
    LoadVitals *vitals;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool ending;  /* under lock */
    bool running; /* of the owner: the thread has not been joined */
    _Atomic int64_t measure_ns;
    bool answered; /* the last time */
    bool before;   /* BEFORE is final */
    GArray *readings[LOAD_READING_COUNT];
    GArray *samples;
};

static void
clear_figure(gpointer figure)
{
    g_free(((LoadFigure *)figure)->name);
}

static GArray *
reading_new(void)
{
    GArray *reading = g_array_new(FALSE, FALSE, sizeof(LoadFigure));
    g_array_set_clear_func(reading, clear_figure);
    return reading;
}

static void
visit(void *user, const char *name, int64_t value)
{
    LoadFigure figure = {g_strdup(name), value};
    g_array_append_val((GArray *)user, figure);
}

static gint
compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(((const LoadFigure *)a)->name, ((const LoadFigure *)b)->name);
}

/* Takes of a reading what a sample keeps. */
static LoadSample
sample_of(const GArray *reading, int64_t at_ns)
{
    LoadSample sample = {.at_ns = at_ns};
    const struct {
        const char *name;
        int64_t *value;
    } kept[] = {
        {"flushes", &sample.flushes},
        {"flush_us", &sample.flush_us},
        {"flush_bytes", &sample.flush_bytes},
        {"compactions", &sample.compactions},
        {"compaction_us", &sample.compaction_us},
        {"compaction_pending_bytes", &sample.pending_bytes},
        {"disk_bytes", &sample.disk_bytes},
        {"memory_bytes", &sample.memory_bytes},
    };
    for (guint i = 0; i < reading->len; i++) {
        const LoadFigure *figure = &g_array_index(reading, LoadFigure, i);
        if (g_str_has_prefix(figure->name, "stall_us_")) {
            sample.stall_us += figure->value;
        }
        for (size_t k = 0; k < G_N_ELEMENTS(kept); k++) {
            if (strcmp(figure->name, kept[k].name) == 0) {
                *kept[k].value = figure->value;
            }
        }
    }
    return sample;
}

static void
keep(LoadMonitor *monitor, LoadReading place, GArray *reading)
{
    GArray *old = monitor->readings[place];
    monitor->readings[place] = g_array_ref(reading);
    g_array_unref(old);
}

static void
read_once(LoadMonitor *monitor)
{
    GArray *reading = reading_new();
    monitor->answered = load_vitals_read(monitor->vitals, visit, reading);
    if (monitor->answered) {
        int64_t now_ns = load_clock_ns();
        LoadSample sample = sample_of(reading, now_ns);
        g_array_sort(reading, compare_names);
        g_array_append_val(monitor->samples, sample);
        if (monitor->samples->len == 1) {
            keep(monitor, LOAD_READING_FIRST, reading);
        }
        int64_t measure_ns = atomic_load(&monitor->measure_ns);
        monitor->before = monitor->before || (measure_ns != 0 && now_ns > measure_ns);
        if (!monitor->before) {
            keep(monitor, LOAD_READING_BEFORE, reading);
        }
        keep(monitor, LOAD_READING_AFTER, reading);
    }
    g_array_unref(reading);
}

/* Waits for a time; false: it is time to end. */
static bool
wait_until(LoadMonitor *monitor, int64_t until_ns)
{
    struct timespec until = {.tv_sec = (time_t)(until_ns / LOAD_SECOND_NS),
                             .tv_nsec = until_ns % LOAD_SECOND_NS};
    int waited = 0;
    (void)pthread_mutex_lock(&monitor->lock);
    while (!monitor->ending && waited == 0) {
        waited = pthread_cond_timedwait(&monitor->changed, &monitor->lock, &until);
    }
    bool ending = monitor->ending;
    (void)pthread_mutex_unlock(&monitor->lock);
    return !ending;
}

static void *
watch(void *argument)
{
    LoadMonitor *monitor = argument;
    while (wait_until(monitor, load_clock_ns() + LOAD_MONITOR_PERIOD_NS)) {
        read_once(monitor);
    }
    read_once(monitor);
    return NULL;
}

LoadMonitor *
load_monitor_start(const LoadOptions *options, LoadTarget *target)
{
    LoadVitals *vitals = load_vitals_open(options, target);
    if (vitals == NULL) {
        return NULL;
    }
    LoadMonitor *monitor = g_new0(LoadMonitor, 1);
    monitor->vitals = vitals;
    monitor->samples = g_array_new(FALSE, FALSE, sizeof(LoadSample));
    for (int i = 0; i < LOAD_READING_COUNT; i++) {
        monitor->readings[i] = reading_new();
    }
    pthread_condattr_t monotonic;
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&monitor->changed, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    (void)pthread_mutex_init(&monitor->lock, NULL);
    read_once(monitor);
    monitor->running = pthread_create(&monitor->thread, NULL, watch, monitor) == 0;
    if (!monitor->running) {
        load_monitor_free(monitor);
        return NULL;
    }
    return monitor;
}

void
load_monitor_measure(LoadMonitor *monitor, int64_t from_ns)
{
    if (monitor != NULL) {
        atomic_store(&monitor->measure_ns, from_ns);
    }
}

void
load_monitor_stop(LoadMonitor *monitor)
{
    if (monitor == NULL || !monitor->running) {
        return;
    }
    (void)pthread_mutex_lock(&monitor->lock);
    monitor->ending = true;
    (void)pthread_cond_signal(&monitor->changed);
    (void)pthread_mutex_unlock(&monitor->lock);
    (void)pthread_join(monitor->thread, NULL);
    monitor->running = false;
}

void
load_monitor_free(LoadMonitor *monitor)
{
    if (monitor == NULL) {
        return;
    }
    load_monitor_stop(monitor);
    for (int i = 0; i < LOAD_READING_COUNT; i++) {
        g_array_unref(monitor->readings[i]);
    }
    g_array_unref(monitor->samples);
    load_vitals_close(monitor->vitals);
    (void)pthread_cond_destroy(&monitor->changed);
    (void)pthread_mutex_destroy(&monitor->lock);
    g_free(monitor);
}

const GArray *
load_monitor_reading(const LoadMonitor *monitor, LoadReading reading)
{
    return monitor->readings[reading];
}

const GArray *
load_monitor_samples(const LoadMonitor *monitor)
{
    return monitor->samples;
}

const char *
load_monitor_problem(const LoadMonitor *monitor)
{
    return monitor->answered ? NULL : load_vitals_problem(monitor->vitals);
}
