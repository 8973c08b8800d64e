/*
 * trial.c: runs a statement. See trial.h.
 */
#include "tests/conformance/trial.h"

#include <stdio.h>

BaseSlice
trial_key(Trial *trial, const char *name)
{
    char *key = g_strdup_printf("C-%d/%s", trial->statement->number, name);
    g_ptr_array_add(trial->keys, key);
    return base_slice_text(key);
}

Answer *
trial_keep(Trial *trial, Answer answer)
{
    Answer *kept = g_new(Answer, 1);
    *kept = answer;
    g_array_append_val(trial->answers, kept);
    return kept;
}

void
trial_fail(Trial *trial, const char *expression, int line)
{
    trial->failed = true;
    printf("    line %d: not so: %s\n", line, expression);
    if (trial->answers->len > 0) {
        const Answer *last = g_array_index(trial->answers, Answer *, trial->answers->len - 1);
        printf("    last answer: exception %d, code %d, field \"%s\", reason %d, \"%s\"\n",
               last->exception, last->code, last->field, last->reason, last->message);
    }
}

bool
trial_run(Trial *trial, const Statement *statement)
{
    trial->statement = statement;
    trial->failed = false;
    trial->keys = g_ptr_array_new_with_free_func(g_free);
    trial->answers = g_array_new(FALSE, FALSE, sizeof(Answer *));
    statement->check(trial);
    for (guint i = 0; i < trial->answers->len; i++) {
        Answer *answer = g_array_index(trial->answers, Answer *, i);
        answer_clear(answer);
        g_free(answer);
    }
    g_array_unref(trial->answers);
    g_ptr_array_unref(trial->keys);
    return !trial->failed;
}

bool
trial_value_is(const Answer *answer, BaseSlice expected)
{
    return answer->value != NULL &&
           base_slice_equal(base_slice(answer->value->data, answer->value->len), expected);
}
