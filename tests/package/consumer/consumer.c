/*
 * consumer.c: a program of a user's, outside of the project: calls every part of the SDK once.
 *
 * usage: consumer ADDRESS
 */
#include <larder/bulk.h>
#include <larder/client.h>
#include <larder/scan.h>

#include <stdio.h>

static int failures;

static void
expect(int holds, const char *what, LarderReply *reply)
{
    if (!holds) {
        failures++;
        fprintf(stderr, "%s: %s: %s\n", what, larder_outcome_name(reply->outcome),
                reply->message.size == 0 ? "" : reply->message.data);
    }
    larder_reply_free(reply);
}

static void
count_found(void *context, LarderReply *reply)
{
    *(int *)context += reply->outcome == LARDER_OK && reply->as.get->found;
    larder_reply_free(reply);
}

static void
call(LarderClient *client)
{
    LarderBytes store = larder_text("default");
    LarderPutOptions options = {0};
    LARDER_SET(&options, deadline_ms, 10000);
    LarderReply *reply =
        larder_put(client, store, larder_text("greeting"), larder_bytes("hel\0lo", 6), &options);
    expect(reply->outcome == LARDER_OK && reply->as.put->applied, "put", reply);
    reply = larder_get(client, store, larder_text("greeting"), NULL);
    expect(reply->outcome == LARDER_OK &&
               larder_bytes_equal(reply->as.get->value, larder_bytes("hel\0lo", 6)),
           "get", reply);
    reply = larder_get(client, larder_text("no-such-store"), larder_text("k"), NULL);
    expect(reply->outcome == LARDER_INVALID_REQUEST &&
               reply->code == LARDER_INVALID_CODE_UNKNOWN_STORE,
           "get of a store that is not there", reply);
}

static void
write_and_scan(LarderClient *client)
{
    LarderBulk *bulk = larder_bulk_new(client, larder_text("default"), NULL);
    LarderKeyRange range = {0};
    LARDER_SET(&range, prefix, larder_text("bulk:"));
    for (int i = 0; i < 100; i++) {
        char key[16];
        snprintf(key, sizeof key, "bulk:%03d", i);
        failures += larder_bulk_put(bulk, larder_text(key), larder_text("x")) != NULL;
    }
    failures += larder_bulk_flush(bulk) != NULL;
    larder_bulk_free(bulk);
    LarderScan *scan = larder_scan_new(client, larder_text("default"), &range, NULL);
    int seen = 0;
    while (larder_scan_next(scan) != NULL) {
        seen++;
    }
    failures += larder_scan_problem(scan) != NULL || seen != 100;
    larder_scan_free(scan);
}

static void
pipeline(const LarderClientOptions *options)
{
    int found = 0;
    LarderChannel *channel = larder_channel_new(options, NULL);
    for (int i = 0; i < 100; i++) {
        char key[16];
        snprintf(key, sizeof key, "bulk:%03d", i);
        failures += !larder_channel_get(channel, larder_text("default"), larder_text(key), NULL,
                                        count_found, &found);
    }
    while (larder_channel_pending(channel) > 0) {
        larder_channel_poll(channel, -1);
    }
    failures += found != 100;
    larder_channel_free(channel);
}

int
main(int argc, char **argv)
{
    LarderProblem problem = {""};
    LarderClientOptions options = {.address = argc == 2 ? argv[1] : "none"};
    LarderClient *client = larder_client_new(&options, &problem);
    if (client == NULL) {
        fprintf(stderr, "%s\n", problem.message);
        return 1;
    }
    call(client);
    write_and_scan(client);
    larder_client_free(client);
    pipeline(&options);
    printf("%s, %d failures\n", larder_client_version(), failures);
    return failures != 0;
}
