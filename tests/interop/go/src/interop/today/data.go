package main

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"

	"github.com/apache/thrift/lib/go/thrift"

	"interop/check"
	"larder"
)

// Checks 1 to 26: data.
//
// Options that have a default in the contract must be made by New...Options: in a literal they
// would be zero, and be sent as such.
func dataChecks() {
	check.Run(1, "ping", "DATA", ping)
	check.Run(2, "server_info", "DATA", serverInfo)
	check.Run(3, "put and get", "DATA", putAndGet)
	check.Run(4, "empty options", "DATA", emptyOptions)
	check.Run(5, "an empty value", "DATA", emptyValue)
	check.Run(6, "every byte", "DATA", everyByte)
	check.Run(7, "the longest value", "DATA", longestValue)
	check.Run(8, "a value too long", "DATA", valueTooLong)
	check.Run(9, "keys at their limits", "DATA", keysAtTheirLimits)
	check.Run(10, "conditions", "DATA", conditions)
	check.Run(11, "reading less", "DATA", readingLess)
	check.Run(12, "expiry", "DATA", expiry)
	check.Run(13, "remove", "DATA", remove)
	check.Run(14, "counters", "DATA", counters)
	check.Run(15, "both ends of i64", "DATA", bothEnds)
	check.Run(16, "append", "DATA", appendValues)
	check.Run(17, "batch", "DATA", batch)
	check.Run(18, "bulk_write", "DATA", bulkWrite)
	check.Run(19, "multi_get", "DATA", multiGet)
	check.Run(20, "scan", "DATA", scan)
	check.Run(21, "range_info", "DATA", rangeInfo)
	check.Run(22, "checksum", "DATA", checksum)
	check.Run(23, "remove_range", "DATA", removeRange)
	check.Run(24, "many at once", "DATA", manyAtOnce)
	check.Run(25, "too many at once", "DATA", tooManyAtOnce)
	check.Run(26, "pipelining", "DATA", pipelining)
}

func put(store *larder.StoreClient, key, value string,
	options *larder.PutOptions) *larder.WriteResult_ {
	return check.Must(store.Put(ctx, check.Default, []byte(key), []byte(value), options))
}

func get(store *larder.StoreClient, key string) *larder.GetResult_ {
	return check.Must(store.Get(ctx, check.Default, []byte(key), nil))
}

// putIf returns options with a condition.
func putIf(condition *larder.Condition) *larder.PutOptions {
	options := larder.NewPutOptions()
	options.Condition = condition
	return options
}

// putUntil returns options with an expiry.
func putUntil(expiry *larder.Expiry) *larder.PutOptions {
	options := larder.NewPutOptions()
	options.Expiry = expiry
	return options
}

func absent() *larder.Condition {
	return &larder.Condition{Absent: thrift.Pointer(true)}
}

func present() *larder.Condition {
	return &larder.Condition{Present: thrift.Pointer(true)}
}

func putMutation(key, value string, condition *larder.Condition) *larder.Mutation {
	return &larder.Mutation{
		Kind:      larder.MutationKind_PUT,
		Key:       []byte(key),
		Value:     []byte(value),
		Condition: condition,
	}
}

func incrementMutation(key string, delta int64) *larder.Mutation {
	return &larder.Mutation{Kind: larder.MutationKind_INCREMENT, Key: []byte(key), Delta: &delta}
}

// fill writes keys with themselves as values.
func fill(store *larder.StoreClient, keys ...string) {
	mutations := make([]*larder.Mutation, len(keys))
	for i, key := range keys {
		mutations[i] = putMutation(key, key, nil)
	}
	written := check.Must(store.BulkWrite(ctx, check.Default, mutations, nil))
	check.Equal("applied_count", int64(len(keys)), written.AppliedCount)
}

func scanned(store *larder.StoreClient, span *larder.KeyRange,
	options *larder.ScanOptions) *larder.ScanResult_ {
	return check.Must(store.Scan(ctx, check.Default, span, options))
}

