package interop;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import larder.AppendOptions;
import larder.AppendResult;
import larder.BatchOptions;
import larder.BatchResult;
import larder.BulkItem;
import larder.BulkWriteResult;
import larder.ChecksumResult;
import larder.Condition;
import larder.Expiry;
import larder.GetItem;
import larder.GetOptions;
import larder.GetResult;
import larder.Guard;
import larder.IncrementOptions;
import larder.IncrementResult;
import larder.InvalidCode;
import larder.KeyRange;
import larder.LimitInfo;
import larder.MultiGetOptions;
import larder.Mutation;
import larder.MutationKind;
import larder.NotApplied;
import larder.PutOptions;
import larder.RangeInfo;
import larder.RangeInfoOptions;
import larder.RemoveOptions;
import larder.RemoveRangeOptions;
import larder.ScanItem;
import larder.ScanOptions;
import larder.ScanResult;
import larder.ServerInfo;
import larder.ServerInfoOptions;
import larder.StopReason;
import larder.Store;
import larder.WriteResult;
import larder.larderConstants;
import org.apache.thrift.TException;
import org.apache.thrift.protocol.TProtocol;

/** Checks 1 to 26: data. */
final class DataChecks extends Checks {
    DataChecks(Servers servers) {
        super(servers);
    }

    @Override
    void run() {
        check(1, "ping", "DATA", this::ping);
        check(2, "server_info", "DATA", this::serverInfo);
        check(3, "put and get", "DATA", store -> putAndGet(store, null, null));
        check(4, "empty options", "DATA", this::emptyOptions);
        check(5, "an empty value", "DATA", this::emptyValue);
        check(6, "every byte", "DATA", this::everyByte);
        check(7, "the longest value", "DATA", this::longestValue);
        check(8, "a value too long", "DATA", this::valueTooLong);
        check(9, "keys at their limits", "DATA", this::keysAtTheirLimits);
        check(10, "conditions", "DATA", this::conditions);
        check(11, "reading less", "DATA", this::readingLess);
        check(12, "expiry", "DATA", this::expiry);
        check(13, "remove", "DATA", this::remove);
        check(14, "counters", "DATA", this::counters);
        check(15, "both ends of i64", "DATA", this::bothEnds);
        check(16, "append", "DATA", this::append);
        check(17, "batch", "DATA", this::batch);
        check(18, "bulk_write", "DATA", this::bulkWrite);
        check(19, "multi_get", "DATA", this::multiGet);
        check(20, "scan", "DATA", this::scan);
        check(21, "range_info", "DATA", this::rangeInfo);
        check(22, "checksum", "DATA", this::checksum);
        check(23, "remove_range", "DATA", this::removeRange);
        check(24, "many at once", "DATA", this::manyAtOnce);
        check(25, "too many at once", "DATA", this::tooManyAtOnce);
        check(26, "pipelining", "DATA", this::pipelining);
    }

    private static WriteResult put(Store.Client store, String key, String value) throws TException {
        return store.put(DEFAULT, text(key), text(value), null);
    }

    private static WriteResult put(Store.Client store, String key, String value, PutOptions options)
            throws TException {
        return store.put(DEFAULT, text(key), text(value), options);
    }

    private static GetResult get(Store.Client store, String key) throws TException {
        return store.get(DEFAULT, text(key), null);
    }

    private static GetResult get(Store.Client store, String key, GetOptions options)
            throws TException {
        return store.get(DEFAULT, text(key), options);
    }

    private static ScanResult scan(Store.Client store, KeyRange range, ScanOptions options)
            throws TException {
        return store.scan(DEFAULT, range, options);
    }

    private static Mutation putMutation(String key, ByteBuffer value) {
        return new Mutation(MutationKind.PUT, text(key)).setValue(value);
    }

    private static Mutation incrementMutation(String key, long delta) {
        return new Mutation(MutationKind.INCREMENT, text(key)).setDelta(delta);
    }

    private static Condition absent() {
        return new Condition().setAbsent(true);
    }

    private static KeyRange prefix(String text) {
        return new KeyRange().setPrefix(text(text));
    }

    /** Keys of a format with the numbers from 0 on. */
    private static List<String> numbered(String format, int count) {
        return IntStream.range(0, count).mapToObj(i -> String.format(format, i))
                .collect(Collectors.toList());
    }

    private static List<ByteBuffer> texts(List<String> texts) {
        return texts.stream().map(Checks::text).collect(Collectors.toList());
    }

