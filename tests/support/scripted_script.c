/*
 * scripted_script.c: parsing of instructions in keys. See scripted_script.h.
 */
#include "tests/support/scripted_script.h"

#include <ctype.h>

static const struct {
    const char *name;
    EngineRefusal refusal;
} refusals[] = {
    {"overload", ENGINE_REFUSAL_OVERLOAD},       {"disk_full", ENGINE_REFUSAL_DISK_FULL},
    {"memory_full", ENGINE_REFUSAL_MEMORY_FULL}, {"closing", ENGINE_REFUSAL_CLOSING},
    {"deadline", ENGINE_REFUSAL_DEADLINE},       {"read_only", ENGINE_REFUSAL_READ_ONLY},
};

/* Takes a text off the front of a slice. False: it does not begin with it. */
static bool
skip(BaseSlice *rest, const char *text)
{
    BaseSlice prefix = base_slice_text(text);
    if (!base_slice_starts_with(*rest, prefix)) {
        return false;
    }
    *rest = base_slice(rest->data + prefix.len, rest->len - prefix.len);
    return true;
}

/* A number of up to 9 digits, followed by `unit` and nothing else. */
static bool
parse_number(BaseSlice text, const char *unit, int64_t *ret_number)
{
    int64_t number = 0;
    size_t digits = 0;
    while (digits < text.len && digits < 9 && text.data[digits] >= '0' &&
           text.data[digits] <= '9') {
        number = number * 10 + (text.data[digits] - '0');
        digits++;
    }
    BaseSlice rest = base_slice(text.data + digits, text.len - digits);
    if (digits == 0 || !base_slice_equal(rest, base_slice_text(unit))) {
        return false;
    }
    *ret_number = number;
    return true;
}

/* The code whose name, in small letters, the text is. */
static bool
parse_code(BaseSlice text, BaseStatus *ret_status)
{
    for (int code = BASE_OK + 1; code < BASE_CODE_COUNT; code++) {
        BaseSlice name = base_slice_text(base_code_name((BaseCode)code));
        bool equal = name.len == text.len;
        for (size_t i = 0; equal && i < name.len; i++) {
            equal = tolower(name.data[i]) == text.data[i];
        }
        if (equal) {
            *ret_status = base_error((BaseCode)code, "the script says so");
            return true;
        }
    }
    return false;
}

static bool
parse_refusal(BaseSlice text, EngineRefusal *ret_refusal)
{
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        if (base_slice_equal(text, base_slice_text(refusals[i].name))) {
            *ret_refusal = refusals[i].refusal;
            return true;
        }
    }
    return false;
}

static bool
parse_verb(BaseSlice verb, ScriptedScript *script)
{
    if (skip(&verb, "delay-")) {
        script->delayed = true;
        return parse_number(verb, "ms", &script->delay_ms);
    }
    if (skip(&verb, "times-")) {
        return parse_number(verb, "", &script->times);
    }
    if (skip(&verb, "retry-")) {
        return parse_number(verb, "ms", &script->retry_after_ms);
    }
    if (skip(&verb, "read-")) {
        return parse_code(verb, &script->read_status);
    }
    if (skip(&verb, "refuse-")) {
        script->kind = ENGINE_REFUSED;
        return parse_refusal(verb, &script->refusal);
    }
    if (skip(&verb, "fail-")) {
        script->kind = ENGINE_FAILED;
        return parse_code(verb, &script->status);
    }
    if (skip(&verb, "poison")) {
        script->kind = ENGINE_FAILED;
        script->status = base_error(BASE_POISONED, "the script says so");
        script->poison = true;
        return verb.len == 0;
    }
    if (skip(&verb, "unknown")) {
        script->kind = ENGINE_UNKNOWN;
        script->applied = skip(&verb, "-applied");
        return verb.len == 0;
    }
    return false;
}

ScriptedScript
scripted_script_parse(BaseSlice key)
{
    ScriptedScript script = {
        .times = -1,
        .status = base_error(BASE_BUSY, "the script says so"),
        .read_status = base_ok(),
    };
    const uint8_t *colon = key.len == 0 ? NULL : memchr(key.data, ':', key.len);
    if (colon == NULL || key.data[0] != '!') {
        return script;
    }
    script.present = true;
    const uint8_t *verb = key.data + 1;
    for (const uint8_t *at = verb; at <= colon; at++) {
        if (*at != '!' && at != colon) {
            continue;
        }
        if (!parse_verb(base_slice(verb, (size_t)(at - verb)), &script)) {
            script.kind = ENGINE_FAILED;
            script.status = base_error(BASE_INVALID, "a script with an unknown verb");
            script.read_status = script.status;
            return script;
        }
        verb = at + 1;
    }
    return script;
}
