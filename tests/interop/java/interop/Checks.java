package interop;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;

import larder.InvalidCode;
import larder.InvalidRequest;
import larder.KeyRange;
import larder.Store;
import org.apache.thrift.TApplicationException;

/** What the checks of all parts share: how they run, what they expect, and bytes. */
abstract class Checks {
    static final String DEFAULT = "default";

    private static boolean failed;

    final Servers servers;

    Checks(Servers servers) {
        this.servers = servers;
    }

    /** A check, which throws when something is not as it must be. */
    interface Body {
        void run(Store.Client store) throws Exception;
    }

    /** Runs the checks of this class. */
    abstract void run();

    /** Ends the program. */
    static void finish() {
        System.exit(failed ? 1 : 0);
    }

    /**
     * Runs a check on a store without keys of the named server, and prints its line. After a
     * failure the connections are opened anew, so that nothing half read disturbs the next check.
     */
    final void check(int number, String name, String server, Body body) {
        try {
            Store.Client store = servers.store(server);
            store.remove_range(DEFAULT, new KeyRange(), null);
            body.run(store);
            System.out.println("ok " + number + " - " + name);
        } catch (Exception | AssertionError e) {
            failed = true;
            String said = String.valueOf(e).replaceAll("[\r\n#]", " ");
            System.out.println("not ok " + number + " - " + name + ": "
                    + said.substring(0, Math.min(said.length(), 400)));
            e.printStackTrace();
            servers.close();
        }
    }

    static void equal(Object expected, Object actual, String what) {
        if (!Objects.equals(expected, actual)) {
            throw new AssertionError(what + " is " + actual + ", not " + expected);
        }
    }

    static void holds(boolean condition, String what) {
        if (!condition) {
            throw new AssertionError(what);
        }
    }

    /** The exception of a class that a call must throw. */
    static <E extends Exception> E thrown(Class<E> type, Callable<?> call) throws Exception {
        try {
            call.call();
        } catch (Exception e) {
            if (type.isInstance(e)) {
                return type.cast(e);
            }
            throw e;
        }
        throw new AssertionError("no " + type.getSimpleName() + " came");
    }

    /** A call must throw InvalidRequest with this code. */
    static InvalidRequest invalid(InvalidCode code, Callable<?> call) throws Exception {
        InvalidRequest exception = thrown(InvalidRequest.class, call);
        equal(code, exception.getCode(), "code");
        return exception;
    }

    /** The same, and the exception names this field, limit and value. */
    static void invalid(InvalidCode code, String field, long limit, long actual, Callable<?> call)
            throws Exception {
        InvalidRequest exception = invalid(code, call);
        equal(field, exception.getField(), "field");
        equal(limit, exception.getLimit(), "limit");
        equal(actual, exception.getActual(), "actual");
    }

    /** Each call must be refused as not served, with its name first in the message. */
    static void notServed(Map<String, Callable<?>> calls) throws Exception {
        for (Map.Entry<String, Callable<?>> call : calls.entrySet()) {
            String message = invalid(InvalidCode.UNSUPPORTED, call.getValue()).getMessage();
            holds(message.startsWith(call.getKey()), call.getKey() + " says: " + message);
        }
    }

    /** A call must find that the server has no such method. */
    static void unknownMethod(Callable<?> call) throws Exception {
        TApplicationException exception = thrown(TApplicationException.class, call);
        equal(TApplicationException.UNKNOWN_METHOD, exception.getType(), "type");
    }

    /** Text as the bytes of a key or a value. Each call of the stubs copies what it is given. */
    static ByteBuffer text(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    static ByteBuffer bytes(int... values) {
        byte[] all = new byte[values.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) values[i];
        }
        return ByteBuffer.wrap(all);
    }

    /** Bytes of which number i is i modulo 251. */
    static ByteBuffer cycle(int count) {
        byte[] all = new byte[count];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) (i % 251);
        }
        return ByteBuffer.wrap(all);
    }
}