    private static List<ByteBuffer> keys(ScanResult page) {
        return page.getItems().stream().map(ScanItem::bufferForKey).collect(Collectors.toList());
    }

    private static List<ByteBuffer> values(ScanResult page) {
        return page.getItems().stream().map(ScanItem::bufferForValue).collect(Collectors.toList());
    }

    private static <T> List<T> reversed(List<T> list) {
        List<T> other = new ArrayList<>(list);
        Collections.reverse(other);
        return other;
    }

    private static <T extends Comparable<T>> void rising(List<T> list, String what) {
        for (int i = 1; i < list.size(); i++) {
            holds(list.get(i).compareTo(list.get(i - 1)) > 0, what + " do not rise");
        }
    }

    /** Writes keys with themselves as values. */
    private static void fill(Store.Client store, List<String> keys) throws TException {
        List<Mutation> mutations = keys.stream().map(key -> putMutation(key, text(key)))
                .collect(Collectors.toList());
        BulkWriteResult written = store.bulk_write(DEFAULT, mutations, null);
        equal((long) keys.size(), written.getApplied_count(), "applied_count");
    }

    private void ping(Store.Client store) throws TException {
        ByteBuffer payload = bytes(0, 0xff, 0x80, 0x0a, 'l', 'a', 'r', 'd', 'e', 'r');
        equal(payload, store.ping(payload).bufferForPayload(), "payload");
        holds(store.ping(payload).getNow_ms() > 1_600_000_000_000L, "now_ms");
        equal(text(""), store.ping(text("")).bufferForPayload(), "empty payload");
    }

    private void serverInfo(Store.Client store) throws TException {
        ServerInfoOptions said = new ServerInfoOptions()
                .setClient("interop").setApi_version(larderConstants.API_VERSION);
        for (ServerInfoOptions options : new ServerInfoOptions[] {said, null}) {
            ServerInfo info = store.server_info(options);
            equal(larderConstants.API_VERSION, info.getApi_version(), "api_version");
            equal(1, info.getStoresSize(), "stores");
            equal(DEFAULT, info.getStores().get(0).getName(), "store");
            LimitInfo limit = info.getLimits().stream()
                    .filter(one -> one.getName().equals("value_bytes")).findFirst().orElseThrow();
            equal(1_048_576L, limit.getValue(), "value_bytes");
            equal("bytes", limit.getUnit(), "unit");
            holds(info.getMethods().contains("put"), "put is not served");
        }
    }

    private void putAndGet(Store.Client store, PutOptions putOptions, GetOptions getOptions)
            throws TException {
        WriteResult written = put(store, "k", "v", putOptions);
        holds(written.isApplied() && !written.isExisted(), "put");
        equal(NotApplied.WAS_APPLIED, written.getReason(), "reason");
        holds(written.getVersion() > 0, "no version");
        GetResult found = get(store, "k", getOptions);
        equal(true, found.isFound(), "found");
        equal(text("v"), found.bufferForValue(), "value");
        equal(written.getVersion(), found.getVersion(), "version");
        equal(0L, found.getExpires_at_ms(), "expires_at_ms");
        equal(1L, found.getFull_length(), "full_length");
        GetResult missed = get(store, "none", getOptions);
        holds(!missed.isFound() && !missed.isSetValue() && missed.getVersion() == 0, "get of none");
    }

    private void emptyOptions(Store.Client store) throws TException {
        putAndGet(store, new PutOptions(), new GetOptions());
        equal(1, scan(store, new KeyRange(), new ScanOptions()).getItemsSize(), "items");
    }

    private void emptyValue(Store.Client store) throws TException {
        put(store, "k", "");
        GetResult found = get(store, "k");
        holds(found.isFound() && found.isSetValue(), "found");
        equal(text(""), found.bufferForValue(), "value");
        equal(0L, found.getFull_length(), "full_length");
    }

    private void everyByte(Store.Client store) throws TException {
        ByteBuffer all = bytes(IntStream.range(0, 256).toArray());
        ByteBuffer backwards = bytes(IntStream.range(0, 256).map(i -> 255 - i).toArray());
        store.put(DEFAULT, all, backwards, null);
        equal(backwards, store.get(DEFAULT, all, null).bufferForValue(), "value");
        List<ByteBuffer> shortKeys = List.of(
                bytes(0), bytes(0x7f), bytes(0x80), bytes(0xff), bytes(0, 0));
        for (ByteBuffer key : shortKeys) {
            store.put(DEFAULT, key, key, null);
        }
        ScanResult page = scan(store, new KeyRange(), null);
        equal(List.of(bytes(0), bytes(0, 0), all, bytes(0x7f), bytes(0x80), bytes(0xff)),
                keys(page), "keys");
        equal(List.of(bytes(0), bytes(0, 0), backwards, bytes(0x7f), bytes(0x80), bytes(0xff)),
                values(page), "values");
    }

