package interop;

import java.util.Map;

import larder.Admin;
import larder.Failed;
import larder.FailedCode;
import larder.HealthResult;
import larder.Indeterminate;
import larder.IndeterminateCode;
import larder.InvalidRequest;
import larder.NotHere;
import larder.NotHereCode;
import larder.Observe;
import larder.PutOptions;
import larder.Refused;
import larder.RefusedCode;
import larder.Store;
import org.apache.thrift.TException;

/** Checks 41 to 47: every outcome, by a server whose store does what keys tell it. */
final class OutcomeChecks extends Checks {
    OutcomeChecks(Servers servers) {
        super(servers);
    }

    @Override
    void run() {
        check(41, "Refused", "SCRIPTED", this::refused);
        check(42, "every refusal", "SCRIPTED", this::everyRefusal);
        check(43, "Indeterminate", "SCRIPTED", this::indeterminate);
        check(44, "Failed", "SCRIPTED", this::failed);
        check(45, "NotHere", "SCRIPTED", this::notHere);
        check(46, "after every exception", "SCRIPTED", this::afterEveryException);
        check(47, "drain", "SCRIPTED", store -> drain());
    }

    /** The exception of a put, which must be of a class and have a message. */
    private static <E extends Exception> E putThrows(Class<E> type, Store.Client store, String key,
            PutOptions options) throws Exception {
        E exception = thrown(type, () -> store.put(DEFAULT, text(key), text("v"), options));
        holds(!exception.getMessage().isEmpty(), "no message");
        return exception;
    }

    private static <E extends Exception> E putThrows(Class<E> type, Store.Client store, String key)
            throws Exception {
        return putThrows(type, store, key, null);
    }

    private void refused(Store.Client store) throws Exception {
        Refused refused = putThrows(Refused.class, store, "!refuse-overload!retry-200ms:a");
        equal(RefusedCode.OVERLOAD, refused.getCode(), "code");
        equal(Map.of(), refused.getDetails(), "details");
        equal(200L, refused.getRetry_after_ms(), "retry_after_ms");
        equal("store:default", refused.getScope(), "scope");
    }

    private void everyRefusal(Store.Client store) throws Exception {
        Map<String, RefusedCode> codes = Map.of(
                "disk_full", RefusedCode.DISK_FULL,
                "memory_full", RefusedCode.MEMORY_FULL,
                "closing", RefusedCode.DRAINING,
                "deadline", RefusedCode.DEADLINE,
                "read_only", RefusedCode.READ_ONLY);
        for (Map.Entry<String, RefusedCode> code : codes.entrySet()) {
            String key = "!refuse-" + code.getKey() + ":a";
            equal(code.getValue(), putThrows(Refused.class, store, key).getCode(), code.getKey());
        }
    }

    private void indeterminate(Store.Client store) throws Exception {
        Map<String, Boolean> keys = Map.of("!unknown:a", false, "!unknown-applied:b", true);
        for (Map.Entry<String, Boolean> key : keys.entrySet()) {
            Indeterminate unknown = putThrows(Indeterminate.class, store, key.getKey());
            equal(IndeterminateCode.ENGINE_UNKNOWN, unknown.getCode(), "code");
            equal(text(""), unknown.bufferForRequest_id(), "request_id");
            boolean found = store.get(DEFAULT, text(key.getKey()), null).isFound();
            equal(key.getValue(), found, key.getKey() + " found");
        }
        Indeterminate late = putThrows(Indeterminate.class, store, "!delay-1000ms:c",
                new PutOptions().setDeadline_ms(200));
        equal(IndeterminateCode.DEADLINE, late.getCode(), "code");
    }

    private void failed(Store.Client store) throws Exception {
        Failed corruption = putThrows(Failed.class, store, "!fail-corruption:a");
        equal(FailedCode.CORRUPTION, corruption.getCode(), "code");
        equal(Map.of(), corruption.getDetails(), "details");
        equal(FailedCode.IO_ERROR, putThrows(Failed.class, store, "!fail-io:a").getCode(), "code");
        Failed poisoned = thrown(Failed.class,
                () -> store.get(DEFAULT, text("!read-poisoned:a"), null));
        equal(FailedCode.POISONED, poisoned.getCode(), "code");
    }

    private void notHere(Store.Client store) throws Exception {
        NotHere elsewhere = putThrows(NotHere.class, store, "!elsewhere:a");
        equal(NotHereCode.WRONG_OWNER, elsewhere.getCode(), "code");
        equal(Map.of(), elsewhere.getDetails(), "details");
        equal(7L, elsewhere.getEpoch(), "epoch");
        equal("owner.example:7400", elsewhere.getOwner(), "owner");
        equal(3L, elsewhere.getShard_id(), "shard_id");
    }

    private void afterEveryException(Store.Client store) throws Exception {
        Map<String, Class<? extends TException>> types = Map.of(
                "", InvalidRequest.class,
                "!elsewhere:a", NotHere.class,
                "!refuse-overload:a", Refused.class,
                "!unknown:a", Indeterminate.class,
                "!fail-internal:a", Failed.class);
        for (int i = 0; i < 3; i++) {
            for (Map.Entry<String, Class<? extends TException>> type : types.entrySet()) {
                putThrows(type.getValue(), store, type.getKey());
                equal(true, store.put(DEFAULT, text("plain"), text("v"), null).isApplied(),
                        "applied after " + type.getKey());
            }
        }
    }

    private void drain() throws TException {
        Admin.Client admin = new Admin.Client(servers.protocol("SCRIPTED_ADMIN"));
        equal(0L, admin.drain(0, null).getIn_flight(), "in_flight");
        Observe.Client observe = new Observe.Client(servers.protocol("SCRIPTED_ADMIN"));
        HealthResult health = observe.health(null);
        holds(health.isLive() && !health.isReady(), "live, not ready");
    }
}
