/*
 * escape.h: bytes as people type and read them.
 *
 * Four encodings of arbitrary bytes:
 *
 *   escaped  text, with \n \t \r \\ and \xHH (two hexadecimal digits) for what is no text. A
 *            backslash before any other ASCII character that is no letter and no digit stands for
 *            that character.
 *   hex      two hexadecimal digits a byte
 *   base64   as in RFC 4648, with padding
 *   raw      the bytes themselves
 *
 * Encoding `escaped` leaves visible characters in valid UTF-8 as they are and escapes everything
 * else, so what it prints is one line, shows as it is on a terminal, and decodes to the same bytes.
 *
 * Threading: pure functions.
 */
#ifndef LARDER_SERVICE_CLI_ESCAPE_H
#define LARDER_SERVICE_CLI_ESCAPE_H

#include "engine/base/buf.h"

typedef enum CliEncoding { CLI_ESCAPED, CLI_HEX, CLI_BASE64, CLI_RAW } CliEncoding;

/* Appends the bytes that `text` stands for. False: *ret_problem, a constant, says what is wrong. */
bool cli_escape_decode(CliEncoding encoding, BaseSlice text, BaseBuf *into,
                       const char **ret_problem);

/* Appends the text that stands for `bytes`. False: no memory. */
bool cli_escape_encode(CliEncoding encoding, BaseSlice bytes, BaseBuf *into);

/*
 * Appends `bytes` escaped, as one word of a command line: what the words of words.h, read back and
 * decoded, give the same bytes.
 */
bool cli_escape_encode_word(BaseSlice bytes, BaseBuf *into);

#endif