    private void longestValue(Store.Client store) throws TException {
        ByteBuffer value = cycle(1_048_576);
        store.put(DEFAULT, text("k"), value, null);
        holds(value.equals(get(store, "k").bufferForValue()), "another value");
        GetResult slice = get(store, "k", new GetOptions().setOffset(1_048_570).setLength(100));
        equal(value.position(1_048_570), slice.bufferForValue(), "slice");
        equal(1_048_576L, slice.getFull_length(), "full_length");
    }

    private void valueTooLong(Store.Client store) throws Exception {
        invalid(InvalidCode.OVER_LIMIT, "value", 1_048_576, 1_048_577,
                () -> store.put(DEFAULT, text("k"), cycle(1_048_577), null));
        equal(false, get(store, "k").isFound(), "found");
    }

    private void keysAtTheirLimits(Store.Client store) throws Exception {
        store.put(DEFAULT, cycle(1024), text("v"), null);
        equal(text("v"), store.get(DEFAULT, cycle(1024), null).bufferForValue(), "value");
        invalid(InvalidCode.OVER_LIMIT, "key", 1024, 1025,
                () -> store.put(DEFAULT, cycle(1025), text("v"), null));
        invalid(InvalidCode.BAD_ARGUMENT, "key", 1, 0, () -> put(store, "", "v"));
    }

    private void conditions(Store.Client store) throws TException {
        ByteBuffer value = bytes(0, 0xff);
        long version = store.put(DEFAULT, text("k"), value, null).getVersion();

        WriteResult failed = put(store, "k", "new",
                new PutOptions().setCondition(absent()).setReturn_current(true));
        equal(false, failed.isApplied(), "applied");
        equal(NotApplied.CONDITION_FAILED, failed.getReason(), "reason");
        equal(version, failed.getCurrent_version(), "current_version");
        equal(value, failed.bufferForCurrent_value(), "current_value");

        failed = put(store, "k", "new",
                new PutOptions().setCondition(new Condition().setVersion_equal(version - 1)));
        holds(!failed.isApplied() && !failed.isSetCurrent_value(), "version_equal");

        Condition same = new Condition()
                .setValue_equal(value).setPresent(true).setVersion_at_most(version);
        equal(true, put(store, "k", "new", new PutOptions().setCondition(same)).isApplied(),
                "applied");
    }

    private void readingLess(Store.Client store) throws TException {
        long version = put(store, "k", "value").getVersion();
        GetResult known = get(store, "k", new GetOptions().setIf_version_not(version));
        holds(known.isUnchanged() && !known.isSetValue(), "if_version_not");
        GetResult bare = get(store, "k", new GetOptions().setWant_value(false));
        holds(bare.isFound() && !bare.isSetValue(), "want_value");
        equal(5L, bare.getFull_length(), "full_length");
        GetResult slice = get(store, "k", new GetOptions().setOffset(1).setLength(3));
        equal(text("alu"), slice.bufferForValue(), "slice");
    }

    private void expiry(Store.Client store) throws TException {
        long later = 4_102_444_800_000L;
        put(store, "k", "v", new PutOptions().setExpiry(new Expiry().setTtl_ms(3_600_000)));
        holds(get(store, "k").getExpires_at_ms() > store.ping(text("")).getNow_ms(), "ttl_ms");
        store.touch(DEFAULT, text("k"), new Expiry().setAt_ms(later), null);
        equal(later, get(store, "k").getExpires_at_ms(), "after touch");
        put(store, "k", "v", new PutOptions().setExpiry(new Expiry().setKeep(true)));
        equal(later, get(store, "k").getExpires_at_ms(), "after keep");
        store.touch(DEFAULT, text("k"), new Expiry(), null);
        equal(0L, get(store, "k").getExpires_at_ms(), "after a touch without expiry");
        put(store, "k", "v", new PutOptions().setExpiry(new Expiry().setAt_ms(1)));
        equal(false, get(store, "k").isFound(), "found");
        WriteResult touched = store.touch(DEFAULT, text("k"), new Expiry(), null);
        equal(false, touched.isApplied(), "applied");
        equal(NotApplied.KEY_ABSENT, touched.getReason(), "reason");
    }

