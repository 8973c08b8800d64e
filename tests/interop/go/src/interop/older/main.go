// Command older is part `older`: a client that was built with an older contract.
package main

import (
	"context"

	"github.com/apache/thrift/lib/go/thrift"

	"interop/check"
	"larder"
)

var ctx = context.Background()

func main() {
	check.Run(61, "results with more fields", "DATA", moreFields)
	check.Run(62, "reasons not yet invented", "DATA", unknownReason)
	check.Run(63, "pages that end in an unknown way", "DATA", unknownEnd)
	check.Run(64, "exceptions with more fields", "SCRIPTED", unknownRefusal)
	check.Finish()
}

func put(store *larder.StoreClient, key string) (*larder.WriteResult_, error) {
	return store.Put(ctx, check.Default, []byte(key), []byte("v"), nil)
}

func moreFields(store *larder.StoreClient) {
	written := check.Must(put(store, "k"))
	check.Equal("applied", true, written.Applied)
	found := check.Must(store.Get(ctx, check.Default, []byte("k"), nil))
	check.Equal("found", true, found.Found)
	check.Equal("value", "v", string(found.Value))
	check.Equal("version", written.Version, found.Version)
	info := check.Must(store.ServerInfo(ctx, nil))
	check.Equal("api_version", 2, info.APIVersion)
	check.Equal("stores", 1, len(info.Stores))
	check.Equal("store", check.Default, info.Stores[0].Name)
}

func unknownReason(store *larder.StoreClient) {
	options := larder.NewIncrementOptions()
	options.Highest = thrift.Pointer[int64](0)
	result := check.Must(store.Increment(ctx, check.Default, []byte("n"), 1, options))
	check.Equal("applied", false, result.Applied)
	check.Equal("reason", 5, result.Reason)
}

func unknownEnd(store *larder.StoreClient) {
	check.Must(put(store, "a"))
	check.Must(put(store, "b"))
	options := larder.NewScanOptions()
	options.LimitItems = 1
	first := check.Must(store.Scan(ctx, check.Default, larder.NewKeyRange(), options))
	check.Equal("items", 1, len(first.Items))
	check.Equal("stop_reason", 2, first.StopReason)
	check.Holds("next_token", first.NextToken != nil)
	options.PageToken = first.NextToken
	second := check.Must(store.Scan(ctx, check.Default, larder.NewKeyRange(), options))
	check.Equal("items", 1, len(second.Items))
	check.Equal("key", "b", string(second.Items[0].Key))
	check.Equal("stop_reason", larder.StopReason_RANGE_END, second.StopReason)
}

func unknownRefusal(store *larder.StoreClient) {
	exception := check.Thrown[*larder.Refused](put(store, "!refuse-memory_full!retry-200ms:a"))
	check.Equal("code", 4, exception.Code)
	check.Equal("retry_after_ms", 200, exception.RetryAfterMs)
	check.Equal("applied", true, check.Must(put(store, "plain")).Applied)
}
