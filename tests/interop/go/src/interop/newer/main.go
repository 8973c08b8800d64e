// Command newer is part `newer`: a client that was built with a newer contract.
package main

import (
	"context"

	"github.com/apache/thrift/lib/go/thrift"

	"interop/check"
	"larder"
)

var ctx = context.Background()

var blue = &larder.Colour{Name: "blue", Shades: []int64{1, -1}}

func main() {
	check.Run(71, "options with more fields", "DATA", moreOptions)
	check.Run(72, "a method that is missing", "DATA", missingMethod)
	check.Run(73, "a value that is missing", "DATA", missingValue)
	check.Run(74, "exceptions with fewer fields", "SCRIPTED", fewerFields)
	check.Finish()
}

func moreOptions(store *larder.StoreClient) {
	options := larder.NewPutOptions()
	options.Condition = &larder.Condition{Absent: thrift.Pointer(true)}
	options.Eager = thrift.Pointer(true)
	options.Small = thrift.Pointer[int8](-1)
	options.Medium = thrift.Pointer[int16](-2)
	options.Large = thrift.Pointer[int32](-3)
	options.Factor = thrift.Pointer(0.5)
	options.Hint = thrift.Pointer("hint")
	options.Colour = blue
	options.Palette = []*larder.Colour{blue, blue}
	options.Weights = map[string]int64{"a": 1}
	options.Nested = [][][]byte{{[]byte("x"), {0}}, {}}
	written := check.Must(store.Put(ctx, check.Default, []byte("k"), []byte("v"), options))
	check.Equal("applied", true, written.Applied)

	found := check.Must(store.Get(ctx, check.Default, []byte("k"), nil))
	check.Equal("found", true, found.Found)
	check.Equal("value", "v", string(found.Value))
	check.Holds("no new numbers", found.Eager == nil && found.Small == nil && found.Medium == nil &&
		found.Large == nil && found.Factor == nil)
	check.Holds("no new parts", found.Hint == nil && found.Colour == nil && found.Palette == nil &&
		found.Weights == nil && found.Nested == nil)
}

func missingMethod(store *larder.StoreClient) {
	check.UnknownMethod(store.Paint(ctx, check.Default, []byte("k"), blue))
	check.Answers(store)
}

func missingValue(store *larder.StoreClient) {
	paint := []*larder.Mutation{{Kind: larder.MutationKind_PAINT, Key: []byte("k")}}
	exception := check.Invalid(store.BulkWrite(ctx, check.Default, paint, nil))
	check.Says(exception, larder.InvalidCode_OVER_LIMIT, "mutations[0].kind")
	check.Limits(exception, 4, 90)
}

func fewerFields(store *larder.StoreClient) {
	key := []byte("!refuse-overload!retry-200ms:a")
	exception := check.Thrown[*larder.Refused](store.Put(ctx, check.Default, key, []byte("v"), nil))
	check.Equal("code", larder.RefusedCode_OVERLOAD, exception.Code)
	check.Equal("retry_after_ms", 200, exception.RetryAfterMs)
	check.Holds("no new numbers", exception.Eager == nil && exception.Small == nil &&
		exception.Medium == nil && exception.Large == nil && exception.Factor == nil)
	check.Holds("no new parts", exception.Hint == nil && exception.Colour == nil &&
		exception.Palette == nil && exception.Weights == nil && exception.Nested == nil)
}
