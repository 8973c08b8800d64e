/*
 * pool.c: connections that threads borrow. See pool.h.
 */
#include "service/client/pool.h"

#include "engine/base/check.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

enum {
    KEPT_BYTES = 256 * 1024, /* of a line's buffers, when it comes back */
    KEPT_VALUES = 16 * 1024,
};

BaseStatus
client_pool_init(ClientPool *pool, const ClientSettings *settings)
{
    *pool = (ClientPool){.settings = settings};
    pool->lines = calloc(settings->connections_max, sizeof *pool->lines);
    if (pool->lines == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for connections");
    }
    BASE_CHECK(pthread_mutex_init(&pool->lock, NULL) == 0);
    return base_ok();
}

void
client_pool_clear(ClientPool *pool)
{
    for (size_t i = 0; i < pool->made; i++) {
        client_link_clear(&pool->lines[i].link);
        wire_tape_clear(&pool->lines[i].tape);
    }
    free(pool->lines);
    (void)pthread_mutex_destroy(&pool->lock);
}

/* A line that is idle or new; NULL: all are lent, or there is no memory for one more. */
static ClientLine *
take_locked(ClientPool *pool, BaseStatus *ret_status)
{
    ClientLine *line = pool->idle;
    *ret_status = base_ok();
    if (line != NULL) {
        pool->idle = line->below;
        return line;
    }
    if (pool->made == pool->settings->connections_max) {
        return NULL;
    }
    line = &pool->lines[pool->made];
    *ret_status = client_link_init(&line->link, pool->settings, 1);
    if (!base_is_ok(*ret_status)) {
        return NULL;
    }
    line->tape = WIRE_TAPE_INIT;
    pool->made++;
    return line;
}

static void
unlink_waiter_locked(ClientPool *pool, ClientPoolWaiter *waiter)
{
    ClientPoolWaiter *before = NULL;
    for (ClientPoolWaiter *i = pool->first_waiter; i != waiter; i = i->next) {
        before = i;
    }
    if (before == NULL) {
        pool->first_waiter = waiter->next;
    } else {
        before->next = waiter->next;
    }
    if (pool->last_waiter == waiter) {
        pool->last_waiter = before;
    }
}

/* Waits in line; NULL: until the deadline, in vain. */
static ClientLine *
wait_locked(ClientPool *pool, int64_t deadline_us)
{
    ClientPoolWaiter waiter = {.line = NULL};
    pthread_condattr_t attributes;
    BASE_CHECK(pthread_condattr_init(&attributes) == 0);
    BASE_CHECK(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0);
    BASE_CHECK(pthread_cond_init(&waiter.come, &attributes) == 0);
    (void)pthread_condattr_destroy(&attributes);
    if (pool->last_waiter == NULL) {
        pool->first_waiter = &waiter;
    } else {
        pool->last_waiter->next = &waiter;
    }
    pool->last_waiter = &waiter;
    const struct timespec until = {
        .tv_sec = (time_t)(deadline_us / 1000000),
        .tv_nsec = (long)(deadline_us % 1000000 * 1000),
    };
    int error = 0;
    while (waiter.line == NULL && error != ETIMEDOUT) {
        error = pthread_cond_timedwait(&waiter.come, &pool->lock, &until);
    }
    if (waiter.line == NULL) {
        unlink_waiter_locked(pool, &waiter);
    }
    (void)pthread_cond_destroy(&waiter.come);
    return waiter.line;
}

BaseStatus
client_pool_borrow(ClientPool *pool, int64_t deadline_us, ClientLine **ret_line)
{
    BaseStatus status;
    pthread_mutex_lock(&pool->lock);
    ClientLine *line = take_locked(pool, &status);
    if (line == NULL && base_is_ok(status)) {
        line = wait_locked(pool, deadline_us);
    }
    pthread_mutex_unlock(&pool->lock);
    if (line == NULL) {
        return base_is_ok(status) ? base_error(BASE_BUSY, "no connection became free in time")
                                  : status;
    }
    line->open_before = client_connection_state(line->link.connection) == CLIENT_OPEN;
    line->opened_before = line->link.opened_count;
    *ret_line = line;
    return base_ok();
}

void
client_pool_give_back(ClientPool *pool, ClientLine *line)
{
    client_connection_trim(line->link.connection, KEPT_BYTES);
    wire_tape_trim(&line->tape, KEPT_VALUES);
    bool open = client_connection_state(line->link.connection) == CLIENT_OPEN;
    pthread_mutex_lock(&pool->lock);
    pool->connects += line->link.opened_count - line->opened_before;
    pool->open = pool->open + open - line->open_before;
    ClientPoolWaiter *waiter = pool->first_waiter;
    if (waiter != NULL) {
        unlink_waiter_locked(pool, waiter);
        waiter->line = line;
        pthread_cond_signal(&waiter->come);
    } else {
        line->below = pool->idle;
        pool->idle = line;
    }
    pthread_mutex_unlock(&pool->lock);
}

void
client_pool_count(ClientPool *pool, size_t *ret_open, uint64_t *ret_connects)
{
    pthread_mutex_lock(&pool->lock);
    *ret_open = pool->open;
    *ret_connects = pool->connects;
    pthread_mutex_unlock(&pool->lock);
}
