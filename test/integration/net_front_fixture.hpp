// One shard's front end with toy routes, on a thread of its own; the tests are its clients.
#pragma once

#include "net/deadlines.hpp"
#include "net/listener.hpp"
#include "net/problem.hpp"
#include "net/router.hpp"
#include "test/support/tls.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <future>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <thread>

namespace holdfast::test {

// What happened how often. Any thread; waiting ends after 20 s with false.
class event_counts {
public:
    void add(const std::string& name);
    [[nodiscard]] bool wait_for(const std::string& name, int count);
    [[nodiscard]] int count(const std::string& name);

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<std::string, int> counts_;
};

struct toy_park;

// GET /parked waits here until it is rung, told to finish, or abandoned.
struct toy_room {
    std::list<toy_park*> parked;
    event_counts* events = nullptr;
    void ring(); // answers all, empty
};

// Tokens "admin", "viewer", "agent" stand for their kinds; "down" for a database that can't be asked.
struct toy_tokens final : net::authenticator {
    awaitable<result<identity>> identify(std::string_view token) override;

    awaitable<result<identity>> identify(const certified_agent&) override {
        co_return failure{errc::unauthorized};
    }

    [[nodiscard]] bool remembers(std::string_view token) const override {
        return token_kind_from(token).has_value();
    }
};

struct toy_observer final : net::observer {
    void on_request(std::string_view route, unsigned status, double seconds) override;
    void on_refusal(net::refusal why) override;
    event_counts* events = nullptr;
};

class front_fixture {
public:
    explicit front_fixture(const net::limits& bounds = {});
    front_fixture(const front_fixture&) = delete;
    front_fixture& operator=(const front_fixture&) = delete;
    ~front_fixture(); // drains and joins

    [[nodiscard]] std::uint16_t port() const { return port_; }

    // Runs `body` on the shard's thread and waits for it.
    void on_shard(std::function<void()> body);

    // Begins the drain; false when the loop does not end by itself within 20 s.
    [[nodiscard]] bool drain() { return drain(true); }

    [[nodiscard]] bool drain_without_ringing() { return drain(false); }

    void ring() { // every parked request is answered
        on_shard([this] { room_.ring(); });
    }

    [[nodiscard]] std::size_t connections();
    [[nodiscard]] bool wait_for_connections(std::size_t count);

    event_counts events;

private:
    std::vector<net::route> routes();
    bool drain(bool ring_parked);

    net::limits bounds_;
    asio::io_context loop_{1};
    net::deadlines clock_{loop_.get_executor()};
    toy_room room_;
    toy_tokens tokens_;
    toy_observer observer_;
    net::router router_;
    net::listener listener_;
    std::uint16_t port_ = 0;
    std::promise<void> ended_;
    std::future<void> end_ = ended_.get_future();
    std::thread thread_;
};

} // namespace holdfast::test
