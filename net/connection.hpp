// One client's connection: one coroutine from handshake to good-bye, and at most one standing watch on the
// socket that tells a parked poll when its client goes or speaks. Held by both through a shared_ptr.
#pragma once

#include "net/exchange.hpp"
#include "net/front.hpp"
#include "net/reply.hpp"
#include "net/tls_stream.hpp"

#include <boost/beast/core/flat_buffer.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace holdfast::net {

class message_reader;
struct problem_place;

class connection final : public std::enable_shared_from_this<connection>,
                         public caller,
                         private guest,
                         private deadline {
public:
    // Serves a freshly accepted socket until it is closed. The front outlives the event loop's run.
    static void start(front& home, tcp_socket socket, const asio::ip::address& remote,
                      const tls_context& tls);

    connection(front& home, tcp_socket socket, const asio::ip::address& remote, const tls_context& tls);

    [[nodiscard]] bool present() override { return stream_.look() != seen::gone; }

    void watch(waiter* parked) override;
    awaitable<result<identity>> identify(std::string token) override;
    awaitable<result<identity>> identify(certified_agent who);

private:
    // One request and what has been decided about it.
    struct turn {
        std::optional<exchange> asked; // absent: nothing that could be understood
        const route* way = nullptr;
        std::string_view bad_parameter; // of the path; lives with the router
        std::string request_id;
        reply answer;
        bool refused = false; // the answer is there before any handler ran
        bool close = false;
        bool head = false;
        bool say_keep_alive = false;
        steady_clock::time_point began;
        steady_clock::time_point received;
    };

    awaitable<void> run();
    awaitable<bool> wait_for_request(bool first);
    awaitable<bool> serve();
    awaitable<bool> receive(turn& now);
    awaitable<bool> receive_body(turn& now, message_reader& from);
    awaitable<void> handle(turn& now);
    awaitable<bool> answer(turn& now);
    awaitable<bool> send(std::string text);
    awaitable<bool> send_rest(turn& now);
    awaitable<void> say_goodbye();
    awaitable<void> linger();

    void take_head(turn& now, message_reader& from);
    void choose_route(turn& now, request asked, std::optional<verb> method);
    [[nodiscard]] static std::string take_token(turn& now);
    [[nodiscard]] std::optional<certified_agent> certificate_for(turn& now);
    static void let_in(turn& now, const result<identity>& who);
    void check_rate(turn& now);
    static void check_parameters(turn& now);
    void check_body(turn& now, const message_reader& from);
    [[nodiscard]] std::size_t body_bytes_max(const route& way) const;
    static void refuse(turn& now, reply with);
    void report(const turn& now, bool sent, steady_clock::duration worked) const;
    [[nodiscard]] static problem_place place_of(const turn& now);
    [[nodiscard]] static log::request_ref ref_of(const turn& now);

    void arm_watch();
    void notice();

    void drain() override;
    void cut() override;
    void expired() override;

    front& front_;
    tls_stream stream_;
    asio::ip::address remote_;
    waiter* parked_ = nullptr;
    steady_clock::time_point parked_since_;
    steady_clock::duration waited_{};     // on purpose, of the present request
    const SSL_CTX* trusted_by_ = nullptr; // settings that judged the client's certificate since the handshake
    boost::beast::flat_buffer ahead_; // bytes read behind the present request; holds no memory while empty
    bool watching_ = false;
    bool idle_ = false;
    bool leaving_ = false;
    bool unread_ = false; // the client may still be sending something that nobody will read
};

} // namespace holdfast::net
