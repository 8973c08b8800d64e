/*
 * transport.c: the plain transport. See transport.h.
 *
 * Writes carry MSG_NOSIGNAL: a peer that is gone is an error value, not a signal. One piece goes by
 * the system calls for one piece, which cost less.
 */
#include "service/net/transport.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

static NetIo
moved(ssize_t bytes)
{
    if (bytes > 0) {
        return (NetIo){NET_IO_DONE, (size_t)bytes};
    }
    if (bytes == 0) {
        return (NetIo){NET_IO_END, 0};
    }
    bool blocked = errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS || errno == ENOMEM;
    return (NetIo){blocked ? NET_IO_BLOCKED : NET_IO_BROKEN, 0};
}

static NetIo
plain_read(NetLink *link, const struct iovec *vectors, size_t count)
{
    ssize_t bytes = 0;
    do {
        bytes = count == 1 ? recv(link->fd, vectors->iov_base, vectors->iov_len, 0)
                           : readv(link->fd, vectors, (int)count);
    } while (bytes < 0 && errno == EINTR);
    return moved(bytes);
}

static ssize_t
send_pieces(int fd, const struct iovec *vectors, size_t count)
{
    struct msghdr message = {.msg_iov = (struct iovec *)(uintptr_t)vectors, .msg_iovlen = count};
    return sendmsg(fd, &message, MSG_NOSIGNAL);
}

static NetIo
plain_write(NetLink *link, const struct iovec *vectors, size_t count)
{
    ssize_t bytes = 0;
    do {
        bytes = count == 1 ? send(link->fd, vectors->iov_base, vectors->iov_len, MSG_NOSIGNAL)
                           : send_pieces(link->fd, vectors, count);
    } while (bytes < 0 && errno == EINTR);
    return moved(bytes);
}

static void
plain_end(NetLink *link)
{
    (void)shutdown(link->fd, SHUT_WR);
}

static void
plain_close(NetLink *link)
{
    (void)close(link->fd);
    link->fd = -1;
}

const NetTransport *
net_transport_plain(void)
{
    static const NetTransport plain = {plain_read, plain_write, plain_end, plain_close};
    return &plain;
}
