package main

import (
	"math"
	"strings"

	"github.com/apache/thrift/lib/go/thrift"

	"interop/check"
	"larder"
)

// Checks 27 to 34: what is refused, and messages written by hand.
func refusalChecks() {
	check.Run(27, "InvalidRequest", "DATA", unknownStore)
	check.Run(28, "names in other scripts", "DATA", otherScripts)
	check.Run(29, "bad arguments", "DATA", badArguments)
	check.Run(30, "methods that are not served", "DATA", storeNotServed)
	check.Run(31, "an unknown method", "DATA", noSuchMethod)
	check.Run(32, "a missing argument", "DATA", missingArgument)
	check.Run(33, "fields from elsewhere", "DATA", fieldsFromElsewhere)
	check.Run(34, "sequence ids", "DATA", sequenceIDs)
}

func unknownStore(store *larder.StoreClient) {
	exception := check.Invalid(store.Get(ctx, "unknown", []byte("k"), nil))
	check.Says(exception, larder.InvalidCode_UNKNOWN_STORE, "store")
	check.Limits(exception, 0, 0)
	check.Holds("message", exception.Message != "")
	check.Equal("details", 0, len(exception.Details))
}

func otherScripts(store *larder.StoreClient) {
	exception := check.Invalid(store.Get(ctx, "vorräte", []byte("k"), nil))
	check.Says(exception, larder.InvalidCode_UNKNOWN_STORE, "store")
	check.Holds("message: "+exception.Message, strings.Contains(exception.Message, `\xc3\xa4`))
}

func badArguments(store *larder.StoreClient) {
	options := larder.NewScanOptions()
	options.PageToken = []byte("xxx")
	exception := check.Invalid(store.Scan(ctx, check.Default, larder.NewKeyRange(), options))
	check.Says(exception, larder.InvalidCode_BAD_TOKEN, "options.page_token")

	refuses := func(code larder.InvalidCode, field string, set func(*larder.PutOptions)) {
		options := larder.NewPutOptions()
		set(options)
		exception := check.Invalid(store.Put(ctx, check.Default, []byte("k"), []byte("v"), options))
		check.Says(exception, code, field)
	}
	refuses(larder.InvalidCode_UNSUPPORTED, "options.durability", func(options *larder.PutOptions) {
		options.Durability = thrift.Pointer(larder.Durability_SYNC)
	})
	refuses(larder.InvalidCode_UNSUPPORTED, "options.request_id", func(options *larder.PutOptions) {
		options.RequestID = check.Bytes(16)
	})
	refuses(larder.InvalidCode_UNSUPPORTED, "options.fence", func(options *larder.PutOptions) {
		options.Fence = &larder.Fence{Lease: "lease", Token: 1}
	})
	expiry := &larder.Expiry{TTLMs: thrift.Pointer[int64](0)}
	refuses(larder.InvalidCode_BAD_ARGUMENT, "options.expiry.ttl_ms",
		func(options *larder.PutOptions) { options.Expiry = expiry })
}

func storeNotServed(store *larder.StoreClient) {
	check.NotServed(map[string]error{
		"lease_acquire":  check.Err(store.LeaseAcquire(ctx, check.Default, "lease", "me", 1000, nil)),
		"lease_renew":    check.Err(store.LeaseRenew(ctx, check.Default, "lease", 1, nil)),
		"lease_release":  check.Err(store.LeaseRelease(ctx, check.Default, "lease", 1, nil)),
		"lease_get":      check.Err(store.LeaseGet(ctx, check.Default, "lease", nil)),
		"lease_list":     check.Err(store.LeaseList(ctx, check.Default, "", nil)),
		"snapshot_open":  check.Err(store.SnapshotOpen(ctx, check.Default, 1000, nil)),
		"snapshot_renew": check.Err(store.SnapshotRenew(ctx, check.Default, 1, 1000, nil)),
		"snapshot_close": check.Err(store.SnapshotClose(ctx, check.Default, 1, nil)),
		"snapshot_list":  check.Err(store.SnapshotList(ctx, check.Default, nil)),
		"changes":        check.Err(store.Changes(ctx, check.Default, 1, nil)),
		"topology":       check.Err(store.Topology(ctx, nil)),
		"locate":         check.Err(store.Locate(ctx, check.Default, []byte("k"), nil)),
		"authenticate":   check.Err(store.Authenticate(ctx, "me", []byte("secret"))),
	})
}

func noSuchMethod(store *larder.StoreClient) {
	observe := larder.NewObserveClient(check.Server("DATA").Client())
	check.UnknownMethod(observe.Health(ctx, nil))
	check.Answers(store)
}

