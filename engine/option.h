/*
 * option.h: values of options as text, in both directions.
 *
 * One reader and one writer for every number, size, duration, switch and choice of the
 * configuration: settings of the server, limits, and options of engines are all described by an
 * EngineOption.
 *
 *   INTEGER   -7          decimal digits
 *   BYTES     64K         digits, then K, M or G (powers of 1,024) or nothing
 *   DURATION  30s         digits, then ms, s, m or h, or nothing for milliseconds
 *   BOOLEAN   true        or false
 *   CHOICE    warning     one of the option's choices
 *
 * What is written reads back as the same number.
 *
 * Threading: plain functions.
 */
#ifndef LARDER_ENGINE_OPTION_H
#define LARDER_ENGINE_OPTION_H

#include "engine/engine.h"

/* Space for a value, and for a description of legal ones. */
enum { ENGINE_OPTION_TEXT_SIZE = 64, ENGINE_OPTION_LEGAL_SIZE = 256 };

/* Reads a value. False: it is not one of the option's type, or not within its range. */
bool engine_option_parse(const EngineOption *option, const char *text, int64_t *ret_value);

/* Writes a value in its shortest form. */
void engine_option_print(const EngineOption *option, int64_t value,
                         char ret_text[ENGINE_OPTION_TEXT_SIZE]);

/* Says what is legal: "bytes (suffixes K, M, G) from 64K to 64M". */
void engine_option_legal(const EngineOption *option, char ret_text[ENGINE_OPTION_LEGAL_SIZE]);

#endif
