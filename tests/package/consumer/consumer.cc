// consumer.cc: the headers from C++, with a reply owned by a smart pointer.
//
// usage: consumer_cc ADDRESS
#include <larder/bulk.h>
#include <larder/client.h>
#include <larder/envelope.h>
#include <larder/scan.h>
#include <larder/tuple.h>

#include <iostream>
#include <memory>
#include <string_view>

struct Free {
    void operator()(LarderClient *client) const { larder_client_free(client); }
    void operator()(LarderReply *reply) const { larder_reply_free(reply); }
};

using Client = std::unique_ptr<LarderClient, Free>;
using Reply = std::unique_ptr<LarderReply, Free>;

int
main(int argc, char **argv)
{
    LarderProblem problem{};
    LarderClientOptions options{};
    options.address = argc == 2 ? argv[1] : "none";
    options.protocol = LARDER_COMPACT;
    Client client(larder_client_new(&options, &problem));
    if (!client) {
        std::cerr << problem.message << "\n";
        return 1;
    }
    LarderPutOptions put{};
    LarderCondition condition{};
    LARDER_SET(&condition, absent, true);
    put.condition = &condition;
    LarderBytes store = larder_text("default");
    LarderBytes key = larder_text("from C++");
    Reply first(larder_put(client.get(), store, key, larder_text("one"), &put));
    Reply second(larder_put(client.get(), store, key, larder_text("two"), &put));
    Reply read(larder_get(client.get(), store, key, nullptr));
    Reply removed(larder_remove(client.get(), store, key, nullptr));
    bool good = first->outcome == LARDER_OK && first->as.put->applied &&
                second->outcome == LARDER_OK && !second->as.put->applied &&
                read->outcome == LARDER_OK && removed->outcome == LARDER_OK &&
                std::string_view(read->as.get->value.data, read->as.get->value.size) == "one";
    std::cout << larder_client_version() << (good ? " good\n" : " bad\n");
    return good ? 0 : 1;
}
