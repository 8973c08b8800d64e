/*
 * lane.h: one of the connections of an import.
 *
 * A lane puts records in the order in which they were given, in calls of bulk_write that are under
 * way together. Two records of one key always go through the same lane, so the later one wins, as
 * in the file.
 *
 * Failures. When a call is refused, lost or not sent, nothing more is sent, those under way are
 * waited for, and after a pause that call and all behind it are sent again, in their order: a call
 * that overtook a failed one is repeated after it. Puts without a condition come to the same in the
 * end. With a condition they would not, so then one call is under way at a time. A failure that
 * trying again does not mend, or that lasts longer than the patience, ends the lane.
 *
 * Threading: one owner at a time.
 */
#ifndef LARDER_SERVICE_CLI_LANE_H
#define LARDER_SERVICE_CLI_LANE_H

#include "service/cli/record.h"

#include <larder/client.h>

enum { CLI_LANE_WINDOW = 4 };

typedef struct CliLane CliLane;

typedef struct CliLaneOptions {
    LarderBytes store;
    size_t items_max; /* of one call */
    size_t bytes_max; /* of keys and values in one call, about: the last record goes beyond */
    size_t room;      /* of one call, as facts.h counts it: no second record goes beyond */
    bool if_absent;   /* only keys that are not there */
    int64_t patience_ms;
} CliLaneOptions;

/* NULL: see *ret_problem. */
CliLane *cli_lane_new(const LarderClientOptions *client, const CliLaneOptions *options,
                      LarderProblem *ret_problem);

/* Takes NULL. */
void cli_lane_free(CliLane *lane);

/* Whether this record can be added now. */
bool cli_lane_has_room(CliLane *lane, const CliRecord *record);

/* Adds a record, copied. `number` counts up through all records. False: no memory. */
bool cli_lane_add(CliLane *lane, const CliRecord *record, uint64_t number);

/*
 * Sends what can be sent; `all`: also what does not fill a call. Returns the milliseconds until it
 * has to be called again, or -1 if only a reply can change something.
 */
int64_t cli_lane_pump(CliLane *lane, bool all);

LarderChannel *cli_lane_channel(CliLane *lane);

/* Whether every record was answered. */
bool cli_lane_is_empty(const CliLane *lane);

/* The number of the first record that was not answered; UINT64_MAX: there is none. */
uint64_t cli_lane_oldest(const CliLane *lane);

/* The reply that ended the lane; NULL: it goes on. */
const LarderReply *cli_lane_failure(const CliLane *lane);

/* The number of the record that the failure is about; 0: not known. */
uint64_t cli_lane_failed_record(const CliLane *lane);

/* How many puts were applied, and how many were not since their keys were there. */
void cli_lane_counts(const CliLane *lane, uint64_t *ret_applied, uint64_t *ret_not_applied);

#endif
