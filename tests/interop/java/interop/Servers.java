package interop;

import java.util.HashMap;
import java.util.Map;

import larder.Store;
import org.apache.thrift.protocol.TProtocol;
import org.apache.thrift.transport.TTransportException;

/** The servers that the environment names. Each is connected to once, when first asked for. */
final class Servers implements AutoCloseable {
    private final Map<String, Connection> connections = new HashMap<>();

    /** The protocol of the connection to the server whose port is in INTEROP_name_PORT. */
    TProtocol protocol(String name) throws TTransportException {
        Connection connection = connections.get(name);
        if (connection == null) {
            connection = new Connection(
                    Integer.parseInt(System.getenv("INTEROP_" + name + "_PORT")),
                    System.getenv("INTEROP_PROTOCOL").equals("compact"),
                    System.getenv("INTEROP_FRAMING").equals("framed"));
            connections.put(name, connection);
        }
        return connection.protocol();
    }

    /** A client of the Store service of a server. */
    Store.Client store(String name) throws TTransportException {
        return new Store.Client(protocol(name));
    }

    @Override
    public void close() {
        connections.values().forEach(Connection::close);
        connections.clear();
    }
}
