// The connection's traffic: units out, answers in, and the watchdog over both.
#include "db/postgres/connection.hpp"
#include "db/postgres/error.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace holdfast::pg {

std::string_view connection::unit::name(std::size_t statement) const {
    if (form == shape::prepare) return commands[statement / 2].what.name;
    if (form == shape::plain) return commands.empty() ? "script" : commands[statement].what.name;
    if (statement == 0) return "begin";
    return statement > commands.size() ? "commit" : commands[statement - 1].what.name;
}

void connection::unit::keep(std::size_t statement, rows got) {
    const bool frame = form == shape::framed && (statement == 0 || statement > commands.size());
    const bool first_half = form == shape::prepare && statement % 2 == 0;
    if (!frame && !first_half) answers.push_back(std::move(got));
}

void connection::unit::fail(std::size_t statement, const wire::answer& error) {
    if (error.sqlstate.empty())
        failed = unavailable(error.message);
    else
        failed = failure_from(error.sqlstate, error.message, name(statement));
}

result<void> connection::submit(unit& u) {
    if (!ready()) return unavailable("no connection");
    if (script_ != nullptr) return failure{errc::internal}.because("a statement while a script runs");
    if (order_.in_flight() >= settings_.units_max)
        return failure{errc::overloaded}.because("too many statements in flight on one connection");
    for (const command& c : u.commands)
        if (std::optional<failure> wrong = mismatch(c)) return std::move(*wrong);
    return send(u);
}

// The server would take eight bytes for whatever has eight bytes: what a prepared statement expects is known.
std::optional<failure> connection::mismatch(const command& c) const {
    constexpr oid text = 25;
    constexpr oid first_user_type = 16'384; // enums and domains, which take text
    const auto known = prepared_.find(c.what.name);
    if (known == prepared_.end()) return std::nullopt;
    const std::vector<oid>& expected = known->second;
    if (expected.size() != c.with.size())
        return failure{errc::internal}.because(std::string(c.what.name) + " takes " +
                                               std::to_string(expected.size()) + " parameters, not " +
                                               std::to_string(c.with.size()));
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const oid given = c.with.at(i).type;
        const bool as_text = given == text && codec<std::string>::reads(expected[i]);
        if (given == expected[i] || as_text || expected[i] >= first_user_type) continue;
        return failure{errc::internal}.because(
            std::string(c.what.name) + ": parameter $" + std::to_string(i + 1) + " has type " +
            std::to_string(expected[i]) + ", not " + std::to_string(given));
    }
    return std::nullopt;
}

result<void> connection::send(unit& u) {
    if (!write(u)) {
        break_soon(wire_.error());
        return unavailable("the connection is lost");
    }
    const std::size_t count = u.commands.size();
    if (u.form == shape::framed) order_.sent(count + 1, false);
    if (u.form == shape::framed)
        order_.sent(1, true);
    else
        order_.sent(u.form == shape::prepare ? 2 * count : count, true);
    if (units_.empty()) progress_at_ = steady_clock::now();
    units_.push_back(&u);
    guard();
    if (!wire::sync_flushes())
        flush_soon();
    else if (!flush())
        break_soon(wire_.error());
    return done;
}

// COMMIT has a sync of its own: after an error everything up to the first one is skipped, and a COMMIT among
// that would leave the transaction open for whoever comes next. Behind it, it ends the transaction either
// way.
bool connection::write(const unit& u) {
    if (u.form == shape::framed && !wire_.send_text("BEGIN")) return false;
    for (const command& c : u.commands) {
        const bool sent = u.form == shape::prepare ? wire_.send_prepare(c.what)
                                                   : wire_.send(c, prepared_.contains(c.what.name));
        if (!sent) return false;
    }
    if (!wire_.sync()) return false;
    return u.form != shape::framed || (wire_.send_text("COMMIT") && wire_.sync());
}

// A write-wait is armed only while the socket takes no more.
bool connection::flush() {
    const wire::flushed state = wire_.flush();
    if (state == wire::flushed::failed) return false;
    if (state == wire::flushed::all || std::exchange(writing_, true)) return true;
    wire_.socket().async_wait(wire::descriptor::wait_write, [self = shared_from_this()](error_code ec) {
        self->writing_ = false;
        if (ec || self->gone_) return;
        if (!self->flush()) self->lose(self->wire_.error());
    });
    return true;
}

void connection::flush_soon() {
    if (std::exchange(flush_posted_, true)) return;
    asio::post(where_, [self = shared_from_this()] {
        self->flush_posted_ = false;
        if (!self->gone_ && !self->flush()) self->lose(self->wire_.error());
    });
}

// The one standing read-wait: also what notices that the server has gone.
void connection::watch() {
    wire_.socket().async_wait(wire::descriptor::wait_read, [self = shared_from_this()](error_code ec) {
        if (!ec && !self->gone_) self->on_readable();
    });
}

void connection::on_readable() {
    std::vector<unit*> answered;
    bool usable = wire_.consume();
    std::string why = usable ? "an answer that nobody asked for" : wire_.error();
    // What came before the end is still good.
    const bool in_step = script_ != nullptr ? read_script(answered) : read_pipeline(answered);
    usable = usable && in_step;
    if (usable && !flush()) {
        usable = false;
        why = wire_.error();
    }
    std::vector<wire::notification> heard;
    while (std::optional<wire::notification> one = wire_.heard()) heard.push_back(std::move(*one));
    if (usable)
        watch();
    else
        ready_ = false;
    for (unit* u : answered) u->caller.resume(); // may close this connection
    for (const wire::notification& one : heard)
        if (!gone_ && heard_) heard_(one.channel, one.payload);
    if (!usable) lose(why);
}

bool connection::read_pipeline(std::vector<unit*>& answered) {
    while (order_.waiting()) {
        std::optional<wire::answer> got = wire_.next();
        if (!got) return true;
        progress_at_ = steady_clock::now();
        const reading now = order_.on(got->what);
        switch (now.what) {
        case verdict::nothing: break;
        case verdict::keep: units_.front()->keep(now.statement, std::move(got->result)); break;
        case verdict::failed: units_.front()->fail(now.statement, *got); break;
        case verdict::broken: return false;
        case verdict::answered:
            answered.push_back(units_.front());
            units_.pop_front();
            break;
        }
    }
    return true;
}

bool connection::read_script(std::vector<unit*>& answered) {
    while (std::optional<wire::answer> got = wire_.next()) {
        progress_at_ = steady_clock::now();
        switch (got->what) {
        case event::rows: break;
        case event::error:
            if (!script_->failed) script_->fail(0, *got);
            break;
        case event::null: answered.push_back(std::exchange(script_, nullptr)); return wire_.end_script();
        case event::aborted:
        case event::sync:
        case event::other: return false;
        }
    }
    return true;
}

// The watchdog: armed while something is owed, re-armed by itself as long as the server speaks.
void connection::guard() {
    if (settings_.statement_timeout.count() == 0 || std::exchange(guarding_, true)) return;
    deadline_.expires_at(progress_at_ + settings_.statement_timeout + settings_.answer_grace);
    deadline_.async_wait([self = shared_from_this()](error_code ec) {
        self->guarding_ = false;
        if (!ec && !self->gone_) self->on_guard();
    });
}

void connection::on_guard() {
    if (!owed()) return;
    const auto silent = steady_clock::now() - progress_at_;
    if (silent < settings_.statement_timeout + settings_.answer_grace) return guard();
    if (hosts_ > 1) settings_.hosts->leave(host_);
    lose("the server does not answer");
}

} // namespace holdfast::pg
