/*
 * reactor.c: turns. See reactor.h.
 */
#include "service/net/reactor.h"

#include "service/net/intake.h"
#include "service/net/listener.h"
#include "service/net/outlet.h"
#include "service/net/server.h"
#include "service/net/sweep.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
    EVENTS_MAX = 256,     /* of one wait */
    WAIT_MS = 100,        /* longest wait while there is anything to watch over */
    STARVED_WAIT_MS = 10, /* ... while connections wait for the budget */
    TURN_REQUESTS = 2048, /* a turn that delivered as many runs no further connection */
    FLUSH_REQUESTS = 64,  /* deliveries after which what is answered is sent ahead of the end */
};

_Thread_local const NetReactor *net_reactor_current;

void
net_reactor_settle(NetReactor *reactor)
{
    if (reactor->ledger != 0) {
        net_budget_charge(reactor->budget, reactor->ledger);
        reactor->ledger = 0;
    }
}

void
net_reactor_forget(NetReactor *reactor, NetPeerKey peer_key)
{
    net_server_forget(reactor->server, peer_key);
}

void
net_reactor_wake(NetReactor *reactor)
{
    if (atomic_exchange(&reactor->asleep, false)) {
        (void)eventfd_write(reactor->wake_fd, 1);
    }
}

void
net_reactor_welcome(NetReactor *reactor, NetConn *conn)
{
    NetConn *newest = atomic_load(&reactor->arrivals);
    do {
        conn->arrival_next = newest;
    } while (!atomic_compare_exchange_weak(&reactor->arrivals, &newest, conn));
    net_reactor_wake(reactor);
}

void
net_reactor_finish(NetReactor *reactor, NetRequest *request)
{
    NetRequest *newest = atomic_load(&reactor->finished);
    do {
        request->finished_next = newest;
    } while (!atomic_compare_exchange_weak(&reactor->finished, &newest, request));
    net_reactor_wake(reactor);
}

static void
collect_finished(NetReactor *reactor)
{
    if (atomic_load_explicit(&reactor->finished, memory_order_relaxed) == NULL) {
        return;
    }
    NetRequest *newest = atomic_exchange(&reactor->finished, NULL);
    NetRequest *oldest = NULL;
    while (newest != NULL) {
        NetRequest *next = newest->finished_next;
        newest->finished_next = oldest;
        oldest = newest;
        newest = next;
    }
    while (oldest != NULL) {
        NetRequest *next = oldest->finished_next;
        net_outlet_answer(oldest);
        oldest = next;
    }
}

static void
open_arrivals(NetReactor *reactor)
{
    if (atomic_load_explicit(&reactor->arrivals, memory_order_relaxed) == NULL) {
        return;
    }
    NetConn *conn = atomic_exchange(&reactor->arrivals, NULL);
    while (conn != NULL) {
        NetConn *next = conn->arrival_next;
        net_conn_open(conn);
        if (reactor->draining) {
            net_conn_end_input(conn);
        }
        conn = next;
    }
}

static bool
is_acceptor(const NetReactor *reactor)
{
    return reactor->index == 0;
}

/* Connections end after one last look at what they sent. */
static void
begin_drain(NetReactor *reactor)
{
    reactor->draining = true;
    NetList *next = NULL;
    for (NetList *node = reactor->conns.next; node != &reactor->conns; node = next) {
        next = node->next;
        NetConn *conn = NET_LIST_ELEMENT(node, NetConn, all);
        conn->readable = true;
        net_intake_run(conn);
        net_conn_end_input(conn);
    }
}

static void
begin_drain_if_wanted(NetReactor *reactor)
{
    if (!atomic_load(&reactor->drain_wanted) || !atomic_exchange(&reactor->drain_wanted, false) ||
        reactor->draining) {
        return;
    }
    if (is_acceptor(reactor)) {
        net_server_close_listeners(reactor->server);
    }
    begin_drain(reactor);
}

static void
cut_if_wanted(NetReactor *reactor)
{
    uint64_t wanted = atomic_load(&reactor->cut_wanted);
    if (wanted == reactor->cut_seen) {
        return;
    }
    NetList *next = NULL;
    for (NetList *node = reactor->conns.next; node != &reactor->conns; node = next) {
        next = node->next;
        net_conn_kill(NET_LIST_ELEMENT(node, NetConn, all));
    }
    reactor->cut_seen = wanted;
    net_server_note_cut(reactor->server, reactor, wanted);
}