func prefix(text string) *larder.KeyRange {
	return &larder.KeyRange{Prefix: []byte(text)}
}

func keysOf(items []*larder.ScanItem) []string {
	keys := []string{}
	for _, item := range items {
		keys = append(keys, string(item.Key))
	}
	return keys
}

func valuesOf(items []*larder.ScanItem) []string {
	values := []string{}
	for _, item := range items {
		values = append(values, string(item.Value))
	}
	return values
}

// numbered returns keys of a format with the numbers from 0 on.
func numbered(format string, count int) []string {
	keys := make([]string, count)
	for i := range keys {
		keys[i] = fmt.Sprintf(format, i)
	}
	return keys
}

func reversed[T any](list []T) []T {
	other := []T{}
	for i := len(list) - 1; i >= 0; i-- {
		other = append(other, list[i])
	}
	return other
}

// rising tells whether each is greater than the one before.
func rising[T int64 | string](list []T) bool {
	for i := 1; i < len(list); i++ {
		if list[i] <= list[i-1] {
			return false
		}
	}
	return true
}

func ping(store *larder.StoreClient) {
	payload := []byte("\x00\xff\x80\x0alarder")
	result := check.Must(store.Ping(ctx, payload))
	check.SameBytes("payload", payload, result.Payload)
	check.Holds("now_ms", result.NowMs > 1_600_000_000_000)
	check.SameBytes("empty payload", nil, check.Must(store.Ping(ctx, []byte{})).Payload)
}

func serverInfo(store *larder.StoreClient) {
	said := &larder.ServerInfoOptions{
		Client:     thrift.Pointer("interop"),
		APIVersion: thrift.Pointer[int32](larder.API_VERSION),
	}
	for _, options := range []*larder.ServerInfoOptions{said, nil} {
		info := check.Must(store.ServerInfo(ctx, options))
		check.Equal("api_version", larder.API_VERSION, info.APIVersion)
		check.Equal("stores", 1, len(info.Stores))
		check.Equal("store", check.Default, info.Stores[0].Name)
		limits := map[string]larder.LimitInfo{}
		for _, limit := range info.Limits {
			limits[limit.Name] = *limit
		}
		check.Equal("value_bytes", 1_048_576, limits["value_bytes"].Value)
		check.Equal("unit", "bytes", limits["value_bytes"].Unit)
		methods := map[string]bool{}
		for _, method := range info.Methods {
			methods[method] = true
		}
		check.Holds("put is served", methods["put"])
	}
}

// Stubs of Go send absent options as options of which no field is set.
func putAndGet(store *larder.StoreClient) {
	written := put(store, "k", "v", nil)
	check.Holds("applied, and no word of existing", written.Applied && written.Existed == nil)
	check.Equal("reason", larder.NotApplied_WAS_APPLIED, written.Reason)
	check.Holds("version", written.Version > 0)
	found := get(store, "k")
	check.Equal("found", true, found.Found)
	check.Equal("value", "v", string(found.Value))
	check.Equal("version", written.Version, found.Version)
	check.Equal("expires_at_ms", 0, found.ExpiresAtMs)
	check.Equal("full_length", 1, found.FullLength)
	missed := get(store, "none")
	check.Holds("nothing found", !missed.Found && missed.Value == nil && missed.Version == 0)
}

func emptyOptions(store *larder.StoreClient) {
	written := put(store, "k", "v", larder.NewPutOptions())
	check.Holds("applied", written.Applied && written.Existed == nil)
	found := check.Must(store.Get(ctx, check.Default, []byte("k"), larder.NewGetOptions()))
	check.Equal("value", "v", string(found.Value))
	check.Equal("version", written.Version, found.Version)
	check.Equal("items", 1, len(scanned(store, larder.NewKeyRange(), larder.NewScanOptions()).Items))
}

func emptyValue(store *larder.StoreClient) {
	put(store, "k", "", nil)
	found := get(store, "k")
	check.Holds("found, empty", found.Found && len(found.Value) == 0 && found.FullLength == 0)
}

