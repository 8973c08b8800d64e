// Larder in one program: put, get, put under a condition, scan, and what can go wrong.

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.Map;
import larder.Condition;
import larder.GetResult;
import larder.InvalidRequest;
import larder.KeyRange;
import larder.PutOptions;
import larder.Refused;
import larder.ScanItem;
import larder.Store;
import org.apache.thrift.protocol.TBinaryProtocol;
import org.apache.thrift.transport.TSocket;
import org.apache.thrift.transport.TTransport;
import org.apache.thrift.transport.layered.TFramedTransport;

public class Quickstart {
  static ByteBuffer bytes(String text) {
    return UTF_8.encode(text);
  }

  static String text(ByteBuffer bytes) {
    return UTF_8.decode(bytes).toString();
  }

  static void quickstart(Store.Client client) throws Exception {
    client.put("default", bytes("greeting"), bytes("hello"), null);
    GetResult found = client.get("default", bytes("greeting"), null);
    System.out.println("greeting is " + text(found.bufferForValue()));

    // A condition that does not hold is a result, not an exception.
    PutOptions absent = new PutOptions().setCondition(new Condition().setAbsent(true));
    if (!client.put("default", bytes("greeting"), bytes("welcome"), absent).isApplied()) {
      System.out.println("not created: greeting is there already");
    }
    Condition condition = new Condition().setVersion_equal(found.getVersion());
    PutOptions unchanged = new PutOptions().setCondition(condition);
    if (client.put("default", bytes("greeting"), bytes("welcome"), unchanged).isApplied()) {
      System.out.println("replaced: nobody had changed greeting");
    }

    Map<String, String> people = Map.of("city:Cairo", "10", "city:Lima", "11", "city:Oslo", "1");
    for (Map.Entry<String, String> city : people.entrySet()) {
      client.put("default", bytes(city.getKey()), bytes(city.getValue()), null);
    }
    KeyRange cities = new KeyRange().setPrefix(bytes("city:"));
    for (ScanItem item : client.scan("default", cities, null).getItems()) {
      System.out.println(
          text(item.bufferForKey()) + " has " + text(item.bufferForValue()) + " million people");
    }

    client.get("nowhere", bytes("greeting"), null);
  }

  public static void main(String[] arguments) throws Exception {
    int port = Integer.parseInt(System.getenv().getOrDefault("LARDER_PORT", "7400"));
    try (TTransport transport = new TFramedTransport(new TSocket("127.0.0.1", port))) {
      transport.open();
      quickstart(new Store.Client(new TBinaryProtocol(transport)));
    } catch (InvalidRequest invalid) { // correct the call
      System.out.println("invalid request: " + invalid.getMessage());
    } catch (Refused refused) { // certainly not executed: try again later
      System.err.println(
          "refused: " + refused.getMessage() + "; try again in " + refused.getRetry_after_ms() + " ms");
      System.exit(1);
    }
  }
}
