/*
 * mutate.h: changes messages a little, as tests want them that hold two readers against each other.
 *
 * A change cuts the message, leaves a byte out or doubles one, flips a bit, or puts a byte there
 * that means something to the binary protocol: a type, a small id or length, an edge of the signs.
 *
 * Threading: none of its own.
 */
#ifndef LARDER_TESTS_SUPPORT_MUTATE_H
#define LARDER_TESTS_SUPPORT_MUTATE_H

#include "engine/base/buf.h"
#include "engine/base/rand.h"

#include <check.h>
#include <string.h>

/* Changes a message that is not empty a little. */
static inline void
mutate_message(BaseRand *rand, BaseBuf *message)
{
    static const uint8_t likely[] = {0, 1, 2, 3, 4, 5, 6, 8, 10, 11, 12, 15, 0x7f, 0x80, 0xff};
    size_t at = base_rand_below(rand, message->len);
    switch (base_rand_below(rand, 5)) {
    case 0:
        message->len = at; /* cut */
        break;
    case 1: /* left out */
        memmove(message->data + at, message->data + at + 1, message->len - at - 1);
        message->len--;
        break;
    case 2: /* doubled */
        ck_assert(base_buf_append_byte(message, 0));
        memmove(message->data + at + 1, message->data + at, message->len - at - 1);
        break;
    case 3:
        message->data[at] = likely[base_rand_below(rand, sizeof likely)];
        break;
    default:
        message->data[at] ^= (uint8_t)(1u << base_rand_below(rand, 8));
        break;
    }
}

#endif
