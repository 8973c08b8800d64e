// Package check is what the programs of all parts share: servers, expectations, and the lines that
// they print.
package check

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/apache/thrift/lib/go/thrift"

	"larder"
)

// Default is the store that the checks use.
const Default = "default"

// conf holds for socket, framing and protocol alike: each passes its own on to what is below it, so
// all must be given the same one.
//
// A call looks at its context only when a read times out, so without SocketTimeout neither a
// deadline nor a cancellation ends one. Without a deadline in the context, SocketTimeout is the
// longest wait.
//
// The library takes frames of up to 16,384,000 bytes, unless told otherwise. A page of a scan that
// asks for the contract's most is longer; reply_bytes in server_info is the longest frame of all.
var conf = &thrift.TConfiguration{
	ConnectTimeout: 10 * time.Second,
	SocketTimeout:  60 * time.Second,
	MaxFrameSize:   33_554_432,
}

// A Connection is one connection to a server. All clients of one port can share it, but only one
// goroutine at a time can use it.
type Connection struct {
	Protocol  thrift.TProtocol
	transport thrift.TTransport
}

// Connect connects to a port of this machine, with the protocol and the framing that the
// environment asks for.
func Connect(port string) (*Connection, error) {
	var transport thrift.TTransport = thrift.NewTSocketConf("127.0.0.1:"+port, conf)
	if os.Getenv("INTEROP_FRAMING") == "framed" {
		transport = thrift.NewTFramedTransportConf(transport, conf)
	} else {
		transport = thrift.NewTBufferedTransport(transport, 1<<16)
	}
	if err := transport.Open(); err != nil {
		return nil, err
	}
	if os.Getenv("INTEROP_PROTOCOL") == "compact" {
		return &Connection{thrift.NewTCompactProtocolConf(transport, conf), transport}, nil
	}
	return &Connection{thrift.NewTBinaryProtocolConf(transport, conf), transport}, nil
}

// Client returns what the stubs' clients are made of. Each counts its own sequence ids.
func (c *Connection) Client() *thrift.TStandardClient {
	return thrift.NewTStandardClient(c.Protocol, c.Protocol)
}

var connections = map[string]*Connection{}

// Server returns the connection to the server whose port is in INTEROP_<name>_PORT. Each is
// connected to once, when it is first asked for.
func Server(name string) *Connection {
	if connections[name] == nil {
		connection, err := Connect(os.Getenv("INTEROP_" + name + "_PORT"))
		if err != nil {
			panic(fmt.Errorf("%s: %w", name, err))
		}
		connections[name] = connection
	}
	return connections[name]
}

// Store returns a client of the Store service of a server.
func Store(name string) *larder.StoreClient {
	return larder.NewStoreClient(Server(name).Client())
}

func closeAll() {
	for name, connection := range connections {
		connection.transport.Close()
		delete(connections, name)
	}
}

func removeAll(server string) {
	Must(Store(server).RemoveRange(context.Background(), Default, larder.NewKeyRange(), nil))
}
