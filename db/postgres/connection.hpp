// One connection to PostgreSQL, shared by many callers: their units go out at once, one behind the other, and
// come back in that order. For the thread that runs the executor; always owned by a shared_ptr.
#pragma once

#include "db/postgres/connection_settings.hpp"
#include "db/postgres/parked.hpp"
#include "db/postgres/pipeline_order.hpp"
#include "db/postgres/rows.hpp"
#include "db/postgres/statement.hpp"
#include "db/postgres/wire.hpp"
#include "domain/async.hpp"
#include "domain/result.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace holdfast::pg {

class connection : public std::enable_shared_from_this<connection> {
public:
    using heard_function = std::function<void(std::string_view channel, std::string_view payload)>;

    connection(executor where, connection_settings settings);

    // Once. Tries the hosts in their order (host_order), prepares the statements in one go. Errors:
    // unavailable; those of a statement that can't be prepared, logged with its name.
    [[nodiscard]] static awaitable<result<void>> connect(std::shared_ptr<connection> self,
                                                         std::vector<statement> statements);

    // Takes statements: made, not gone, and no host was left since. One that was made before that ends what
    // is in flight, and is to be closed then.
    [[nodiscard]] bool ready() const { return ready_ && settings_.hosts->first() == first_host_; }

    [[nodiscard]] bool gone() const { return gone_; }

    [[nodiscard]] std::size_t in_flight() const { return order_.in_flight(); }

    // As pool's functions of that name.
    [[nodiscard]] static awaitable<result<rows>> exec(std::shared_ptr<connection> self, statement what,
                                                      params with);
    [[nodiscard]] static awaitable<result<std::vector<rows>>> exec_all(std::shared_ptr<connection> self,
                                                                       std::vector<command> commands);

    // Several statements in one string, in the simple protocol. Only while nothing is in flight (internal).
    [[nodiscard]] static awaitable<result<void>> script(std::shared_ptr<connection> self, std::string sql);

    // Until the connection is gone, or the time is over. One caller at a time.
    [[nodiscard]] static awaitable<void> wait_gone(std::shared_ptr<connection> self,
                                                   std::chrono::milliseconds at_most);

    // Set before connect(); must not throw.
    void on_notification(heard_function heard) { heard_ = std::move(heard); }

    // Everybody in flight gets unavailable before this returns.
    void close() { end("closed"); }

private:
    enum class shape : std::uint8_t { plain, framed, prepare };

    // What one caller sent and waits for, in the caller's frame.
    struct unit {
        std::span<const command> commands;
        shape form = shape::plain;
        std::vector<rows> answers; // one for each command
        std::optional<failure> failed;
        parked caller;

        [[nodiscard]] std::string_view name(std::size_t statement) const;
        void keep(std::size_t statement, rows got);
        void fail(std::size_t statement, const wire::answer& error);
    };

    awaitable<result<void>> negotiate(const connection_options& target, std::chrono::milliseconds timeout);
    awaitable<result<void>> prepare(std::vector<statement> statements);
    void limit_attempt(std::chrono::milliseconds timeout);

    result<void> submit(unit& u);
    result<void> send(unit& u);
    bool write(const unit& u);
    [[nodiscard]] std::optional<failure> mismatch(const command& c) const;
    bool flush();
    void flush_soon();

    void watch();
    void on_readable();
    bool read_pipeline(std::vector<unit*>& answered);
    bool read_script(std::vector<unit*>& answered);

    void guard();
    void on_guard();

    [[nodiscard]] bool owed() const { return order_.waiting() || script_ != nullptr; }

    void break_soon(std::string why);
    void lose(const std::string& why);
    void end(const std::string& why);

    executor where_;
    connection_settings settings_;
    std::size_t first_host_ = 0; // when it was made
    std::size_t host_ = 0;       // that was found
    std::size_t hosts_ = 0;      // how many there are
    wire wire_;
    steady_timer deadline_; // of an attempt to connect, later the watchdog over answers
    steady_timer bell_;     // rings when the connection is gone
    heard_function heard_;

    pipeline_order order_;
    std::deque<unit*> units_; // in flight, oldest first
    unit* script_ = nullptr;
    std::unordered_map<std::string_view, std::vector<oid>> prepared_; // name -> types of the parameters
    steady_clock::time_point progress_at_; // when the server last spoke, or was first asked
    bool writing_ = false;                 // a write-wait is armed
    bool flush_posted_ = false;
    bool negotiating_ = false;
    bool guarding_ = false;
    bool timed_out_ = false;
    bool ready_ = false;
    bool gone_ = false;
};

} // namespace holdfast::pg