func everyByte(store *larder.StoreClient) {
	bytes := make([]byte, 256)
	for i := range bytes {
		bytes[i] = byte(i)
	}
	all, backwards := string(bytes), string(reversed(bytes))
	put(store, all, backwards, nil)
	check.Equal("value", backwards, string(get(store, all).Value))
	for _, key := range []string{"\x00", "\x7f", "\x80", "\xff", "\x00\x00"} {
		put(store, key, key, nil)
	}
	items := scanned(store, larder.NewKeyRange(), nil).Items
	check.Equal("keys", []string{"\x00", "\x00\x00", all, "\x7f", "\x80", "\xff"}, keysOf(items))
	values := []string{"\x00", "\x00\x00", backwards, "\x7f", "\x80", "\xff"}
	check.Equal("values", values, valuesOf(items))
}

func longestValue(store *larder.StoreClient) {
	value := check.Bytes(1_048_576)
	check.Must(store.Put(ctx, check.Default, []byte("k"), value, nil))
	check.SameBytes("value", value, get(store, "k").Value)
	options := larder.NewGetOptions()
	options.Offset = 1_048_570
	options.Length = thrift.Pointer[int64](100)
	slice := check.Must(store.Get(ctx, check.Default, []byte("k"), options))
	check.SameBytes("slice", value[1_048_570:], slice.Value)
	check.Equal("full_length", 1_048_576, slice.FullLength)
}

func valueTooLong(store *larder.StoreClient) {
	value := check.Bytes(1_048_577)
	exception := check.Invalid(store.Put(ctx, check.Default, []byte("k"), value, nil))
	check.Says(exception, larder.InvalidCode_OVER_LIMIT, "value")
	check.Limits(exception, 1_048_576, 1_048_577)
	check.Equal("found", false, get(store, "k").Found)
}

func keysAtTheirLimits(store *larder.StoreClient) {
	longest := string(check.Bytes(1024))
	put(store, longest, "v", nil)
	check.Equal("value", "v", string(get(store, longest).Value))
	long := check.Invalid(store.Put(ctx, check.Default, check.Bytes(1025), []byte("v"), nil))
	check.Says(long, larder.InvalidCode_OVER_LIMIT, "key")
	check.Limits(long, 1024, 1025)
	empty := check.Invalid(store.Put(ctx, check.Default, []byte{}, []byte("v"), nil))
	check.Says(empty, larder.InvalidCode_BAD_ARGUMENT, "key")
	check.Limits(empty, 1, 0)
}

func conditions(store *larder.StoreClient) {
	value := "\x00\xff"
	version := put(store, "k", value, nil).Version

	create := putIf(absent())
	create.ReturnCurrent = true
	failed := put(store, "k", "new", create)
	check.Equal("applied", false, failed.Applied)
	check.Equal("reason", larder.NotApplied_CONDITION_FAILED, failed.Reason)
	check.Equal("current_version", version, failed.CurrentVersion)
	check.Equal("current_value", value, string(failed.CurrentValue))

	older := &larder.Condition{VersionEqual: thrift.Pointer(version - 1)}
	failed = put(store, "k", "new", putIf(older))
	check.Holds("neither applied nor shown", !failed.Applied && failed.CurrentValue == nil)

	same := present()
	same.ValueEqual = []byte(value)
	same.VersionAtMost = &version
	check.Equal("applied", true, put(store, "k", "new", putIf(same)).Applied)
}

func readingLess(store *larder.StoreClient) {
	version := put(store, "k", "value", nil).Version
	with := func(set func(*larder.GetOptions)) *larder.GetResult_ {
		options := larder.NewGetOptions()
		set(options)
		return check.Must(store.Get(ctx, check.Default, []byte("k"), options))
	}
	known := with(func(options *larder.GetOptions) { options.IfVersionNot = &version })
	check.Holds("unchanged", known.Unchanged && known.Value == nil)
	bare := with(func(options *larder.GetOptions) { options.WantValue = false })
	check.Holds("found without value", bare.Found && bare.Value == nil && bare.FullLength == 5)
	slice := with(func(options *larder.GetOptions) {
		options.Offset, options.Length = 1, thrift.Pointer[int64](3)
	})
	check.Equal("slice", "alu", string(slice.Value))
}

