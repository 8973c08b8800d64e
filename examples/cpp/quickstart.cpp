// Larder in one program: put, get, put under a condition, scan, and what can go wrong.

#include "Store.h"

#include <thrift/protocol/TBinaryProtocol.h>
#include <thrift/transport/TBufferTransports.h>
#include <thrift/transport/TSocket.h>

#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <string>

static void
quickstart(larder::StoreClient &client)
{
    larder::WriteResult written;
    client.put(written, "default", "greeting", "hello", {});
    larder::GetResult found;
    client.get(found, "default", "greeting", {});
    std::cout << "greeting is " << found.value << '\n';

    // A condition that does not hold is a result, not an exception.
    larder::PutOptions absent;
    absent.condition.__set_absent(true);
    absent.__isset.condition = true;
    client.put(written, "default", "greeting", "welcome", absent);
    if (!written.applied) {
        std::cout << "not created: greeting is there already\n";
    }
    larder::PutOptions unchanged;
    unchanged.condition.__set_version_equal(found.version);
    unchanged.__isset.condition = true;
    client.put(written, "default", "greeting", "welcome", unchanged);
    if (written.applied) {
        std::cout << "replaced: nobody had changed greeting\n";
    }

    const std::map<std::string, std::string> people = {
        {"city:Cairo", "10"}, {"city:Lima", "11"}, {"city:Oslo", "1"}};
    for (const auto &city : people) {
        client.put(written, "default", city.first, city.second, {});
    }
    larder::KeyRange cities;
    cities.__set_prefix("city:");
    larder::ScanResult page;
    client.scan(page, "default", cities, {});
    for (const auto &item : page.items) {
        std::cout << item.key << " has " << item.value << " million people\n";
    }

    client.get(found, "nowhere", "greeting", {});
}

int
main()
{
    using namespace apache::thrift::protocol;
    using namespace apache::thrift::transport;
    const char *port = std::getenv("LARDER_PORT");
    auto socket = std::make_shared<TSocket>("127.0.0.1", port ? std::stoi(port) : 7400);
    auto transport = std::make_shared<TFramedTransport>(socket);
    try {
        transport->open();
        larder::StoreClient client(std::make_shared<TBinaryProtocol>(transport));
        quickstart(client);
    } catch (const larder::InvalidRequest &invalid) { // correct the call
        std::cout << "invalid request: " << invalid.message << '\n';
    } catch (const larder::Refused &refused) { // certainly not executed: try again later
        std::cerr << "refused: " << refused.message << "; try again in " << refused.retry_after_ms
                  << " ms\n";
        return 1;
    } catch (const std::exception &problem) {
        std::cerr << problem.what() << '\n';
        return 1;
    }
}