    private void remove(Store.Client store) throws TException {
        put(store, "k", "v");
        for (boolean existed : new boolean[] {true, false}) {
            WriteResult removed = store.remove(DEFAULT, text("k"), null);
            equal(true, removed.isApplied(), "applied");
            equal(existed, removed.isExisted(), "existed");
        }
        WriteResult blind =
                store.remove(DEFAULT, text("k"), new RemoveOptions().setWant_existed(false));
        holds(blind.isApplied() && !blind.isSetExisted(), "removed blindly");
        for (boolean existed : new boolean[] {false, true}) {
            WriteResult written = store.put(DEFAULT, text("k"), text("v"),
                    new PutOptions().setWant_existed(true));
            holds(written.isApplied() && written.isSetExisted(), "put");
            equal(existed, written.isExisted(), "put: existed");
        }
        RemoveOptions present = new RemoveOptions().setCondition(new Condition().setPresent(true));
        store.remove(DEFAULT, text("k"), null);
        WriteResult removed = store.remove(DEFAULT, text("k"), present);
        equal(false, removed.isApplied(), "applied");
        equal(NotApplied.CONDITION_FAILED, removed.getReason(), "reason");
        holds(removed.isSetExisted() && !removed.isExisted(), "not existed");
    }

    /** Increments; reason and number must be these, and get must see the counter's 8 bytes. */
    private static void counts(Store.Client store, String key, long delta,
            IncrementOptions options, NotApplied reason, long number) throws TException {
        String what = key + " plus " + delta;
        IncrementResult result = store.increment(DEFAULT, text(key), delta, options);
        equal(reason == NotApplied.WAS_APPLIED, result.isApplied(), what + ": applied");
        equal(reason, result.getReason(), what + ": reason");
        equal(number, result.getNumber(), what);
        equal(number, get(store, key).bufferForValue().getLong(), what + ": bytes");
        equal(8L, get(store, key).getFull_length(), what + ": length");
    }

    private void counters(Store.Client store) throws TException {
        counts(store, "n", 5, new IncrementOptions().setInitial(10), NotApplied.WAS_APPLIED, 15);
        counts(store, "n", -20, null, NotApplied.WAS_APPLIED, -5);
        counts(store, "n", 1, new IncrementOptions().setHighest(-5), NotApplied.OUT_OF_RANGE, -5);
        put(store, "t", "text");
        IncrementResult result = store.increment(DEFAULT, text("t"), 1, null);
        equal(NotApplied.NOT_A_COUNTER, result.getReason(), "reason");
    }

    private void bothEnds(Store.Client store) throws TException {
        long big = 9_007_199_254_740_993L;
        counts(store, "max", Long.MAX_VALUE, null, NotApplied.WAS_APPLIED, Long.MAX_VALUE);
        counts(store, "max", 1, null, NotApplied.OUT_OF_RANGE, Long.MAX_VALUE);
        counts(store, "min", Long.MIN_VALUE, null, NotApplied.WAS_APPLIED, Long.MIN_VALUE);
        counts(store, "min", -1, null, NotApplied.OUT_OF_RANGE, Long.MIN_VALUE);
        counts(store, "big", big, null, NotApplied.WAS_APPLIED, big);
    }

    private void append(Store.Client store) throws TException {
        equal(3L, store.append(DEFAULT, text("l"), text("one"), null).getLength(), "length");
        equal(5L, store.append(DEFAULT, text("l"), bytes(0, 0xff), null).getLength(), "length");
        equal(bytes('o', 'n', 'e', 0, 0xff), get(store, "l").bufferForValue(), "value");
        AppendResult longer = store.append(DEFAULT, text("l"), text("x"),
                new AppendOptions().setMax_length(5));
        equal(NotApplied.TOO_LONG, longer.getReason(), "reason");
        equal(5L, longer.getLength(), "length");
        AppendResult none = store.append(DEFAULT, text("none"), text("x"),
                new AppendOptions().setCreate(false));
        equal(NotApplied.KEY_ABSENT, none.getReason(), "reason");
    }

