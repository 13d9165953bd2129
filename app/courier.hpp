// Wake-ups between servers, by LISTEN and NOTIFY. Lives on the first core. One NOTIFY statement is on its way
// at a time; what gathers meanwhile goes with the next, and that a poll was superseded, which the database
// knows anyway, may wait for company. Never inside a transaction that writes: NOTIFY takes
// a lock over the whole database at commit.
#pragma once

#include "app/switchboard.hpp"
#include "db/postgres/notifications.hpp"
#include "db/postgres/pool.hpp"

#include <functional>
#include <string>
#include <vector>

namespace holdfast::app {

class courier final : public hint_target {
public:
    // `heard`: what other servers say. `gap`: something may have been missed.
    courier(executor where, const pg::connection_settings& database,
            std::function<void(std::vector<hint>)> heard, std::function<void()> gap);

    void start();
    void close();

    [[nodiscard]] bool listening() const { return inbox_.listening(); }

    void take(const std::vector<hint>& hints) override;

    [[nodiscard]] executor where() override { return where_; }

private:
    awaitable<void> send_all();

    executor where_;
    std::string origin_; // of this process
    pg::pool outbox_;
    std::vector<hint> waiting_;
    steady_timer company_;
    bool urgent_ = false;
    bool sending_ = false;
    bool closed_ = false;
    pg::notifications inbox_;
};

} // namespace holdfast::app