static void
note_conn_event(NetConn *conn, uint32_t events)
{
    if (conn->state == NET_CONN_DEAD) {
        return;
    }
    if ((events & EPOLLERR) != 0) {
        net_conn_broken(conn);
        return;
    }
    if ((events & (EPOLLRDHUP | EPOLLHUP)) != 0) {
        conn->end_announced = true;
    }
    if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP)) != 0) {
        conn->readable = true;
        net_conn_make_ready(conn);
    }
    if ((events & (EPOLLOUT | EPOLLHUP)) != 0 && !conn->writable) {
        conn->writable = true;
        atomic_store_explicit(&conn->choked, false, memory_order_relaxed);
        net_list_remove(&conn->flush);
        net_list_append(&conn->reactor->flush, &conn->flush);
    }
}

static void
note_event(const struct epoll_event *event)
{
    switch (*(const NetWatch *)event->data.ptr) {
    case NET_WATCH_WAKE:
        return;
    case NET_WATCH_LISTENER:
        net_listener_accept(event->data.ptr);
        return;
    case NET_WATCH_CONN:
        note_conn_event(event->data.ptr, event->events);
        return;
    }
}

static bool
has_work(const NetReactor *reactor)
{
    return !net_list_is_empty(&reactor->ready) || !net_list_is_empty(&reactor->flush) ||
           atomic_load(&reactor->finished) != NULL || atomic_load(&reactor->arrivals) != NULL ||
           atomic_load(&reactor->stop_wanted) || atomic_load(&reactor->drain_wanted) ||
           atomic_load(&reactor->cut_wanted) != reactor->cut_seen;
}

static int
wait_ms(const NetReactor *reactor)
{
    if (!net_list_is_empty(&reactor->starved)) {
        return STARVED_WAIT_MS;
    }
    return net_list_is_empty(&reactor->conns) &&
                   !(is_acceptor(reactor) && net_server_has_paused_listener(reactor->server))
               ? -1
               : WAIT_MS;
}

static void
wait_for_events(NetReactor *reactor)
{
    struct epoll_event events[EVENTS_MAX];
    int timeout = 0;
    if (!has_work(reactor)) {
        atomic_store(&reactor->asleep, true);
        timeout = has_work(reactor) ? 0 : wait_ms(reactor);
    }
    int count = epoll_wait(reactor->epoll_fd, events, EVENTS_MAX, timeout);
    atomic_store(&reactor->asleep, false);
    reactor->now_us = base_clock_monotonic_us(reactor->clock);
    net_server_refresh_limits(reactor->server, &reactor->limits_version, &reactor->limits);
    for (int i = 0; i < count; i++) {
        note_event(&events[i]);
    }
}

/* Writes the replies of all connections, or of those of which all that they asked is answered. */
static void
flush_replies(NetReactor *reactor, bool all)
{
    NetList flush;
    net_list_init(&flush);
    net_list_splice(&flush, &reactor->flush);
    while (!net_list_is_empty(&flush)) {
        NetConn *conn = NET_LIST_ELEMENT(flush.next, NetConn, flush);
        net_list_remove(&conn->flush);
        if (all || conn->pending == 0) {
            net_outlet_flush(conn);
        } else {
            net_list_append(&reactor->flush, &conn->flush);
        }
    }
}

static void
run_ready(NetReactor *reactor)
{
    if (net_budget_is_calm(reactor->budget)) {
        net_list_splice(&reactor->ready, &reactor->starved);
    }
    NetList ready;
    net_list_init(&ready);
    net_list_splice(&ready, &reactor->ready);
    unsigned flushed = 0;
    while (!net_list_is_empty(&ready) && reactor->delivered < TURN_REQUESTS) {
        NetConn *conn = NET_LIST_ELEMENT(ready.next, NetConn, ready);
        net_list_remove(&conn->ready);
        net_intake_run(conn);
        if (reactor->delivered - flushed >= FLUSH_REQUESTS) {
            net_reactor_answer(reactor);
            flush_replies(reactor, false);
            flushed = reactor->delivered;
        }
    }
    /* Those that had no run come first in the next turn. */
    net_list_splice(&ready, &reactor->ready);
    net_list_splice(&reactor->ready, &ready);
}

static void
free_dead(NetReactor *reactor)
{
    while (!net_list_is_empty(&reactor->dead)) {
        net_conn_free(NET_LIST_ELEMENT(reactor->dead.next, NetConn, all));
    }
}

