/*
 * option.c: reads and writes numbers with suffixes.
 *
 * Strict on purpose: no blanks inside, no leading plus, no fractions, no suffix that means a
 * thousand to some and 1,024 to others. A number that does not fit 64 bits is refused, never
 * wrapped.
 */
#include "engine/option.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

typedef struct OptionSuffix {
    const char *text;
    int64_t factor;
} OptionSuffix;

/* Largest first: the writer takes the first that divides. The plain number comes last. */
static const OptionSuffix option_sizes[] = {
    {"G", INT64_C(1073741824)}, {"M", INT64_C(1048576)}, {"K", INT64_C(1024)}, {"", 1}};
static const OptionSuffix option_durations[] = {
    {"h", INT64_C(3600000)}, {"m", INT64_C(60000)}, {"s", INT64_C(1000)}, {"ms", 1}, {"", 1}};
static const OptionSuffix option_plain[] = {{"", 1}};

/* The suffixes of a type; the last one is the plain number. */
static const OptionSuffix *
suffixes_of(EngineOptionType type, size_t *ret_count)
{
    switch (type) {
    case ENGINE_OPTION_BYTES:
        *ret_count = sizeof option_sizes / sizeof option_sizes[0];
        return option_sizes;
    case ENGINE_OPTION_DURATION:
        *ret_count = sizeof option_durations / sizeof option_durations[0];
        return option_durations;
    case ENGINE_OPTION_INTEGER:
    case ENGINE_OPTION_BOOLEAN:
    case ENGINE_OPTION_CHOICE:
        break;
    }
    *ret_count = 1;
    return option_plain;
}

/* Reads an optional minus and digits; *ret_rest is what follows them. */
static bool
parse_digits(const char *text, int64_t *ret_number, const char **ret_rest)
{
    bool negative = text[0] == '-';
    const char *digit = negative ? text + 1 : text;
    if (*digit < '0' || *digit > '9') {
        return false;
    }
    int64_t number = 0;
    for (; *digit >= '0' && *digit <= '9'; digit++) {
        int64_t value = *digit - '0';
        if (__builtin_mul_overflow(number, INT64_C(10), &number) ||
            __builtin_sub_overflow(number, value, &number)) {
            return false;
        }
    }
    /* Counted downwards, because there is one negative number more than there are positive ones. */
    if (!negative && __builtin_sub_overflow(INT64_C(0), number, &number)) {
        return false;
    }
    *ret_number = number;
    *ret_rest = digit;
    return true;
}

static bool
parse_number(const EngineOption *option, const char *text, int64_t *ret_value)
{
    int64_t number;
    const char *rest;
    if (!parse_digits(text, &number, &rest)) {
        return false;
    }
    size_t count;
    const OptionSuffix *suffixes = suffixes_of(option->type, &count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rest, suffixes[i].text) == 0) {
            return !__builtin_mul_overflow(number, suffixes[i].factor, ret_value);
        }
    }
    return false;
}

static bool
parse_choice(const char *choices, const char *text, int64_t *ret_value)
{
    size_t len = strlen(text);
    int64_t index = 0;
    for (const char *choice = choices; len > 0; index++) {
        size_t choice_len = strcspn(choice, "|");
        if (choice_len == len && memcmp(choice, text, len) == 0) {
            *ret_value = index;
            return true;
        }
        if (choice[choice_len] == '\0') {
            return false;
        }
        choice += choice_len + 1;
    }
    return false;
}

bool
engine_option_parse(const EngineOption *option, const char *text, int64_t *ret_value)
{
    int64_t value = 0;
    bool parsed = option->type == ENGINE_OPTION_BOOLEAN ? parse_choice("false|true", text, &value)
                  : option->type == ENGINE_OPTION_CHOICE
                      ? parse_choice(option->choices, text, &value)
                      : parse_number(option, text, &value);
    bool ranged = option->type != ENGINE_OPTION_BOOLEAN && option->type != ENGINE_OPTION_CHOICE;
    if (!parsed || (ranged && (value < option->lowest || value > option->highest))) {
        return false;
    }
    *ret_value = value;
    return true;
}

static void
print_choice(const char *choices, int64_t index, char ret_text[ENGINE_OPTION_TEXT_SIZE])
{
    while (index > 0 && strchr(choices, '|') != NULL) {
        choices = strchr(choices, '|') + 1;
        index--;
    }
    (void)snprintf(ret_text, ENGINE_OPTION_TEXT_SIZE, "%.*s", (int)strcspn(choices, "|"), choices);
}

void
engine_option_print(const EngineOption *option, int64_t value,
                    char ret_text[ENGINE_OPTION_TEXT_SIZE])
{
    if (option->type == ENGINE_OPTION_BOOLEAN) {
        print_choice("false|true", value, ret_text);
        return;
    }
    if (option->type == ENGINE_OPTION_CHOICE) {
        print_choice(option->choices, value, ret_text);
        return;
    }
    size_t count;
    const OptionSuffix *suffixes = suffixes_of(option->type, &count);
    size_t i = 0;
    while (i + 1 < count && (value == 0 || value % suffixes[i].factor != 0)) {
        i++;
    }
    (void)snprintf(ret_text, ENGINE_OPTION_TEXT_SIZE, "%" PRId64 "%s", value / suffixes[i].factor,
                   suffixes[i].text);
}

/* "error, warning, info or debug" */
static void
list_choices(const char *choices, char ret_text[ENGINE_OPTION_LEGAL_SIZE])
{
    size_t used = 0;
    for (const char *choice = choices; used < ENGINE_OPTION_LEGAL_SIZE;) {
        size_t len = strcspn(choice, "|");
        bool last = choice[len] == '\0';
        const char *between = choice == choices ? "" : last ? " or " : ", ";
        used += (size_t)snprintf(ret_text + used, ENGINE_OPTION_LEGAL_SIZE - used, "%s%.*s",
                                 between, (int)len, choice);
        if (last) {
            return;
        }
        choice += len + 1;
    }
}

void
engine_option_legal(const EngineOption *option, char ret_text[ENGINE_OPTION_LEGAL_SIZE])
{
    if (option->type == ENGINE_OPTION_BOOLEAN) {
        (void)snprintf(ret_text, ENGINE_OPTION_LEGAL_SIZE, "true or false");
        return;
    }
    if (option->type == ENGINE_OPTION_CHOICE) {
        list_choices(option->choices, ret_text);
        return;
    }
    char lowest[ENGINE_OPTION_TEXT_SIZE];
    char highest[ENGINE_OPTION_TEXT_SIZE];
    engine_option_print(option, option->lowest, lowest);
    engine_option_print(option, option->highest, highest);
    const char *kind = option->type == ENGINE_OPTION_BYTES      ? "bytes (suffixes K, M, G)"
                       : option->type == ENGINE_OPTION_DURATION ? "a time (suffixes ms, s, m, h)"
                                                                : "a number";
    (void)snprintf(ret_text, ENGINE_OPTION_LEGAL_SIZE, "%s from %s to %s", kind, lowest, highest);
}
