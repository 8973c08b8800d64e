package interop;

import larder.GetResult;
import larder.IncrementOptions;
import larder.IncrementResult;
import larder.KeyRange;
import larder.Refused;
import larder.ScanOptions;
import larder.ScanResult;
import larder.ServerInfo;
import larder.StopReason;
import larder.Store;
import larder.WriteResult;
import org.apache.thrift.TException;

/** Part {@code older}: a client that was built with an older contract. */
final class Older extends Checks {
    private Older(Servers servers) {
        super(servers);
    }

    public static void main(String[] arguments) {
        try (Servers servers = new Servers()) {
            new Older(servers).run();
        }
        finish();
    }

    @Override
    void run() {
        check(61, "results with more fields", "DATA", this::moreFields);
        check(62, "reasons not yet invented", "DATA", this::unknownReason);
        check(63, "pages that end in an unknown way", "DATA", this::unknownEnd);
        check(64, "exceptions with more fields", "SCRIPTED", this::unknownRefusal);
    }

    private static WriteResult put(Store.Client store, String key) throws TException {
        return store.put(DEFAULT, text(key), text("v"), null);
    }

    private void moreFields(Store.Client store) throws TException {
        WriteResult written = put(store, "k");
        equal(true, written.isApplied(), "applied");
        GetResult found = store.get(DEFAULT, text("k"), null);
        equal(true, found.isFound(), "found");
        equal(text("v"), found.bufferForValue(), "value");
        equal(written.getVersion(), found.getVersion(), "version");
        ServerInfo info = store.server_info(null);
        equal(2, info.getApi_version(), "api_version");
        equal(1, info.getStoresSize(), "stores");
        equal(DEFAULT, info.getStores().get(0).getName(), "store");
    }

    /** An enum's value that the stubs do not know is null. */
    private void unknownReason(Store.Client store) throws TException {
        IncrementResult result =
                store.increment(DEFAULT, text("n"), 1, new IncrementOptions().setHighest(0));
        equal(false, result.isApplied(), "applied");
        equal(null, result.getReason(), "reason");
    }

    private void unknownEnd(Store.Client store) throws TException {
        put(store, "a");
        put(store, "b");
        ScanOptions options = new ScanOptions().setLimit_items(1);
        ScanResult first = store.scan(DEFAULT, new KeyRange(), options);
        equal(1, first.getItemsSize(), "items");
        equal(null, first.getStop_reason(), "stop_reason");
        options.setPage_token(first.getNext_token());
        ScanResult second = store.scan(DEFAULT, new KeyRange(), options);
        equal(1, second.getItemsSize(), "items");
        equal(text("b"), second.getItems().get(0).bufferForKey(), "key");
        equal(StopReason.RANGE_END, second.getStop_reason(), "stop_reason");
    }

    private void unknownRefusal(Store.Client store) throws Exception {
        Refused refused = thrown(Refused.class,
                () -> put(store, "!refuse-memory_full!retry-200ms:a"));
        equal(null, refused.getCode(), "code");
        equal(200L, refused.getRetry_after_ms(), "retry_after_ms");
        equal(true, put(store, "plain").isApplied(), "applied");
    }
}