func expiry(store *larder.StoreClient) {
	const later = int64(4_102_444_800_000)
	touch := func(expiry larder.Expiry) *larder.WriteResult_ {
		return check.Must(store.Touch(ctx, check.Default, []byte("k"), &expiry, nil))
	}
	put(store, "k", "v", putUntil(&larder.Expiry{TTLMs: thrift.Pointer[int64](3_600_000)}))
	now := check.Must(store.Ping(ctx, nil)).NowMs
	check.Holds("it expires in the future", get(store, "k").ExpiresAtMs > now)
	touch(larder.Expiry{AtMs: thrift.Pointer(later)})
	check.Equal("after touch", later, get(store, "k").ExpiresAtMs)
	put(store, "k", "v", putUntil(&larder.Expiry{Keep: thrift.Pointer(true)}))
	check.Equal("after keep", later, get(store, "k").ExpiresAtMs)
	touch(larder.Expiry{})
	check.Equal("after a touch without expiry", 0, get(store, "k").ExpiresAtMs)
	put(store, "k", "v", putUntil(&larder.Expiry{AtMs: thrift.Pointer[int64](1)}))
	check.Equal("found", false, get(store, "k").Found)
	touched := touch(larder.Expiry{})
	check.Equal("applied", false, touched.Applied)
	check.Equal("reason", larder.NotApplied_KEY_ABSENT, touched.Reason)
}

func remove(store *larder.StoreClient) {
	put(store, "k", "v", nil)
	for _, existed := range []bool{true, false} {
		removed := check.Must(store.Remove(ctx, check.Default, []byte("k"), nil))
		check.Equal("applied", true, removed.Applied)
		check.Equal("existed", existed, *removed.Existed)
	}
	options := larder.NewRemoveOptions()
	options.WantExisted = false
	removed := check.Must(store.Remove(ctx, check.Default, []byte("k"), options))
	check.Holds("removed blindly", removed.Applied && removed.Existed == nil)
	curious := larder.NewPutOptions()
	curious.WantExisted = true
	for _, existed := range []bool{false, true} {
		check.Equal("put", existed, *put(store, "k", "v", curious).Existed)
	}
	check.Must(store.Remove(ctx, check.Default, []byte("k"), nil))
	options = larder.NewRemoveOptions()
	options.Condition = present()
	removed = check.Must(store.Remove(ctx, check.Default, []byte("k"), options))
	check.Equal("applied", false, removed.Applied)
	check.Equal("reason", larder.NotApplied_CONDITION_FAILED, removed.Reason)
	check.Equal("existed", false, *removed.Existed)
}

// counts increments; the reason and the number must be these, and get must see the counter's 8
// bytes.
func counts(store *larder.StoreClient, key string, delta int64, options *larder.IncrementOptions,
	reason larder.NotApplied, number int64) {
	what := fmt.Sprintf("%s plus %d", key, delta)
	result := check.Must(store.Increment(ctx, check.Default, []byte(key), delta, options))
	check.Equal(what+": applied", reason == larder.NotApplied_WAS_APPLIED, result.Applied)
	check.Equal(what+": reason", reason, result.Reason)
	check.Equal(what, number, result.Number)
	value := binary.BigEndian.AppendUint64(nil, uint64(number))
	check.SameBytes(what+": bytes", value, get(store, key).Value)
}

func counters(store *larder.StoreClient) {
	initial := larder.NewIncrementOptions()
	initial.Initial = 10
	counts(store, "n", 5, initial, larder.NotApplied_WAS_APPLIED, 15)
	counts(store, "n", -20, nil, larder.NotApplied_WAS_APPLIED, -5)
	bounded := larder.NewIncrementOptions()
	bounded.Highest = thrift.Pointer[int64](-5)
	counts(store, "n", 1, bounded, larder.NotApplied_OUT_OF_RANGE, -5)
	put(store, "t", "text", nil)
	result := check.Must(store.Increment(ctx, check.Default, []byte("t"), 1, nil))
	check.Equal("reason", larder.NotApplied_NOT_A_COUNTER, result.Reason)
}

