package interop;

import java.util.List;

import larder.Condition;
import larder.GetResult;
import larder.KeyRange;
import larder.NotApplied;
import larder.PutOptions;
import larder.Refused;
import larder.ScanResult;
import larder.ServerInfo;
import larder.Store;
import larder.WriteResult;
import org.apache.thrift.TException;

/** Checks 51 to 56: servers of an older and of a newer contract. */
final class StandInChecks extends Checks {
    StandInChecks(Servers servers) {
        super(servers);
    }

    @Override
    void run() {
        check(51, "an older server", "OLDER", this::olderServer);
        check(52, "an older server skips options", "OLDER", this::skippedOptions);
        check(53, "an older server lacks a method", "OLDER", this::missingMethod);
        check(54, "a newer server sends more fields", "NEWER", this::moreFields);
        check(55, "a newer server sends new values", "NEWER", this::newValues);
        check(56, "a newer server refuses in a new way", "NEWER", this::newRefusal);
    }

    private static WriteResult put(Store.Client store, String key) throws TException {
        return store.put(DEFAULT, text(key), text("v"), null);
    }

    private void olderServer(Store.Client store) throws TException {
        ServerInfo info = store.server_info(null);
        equal(1, info.getApi_version(), "api_version");
        equal(0, info.getLimitsSize(), "limits");
        equal(true, put(store, "k").isApplied(), "applied");
        GetResult found = store.get(DEFAULT, text("k"), null);
        equal(text("v"), found.bufferForValue(), "value");
        holds(found.isFound() && !found.isSetFull_length(), "full_length");
    }

    private void skippedOptions(Store.Client store) throws TException {
        put(store, "k");
        PutOptions options = new PutOptions()
                .setCondition(new Condition().setAbsent(true)).setReturn_current(true);
        WriteResult result = store.put(DEFAULT, text("k"), text("v"), options);
        equal(false, result.isApplied(), "applied");
        equal(NotApplied.CONDITION_FAILED, result.getReason(), "reason");
    }

    private void missingMethod(Store.Client store) throws Exception {
        unknownMethod(() -> store.range_info(DEFAULT, List.of(new KeyRange()), null));
        equal(text("still here"), store.ping(text("still here")).bufferForPayload(), "payload");
    }

    private void moreFields(Store.Client store) throws TException {
        long version = put(store, "k").getVersion();
        GetResult found = store.get(DEFAULT, text("k"), null);
        equal(true, found.isFound(), "found");
        equal(text("v"), found.bufferForValue(), "value");
        equal(version, found.getVersion(), "version");
    }

    /** An enum's value that the stubs do not know is null. */
    private void newValues(Store.Client store) throws TException {
        WriteResult result = put(store, "!moon:a");
        equal(false, result.isApplied(), "applied");
        equal(null, result.getReason(), "reason");
        put(store, "k");
        ScanResult page = store.scan(DEFAULT, new KeyRange().setPrefix(text("k")), null);
        equal(1, page.getItemsSize(), "items");
        equal(null, page.getStop_reason(), "stop_reason");
    }

    private void newRefusal(Store.Client store) throws Exception {
        Refused refused = thrown(Refused.class, () -> put(store, "!warm:a"));
        equal(null, refused.getCode(), "code");
        equal(90L, refused.getRetry_after_ms(), "retry_after_ms");
        equal("server", refused.getScope(), "scope");
    }
}
