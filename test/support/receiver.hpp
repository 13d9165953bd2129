// A program that webhooks call: HTTPS on 127.0.0.1, on a thread of its own, with certificates::shared().
#pragma once

#include "domain/async.hpp"
#include "net/tls_stream.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace holdfast::test {

class receiver {
public:
    struct call {
        std::string target, event, timestamp, signature, body;
        unsigned answered = 0;
    };

    // How each call is answered; by default with 204. On the receiver's thread.
    using answer_rule = std::function<unsigned(const call&, std::size_t calls_before)>;

    explicit receiver(answer_rule rule = {});
    ~receiver();
    receiver(const receiver&) = delete;
    receiver& operator=(const receiver&) = delete;

    [[nodiscard]] std::string url() const; // with a path

    // Those so far, as soon as there are so many; after a minute without them std::runtime_error.
    std::vector<call> wait_for(std::size_t calls);

private:
    awaitable<void> accept_all();
    awaitable<void> serve(net::tls_stream stream);
    unsigned take(call got);

    answer_rule rule_;
    asio::io_context loop_{1};
    net::tls_context tls_;
    asio::basic_socket_acceptor<asio::ip::tcp, executor> acceptor_;
    std::mutex guard_;
    std::condition_variable came_;
    std::vector<call> calls_;
    std::thread thread_;
};

} // namespace holdfast::test
