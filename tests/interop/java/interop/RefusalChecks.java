package interop;

import java.util.Map;
import java.util.concurrent.Callable;

import larder.Durability;
import larder.Expiry;
import larder.Fence;
import larder.InvalidCode;
import larder.InvalidRequest;
import larder.KeyRange;
import larder.Observe;
import larder.PutOptions;
import larder.ScanOptions;
import larder.Store;
import org.apache.thrift.TException;
import org.apache.thrift.protocol.TField;
import org.apache.thrift.protocol.TList;
import org.apache.thrift.protocol.TMap;
import org.apache.thrift.protocol.TMessage;
import org.apache.thrift.protocol.TMessageType;
import org.apache.thrift.protocol.TProtocol;
import org.apache.thrift.protocol.TStruct;
import org.apache.thrift.protocol.TType;

/** Checks 27 to 34: what is refused, and messages written by hand. */
final class RefusalChecks extends Checks {
    RefusalChecks(Servers servers) {
        super(servers);
    }

    @Override
    void run() {
        check(27, "InvalidRequest", "DATA", this::unknownStore);
        check(28, "names in other scripts", "DATA", this::otherScripts);
        check(29, "bad arguments", "DATA", this::badArguments);
        check(30, "methods that are not served", "DATA", this::storeNotServed);
        check(31, "an unknown method", "DATA", this::noSuchMethod);
        check(32, "a missing argument", "DATA", this::missingArgument);
        check(33, "fields from elsewhere", "DATA", store -> fieldsFromElsewhere());
        check(34, "sequence ids", "DATA", store -> sequenceIds());
    }

    private void unknownStore(Store.Client store) throws Exception {
        invalid(InvalidCode.UNKNOWN_STORE, "store", 0, 0,
                () -> store.get("unknown", text("k"), null));
        InvalidRequest exception = invalid(InvalidCode.UNKNOWN_STORE,
                () -> store.get("unknown", text("k"), null));
        holds(!exception.getMessage().isEmpty(), "no message");
        equal(Map.of(), exception.getDetails(), "details");
    }

    private void otherScripts(Store.Client store) throws Exception {
        InvalidRequest exception = invalid(InvalidCode.UNKNOWN_STORE,
                () -> store.get("vorr\u00e4te", text("k"), null));
        equal("store", exception.getField(), "field");
        holds(exception.getMessage().contains("\\xc3\\xa4"), exception.getMessage());
    }

    private void badArguments(Store.Client store) throws Exception {
        refuses(InvalidCode.BAD_TOKEN, "options.page_token", () -> store.scan(DEFAULT,
                new KeyRange(), new ScanOptions().setPage_token(text("xxx"))));
        refuses(InvalidCode.UNSUPPORTED, "options.durability",
                () -> put(store, new PutOptions().setDurability(Durability.SYNC)));
        refuses(InvalidCode.UNSUPPORTED, "options.request_id",
                () -> put(store, new PutOptions().setRequest_id(cycle(16))));
        refuses(InvalidCode.UNSUPPORTED, "options.fence",
                () -> put(store, new PutOptions().setFence(new Fence("lease", 1))));
        refuses(InvalidCode.BAD_ARGUMENT, "options.expiry.ttl_ms",
                () -> put(store, new PutOptions().setExpiry(new Expiry().setTtl_ms(0))));
    }

    private static void refuses(InvalidCode code, String field, Callable<?> call) throws Exception {
        equal(field, invalid(code, call).getField(), "field");
    }

    private static Object put(Store.Client store, PutOptions options) throws TException {
        return store.put(DEFAULT, text("k"), text("v"), options);
    }

