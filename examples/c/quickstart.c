/*
 * quickstart.c: Larder in one program: put, get, put under a condition, scan, and what can go
 * wrong.
 */
#include <larder/client.h>
#include <larder/scan.h>

#include <stdio.h>
#include <stdlib.h>

static LarderClient *
connect_to_larder(void)
{
    const char *port = getenv("LARDER_PORT");
    char address[64];
    (void)snprintf(address, sizeof address, "tcp:127.0.0.1:%s", port != NULL ? port : "7400");
    LarderClientOptions options = {.address = address};
    LarderProblem problem;
    LarderClient *client = larder_client_new(&options, &problem);
    if (client == NULL) {
        (void)fprintf(stderr, "%s\n", problem.message);
        exit(1);
    }
    return client;
}

/* Goes on when the call went well; otherwise what to do next is in the outcome. */
static void
check(const LarderReply *reply)
{
    switch (reply->outcome) {
    case LARDER_OK:
        return;
    case LARDER_INVALID_REQUEST: /* correct the call */
        printf("invalid request: %s\n", reply->message.data);
        return;
    case LARDER_REFUSED: /* certainly not executed, also after some retries: try again later */
        (void)fprintf(stderr, "refused: %s; try again in %lld ms\n", reply->message.data,
                      (long long)reply->exception.refused->retry_after_ms);
        exit(1);
    default:
        (void)fprintf(stderr, "%s: %s\n", larder_outcome_name(reply->outcome), reply->message.data);
        exit(1);
    }
}

static bool
put(LarderClient *client, const char *key, const char *value, const LarderPutOptions *options)
{
    LarderReply *reply =
        larder_put(client, larder_text("default"), larder_text(key), larder_text(value), options);
    check(reply);
    bool applied = reply->as.put != NULL && reply->as.put->applied;
    larder_reply_free(reply);
    return applied;
}

static void
print_cities(LarderClient *client)
{
    LarderKeyRange cities = {.has_prefix = true, .prefix = larder_text("city:")};
    LarderScan *scan = larder_scan_new(client, larder_text("default"), &cities, NULL);
    const LarderScanItem *item;
    while ((item = larder_scan_next(scan)) != NULL) {
        printf("%.*s has %.*s million people\n", (int)item->key.size, item->key.data,
               (int)item->value.size, item->value.data);
    }
    if (larder_scan_problem(scan) != NULL) {
        check(larder_scan_problem(scan));
    }
    larder_scan_free(scan);
}

int
main(void)
{
    LarderClient *client = connect_to_larder();

    (void)put(client, "greeting", "hello", NULL);
    LarderReply *reply = larder_get(client, larder_text("default"), larder_text("greeting"), NULL);
    check(reply);
    const LarderGetResult *found = reply->as.get;
    printf("greeting is %.*s\n", (int)found->value.size, found->value.data);

    /* A condition that does not hold is a result, not an error. */
    LarderCondition is_absent = {.has_absent = true, .absent = true};
    LarderPutOptions absent = {.condition = &is_absent};
    if (!put(client, "greeting", "welcome", &absent)) {
        printf("not created: greeting is there already\n");
    }
    LarderCondition same_version = {.has_version_equal = true, .version_equal = found->version};
    LarderPutOptions unchanged = {.condition = &same_version};
    if (put(client, "greeting", "welcome", &unchanged)) {
        printf("replaced: nobody had changed greeting\n");
    }
    larder_reply_free(reply);

    (void)put(client, "city:Cairo", "10", NULL);
    (void)put(client, "city:Lima", "11", NULL);
    (void)put(client, "city:Oslo", "1", NULL);
    print_cities(client);

    reply = larder_get(client, larder_text("nowhere"), larder_text("greeting"), NULL);
    check(reply);
    larder_reply_free(reply);
    larder_client_free(client);
    return 0;
}
