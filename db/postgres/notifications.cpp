#include "db/postgres/notifications.hpp"

#include "db/postgres/backoff.hpp"
#include "db/postgres/connection.hpp"
#include "domain/log.hpp"

#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <utility>

namespace holdfast::pg {
namespace {

std::string listen_script(const std::vector<std::string>& channels) {
    std::string out;
    for (const std::string& channel : channels) {
        out += "LISTEN \"";
        for (const char c : channel) out.append(c == '"' ? 2 : 1, c);
        out += "\";";
    }
    return out;
}

} // namespace

class notifications_core : public std::enable_shared_from_this<notifications_core> {
public:
    notifications_core(executor where, notifications_settings settings, notifications::heard_function heard,
                       notifications::gap_function gap)
        : where_(where),
          settings_(std::move(settings)),
          heard_(std::move(heard)),
          gap_(std::move(gap)),
          pause_(where) {}

    void start() {
        asio::co_spawn(where_, run(shared_from_this()), [](std::exception_ptr defect) {
            if (defect) std::rethrow_exception(defect);
        });
    }

    void close() {
        closed_ = true;
        pause_.cancel();
        if (const auto now = now_) now->close();
    }

    [[nodiscard]] bool listening() const { return listening_ && !closed_; }

private:
    using link = std::shared_ptr<connection>;

    static awaitable<void> run(std::shared_ptr<notifications_core> self) {
        backoff pauses;
        while (!self->closed_) {
            const link fresh = self->make();
            result<void> made = co_await listen(self, fresh);
            const auto since = steady_clock::now();
            if (made)
                co_await stay(self, fresh);
            else if (!self->closed_)
                log::warning("can't listen", {{"why", made.error().cause()}});
            self->listening_ = false;
            self->now_.reset();
            fresh->close();
            if (self->closed_) break;
            if (steady_clock::now() - since > backoff::cap) pauses.reset();
            self->pause_.expires_after(pauses.next());
            error_code rang;
            co_await self->pause_.async_wait(asio::redirect_error(use_awaitable, rang));
        }
    }

    link make() {
        now_ = std::make_shared<connection>(where_, settings_.connection);
        now_->on_notification([weak = weak_from_this()](std::string_view channel, std::string_view payload) {
            if (const auto self = weak.lock(); self && !self->closed_) self->heard_(channel, payload);
        });
        return now_;
    }

    static awaitable<result<void>> listen(std::shared_ptr<notifications_core> self, link fresh) {
        result<void> made = co_await connection::connect(fresh, {});
        if (!made) co_return made;
        result<void> listens = co_await connection::script(fresh, listen_script(self->settings_.channels));
        co_return listens;
    }

    // A connection that was cut somewhere in between says nothing, as a quiet one does: so it is asked, and
    // the connection's watchdog ends the waiting for the answer.
    static awaitable<void> stay(std::shared_ptr<notifications_core> self, link fresh) {
        if (self->closed_) co_return;
        self->listening_ = true;
        self->gap_();
        while (!self->closed_ && fresh->ready()) {
            co_await connection::wait_gone(fresh, self->settings_.check_every);
            const result<void> lives = co_await connection::script(fresh, "SELECT 1");
            if (!lives) break;
        }
    }

    executor where_;
    notifications_settings settings_;
    notifications::heard_function heard_;
    notifications::gap_function gap_;
    steady_timer pause_;
    link now_;
    bool listening_ = false;
    bool closed_ = false;
};

notifications::notifications(executor where, notifications_settings settings, heard_function heard,
                             gap_function gap)
    : core_(std::make_shared<notifications_core>(where, std::move(settings), std::move(heard),
                                                 std::move(gap))) {}

notifications::~notifications() {
    core_->close();
}

void notifications::start() {
    core_->start();
}

bool notifications::listening() const {
    return core_->listening();
}

void notifications::close() {
    core_->close();
}

} // namespace holdfast::pg
