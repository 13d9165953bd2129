#include "app/courier.hpp"

#include "db/sql.hpp"
#include "domain/log.hpp"

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <exception>

namespace holdfast::app {
namespace {

constexpr char channel[] = "holdfast";
constexpr std::size_t waiting_max = 100'000; // more: others find them by their sweep
constexpr std::chrono::milliseconds wait_for_company{250};

} // namespace

courier::courier(executor where, const pg::connection_settings& database,
                 std::function<void(std::vector<hint>)> heard, std::function<void()> gap)
    : where_(where),
      origin_(to_string(make_uuid())),
      outbox_(where, {.connection = database, .statements = {db::sql::wakeups_notify}, .connections = 1}),
      company_(where),
      inbox_(
          where, {.connection = database, .channels = {channel}},
          [this, heard = std::move(heard)](std::string_view, std::string_view payload) {
              std::vector<hint> hints = decode(payload, origin_);
              if (!hints.empty()) heard(std::move(hints));
          },
          std::move(gap)) {}

void courier::start() {
    outbox_.start();
    inbox_.start();
}

void courier::close() {
    closed_ = true;
    company_.cancel();
    inbox_.close();
    outbox_.close();
}

void courier::take(const std::vector<hint>& hints) {
    if (closed_ || waiting_.size() + hints.size() > waiting_max) return;
    waiting_.insert(waiting_.end(), hints.begin(), hints.end());
    if (std::any_of(hints.begin(), hints.end(),
                    [](const hint& h) { return !std::holds_alternative<hints::supersede>(h); })) {
        urgent_ = true;
        company_.cancel();
    }
    if (std::exchange(sending_, true)) return;
    auto work = send_all();
    asio::co_spawn(where_, std::move(work), [](const std::exception_ptr& failed) {
        if (failed) log::error("telling other servers of new tasks failed");
    });
}

awaitable<void> courier::send_all() {
    while (!waiting_.empty() && !closed_) {
        if (!urgent_) {
            company_.expires_after(wait_for_company);
            error_code cut_short;
            co_await company_.async_wait(asio::redirect_error(use_awaitable, cut_short));
            if (closed_) break;
        }
        urgent_ = false;
        const std::vector<hint> now = std::exchange(waiting_, {});
        auto sent = co_await outbox_.exec(db::sql::wakeups_notify,
                                          pg::bind(std::string_view(channel), encode(origin_, now)));
        if (!sent)
            log::warning("could not tell other servers of new tasks", {{"cause", sent.error().cause()}});
    }
    sending_ = false;
}

} // namespace holdfast::app
