/*
 * sdk_hammer.c: calls a server without rest, from threads on one client and by a channel.
 *
 * usage: sdk_hammer ADDRESS
 *
 * Until standard input ends. Now and then it writes a line "GOOD OTHER": calls that succeeded, and
 * those that ended as one must expect of a server that comes and goes (unreachable, lost, refused).
 * Any other end is shown and makes the exit status 1. test_kill.py kills the server meanwhile.
 */
#include <larder/client.h>

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { THREADS = 6, PIPELINE = 64, LINE_MS = 20 };

static LarderClientOptions options;
static LarderClient *client;
static _Atomic bool done;
static _Atomic long good;
static _Atomic long other;
static _Atomic long wrong;

static void
judge(LarderReply *reply)
{
    switch (reply->outcome) {
    case LARDER_OK:
        atomic_fetch_add(&good, 1);
        break;
    case LARDER_UNREACHABLE:
    case LARDER_LOST:
    case LARDER_REFUSED:
        atomic_fetch_add(&other, 1);
        break;
    default:
        atomic_fetch_add(&wrong, 1);
        (void)fprintf(stderr, "%s: %s\n", larder_outcome_name(reply->outcome), reply->message.data);
    }
    larder_reply_free(reply);
}

static void *
call(void *argument)
{
    LarderBytes store = larder_text("default");
    char key[16];
    (void)snprintf(key, sizeof key, "key%d", (int)(intptr_t)argument);
    while (!atomic_load(&done)) {
        judge(larder_put(client, store, larder_text(key), larder_text("value"), NULL));
        judge(larder_get(client, store, larder_text(key), NULL));
    }
    return NULL;
}

static void
end_pipelined(void *context, LarderReply *reply)
{
    (void)context;
    judge(reply);
}

static void *
pipeline(void *unused)
{
    (void)unused;
    LarderChannel *channel = larder_channel_new(&options, NULL);
    while (channel != NULL && !atomic_load(&done)) {
        while (larder_channel_get(channel, larder_text("default"), larder_text("key0"), NULL,
                                  end_pipelined, NULL)) {
            /* As many as it takes. */
        }
        (void)larder_channel_poll(channel, 100);
    }
    while (larder_channel_pending(channel) != 0) {
        (void)larder_channel_poll(channel, -1);
    }
    larder_channel_free(channel);
    return NULL;
}

/* Writes lines until standard input ends. */
static void
report(void)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    while (poll(&input, 1, LINE_MS) == 0) {
        (void)printf("%ld %ld\n", atomic_load(&good), atomic_load(&other));
        (void)fflush(stdout);
    }
}

int
main(int argc, char **argv)
{
    pthread_t threads[THREADS + 1];
    options = (LarderClientOptions){
        .address = argc == 2 ? argv[1] : NULL,
        .timeout_ms = 10000,
        .connections_max = 3,
        .pipeline_max = PIPELINE,
        .name = "sdk_hammer",
    };
    LarderProblem problem = {""};
    client = larder_client_new(&options, &problem);
    if (client == NULL) {
        (void)fprintf(stderr, "%s\n", problem.message);
        return EXIT_FAILURE;
    }
    for (intptr_t i = 0; i <= THREADS; i++) {
        if (pthread_create(&threads[i], NULL, i < THREADS ? call : pipeline, (void *)i) != 0) {
            abort();
        }
    }
    report();
    atomic_store(&done, true);
    for (int i = 0; i <= THREADS; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    larder_client_free(client);
    return atomic_load(&wrong) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