    private void storeNotServed(Store.Client store) throws Exception {
        notServed(Map.of(
                "lease_acquire", () -> store.lease_acquire(DEFAULT, "lease", "me", 1000, null),
                "lease_renew", () -> store.lease_renew(DEFAULT, "lease", 1, null),
                "lease_release", () -> store.lease_release(DEFAULT, "lease", 1, null),
                "lease_get", () -> store.lease_get(DEFAULT, "lease", null),
                "lease_list", () -> store.lease_list(DEFAULT, "", null)));
        notServed(Map.of(
                "snapshot_open", () -> store.snapshot_open(DEFAULT, 1000, null),
                "snapshot_renew", () -> store.snapshot_renew(DEFAULT, 1, 1000, null),
                "snapshot_close", () -> store.snapshot_close(DEFAULT, 1, null),
                "snapshot_list", () -> store.snapshot_list(DEFAULT, null),
                "changes", () -> store.changes(DEFAULT, 1, null),
                "topology", () -> store.topology(null),
                "locate", () -> store.locate(DEFAULT, text("k"), null),
                "authenticate", () -> store.authenticate("me", text("secret"))));
    }

    private void noSuchMethod(Store.Client store) throws Exception {
        Observe.Client observe = new Observe.Client(servers.protocol("DATA"));
        unknownMethod(() -> observe.health(null));
        equal(text("still here"), store.ping(text("still here")).bufferForPayload(), "payload");
    }

    /** Arguments that are null are not sent. */
    private void missingArgument(Store.Client store) throws Exception {
        refuses(InvalidCode.BAD_ARGUMENT, "key", () -> store.get(DEFAULT, null, null));
    }

    /** What writes a part of a message. */
    private interface Writer {
        void write(TProtocol out) throws TException;
    }

    private static void field(TProtocol out, byte type, int id, Writer writer) throws TException {
        out.writeFieldBegin(new TField("", type, (short) id));
        writer.write(out);
        out.writeFieldEnd();
    }

    /**
     * Sends the message "ping" with more fields; its reply must have the same sequence id and the
     * same payload.
     */
    private void pingByHand(int sequenceId, Writer more) throws TException {
        TProtocol protocol = servers.protocol("DATA");
        protocol.writeMessageBegin(new TMessage("ping", TMessageType.CALL, sequenceId));
        protocol.writeStructBegin(new TStruct("ping_args"));
        field(protocol, TType.STRING, 1, out -> out.writeBinary(text("here")));
        more.write(protocol);
        protocol.writeFieldStop();
        protocol.writeStructEnd();
        protocol.writeMessageEnd();
        protocol.getTransport().flush();

        TMessage reply = protocol.readMessageBegin();
        equal(TMessageType.REPLY, reply.type, "type of the reply");
        equal(sequenceId, reply.seqid, "sequence id");
        Store.ping_result result = new Store.ping_result();
        result.read(protocol);
        protocol.readMessageEnd();
        equal(text("here"), result.getSuccess().bufferForPayload(), "payload");
    }

    private void fieldsFromElsewhere() throws TException {
        pingByHand(1, out -> {
            field(out, TType.BOOL, 90, to -> to.writeBool(true));
            field(out, TType.BYTE, 91, to -> to.writeByte((byte) -1));
            field(out, TType.I16, 92, to -> to.writeI16((short) -2));
            field(out, TType.I32, 93, to -> to.writeI32(-3));
            field(out, TType.I64, 94, to -> to.writeI64(-4));
            field(out, TType.DOUBLE, 95, to -> to.writeDouble(0.5));
            field(out, TType.STRING, 96, to -> to.writeString("text"));
            field(out, TType.STRUCT, 97, to -> {
                to.writeStructBegin(new TStruct(""));
                field(to, TType.I64, 1, inner -> inner.writeI64(1));
                to.writeFieldStop();
                to.writeStructEnd();
            });
            field(out, TType.LIST, 98, to -> {
                to.writeListBegin(new TList(TType.STRING, 2));
                to.writeString("one");
                to.writeString("two");
                to.writeListEnd();
            });
            field(out, TType.MAP, 99, to -> {
                to.writeMapBegin(new TMap(TType.STRING, TType.I64, 1));
                to.writeString("one");
                to.writeI64(1);
                to.writeMapEnd();
            });
        });
    }

    private void sequenceIds() throws TException {
        for (int id : new int[] {1, 0, -1, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            pingByHand(id, out -> { });
        }
    }
}