func bothEnds(store *larder.StoreClient) {
	counts(store, "max", math.MaxInt64, nil, larder.NotApplied_WAS_APPLIED, math.MaxInt64)
	counts(store, "max", 1, nil, larder.NotApplied_OUT_OF_RANGE, math.MaxInt64)
	counts(store, "min", math.MinInt64, nil, larder.NotApplied_WAS_APPLIED, math.MinInt64)
	counts(store, "min", -1, nil, larder.NotApplied_OUT_OF_RANGE, math.MinInt64)
	const big = 9_007_199_254_740_993
	counts(store, "big", big, nil, larder.NotApplied_WAS_APPLIED, big)
}

func appendValues(store *larder.StoreClient) {
	appended := func(key, value string, options *larder.AppendOptions) *larder.AppendResult_ {
		return check.Must(store.Append(ctx, check.Default, []byte(key), []byte(value), options))
	}
	check.Equal("length", 3, appended("l", "one", nil).Length)
	check.Equal("length", 5, appended("l", "\x00\xff", nil).Length)
	check.Equal("value", "one\x00\xff", string(get(store, "l").Value))
	bounded := larder.NewAppendOptions()
	bounded.MaxLength = thrift.Pointer[int64](5)
	longer := appended("l", "x", bounded)
	check.Equal("reason", larder.NotApplied_TOO_LONG, longer.Reason)
	check.Equal("length", 5, longer.Length)
	existing := larder.NewAppendOptions()
	existing.Create = false
	check.Equal("reason", larder.NotApplied_KEY_ABSENT, appended("none", "x", existing).Reason)
}

func batch(store *larder.StoreClient) {
	put(store, "old", "1", nil)
	mutations := []*larder.Mutation{
		putMutation("new", "2", nil),
		incrementMutation("n", 7),
		{Kind: larder.MutationKind_REMOVE, Key: []byte("old")},
		{Kind: larder.MutationKind_REMOVE_RANGE, Key: []byte("x"), StopKey: []byte("y")},
	}
	options := larder.NewBatchOptions()
	options.Guards = []*larder.Guard{
		{Key: []byte("old"), Condition: present()},
		{Key: []byte("new"), Condition: absent()},
	}
	done := check.Must(store.Batch(ctx, check.Default, mutations, options))
	check.Holds("applied, with a version", done.Applied && done.Version > 0)
	check.Equal("numbers", []int64{7}, done.Numbers)
	check.Equal("failed_guard", -1, done.FailedGuard)
	check.Equal("failed_mutation", -1, done.FailedMutation)
	check.Equal("version of new", done.Version, get(store, "new").Version)
	check.Equal("old found", false, get(store, "old").Found)

	again := check.Must(store.Batch(ctx, check.Default, mutations, options))
	check.Equal("applied", false, again.Applied)
	check.Equal("reason", larder.NotApplied_CONDITION_FAILED, again.Reason)
	check.Equal("failed_guard", 0, again.FailedGuard)

	mutations = []*larder.Mutation{putMutation("a", "1", nil), putMutation("new", "3", absent())}
	failed := check.Must(store.Batch(ctx, check.Default, mutations, nil))
	check.Equal("failed_mutation", 1, failed.FailedMutation)
	check.Equal("a found", false, get(store, "a").Found)
}

func bulkWrite(store *larder.StoreClient) {
	mutations := []*larder.Mutation{
		putMutation("a", "1", nil), putMutation("a", "2", absent()), incrementMutation("n", 3),
	}
	result := check.Must(store.BulkWrite(ctx, check.Default, mutations, nil))
	check.Equal("items", 3, len(result.Items))
	first, second, third := result.Items[0], result.Items[1], result.Items[2]
	check.Holds("first and last applied", first.Applied && !second.Applied && third.Applied)
	check.Equal("reason", larder.NotApplied_CONDITION_FAILED, second.Reason)
	check.Equal("current_version", first.Version, second.CurrentVersion)
	check.Equal("number", 3, third.Number)
	check.Equal("applied_count", 2, result.AppliedCount)
}

