/*
 * utf8.h: whether bytes are UTF-8.
 *
 * Strict: no overlong forms, no surrogates, nothing above U+10FFFF. NUL is a character like others.
 *
 * Threading: pure.
 */
#ifndef LARDER_SERVICE_CLIENT_UTF8_H
#define LARDER_SERVICE_CLIENT_UTF8_H

#include <larder/bytes.h>

#include <stdbool.h>

bool client_utf8_valid(LarderBytes text);

#endif
