/*
 * utf8.h: which bytes are text.
 *
 * Valid means as in RFC 3629: shortest form, no surrogates, at most U+10FFFF. NUL is a character
 * like others.
 *
 * Threading: pure functions.
 */
#ifndef LARDER_ENGINE_BASE_UTF8_H
#define LARDER_ENGINE_BASE_UTF8_H

#include "engine/base/buf.h"

/* Length of the character at the front of `bytes` and its number; 0: what is there is not valid. */
size_t base_utf8_first(BaseSlice bytes, uint32_t *ret_character);

/* Whether all of it is valid. Nothing at all is. */
bool base_utf8_is_valid(BaseSlice bytes);

/*
 * Whether a terminal shows the character as a mark of its own. Control characters do not qualify,
 * nor do those that change the direction of what follows, or separate lines.
 */
bool base_utf8_is_visible(uint32_t character);

/* Appends a character, which must be valid. False: no memory. */
bool base_utf8_append(BaseBuf *into, uint32_t character);

#endif