    private void batch(Store.Client store) throws TException {
        put(store, "old", "1");
        List<Mutation> mutations = List.of(
                putMutation("new", text("2")),
                incrementMutation("n", 7),
                new Mutation(MutationKind.REMOVE, text("old")),
                new Mutation(MutationKind.REMOVE_RANGE, text("x")).setStop_key(text("y")));
        BatchOptions options = new BatchOptions().setGuards(List.of(
                new Guard(text("old"), new Condition().setPresent(true)),
                new Guard(text("new"), absent())));
        BatchResult done = store.batch(DEFAULT, mutations, options);
        holds(done.isApplied() && done.getVersion() > 0, "batch");
        equal(List.of(7L), done.getNumbers(), "numbers");
        equal(-1, done.getFailed_guard(), "failed_guard");
        equal(-1, done.getFailed_mutation(), "failed_mutation");
        equal(done.getVersion(), get(store, "new").getVersion(), "version of new");
        equal(false, get(store, "old").isFound(), "old found");

        BatchResult again = store.batch(DEFAULT, mutations, options);
        equal(false, again.isApplied(), "applied");
        equal(NotApplied.CONDITION_FAILED, again.getReason(), "reason");
        equal(0, again.getFailed_guard(), "failed_guard");

        BatchResult failed = store.batch(DEFAULT, List.of(
                putMutation("a", text("1")),
                putMutation("new", text("3")).setCondition(absent())), null);
        equal(1, failed.getFailed_mutation(), "failed_mutation");
        equal(false, get(store, "a").isFound(), "a found");
    }

    private void bulkWrite(Store.Client store) throws TException {
        BulkWriteResult result = store.bulk_write(DEFAULT, List.of(
                putMutation("a", text("1")),
                putMutation("a", text("2")).setCondition(absent()),
                incrementMutation("n", 3)), null);
        equal(List.of(true, false, true),
                result.getItems().stream().map(BulkItem::isApplied).collect(Collectors.toList()),
                "applied");
        BulkItem first = result.getItems().get(0);
        BulkItem second = result.getItems().get(1);
        equal(NotApplied.CONDITION_FAILED, second.getReason(), "reason");
        equal(first.getVersion(), second.getCurrent_version(), "current_version");
        equal(3L, result.getItems().get(2).getNumber(), "number");
        equal(2L, result.getApplied_count(), "applied_count");
    }

    private void multiGet(Store.Client store) throws TException {
        put(store, "a", "1");
        put(store, "b", "");
        List<ByteBuffer> keys = texts(List.of("b", "none", "a", "a"));
        List<GetItem> items = store.multi_get(DEFAULT, keys, null).getItems();
        equal(List.of(true, false, true, true),
                items.stream().map(GetItem::isFound).collect(Collectors.toList()), "found");
        equal(Stream.of(text(""), null, text("1"), text("1")).collect(Collectors.toList()),
                items.stream().map(GetItem::bufferForValue).collect(Collectors.toList()), "values");
        items = store.multi_get(DEFAULT, keys, new MultiGetOptions().setWant_values(false))
                .getItems();
        holds(items.stream().noneMatch(GetItem::isSetValue), "values that are not wanted");
        equal(List.of(0L, 0L, 1L, 1L),
                items.stream().map(GetItem::getFull_length).collect(Collectors.toList()),
                "full_length");
        equal(0, store.multi_get(DEFAULT, List.of(), null).getItemsSize(), "items of no keys");
    }

    private void scan(Store.Client store) throws TException {
        List<String> keys = numbered("a%02d", 10);
        fill(store, keys);
        fill(store, List.of("b00"));
        scanPages(store, texts(keys));

        KeyRange range = new KeyRange().setStart_key(text("a05")).setStop_key(text("b00"));
        equal(texts(reversed(keys.subList(5, 10))),
                keys(scan(store, range, new ScanOptions().setReverse(true))), "in reverse");
        ScanResult bare = scan(store, new KeyRange(), new ScanOptions().setKeys_only(true));
        equal(11, bare.getItemsSize(), "items");
        holds(bare.getItems().stream()
                .allMatch(item -> !item.isSetValue() && item.getFull_length() == 3), "keys_only");
        ScanResult counted = scan(store, new KeyRange(), new ScanOptions().setCount_only(true));
        equal(0, counted.getItemsSize(), "items");
        equal(11L, counted.getCount(), "count");
    }

