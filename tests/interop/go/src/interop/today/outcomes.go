package main

import (
	"fmt"

	"github.com/apache/thrift/lib/go/thrift"

	"interop/check"
	"larder"
)

// Checks 41 to 47: every outcome, by a server whose store does what keys tell it.
func outcomeChecks() {
	check.Run(41, "Refused", "SCRIPTED", refused)
	check.Run(42, "every refusal", "SCRIPTED", everyRefusal)
	check.Run(43, "Indeterminate", "SCRIPTED", indeterminate)
	check.Run(44, "Failed", "SCRIPTED", failed)
	check.Run(45, "NotHere", "SCRIPTED", notHere)
	check.Run(46, "after every exception", "SCRIPTED", afterEveryException)
	check.Run(47, "drain", "SCRIPTED", drain)
}

// tryPut is a put that may fail.
func tryPut(store *larder.StoreClient, key string,
	options *larder.PutOptions) (*larder.WriteResult_, error) {
	return store.Put(ctx, check.Default, []byte(key), []byte("v"), options)
}

func refused(store *larder.StoreClient) {
	exception := check.Thrown[*larder.Refused](tryPut(store, "!refuse-overload!retry-200ms:a", nil))
	check.Equal("code", larder.RefusedCode_OVERLOAD, exception.Code)
	check.Holds("message", exception.Message != "")
	check.Equal("details", 0, len(exception.Details))
	check.Equal("retry_after_ms", 200, exception.RetryAfterMs)
	check.Equal("scope", "store:default", exception.Scope)
}

func everyRefusal(store *larder.StoreClient) {
	for refusal, code := range map[string]larder.RefusedCode{
		"disk_full":   larder.RefusedCode_DISK_FULL,
		"memory_full": larder.RefusedCode_MEMORY_FULL,
		"closing":     larder.RefusedCode_DRAINING,
		"deadline":    larder.RefusedCode_DEADLINE,
		"read_only":   larder.RefusedCode_READ_ONLY,
	} {
		exception := check.Thrown[*larder.Refused](tryPut(store, "!refuse-"+refusal+":a", nil))
		check.Equal(refusal, code, exception.Code)
	}
}

func indeterminate(store *larder.StoreClient) {
	for key, applied := range map[string]bool{"!unknown:a": false, "!unknown-applied:b": true} {
		exception := check.Thrown[*larder.Indeterminate](tryPut(store, key, nil))
		check.Equal("code", larder.IndeterminateCode_ENGINE_UNKNOWN, exception.Code)
		check.Holds("message", exception.Message != "")
		check.Equal("request_id", 0, len(exception.RequestID))
		check.Equal(key+" found", applied, get(store, key).Found)
	}
	options := larder.NewPutOptions()
	options.DeadlineMs = thrift.Pointer[int64](200)
	late := check.Thrown[*larder.Indeterminate](tryPut(store, "!delay-1000ms:c", options))
	check.Equal("code", larder.IndeterminateCode_DEADLINE, late.Code)
}

func failed(store *larder.StoreClient) {
	corrupt := check.Thrown[*larder.Failed](tryPut(store, "!fail-corruption:a", nil))
	check.Equal("code", larder.FailedCode_CORRUPTION, corrupt.Code)
	check.Holds("message", corrupt.Message != "")
	check.Equal("details", 0, len(corrupt.Details))
	io := check.Thrown[*larder.Failed](tryPut(store, "!fail-io:a", nil))
	check.Equal("code", larder.FailedCode_IO_ERROR, io.Code)
	poisoned := check.Thrown[*larder.Failed](
		store.Get(ctx, check.Default, []byte("!read-poisoned:a"), nil))
	check.Equal("code", larder.FailedCode_POISONED, poisoned.Code)
}

func notHere(store *larder.StoreClient) {
	exception := check.Thrown[*larder.NotHere](tryPut(store, "!elsewhere:a", nil))
	check.Equal("code", larder.NotHereCode_WRONG_OWNER, exception.Code)
	check.Holds("message", exception.Message != "")
	check.Equal("details", 0, len(exception.Details))
	check.Equal("epoch", 7, exception.Epoch)
	check.Equal("owner", "owner.example:7400", exception.Owner)
	check.Equal("shard_id", 3, exception.ShardID)
}

func afterEveryException(store *larder.StoreClient) {
	keys := []string{"", "!elsewhere:a", "!refuse-overload:a", "!unknown:a", "!fail-internal:a"}
	for i := 0; i < 3; i++ {
		for _, key := range keys {
			_, err := tryPut(store, key, nil)
			check.Equal("exception", key, keyOf(err))
			check.Equal("applied after "+key, true, put(store, "plain", "v", nil).Applied)
		}
	}
}

// keyOf returns the key that leads to an exception: what a caller does next depends on its type
// alone.
func keyOf(err error) string {
	switch err.(type) {
	case *larder.InvalidRequest: // correct the call
		return ""
	case *larder.NotHere: // send it to the owner
		return "!elsewhere:a"
	case *larder.Refused: // certainly not executed: try again later
		return "!refuse-overload:a"
	case *larder.Indeterminate: // repeat it only with the same request id or under a condition
		return "!unknown:a"
	case *larder.Failed: // an operator has to look
		return "!fail-internal:a"
	default:
		return fmt.Sprint(err)
	}
}

func drain(*larder.StoreClient) {
	server := check.Server("SCRIPTED_ADMIN")
	drained := check.Must(larder.NewAdminClient(server.Client()).Drain(ctx, 0, nil))
	check.Equal("in_flight", 0, drained.InFlight)
	health := check.Must(larder.NewObserveClient(server.Client()).Health(ctx, nil))
	check.Holds("live, not ready", health.Live && !health.Ready)
}
