#include "db/postgres/connection.hpp"

#include "db/postgres/error.hpp"
#include "domain/log.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace holdfast::pg {

connection::connection(executor where, connection_settings settings)
    : where_(where), settings_(std::move(settings)), wire_(where), deadline_(where), bell_(where) {}

awaitable<result<void>> connection::connect(std::shared_ptr<connection> self,
                                            std::vector<statement> statements) {
    result<endpoints> found = co_await find_endpoints(self->where_, self->settings_);
    if (!found) {
        self->end("no host");
        co_return std::move(found).error();
    }
    result<void> made = unavailable("no host");
    self->first_host_ = self->settings_.hosts->first();
    self->hosts_ = found->targets.size();
    for (std::size_t tries = 0; tries < self->hosts_ && !made; ++tries) {
        if (self->gone_) co_return unavailable("closed");
        self->host_ = (self->first_host_ + tries) % self->hosts_;
        made = co_await self->negotiate(found->targets[self->host_], found->connect_timeout);
    }
    if (made) made = co_await self->prepare(std::move(statements));
    if (made && self->gone_) made = unavailable("closed");
    if (made)
        self->ready_ = true;
    else
        self->end("not connected");
    co_return made;
}

awaitable<result<void>> connection::negotiate(const connection_options& target,
                                              std::chrono::milliseconds timeout) {
    limit_attempt(timeout);
    wire::step next = wire_.start(target);
    while (!timed_out_ && (next == wire::step::wait_read || next == wire::step::wait_write)) {
        const auto readiness =
            next == wire::step::wait_read ? wire::descriptor::wait_read : wire::descriptor::wait_write;
        error_code ec;
        co_await wire_.socket().async_wait(readiness, asio::redirect_error(use_awaitable, ec));
        if (gone_) co_return unavailable("closed");
        if (!timed_out_) next = wire_.poll();
    }
    negotiating_ = false;
    deadline_.cancel();
    if (next == wire::step::done && wire_.enter_pipeline()) co_return done;
    failure why = unavailable(timed_out_ ? "connect timeout" : wire_.error());
    wire_.close();
    co_return why;
}

void connection::limit_attempt(std::chrono::milliseconds timeout) {
    timed_out_ = false;
    negotiating_ = true;
    deadline_.expires_after(timeout);
    deadline_.async_wait([self = shared_from_this()](error_code ec) {
        // It may have been on its way already when the attempt was over and the next one began.
        if (ec || !self->negotiating_ || steady_clock::now() < self->deadline_.expiry()) return;
        self->timed_out_ = true;
        self->wire_.socket().cancel();
    });
}

awaitable<result<void>> connection::prepare(std::vector<statement> statements) {
    watch();
    if (statements.empty()) co_return done;
    std::vector<command> commands;
    commands.reserve(statements.size());
    for (const statement& s : statements) commands.push_back({s, {}});
    unit mine;
    mine.commands = commands;
    mine.form = shape::prepare;
    result<void> sent = send(mine);
    if (!sent) co_return sent;
    co_await mine.caller.wait();
    if (mine.failed) {
        if (mine.failed->code() != errc::unavailable)
            log::error("a statement can't be prepared", {{"error", mine.failed->cause()}});
        co_return std::move(*mine.failed);
    }
    for (std::size_t i = 0; i < commands.size(); ++i)
        prepared_[commands[i].what.name] = wire::parameter_types(mine.answers[i]);
    co_return done;
}

awaitable<result<rows>> connection::exec(std::shared_ptr<connection> self, statement what, params with) {
    const command only{what, std::move(with)};
    unit mine;
    mine.commands = {&only, 1};
    result<void> sent = self->submit(mine);
    if (!sent) co_return std::move(sent).error();
    co_await mine.caller.wait();
    if (mine.failed) co_return std::move(*mine.failed);
    co_return std::move(mine.answers.front());
}

awaitable<result<std::vector<rows>>> connection::exec_all(std::shared_ptr<connection> self,
                                                          std::vector<command> commands) {
    if (commands.empty()) co_return std::vector<rows>();
    unit mine;
    mine.commands = commands;
    mine.form = commands.size() == 1 ? shape::plain : shape::framed;
    result<void> sent = self->submit(mine);
    if (!sent) co_return std::move(sent).error();
    co_await mine.caller.wait();
    if (mine.failed) co_return std::move(*mine.failed);
    co_return std::move(mine.answers);
}

awaitable<result<void>> connection::script(std::shared_ptr<connection> self, std::string sql) {
    if (!self->ready()) co_return unavailable("no connection");
    if (self->owed()) co_return failure{errc::internal}.because("a script while statements are in flight");
    unit mine;
    if (!self->wire_.begin_script(sql)) {
        self->break_soon(self->wire_.error());
        co_return unavailable("the connection is lost");
    }
    self->script_ = &mine;
    self->progress_at_ = steady_clock::now();
    self->guard();
    self->flush_soon();
    co_await mine.caller.wait();
    if (mine.failed) co_return std::move(*mine.failed);
    co_return done;
}

awaitable<void> connection::wait_gone(std::shared_ptr<connection> self, std::chrono::milliseconds at_most) {
    if (self->gone_) co_return;
    self->bell_.expires_after(at_most);
    error_code rang;
    co_await self->bell_.async_wait(asio::redirect_error(use_awaitable, rang));
}

// The next attempt to use it fails at once; who is in flight hears of it in a turn of its own, because
// callers are never resumed inside a call.
void connection::break_soon(std::string why) {
    ready_ = false;
    asio::post(where_, [self = shared_from_this(), why = std::move(why)] { self->lose(why); });
}

void connection::lose(const std::string& why) {
    if (!gone_) log::warning("a database connection is lost", {{"why", why}});
    end(why);
}

void connection::end(const std::string& why) {
    if (std::exchange(gone_, true)) return;
    const auto self = shared_from_this();
    ready_ = false;
    wire_.close();
    deadline_.cancel();
    bell_.cancel();
    std::deque<unit*> left = std::exchange(units_, {});
    if (script_ != nullptr) left.push_back(std::exchange(script_, nullptr));
    order_ = {};
    for (unit* u : left) {
        if (!u->failed) u->failed = unavailable(why);
        u->caller.resume();
    }
}

} // namespace holdfast::pg