    private static void scanPages(Store.Client store, List<ByteBuffer> keys) throws TException {
        ScanOptions options = new ScanOptions().setLimit_items(4);
        for (int from = 0; from < 8; from += 4) {
            ScanResult page = scan(store, prefix("a"), options);
            equal(keys.subList(from, from + 4), values(page), "page");
            equal(StopReason.LIMIT_ITEMS, page.getStop_reason(), "stop_reason");
            options.setPage_token(page.getNext_token());
        }
        ScanResult last = scan(store, prefix("a"), options);
        equal(keys.subList(8, 10), values(last), "last page");
        equal(StopReason.RANGE_END, last.getStop_reason(), "stop_reason");
        equal(false, last.isSetNext_token(), "next_token");
    }

    private void rangeInfo(Store.Client store) throws TException {
        List<Mutation> mutations = numbered("k%03d", 100).stream()
                .map(key -> putMutation(key, cycle(1000))).collect(Collectors.toList());
        store.bulk_write(DEFAULT, mutations, null);
        List<RangeInfo> infos = store.range_info(DEFAULT, List.of(new KeyRange(), prefix("none")),
                new RangeInfoOptions().setSplit_bytes(10_000)).getInfos();
        equal(2, infos.size(), "infos");
        RangeInfo all = infos.get(0);
        holds(all.getEstimated_keys() > 0, "no keys");
        rising(all.getSplit_keys(), "split_keys");
        holds(all.getDead_ratio() >= 0 && all.getDead_ratio() <= 1, "dead_ratio");
    }

    private void checksum(Store.Client store) throws TException {
        List<Long> sums = new ArrayList<>();
        for (String value : List.of("one", "two", "one")) {
            put(store, "k", value);
            ChecksumResult result = store.checksum(DEFAULT, new KeyRange(), null);
            equal(1L, result.getKeys(), "keys");
            equal(4L, result.getBytes(), "bytes");
            sums.add(result.getChecksum());
        }
        holds(!sums.get(0).equals(sums.get(1)), "one checksum of two values");
        equal(sums.get(0), sums.get(2), "checksum");
    }

    private void removeRange(Store.Client store) throws TException {
        fill(store, List.of("a0", "a1", "b0"));
        RemoveRangeOptions dry = new RemoveRangeOptions().setDry_run(true);
        equal(0L, store.remove_range(DEFAULT, prefix("a"), dry).getVersion(), "version");
        equal(3, scan(store, new KeyRange(), null).getItemsSize(), "items");
        holds(store.remove_range(DEFAULT, prefix("a"), null).getVersion() > 0, "no version");
        equal(texts(List.of("b0")), keys(scan(store, new KeyRange(), null)), "keys");
    }

    private void manyAtOnce(Store.Client store) throws TException {
        List<String> keys = numbered("key%05d", 2000);
        fill(store, keys);
        List<Mutation> increments = numbered("n%05d", 2000).stream()
                .map(key -> incrementMutation(key, 1)).collect(Collectors.toList());
        equal(Collections.nCopies(2000, 1L), store.batch(DEFAULT, increments, null).getNumbers(),
                "numbers");
        List<ByteBuffer> falling = texts(reversed(keys));
        equal(falling, store.multi_get(DEFAULT, falling, null).getItems().stream()
                .map(GetItem::bufferForValue).collect(Collectors.toList()), "values");
        ScanResult page = scan(store, prefix("key"), new ScanOptions().setLimit_items(10_000));
        equal(texts(keys), keys(page), "keys");
    }

    private void tooManyAtOnce(Store.Client store) throws Exception {
        invalid(InvalidCode.OVER_LIMIT, "keys", 32_768, 32_769,
                () -> store.multi_get(DEFAULT, Collections.nCopies(32_769, text("x")), null));
    }

    /**
     * The stubs have the two halves of each call: send_put and recv_put. A client takes no reply
     * but that of its latest request, so each request under way has a client of its own. They cost
     * next to nothing; the connection is one.
     */
    private void pipelining(Store.Client store) throws TException {
        TProtocol protocol = servers.protocol("DATA");
        List<Store.Client> puts = new ArrayList<>();
        List<Store.Client> increments = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            puts.add(new Store.Client(protocol));
            puts.get(i).send_put(DEFAULT, text("same"), text(String.valueOf(i)), null);
            increments.add(new Store.Client(protocol));
            increments.get(i).send_increment(DEFAULT, text("n"), 1, null);
        }
        List<Long> versions = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            versions.add(puts.get(i).recv_put().getVersion());
            IncrementResult counted = increments.get(i).recv_increment();
            versions.add(counted.getVersion());
            equal(i + 1L, counted.getNumber(), "number");
        }
        rising(versions, "versions");
        equal(text("49"), get(store, "same").bufferForValue(), "value");
    }
}
