/*
 * fuzz_cli_input.c: what the command `larder` reads: typed text, JSON, files of records.
 *
 * The first byte chooses a reader, the rest is its input.
 *
 *   - Text that an encoding takes decodes to bytes that encode and decode to themselves.
 *   - A line that is cut into words is so again when the words are escaped and put together.
 *   - JSON is read to its end or refused; a record that is read comes back when it is written.
 *   - A mutation is read or refused, with a message.
 *   - A raw file is read as far as it is one; what was read makes the same bytes again.
 */
#include "engine/base/check.h"
#include "service/cli/escape.h"
#include "service/cli/mutation.h"
#include "service/cli/record.h"
#include "service/cli/words.h"
#include "tests/fuzz/fuzz.h"

static void
check_text(CliEncoding encoding, BaseSlice text)
{
    BaseBuf bytes = BASE_BUF_INIT;
    BaseBuf again = BASE_BUF_INIT;
    BaseBuf back = BASE_BUF_INIT;
    const char *problem = NULL;
    if (cli_escape_decode(encoding, text, &bytes, &problem)) {
        BASE_CHECK(cli_escape_encode(encoding, base_buf_slice(&bytes), &again));
        BASE_CHECK(cli_escape_decode(encoding, base_buf_slice(&again), &back, &problem));
        BASE_CHECK(base_slice_equal(base_buf_slice(&bytes), base_buf_slice(&back)));
    } else {
        BASE_CHECK(problem != NULL && bytes.len == 0);
    }
    base_buf_clear(&bytes);
    base_buf_clear(&again);
    base_buf_clear(&back);
}

static void
check_words(BaseSlice line, bool unfinished)
{
    CliWords words;
    CliWords again;
    BaseBuf joined = BASE_BUF_INIT;
    const char *problem = NULL;
    if (!cli_words_cut(line, unfinished, &words, &problem)) {
        BASE_CHECK(problem != NULL);
        return;
    }
    BASE_CHECK(words.last_start <= line.len);
    for (size_t i = 0; i < words.count; i++) {
        BASE_CHECK(cli_escape_encode_word(base_slice_text(words.words[i]), &joined));
        BASE_CHECK(base_buf_append_byte(&joined, ' '));
    }
    BASE_CHECK(cli_words_cut(base_buf_slice(&joined), false, &again, &problem));
    BASE_CHECK(again.count == words.count);
    for (size_t i = 0; i < words.count; i++) {
        BaseBuf word = BASE_BUF_INIT;
        BASE_CHECK(
            cli_escape_decode(CLI_ESCAPED, base_slice_text(again.words[i]), &word, &problem));
        BASE_CHECK(base_slice_equal(base_buf_slice(&word), base_slice_text(words.words[i])));
        base_buf_clear(&word);
    }
    cli_words_clear(&words);
    cli_words_clear(&again);
    base_buf_clear(&joined);
}

static void
check_same(const CliRecord *a, const CliRecord *b)
{
    BASE_CHECK(base_slice_equal(a->key, b->key) && base_slice_equal(a->value, b->value));
    BASE_CHECK(a->expires_at_ms == b->expires_at_ms && a->version == b->version);
}

static void
check_record(BaseSlice line)
{
    CliRecord record;
    CliRecord back;
    BaseBuf text = BASE_BUF_INIT;
    CliJsonReader json = cli_json_reader(line);
    if (cli_record_read_json(&json, &record)) {
        BASE_CHECK(json.problem == NULL);
        BASE_CHECK(cli_record_write_json(&record, &text));
        BASE_CHECK(memchr(text.data, '\n', text.len) == text.data + text.len - 1);
        CliJsonReader again = cli_json_reader(base_buf_slice(&text));
        BASE_CHECK(cli_record_read_json(&again, &back));
        check_same(&record, &back);
        cli_json_reader_clear(&again);
    } else {
        BASE_CHECK(json.problem != NULL);
    }
    cli_json_reader_clear(&json);
    base_buf_clear(&text);
}

static void
check_json(BaseSlice text)
{
    CliJsonReader json = cli_json_reader(text);
    bool good = cli_json_reader_skip(&json);
    good = cli_json_reader_finish(&json) && good;
    BASE_CHECK(good == (json.problem == NULL));
    BASE_CHECK(json.at <= text.len);
    cli_json_reader_clear(&json);
}

static void
check_mutation(BaseSlice line)
{
    char problem[256] = "";
    CliMutation *mutation = cli_mutation_read(line, problem, sizeof problem);
    BASE_CHECK((mutation == NULL) == (problem[0] != '\0'));
    cli_mutation_free(mutation);
}

/* Takes the checksums as they ought to be, or nothing but the first record would ever be read. */
static void
mend(uint8_t *record, size_t len, uint64_t index)
{
    uint64_t checksum = base_hash(base_slice(record, len - CLI_RAW_CHECKSUM_BYTES), index);
    memcpy(record + len - CLI_RAW_CHECKSUM_BYTES, &checksum, sizeof checksum);
}

static void
check_raw(BaseSlice bytes)
{
    CliRecordSum sum;
    BaseBuf copy = BASE_BUF_INIT;
    BaseBuf again = BASE_BUF_INIT;
    BASE_CHECK(base_buf_append_slice(&copy, bytes));
    cli_record_sum_init(&sum);
    size_t at = 0;
    while (copy.len - at >= CLI_RAW_PRELUDE_BYTES) {
        CliRecord record;
        const char *problem = NULL;
        size_t len = 0;
        bool trailer = false;
        BaseSlice rest = base_slice(copy.data + at, copy.len - at);
        if (!cli_record_raw_length(rest, &len, &trailer, &problem) || len > rest.len) {
            break;
        }
        if (trailer) {
            (void)cli_record_check_raw_trailer(base_slice(rest.data, len), &sum);
            break;
        }
        mend(copy.data + at, len, sum.records);
        problem = cli_record_read_raw(base_slice(rest.data, len), sum.records, &record);
        if (problem != NULL) {
            break;
        }
        BASE_CHECK(cli_record_write_raw(&record, sum.records, &again));
        cli_record_sum_add(&sum, &record);
        at += len;
    }
    BASE_CHECK(base_slice_equal(base_buf_slice(&again), base_slice(copy.data, at)));
    base_buf_clear(&copy);
    base_buf_clear(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2) {
        return 0;
    }
    BaseSlice input = base_slice(data + 1, size - 1);
    switch (data[0]) {
    case 'e':
        check_text(CLI_ESCAPED, input);
        break;
    case 'h':
        check_text(CLI_HEX, input);
        break;
    case 'b':
        check_text(CLI_BASE64, input);
        break;
    case 'w':
        check_words(input, false);
        break;
    case 'u':
        check_words(input, true);
        break;
    case 'j':
        check_json(input);
        break;
    case 'r':
        check_record(input);
        break;
    case 'm':
        check_mutation(input);
        break;
    case 'R':
        check_raw(input);
        break;
    default:
        break;
    }
    return 0;
}