// message writes messages by hand. The first error is kept, and ends the check when the reply is
// read.
type message struct {
	protocol thrift.TProtocol
	err      error
}

func (m *message) do(err error) {
	if m.err == nil {
		m.err = err
	}
}

func (m *message) field(id int16, kind thrift.TType, write func()) {
	m.do(m.protocol.WriteFieldBegin(ctx, "", kind, id))
	write()
	m.do(m.protocol.WriteFieldEnd(ctx))
}

// call sends the message with the fields that the function writes, and reads the reply into result.
// It returns the sequence id of the reply.
func (m *message) call(method string, sequenceID int32, write func(), result thrift.TStruct) int32 {
	m.do(m.protocol.WriteMessageBegin(ctx, method, thrift.CALL, sequenceID))
	m.do(m.protocol.WriteStructBegin(ctx, method+"_args"))
	write()
	m.do(m.protocol.WriteFieldStop(ctx))
	m.do(m.protocol.WriteStructEnd(ctx))
	m.do(m.protocol.WriteMessageEnd(ctx))
	m.do(m.protocol.Flush(ctx))

	name, kind, id, err := m.protocol.ReadMessageBegin(ctx)
	m.do(err)
	check.Equal("method", method, name)
	check.Equal("type", thrift.REPLY, kind)
	m.do(result.Read(ctx, m.protocol))
	m.do(m.protocol.ReadMessageEnd(ctx))
	check.Equal("error", nil, m.err)
	return id
}

// Stubs of Go always write all arguments, nil as no bytes at all.
func missingArgument(store *larder.StoreClient) {
	by := message{protocol: check.Server("DATA").Protocol}
	var result larder.StoreGetResult
	by.call("get", 1, func() {
		by.field(1, thrift.STRING, func() { by.do(by.protocol.WriteString(ctx, check.Default)) })
	}, &result)
	check.Says(result.Invalid, larder.InvalidCode_BAD_ARGUMENT, "key")
}

func fieldsFromElsewhere(store *larder.StoreClient) {
	by := message{protocol: check.Server("DATA").Protocol}
	to := by.protocol
	var result larder.StorePingResult
	by.call("ping", 1, func() {
		by.field(1, thrift.STRING, func() { by.do(to.WriteBinary(ctx, []byte("here"))) })
		by.field(90, thrift.BOOL, func() { by.do(to.WriteBool(ctx, true)) })
		by.field(91, thrift.BYTE, func() { by.do(to.WriteByte(ctx, -1)) })
		by.field(92, thrift.I16, func() { by.do(to.WriteI16(ctx, -2)) })
		by.field(93, thrift.I32, func() { by.do(to.WriteI32(ctx, -3)) })
		by.field(94, thrift.I64, func() { by.do(to.WriteI64(ctx, -4)) })
		by.field(95, thrift.DOUBLE, func() { by.do(to.WriteDouble(ctx, 0.5)) })
		by.field(96, thrift.STRING, func() { by.do(to.WriteString(ctx, "text")) })
		by.field(97, thrift.STRUCT, func() {
			by.do(to.WriteStructBegin(ctx, ""))
			by.field(1, thrift.I64, func() { by.do(to.WriteI64(ctx, 1)) })
			by.do(to.WriteFieldStop(ctx))
			by.do(to.WriteStructEnd(ctx))
		})
		by.field(98, thrift.LIST, func() {
			by.do(to.WriteListBegin(ctx, thrift.STRING, 2))
			by.do(to.WriteString(ctx, "one"))
			by.do(to.WriteString(ctx, "two"))
			by.do(to.WriteListEnd(ctx))
		})
		by.field(99, thrift.MAP, func() {
			by.do(to.WriteMapBegin(ctx, thrift.STRING, thrift.I64, 1))
			by.do(to.WriteString(ctx, "one"))
			by.do(to.WriteI64(ctx, 1))
			by.do(to.WriteMapEnd(ctx))
		})
	}, &result)
	check.SameBytes("payload", []byte("here"), result.Success.Payload)
}

func sequenceIDs(store *larder.StoreClient) {
	by := message{protocol: check.Server("DATA").Protocol}
	for _, id := range []int32{1, 0, -1, math.MaxInt32, math.MinInt32} {
		var result larder.StorePingResult
		reply := by.call("ping", id, func() {
			by.field(1, thrift.STRING, func() { by.do(by.protocol.WriteBinary(ctx, []byte("here"))) })
		}, &result)
		check.Equal("sequence id", id, reply)
	}
}
