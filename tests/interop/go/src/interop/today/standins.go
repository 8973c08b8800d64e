package main

import (
	"interop/check"
	"larder"
)

// Checks 51 to 56: servers of an older and of a newer contract.
func standInChecks() {
	check.Run(51, "an older server", "OLDER", olderServer)
	check.Run(52, "an older server skips options", "OLDER", skippedOptions)
	check.Run(53, "an older server lacks a method", "OLDER", missingMethod)
	check.Run(54, "a newer server sends more fields", "NEWER", moreFields)
	check.Run(55, "a newer server sends new values", "NEWER", newValues)
	check.Run(56, "a newer server refuses in a new way", "NEWER", newRefusal)
}

func olderServer(store *larder.StoreClient) {
	info := check.Must(store.ServerInfo(ctx, nil))
	check.Equal("api_version", 1, info.APIVersion)
	check.Equal("limits", 0, len(info.Limits))
	check.Equal("applied", true, put(store, "k", "v", nil).Applied)
	found := get(store, "k")
	check.Holds("found", found.Found && string(found.Value) == "v" && found.FullLength == 0)
}

func skippedOptions(store *larder.StoreClient) {
	put(store, "k", "v", nil)
	options := putIf(absent())
	options.ReturnCurrent = true
	result := put(store, "k", "v", options)
	check.Equal("applied", false, result.Applied)
	check.Equal("reason", larder.NotApplied_CONDITION_FAILED, result.Reason)
}

func missingMethod(store *larder.StoreClient) {
	ranges := []*larder.KeyRange{larder.NewKeyRange()}
	check.UnknownMethod(store.RangeInfo(ctx, check.Default, ranges, nil))
	check.Answers(store)
}

func moreFields(store *larder.StoreClient) {
	version := put(store, "k", "v", nil).Version
	found := get(store, "k")
	check.Holds("found", found.Found && string(found.Value) == "v" && found.Version == version)
}

func newValues(store *larder.StoreClient) {
	result := put(store, "!moon:a", "v", nil)
	check.Equal("applied", false, result.Applied)
	check.Equal("reason", 90, result.Reason)
	put(store, "k", "v", nil)
	page := scanned(store, prefix("k"), nil)
	check.Equal("items", 1, len(page.Items))
	check.Equal("stop_reason", 90, page.StopReason)
}

func newRefusal(store *larder.StoreClient) {
	exception := check.Thrown[*larder.Refused](tryPut(store, "!warm:a", nil))
	check.Equal("code", 90, exception.Code)
	check.Equal("retry_after_ms", 90, exception.RetryAfterMs)
	check.Equal("scope", "server", exception.Scope)
}