func multiGet(store *larder.StoreClient) {
	put(store, "a", "1", nil)
	put(store, "b", "", nil)
	keys := [][]byte{[]byte("b"), []byte("none"), []byte("a"), []byte("a")}
	items := check.Must(store.MultiGet(ctx, check.Default, keys, nil)).Items
	check.Equal("items", 4, len(items))
	for i, value := range []string{"", "", "1", "1"} {
		check.Equal("found", i != 1, items[i].Found)
		check.Equal("value", value, string(items[i].Value))
	}
	options := larder.NewMultiGetOptions()
	options.WantValues = false
	items = check.Must(store.MultiGet(ctx, check.Default, keys, options)).Items
	for i, length := range []int64{0, 0, 1, 1} {
		check.Holds("no value", items[i].Value == nil)
		check.Equal("full_length", length, items[i].FullLength)
	}
	none := check.Must(store.MultiGet(ctx, check.Default, nil, nil))
	check.Equal("items of no keys", 0, len(none.Items))
}

func scan(store *larder.StoreClient) {
	keys := numbered("a%02d", 10)
	fill(store, append(keys, "b00")...)
	scanPages(store, keys)

	backwards := larder.NewScanOptions()
	backwards.Reverse = true
	span := &larder.KeyRange{StartKey: []byte("a05"), StopKey: []byte("b00")}
	items := scanned(store, span, backwards).Items
	check.Equal("in reverse", reversed(keys[5:]), keysOf(items))

	bare := larder.NewScanOptions()
	bare.KeysOnly = true
	items = scanned(store, larder.NewKeyRange(), bare).Items
	check.Equal("items", 11, len(items))
	for _, item := range items {
		check.Holds("keys_only", item.Value == nil && item.FullLength == 3)
	}

	count := larder.NewScanOptions()
	count.CountOnly = true
	counted := scanned(store, larder.NewKeyRange(), count)
	check.Equal("items", 0, len(counted.Items))
	check.Equal("count", 11, counted.Count)
}

func scanPages(store *larder.StoreClient, keys []string) {
	options := larder.NewScanOptions()
	options.LimitItems = 4
	for _, part := range [][]string{keys[:4], keys[4:8]} {
		page := scanned(store, prefix("a"), options)
		check.Equal("page", part, valuesOf(page.Items))
		check.Equal("stop_reason", larder.StopReason_LIMIT_ITEMS, page.StopReason)
		check.Holds("next_token", page.NextToken != nil)
		options.PageToken = page.NextToken
	}
	last := scanned(store, prefix("a"), options)
	check.Equal("last page", keys[8:], valuesOf(last.Items))
	check.Equal("stop_reason", larder.StopReason_RANGE_END, last.StopReason)
	check.Holds("no next_token", last.NextToken == nil)
}

func rangeInfo(store *larder.StoreClient) {
	mutations := []*larder.Mutation{}
	for _, key := range numbered("k%03d", 100) {
		mutations = append(mutations, putMutation(key, string(check.Bytes(1000)), nil))
	}
	check.Must(store.BulkWrite(ctx, check.Default, mutations, nil))
	ranges := []*larder.KeyRange{larder.NewKeyRange(), prefix("none")}
	options := &larder.RangeInfoOptions{SplitBytes: thrift.Pointer[int64](10_000)}
	infos := check.Must(store.RangeInfo(ctx, check.Default, ranges, options)).Infos
	check.Equal("infos", 2, len(infos))
	check.Holds("estimated_keys", infos[0].EstimatedKeys > 0)
	splits := []string{}
	for _, key := range infos[0].SplitKeys {
		splits = append(splits, string(key))
	}
	check.Holds("split_keys rise", rising(splits))
	check.Holds("dead_ratio", infos[0].DeadRatio >= 0 && infos[0].DeadRatio <= 1)
}

