package interop;

import org.apache.thrift.TConfiguration;
import org.apache.thrift.protocol.TBinaryProtocol;
import org.apache.thrift.protocol.TCompactProtocol;
import org.apache.thrift.protocol.TProtocol;
import org.apache.thrift.transport.TSocket;
import org.apache.thrift.transport.TTransport;
import org.apache.thrift.transport.TTransportException;
import org.apache.thrift.transport.layered.TFramedTransport;

/**
 * One connection to a server of this machine. The services of a port share it:
 * {@code new Store.Client(connection.protocol())}. Only one thread at a time may use it.
 */
final class Connection implements AutoCloseable {
    /** Milliseconds for connecting and for each read. Without one, a read waits for ever. */
    private static final int TIMEOUT = 60_000;

    /**
     * The library takes frames of up to 16,384,000 bytes, unless told otherwise. A page of a scan
     * that asks for the contract's most is longer; reply_bytes in server_info is the longest frame
     * of all.
     */
    private static final int LONGEST_FRAME = 33_554_432;

    private final TTransport transport;
    private final TProtocol protocol;

    /** Connects. A TSocket buffers by itself: without framing it is used as it is. */
    Connection(int port, boolean compact, boolean framed) throws TTransportException {
        TSocket socket = new TSocket(new TConfiguration(), "127.0.0.1", port, TIMEOUT);
        transport = framed ? new TFramedTransport(socket, LONGEST_FRAME) : socket;
        protocol = compact ? new TCompactProtocol(transport) : new TBinaryProtocol(transport);
        transport.open();
    }

    TProtocol protocol() {
        return protocol;
    }

    @Override
    public void close() {
        transport.close();
    }
}
