// common.hpp: what the three C++ programs share: connections to the servers, short calls, and TAP.
//
// A program is a list of checks and `return run(checks, servers)`. A check throws when it fails.
#ifndef LARDER_TESTS_INTEROP_CPP_COMMON_HPP
#define LARDER_TESTS_INTEROP_CPP_COMMON_HPP

#include "Store.h"

#include <thrift/protocol/TBinaryProtocol.h>
#include <thrift/protocol/TCompactProtocol.h>
#include <thrift/transport/TBufferTransports.h>
#include <thrift/transport/TSocket.h>

#include <cstdlib>
#include <functional>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

using apache::thrift::protocol::TProtocol;

const std::string S = "default";

#define EXPECT(condition)                                          \
    do {                                                           \
        if (!(condition)) {                                        \
            throw std::runtime_error(#condition " does not hold"); \
        }                                                          \
    } while (false)

inline std::string
setting(const std::string &name)
{
    const char *value = std::getenv(name.c_str());
    if (value == nullptr) {
        throw std::runtime_error(name + " is not set");
    }
    return value;
}

/*
 * A protocol over a new connection to one of the servers of the environment.
 *
 * The library takes frames of up to 16,384,000 bytes, unless told otherwise. A page of a scan that
 * asks for the contract's most is longer; reply_bytes in server_info is the longest frame of all.
 */
inline std::shared_ptr<TProtocol>
connect(const std::string &server)
{
    using namespace apache::thrift::transport;
    using namespace apache::thrift::protocol;
    auto limits = std::make_shared<apache::thrift::TConfiguration>(100 * 1024 * 1024, 33554432);
    auto socket = std::make_shared<TSocket>(
        "127.0.0.1", std::stoi(setting("INTEROP_" + server + "_PORT")), limits);
    socket->setRecvTimeout(60000); // without one, a read waits for ever
    std::shared_ptr<TTransport> transport;
    if (setting("INTEROP_FRAMING") == "framed") {
        transport = std::make_shared<TFramedTransport>(socket, limits);
    } else {
        transport = std::make_shared<TBufferedTransport>(socket, limits);
    }
    transport->open();
    if (setting("INTEROP_PROTOCOL") == "compact") {
        return std::make_shared<TCompactProtocol>(transport);
    }
    return std::make_shared<TBinaryProtocol>(transport);
}

/* A client of Store whose calls return their result and know the name of the store. */
struct Store {
    explicit Store(const std::string &server) : protocol(connect(server)), client(protocol)
    {
    }

    larder::PingResult
    ping(const std::string &payload)
    {
        larder::PingResult result;
        client.ping(result, payload);
        return result;
    }

    larder::GetResult
    get(const std::string &key, const larder::GetOptions &options = {})
    {
        larder::GetResult result;
        client.get(result, S, key, options);
        return result;
    }

    larder::WriteResult
    put(const std::string &key, const std::string &value, const larder::PutOptions &options = {})
    {
        larder::WriteResult result;
        client.put(result, S, key, value, options);
        return result;
    }

    larder::ScanResult
    scan(const larder::KeyRange &range = {}, const larder::ScanOptions &options = {})
    {
        larder::ScanResult result;
        client.scan(result, S, range, options);
        return result;
    }

    larder::IncrementResult
    increment(const std::string &key, int64_t delta, const larder::IncrementOptions &options = {})
    {
        larder::IncrementResult result;
        client.increment(result, S, key, delta, options);
        return result;
    }

    larder::BulkWriteResult
    bulk_write(const std::vector<larder::Mutation> &mutations)
    {
        larder::BulkWriteResult result;
        client.bulk_write(result, S, mutations, {});
        return result;
    }

    larder::RemoveRangeResult
    remove_range(const larder::KeyRange &range = {}, const larder::RemoveRangeOptions &options = {})
    {
        larder::RemoveRangeResult result;
        client.remove_range(result, S, range, options);
        return result;
    }

    std::shared_ptr<TProtocol> protocol;
    larder::StoreClient client;
};

/* Calls the function, which must end with this exception, and returns that. */
template <typename Exception, typename Function>
Exception
thrown(Function function)
{
    try {
        function();
    } catch (const Exception &exception) {
        return exception;
    }
    throw std::runtime_error("there was no exception");
}

struct Check {
    int number;
    std::string name;
    std::function<void()> function;
};

/* Runs checks of one server, each of which begins without keys; returns how many failed. */
inline int
run(Store &server, const std::vector<Check> &checks)
{
    int failed = 0;
    for (const Check &check : checks) {
        try {
            server.remove_range();
            check.function();
            std::cout << "ok " << check.number << " - " << check.name << std::endl;
        } catch (const std::exception &problem) {
            failed++;
            std::cout << "not ok " << check.number << " - " << check.name << ": " << problem.what()
                      << std::endl;
        }
    }
    return failed;
}

#endif
