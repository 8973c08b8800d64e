/*
 * text.c: a small table of texts, never freed. See text.h.
 */
#include "engine/plugin/text.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { TEXTS_MAX = 64, TEXT_BYTES = 256 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static char texts[TEXTS_MAX][TEXT_BYTES];
static size_t text_count;

const char *
plugin_text_keep(const char *text)
{
    char wanted[TEXT_BYTES];
    (void)snprintf(wanted, sizeof wanted, "%s", text);
    (void)pthread_mutex_lock(&mutex);
    size_t i = 0;
    while (i < text_count && strcmp(texts[i], wanted) != 0) {
        i++;
    }
    const char *kept = "an error of the store underneath, one of many different ones";
    if (i < TEXTS_MAX) {
        if (i == text_count) {
            memcpy(texts[text_count++], wanted, sizeof wanted);
        }
        kept = texts[i];
    }
    (void)pthread_mutex_unlock(&mutex);
    return kept;
}
