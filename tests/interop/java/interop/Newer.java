package interop;

import java.util.List;
import java.util.Map;

import larder.Colour;
import larder.Condition;
import larder.GetResult;
import larder.InvalidCode;
import larder.Mutation;
import larder.MutationKind;
import larder.PutOptions;
import larder.Refused;
import larder.RefusedCode;
import larder.Store;
import org.apache.thrift.TException;

/** Part {@code newer}: a client that was built with a newer contract. */
final class Newer extends Checks {
    private Newer(Servers servers) {
        super(servers);
    }

    public static void main(String[] arguments) {
        try (Servers servers = new Servers()) {
            new Newer(servers).run();
        }
        finish();
    }

    @Override
    void run() {
        check(71, "options with more fields", "DATA", this::moreOptions);
        check(72, "a method that is missing", "DATA", this::missingMethod);
        check(73, "a value that is missing", "DATA", this::missingValue);
        check(74, "exceptions with fewer fields", "SCRIPTED", this::fewerFields);
    }

    private static Colour blue() {
        return new Colour().setName("blue").setShades(List.of(1L, -1L));
    }

    private void moreOptions(Store.Client store) throws TException {
        PutOptions options = new PutOptions()
                .setCondition(new Condition().setAbsent(true))
                .setEager(true)
                .setSmall((byte) -1)
                .setMedium((short) -2)
                .setLarge(-3)
                .setFactor(0.5)
                .setHint("hint")
                .setColour(blue())
                .setPalette(List.of(blue(), blue()))
                .setWeights(Map.of("a", 1L))
                .setNested(List.of(List.of(text("x"), bytes(0)), List.of()));
        equal(true, store.put(DEFAULT, text("k"), text("v"), options).isApplied(), "applied");
        GetResult found = store.get(DEFAULT, text("k"), null);
        equal(true, found.isFound(), "found");
        equal(text("v"), found.bufferForValue(), "value");
        holds(!found.isSetEager() && !found.isSetSmall() && !found.isSetMedium()
                && !found.isSetLarge() && !found.isSetFactor(), "new numbers");
        holds(!found.isSetHint() && !found.isSetColour() && !found.isSetPalette()
                && !found.isSetWeights() && !found.isSetNested(), "new parts");
    }

    private void missingMethod(Store.Client store) throws Exception {
        unknownMethod(() -> store.paint(DEFAULT, text("k"), blue()));
        equal(text("still here"), store.ping(text("still here")).bufferForPayload(), "payload");
    }

    private void missingValue(Store.Client store) throws Exception {
        Mutation paint = new Mutation(MutationKind.PAINT, text("k"));
        invalid(InvalidCode.OVER_LIMIT, "mutations[0].kind", 4, 90,
                () -> store.bulk_write(DEFAULT, List.of(paint), null));
    }

    private void fewerFields(Store.Client store) throws Exception {
        Refused refused = thrown(Refused.class, () -> store.put(DEFAULT,
                text("!refuse-overload!retry-200ms:a"), text("v"), null));
        equal(RefusedCode.OVERLOAD, refused.getCode(), "code");
        equal(200L, refused.getRetry_after_ms(), "retry_after_ms");
        holds(!refused.isSetEager() && !refused.isSetSmall() && !refused.isSetMedium()
                && !refused.isSetLarge() && !refused.isSetFactor(), "new numbers");
        holds(!refused.isSetHint() && !refused.isSetColour() && !refused.isSetPalette()
                && !refused.isSetWeights() && !refused.isSetNested(), "new parts");
    }
}
