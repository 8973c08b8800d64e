package check

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"

	"github.com/apache/thrift/lib/go/thrift"

	"larder"
)

var failed bool

// Run runs a check on a store without keys of the named server, and prints its line. Whatever is
// wrong with it is a panic in its function. After a failure the connections are opened anew, so
// that nothing half read disturbs the next check.
func Run(number int, name, server string, body func(store *larder.StoreClient)) {
	defer func() {
		if problem := recover(); problem != nil {
			failed = true
			text := strings.ReplaceAll(fmt.Sprintf("%.400v", problem), "\n", " ")
			fmt.Printf("not ok %d - %s: %s\n", number, name, strings.ReplaceAll(text, "#", " "))
			closeAll()
		}
	}()
	removeAll(server)
	body(Store(server))
	fmt.Printf("ok %d - %s\n", number, name)
}

// Finish ends the program.
func Finish() {
	closeAll()
	if failed {
		os.Exit(1)
	}
}

// Must returns the result of a call that must not fail.
func Must[T any](result T, err error) T {
	if err != nil {
		panic(err)
	}
	return result
}

// Equal panics unless the two are deeply equal.
func Equal[T any](what string, expected, actual T) {
	if !reflect.DeepEqual(expected, actual) {
		panic(fmt.Errorf("%s is %.150v, not %.150v", what, actual, expected))
	}
}

// SameBytes panics unless the two hold the same bytes. An empty value and an absent one are the
// same here, as the binary protocol of this library cannot tell them apart.
func SameBytes(what string, expected, actual []byte) {
	if !bytes.Equal(expected, actual) {
		panic(fmt.Errorf("%s is %.80x, not %.80x", what, actual, expected))
	}
}

// Holds panics unless something is true.
func Holds(what string, condition bool) {
	if !condition {
		panic(errors.New(what))
	}
}

// Thrown returns the exception of a type that a call must have ended with:
//
//	refused := check.Thrown[*larder.Refused](store.Put(...))
func Thrown[E error, T any](_ T, err error) E {
	var exception E
	if err == nil {
		panic(fmt.Errorf("no %T came", exception))
	}
	if !errors.As(err, &exception) {
		panic(fmt.Errorf("not %T came but %T: %w", exception, err, err))
	}
	return exception
}

// Invalid returns the InvalidRequest that a call must have ended with.
func Invalid[T any](result T, err error) *larder.InvalidRequest {
	return Thrown[*larder.InvalidRequest](result, err)
}

// Says panics unless the exception has this code and names this field.
func Says(exception *larder.InvalidRequest, code larder.InvalidCode, field string) {
	Equal("code", code, exception.Code)
	Equal("field", field, exception.Field)
}

// Limits panics unless the exception has this limit and this value.
func Limits(exception *larder.InvalidRequest, limit, actual int64) {
	Equal("limit", limit, exception.Limit)
	Equal("actual", actual, exception.Actual)
}

// UnknownMethod panics unless a call found that the server has no such method.
func UnknownMethod[T any](result T, err error) {
	exception := Thrown[thrift.TApplicationException](result, err)
	Equal[int32]("type", thrift.UNKNOWN_METHOD, exception.TypeId())
}

// Err returns the error of a call whose result is of no interest.
func Err[T any](_ T, err error) error {
	return err
}

// NotServed panics unless each call, of which this is the error, was refused as not served, with
// its name first in the message.
func NotServed(errs map[string]error) {
	for name, err := range errs {
		exception := Invalid(name, err)
		Equal("code of "+name, larder.InvalidCode_UNSUPPORTED, exception.Code)
		Holds(name+" says: "+exception.Message, strings.HasPrefix(exception.Message, name))
	}
}

// Answers panics unless the connection still serves a call.
func Answers(store *larder.StoreClient) {
	payload := []byte("still here")
	SameBytes("payload", payload, Must(store.Ping(context.Background(), payload)).Payload)
}

// Bytes returns bytes of which number i is i modulo 251.
func Bytes(count int) []byte {
	all := make([]byte, count)
	for i := range all {
		all[i] = byte(i % 251)
	}
	return all
}
