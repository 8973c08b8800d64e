/*
 * workload.c: the table of workloads. See workload.h.
 */
#include "loadgen/workload.h"

enum { WALK = 1000, KEYS = 100 };

static const LoadWorkload workloads[] = {
    {.name = "get", .kind = LOAD_GET},
    {.name = "put", .kind = LOAD_PUT},
    {.name = "mixed", .kind = LOAD_GET, .mixed = true},
    {.name = "multi_get", .kind = LOAD_MULTI_GET, .walk = KEYS},
    {.name = "fillseq",
     .kind = LOAD_PUT,
     .order = LOAD_ORDER_FORWARD,
     .fresh = true,
     .counted = true},
    {.name = "fillrandom", .kind = LOAD_PUT, .fresh = true, .counted = true},
    {.name = "fillsync", .kind = LOAD_PUT, .sync = true, .fresh = true},
    {.name = "overwrite", .kind = LOAD_PUT},
    {.name = "readrandom", .kind = LOAD_GET},
    {.name = "readmissing", .kind = LOAD_GET, .missing = true},
    {.name = "readseq", .kind = LOAD_SCAN, .order = LOAD_ORDER_FORWARD, .walk = WALK},
    {.name = "readreverse", .kind = LOAD_SCAN, .order = LOAD_ORDER_BACKWARD, .walk = WALK},
    {.name = "seekrandom", .kind = LOAD_SCAN, .walk = 1},
    {.name = "readwhilewriting", .kind = LOAD_GET, .writer = true},
    {.name = "deleterandom", .kind = LOAD_REMOVE, .counted = true},
    {.name = "ycsb-a", .mix = "get:50,put:50", .distribution = "zipfian", .ycsb = true},
    {.name = "ycsb-b", .mix = "get:95,put:5", .distribution = "zipfian", .ycsb = true},
    {.name = "ycsb-c", .mix = "get:100", .distribution = "zipfian", .ycsb = true},
    {.name = "ycsb-d", .mix = "get:95,insert:5", .distribution = "latest", .ycsb = true},
    {.name = "ycsb-e", .mix = "scan(1..100):95,insert:5", .distribution = "zipfian", .ycsb = true},
    {.name = "ycsb-f", .mix = "get:50,rmw:50", .distribution = "zipfian", .ycsb = true},
    {.name = "mix", .mix = ""},
    {.name = "compact", .kind = LOAD_COMPACT, .counted = true, .embedded = true},
};

const LoadWorkload *
load_workload_find(const char *name)
{
    for (size_t i = 0; i < sizeof workloads / sizeof workloads[0]; i++) {
        if (strcmp(workloads[i].name, name) == 0) {
            return &workloads[i];
        }
    }
    return NULL;
}

const LoadWorkload *
load_workload_at(size_t index)
{
    return index < sizeof workloads / sizeof workloads[0] ? &workloads[index] : NULL;
}
