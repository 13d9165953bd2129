// The server: all cores, what a process has once, and how it starts and ends.
#pragma once

#include "app/courier.hpp"
#include "app/housekeeper.hpp"
#include "app/minute_keeper.hpp"
#include "app/settings.hpp"
#include "app/shard.hpp"
#include "app/webhook.hpp"

#include <boost/asio/signal_set.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace holdfast::app {

class server final : public net::process_status {
public:
    // Throws std::runtime_error with a sentence for a human: certificates, addresses.
    explicit server(const server_settings& settings);

    // Blocks until SIGTERM or SIGINT and the drain after it; the exit status.
    [[nodiscard]] int run();

    // Any thread.
    [[nodiscard]] std::string_view not_ready() const override;
    [[nodiscard]] std::string metrics_page() const override;
    [[nodiscard]] net::wire::inside inside() const override;
    [[nodiscard]] std::vector<poll_minute> polls_of_last_hour() const override;

    [[nodiscard]] std::string_view version() const override { return app::version(); }

private:
    void connect(pg::connection_settings database);
    void hear(std::vector<hint> hints);
    void close_minute(const poll_minute& own);
    [[nodiscard]] poll_minute polls_so_far() const;
    void await_signal();
    void on_signal(int signal);
    void drain();
    awaitable<void> show_life(std::optional<std::chrono::microseconds> patience);
    void reload_certificates();

    server_settings settings_;
    std::vector<std::string> listening_at_;
    std::vector<std::unique_ptr<shard>> shards_;
    std::optional<courier> courier_;
    std::optional<housekeeper> housekeeper_;
    poll_minutes minutes_;
    std::optional<minute_keeper> minute_keeper_;
    std::optional<webhook> webhook_;
    std::optional<asio::signal_set> signals_;
    std::optional<steady_timer> life_;
    std::atomic<bool> draining_{false};
};

// `holdfast serve`: waits for the database, refuses a schema that is not this binary's, serves.
[[nodiscard]] int serve(const server_settings& settings);

} // namespace holdfast::app