static void
turn(NetReactor *reactor)
{
    wait_for_events(reactor);
    net_reactor_count(reactor, NET_COUNT_TURNS, 1);
    if (is_acceptor(reactor)) {
        net_server_resume_listeners(reactor->server);
    }
    open_arrivals(reactor);
    collect_finished(reactor);
    begin_drain_if_wanted(reactor);
    cut_if_wanted(reactor);
    run_ready(reactor);
    net_reactor_answer(reactor);
    if (reactor->callbacks->turn_end != NULL) {
        reactor->callbacks->turn_end(reactor->user, reactor->index);
    }
    reactor->delivered = 0;
    collect_finished(reactor);
    flush_replies(reactor, true);
    net_sweep_if_due(reactor);
    free_dead(reactor);
    net_reactor_settle(reactor);
}

/* The end: nobody is answered any more. */
static void
kill_all(NetReactor *reactor)
{
    open_arrivals(reactor);
    collect_finished(reactor);
    while (!net_list_is_empty(&reactor->conns)) {
        NetConn *conn = NET_LIST_ELEMENT(reactor->conns.next, NetConn, all);
        net_conn_kill(conn);
        while (!net_list_is_empty(&conn->slots)) {
            net_conn_release(conn, NET_LIST_ELEMENT(conn->slots.next, NetRequest, slot));
        }
        net_list_remove(&conn->all);
        net_list_append(&reactor->dead, &conn->all);
    }
    free_dead(reactor);
    net_reactor_settle(reactor);
}

static void *
run(void *argument)
{
    NetReactor *reactor = argument;
    net_reactor_current = reactor;
    char name[16];
    (void)snprintf(name, sizeof name, "%.8s-%u", net_server_name(reactor->server),
                   reactor->index % 10000);
    (void)pthread_setname_np(pthread_self(), name);
    while (!atomic_load(&reactor->stop_wanted)) {
        turn(reactor);
    }
    kill_all(reactor);
    return NULL;
}

/* Starts the thread with all signals blocked: they are the main thread's. */
static bool
start_thread(NetReactor *reactor)
{
    sigset_t all;
    sigset_t before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    reactor->started = pthread_create(&reactor->thread, NULL, run, reactor) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return reactor->started;
}

BaseStatus
net_reactor_start(NetReactor *reactor, NetServer *server, unsigned index)
{
    memset(reactor, 0, sizeof *reactor);
    net_server_attach(server, reactor);
    reactor->index = index;
    reactor->wake_watch = NET_WATCH_WAKE;
    reactor->now_us = base_clock_monotonic_us(reactor->clock);
    reactor->swept_us = reactor->now_us;
    net_list_init(&reactor->conns);
    net_list_init(&reactor->ready);
    net_list_init(&reactor->starved);
    net_list_init(&reactor->flush);
    net_list_init(&reactor->dead);
    net_request_pool_init(&reactor->pool);
    reactor->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    reactor->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    reactor->scratch = malloc(2 * (size_t)NET_READ_BYTES);
    if (reactor->scratch == NULL) {
        return base_error(BASE_NO_MEMORY, "no memory for a read buffer");
    }
    struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.ptr = &reactor->wake_watch};
    if (reactor->epoll_fd < 0 || reactor->wake_fd < 0 ||
        epoll_ctl(reactor->epoll_fd, EPOLL_CTL_ADD, reactor->wake_fd, &event) != 0) {
        return base_error(BASE_IO, "epoll or eventfd is not to be had");
    }
    return start_thread(reactor) ? base_ok() : base_error(BASE_IO, "a thread is not to be had");
}

void
net_reactor_stop(NetReactor *reactor)
{
    atomic_store(&reactor->stop_wanted, true);
    net_reactor_wake(reactor);
}

void
net_reactor_drain(NetReactor *reactor)
{
    atomic_store(&reactor->drain_wanted, true);
    net_reactor_wake(reactor);
}

void
net_reactor_cut(NetReactor *reactor, uint64_t number)
{
    atomic_store(&reactor->cut_wanted, number);
    net_reactor_wake(reactor);
}

/* Connections that reached a reactor after its end. */
static void
drop_arrivals(NetReactor *reactor)
{
    NetConn *conn = atomic_load(&reactor->arrivals);
    while (conn != NULL) {
        NetConn *next = conn->arrival_next;
        conn->link.transport->close(&conn->link);
        net_reactor_forget(reactor, conn->peer_key);
        free(conn);
        conn = next;
    }
}

void
net_reactor_join(NetReactor *reactor)
{
    if (reactor->started) {
        (void)pthread_join(reactor->thread, NULL);
    }
}

void
net_reactor_clear(NetReactor *reactor)
{
    drop_arrivals(reactor);
    net_request_pool_clear(&reactor->pool);
    free(reactor->scratch);
    if (reactor->wake_fd >= 0) {
        (void)close(reactor->wake_fd);
    }
    if (reactor->epoll_fd >= 0) {
        (void)close(reactor->epoll_fd);
    }
}
