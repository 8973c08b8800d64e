/*
 * test_rpc_hostile.c: damaged requests, by the thousand.
 *
 * Well-formed calls of every method are damaged at random: bytes changed, removed, doubled.
 * Whatever comes of it, a lane must not crash or leak, must answer with exactly one well-formed
 * message or with nothing and a close, and must serve a good call afterwards.
 */
#include "engine/base/rand.h"
#include "tests/unit/rpc_rig.h"

enum { DAMAGED = 6000 };

/* Writes random fields, of ids and types that the contract knows and others. */
static void
write_fields(WireWriter *writer, BaseRand *rand, unsigned depth)
{
    for (int16_t id = 1; id <= 10; id++) {
        switch (base_rand_below(rand, depth < 4 ? 8 : 6)) {
        case 0:
            wire_writer_field_i64(writer, id, (int64_t)base_rand_next(rand));
            break;
        case 1:
            wire_writer_field_bytes(writer, id, BASE_SLICE_LITERAL("some bytes"));
            break;
        case 2:
            wire_writer_field_bool(writer, id, (base_rand_next(rand) & 1) != 0);
            break;
        case 3:
            wire_writer_field_i32(writer, id, (int32_t)base_rand_below(rand, 6));
            break;
        case 6:
            wire_writer_field(writer, id, WIRE_STRUCT);
            wire_writer_struct_begin(writer);
            write_fields(writer, rand, depth + 1);
            wire_writer_struct_end(writer);
            break;
        case 7:
            wire_writer_field(writer, id, WIRE_LIST);
            wire_writer_list(writer, WIRE_STRUCT, 1);
            wire_writer_struct_begin(writer);
            write_fields(writer, rand, depth + 1);
            wire_writer_struct_end(writer);
            break;
        default:
            break;
        }
    }
}

/* A call with the right arguments, whose structs have random members. */
static void
write_call(BaseBuf *out, BaseRand *rand, const RpcMethod *method, int way)
{
    WireWriter writer;
    WireFormat format = {rig_way_is_compact(way) ? WIRE_COMPACT : WIRE_BINARY,
                         rig_way_is_framed(way)};
    base_buf_reset(out);
    wire_writer_begin(&writer, out, format, 1u << 20);
    wire_writer_message(&writer, WIRE_CALL, base_slice_text(method->name), 3);
    wire_writer_struct_begin(&writer);
    for (const RpcArgument *argument = method->arguments; argument->id != 0; argument++) {
        wire_writer_field(&writer, argument->id, argument->type);
        if (argument->type == WIRE_BYTES) {
            bool store = strcmp(argument->name, "store") == 0;
            wire_writer_bytes(&writer, store ? BASE_SLICE_LITERAL("default")
                                             : BASE_SLICE_LITERAL("some bytes"));
        } else if (argument->type == WIRE_I64) {
            wire_writer_i64(&writer, (int64_t)base_rand_next(rand));
        } else if (argument->type == WIRE_LIST && rpc_methods_element(argument) == WIRE_BYTES) {
            wire_writer_list(&writer, WIRE_BYTES, 1);
            wire_writer_bytes(&writer, BASE_SLICE_LITERAL("some bytes"));
        } else {
            if (argument->type == WIRE_LIST) {
                wire_writer_list(&writer, WIRE_STRUCT, 1);
            }
            wire_writer_struct_begin(&writer);
            write_fields(&writer, rand, 1);
            wire_writer_struct_end(&writer);
        }
    }
    wire_writer_struct_end(&writer);
    ck_assert(wire_writer_finish(&writer));
}

/* Changes, removes or doubles a few bytes. */
static void
damage(BaseBuf *request, BaseRand *rand)
{
    for (uint64_t times = base_rand_below(rand, 4); times != 0 && request->len > 1; times--) {
        size_t at = (size_t)base_rand_below(rand, request->len);
        size_t behind = request->len - at - 1;
        switch (base_rand_below(rand, 4)) {
        case 0:
            request->data[at] = (uint8_t)base_rand_next(rand);
            break;
        case 1:
            request->data[at] ^= (uint8_t)(1u << base_rand_below(rand, 8));
            break;
        case 2:
            memmove(request->data + at, request->data + at + 1, behind);
            request->len--;
            break;
        default:
            ck_assert(base_buf_append_byte(request, 0));
            memmove(request->data + at + 1, request->data + at, behind + 1);
            break;
        }
    }
}

static void
check_answer(const Rig *rig)
{
    WireTape tape = WIRE_TAPE_INIT;
    WireLimits limits = WIRE_LIMITS_DEFAULT;
    WireMessage message;
    WireError error;
    if (rig->reply.len == 0) {
        ck_assert(rig->verdict.close);
        return;
    }
    bool good = wire_parse_reply(base_buf_slice(&rig->reply), &limits, &tape, &message, &error);
    ck_assert_msg(good, "%s", good ? "" : wire_format_explain(error.code));
    ck_assert_int_ne(rig->verdict.outcome, OBS_FAILED);
    wire_tape_clear(&tape);
}

START_TEST(damaged_requests_are_answered_or_closed)
{
    Rig *rig = rig_new();
    BaseBuf request = BASE_BUF_INIT;
    BaseRand rand = base_rand(20240607u + (uint64_t)_i);
    int outcomes[OBS_OUTCOME_COUNT] = {0};
    const RpcMethod *ping = rpc_methods_at(rpc_methods_find(RPC_STORE, BASE_SLICE_LITERAL("ping")));
    for (int round = 0; round < DAMAGED; round++) {
        const RpcMethod *method = rpc_methods_at((size_t)base_rand_below(&rand, 28));
        write_call(&request, &rand, method, _i);
        damage(&request, &rand);
        rig_raw(rig, base_buf_slice(&request));
        check_answer(rig);
        outcomes[rig->verdict.outcome]++;
    }
    ck_assert_int_gt(outcomes[OBS_OK], DAMAGED / 50);
    ck_assert_int_gt(outcomes[OBS_INVALID], DAMAGED / 10);
    ck_assert_int_gt(outcomes[OBS_PROTOCOL], DAMAGED / 10);
    write_call(&request, &rand, ping, _i);
    rig_raw(rig, base_buf_slice(&request));
    ck_assert_int_eq(rig->verdict.outcome, OBS_OK);
    base_buf_clear(&request);
    rig_free(rig);
}
END_TEST

int
main(void)
{
    TCase *cases = tcase_create("hostile");
    tcase_add_loop_test(cases, damaged_requests_are_answered_or_closed, 0, RIG_WAYS);
    return rig_run("rpc", cases);
}
