/*
 * common.h: what the files of the SDK's program share: clients, short names, and TAP.
 *
 * A check is a function that returns NULL when all holds, and otherwise what does not. Replies
 * belong to a pool, which is emptied after each check, so that no check frees anything.
 *
 * Threading: one thread.
 */
#ifndef LARDER_TESTS_INTEROP_SDK_COMMON_H
#define LARDER_TESTS_INTEROP_SDK_COMMON_H

#include <larder/client.h>

#define S              larder_text("default")
#define T(text)        larder_text(text)
#define BYTES(literal) larder_bytes(literal, sizeof(literal) - 1)
#define COUNT(array)   (sizeof(array) / sizeof(array)[0])

/* Leaves a check when the condition does not hold. */
#define EXPECT(condition)                         \
    do {                                          \
        if (!(condition)) {                       \
            return problem(#condition, __LINE__); \
        }                                         \
    } while (0)

/* What does not hold, with what the latest call came to. */
const char *problem(const char *condition, int line);

/* The pool takes the reply over, and returns it. */
LarderReply *keep(LarderReply *reply);

/* Bytes that live until the end of the check. */
LarderBytes pattern(size_t size); /* byte i is i modulo 251 */
LarderBytes numbered(const char *prefix, int number, int digits);
LarderBytes big_endian(int64_t number);
void *pool_alloc(size_t size);

bool is(LarderBytes found, LarderBytes wanted);

/* Parts of requests. */
LarderMutation put_of(LarderBytes key, LarderBytes value);
LarderMutation increment_of(LarderBytes key, int64_t delta);
extern const LarderCondition absent;
extern const LarderCondition present;

/* Calls with the pool's replies; NULL: not OK, and last() says why. Options may be NULL. */
const LarderPingResult *ping(LarderClient *client, LarderBytes payload);
const LarderGetResult *get(LarderClient *client, LarderBytes key, const LarderGetOptions *options);
const LarderWriteResult *put(LarderClient *client, LarderBytes key, LarderBytes value,
                             const LarderPutOptions *options);
const LarderIncrementResult *increment(LarderClient *client, LarderBytes key, int64_t delta,
                                       const LarderIncrementOptions *options);
const LarderScanResult *scan(LarderClient *client, const LarderKeyRange *range,
                             const LarderScanOptions *options);
const LarderBulkWriteResult *bulk_write(LarderClient *client, const LarderMutation *mutations,
                                        size_t count);

/* The reply that the pool took last. */
const LarderReply *last(void);

/* Whether that is an InvalidRequest with this code and field. */
bool is_invalid(LarderInvalidCode code, const char *field);

/* Whether that says that the method is not served. */
bool is_unserved(const char *method);

/* A client, or a channel, of a server of the environment ("DATA", ...); no call is tried twice. */
LarderClient *client_of(const char *server);
LarderChannel *channel_of(const char *server);

typedef struct Check {
    int number;
    const char *name;
    const char *(*run)(LarderClient *client);
    const char *skip; /* NULL, or why it cannot be done */
} Check;

/* Runs checks of a server, each of which begins without keys; the last has no name. Returns how
 * many failed. */
int run(const char *server, const Check *checks);

extern const Check data_checks[];
extern const Check many_checks[];
extern const Check refused_checks[];
extern const Check outcome_checks[];
extern const Check older_server_checks[];
extern const Check newer_server_checks[];

#endif
