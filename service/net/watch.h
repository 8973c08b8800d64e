/*
 * watch.h: what an epoll event is about.
 *
 * epoll hands back one pointer per event. It points at a NetWatch, the first member of whatever is
 * watched.
 */
#ifndef LARDER_SERVICE_NET_WATCH_H
#define LARDER_SERVICE_NET_WATCH_H

typedef enum NetWatch {
    NET_WATCH_WAKE,     /* a reactor's eventfd */
    NET_WATCH_LISTENER, /* a NetListener */
    NET_WATCH_CONN,     /* a NetConn */
} NetWatch;

#endif