func checksum(store *larder.StoreClient) {
	sums := []int64{}
	for _, value := range []string{"one", "two", "one"} {
		put(store, "k", value, nil)
		result := check.Must(store.Checksum(ctx, check.Default, larder.NewKeyRange(), nil))
		check.Equal("keys", 1, result.Keys)
		check.Equal("bytes", 4, result.Bytes)
		sums = append(sums, result.Checksum)
	}
	check.Holds("two values, two checksums", sums[0] != sums[1])
	check.Equal("checksum", sums[0], sums[2])
}

func removeRange(store *larder.StoreClient) {
	fill(store, "a0", "a1", "b0")
	dry := larder.NewRemoveRangeOptions()
	dry.DryRun = true
	estimate := check.Must(store.RemoveRange(ctx, check.Default, prefix("a"), dry))
	check.Equal("version of a dry run", 0, estimate.Version)
	check.Equal("items", 3, len(scanned(store, larder.NewKeyRange(), nil).Items))
	removed := check.Must(store.RemoveRange(ctx, check.Default, prefix("a"), nil))
	check.Holds("version", removed.Version > 0)
	check.Equal("keys", []string{"b0"}, keysOf(scanned(store, larder.NewKeyRange(), nil).Items))
}

func manyAtOnce(store *larder.StoreClient) {
	keys := numbered("key%05d", 2000)
	fill(store, keys...)
	mutations := []*larder.Mutation{}
	for _, key := range numbered("n%05d", 2000) {
		mutations = append(mutations, incrementMutation(key, 1))
	}
	numbers := check.Must(store.Batch(ctx, check.Default, mutations, nil)).Numbers
	check.Equal("numbers", 2000, len(numbers))
	for _, number := range numbers {
		check.Equal("number", 1, number)
	}
	falling := [][]byte{}
	for _, key := range reversed(keys) {
		falling = append(falling, []byte(key))
	}
	items := check.Must(store.MultiGet(ctx, check.Default, falling, nil)).Items
	check.Equal("items", 2000, len(items))
	for i, item := range items {
		check.SameBytes("value", falling[i], item.Value)
	}
	options := larder.NewScanOptions()
	options.LimitItems = 10_000
	check.Equal("keys", keys, keysOf(scanned(store, prefix("key"), options).Items))
}

func tooManyAtOnce(store *larder.StoreClient) {
	keys := make([][]byte, 32_769)
	for i := range keys {
		keys[i] = []byte("x")
	}
	exception := check.Invalid(store.MultiGet(ctx, check.Default, keys, nil))
	check.Says(exception, larder.InvalidCode_OVER_LIMIT, "keys")
	check.Limits(exception, 32_768, 32_769)
}

// The methods of the stubs wait for their reply. The client below them has the two halves of a
// call.
func pipelining(store *larder.StoreClient) {
	client, protocol := check.Server("DATA").Client(), check.Server("DATA").Protocol
	for i := int32(0); i < 50; i++ {
		put := larder.StorePutArgs{
			Store: check.Default, Key: []byte("same"), Value: []byte(strconv.Itoa(int(i))),
		}
		check.Equal("error", nil, client.Send(ctx, protocol, 2*i, "put", &put))
		increment := larder.StoreIncrementArgs{Store: check.Default, Key: []byte("n"), Delta: 1}
		check.Equal("error", nil, client.Send(ctx, protocol, 2*i+1, "increment", &increment))
	}
	versions := []int64{}
	for i := int32(0); i < 50; i++ {
		var put larder.StorePutResult
		check.Equal("error", nil, client.Recv(ctx, protocol, 2*i, "put", &put))
		var increment larder.StoreIncrementResult
		check.Equal("error", nil, client.Recv(ctx, protocol, 2*i+1, "increment", &increment))
		check.Equal("number", int64(i+1), increment.Success.Number)
		versions = append(versions, put.Success.Version, increment.Success.Version)
	}
	check.Holds("versions grow", rising(versions))
	check.Equal("value", "49", string(get(store, "same").Value))
}
