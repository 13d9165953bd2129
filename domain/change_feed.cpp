#include "domain/change_feed.hpp"

#include <algorithm>
#include <cstring>

namespace holdfast {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr std::size_t viewers_max = 1000;      // waiting, on one core
constexpr std::size_t entries_max = 1000;      // of one kind in a journal
constexpr std::chrono::minutes watched_for{5}; // a journal outlives the last request by so much
constexpr std::chrono::minutes announced_for{1};
constexpr milliseconds gather{250};        // changes within it are one answer
constexpr milliseconds company{50};        // and to the other cores, one hint
constexpr milliseconds settling{250};      // until every core has heard that somebody looks on
constexpr std::chrono::seconds overlap{1}; // by which another core's clock and news may be behind

std::int64_t now_in_microseconds() {
    return std::chrono::duration_cast<microseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

std::uint64_t make_origin() {
    const uuid random = make_uuid();
    std::uint64_t out = 0;
    std::memcpy(&out, random.data + 8, sizeof(out)); // the random half
    return out;
}

} // namespace

// Who waits. On the core's own thread only.
class change_feed::place final
    : public waiter,
      public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
public:
    place(change_feed& feed, journal& at, token_id token);
    ~place();
    place(const place&) = delete;
    place& operator=(const place&) = delete;
    place(place&&) = delete;
    place& operator=(place&&) = delete;

    // Until then, or the end of this request; or a ring, unless there is an answer already, which only
    // gathers.
    awaitable<void> wait(steady_clock::time_point until, bool gathers) {
        if (abandoned_ || over_) co_return;
        gathers_ = gathers;
        error_code rang; // says nothing: what is true stands in the members and in the journal
        timer_.expires_at(until);
        co_await timer_.async_wait(asio::redirect_error(use_awaitable, rang));
    }

    void ring() {
        if (!gathers_) timer_.cancel();
    }

    void abandon() override {
        abandoned_ = true;
        timer_.cancel();
    }

    void finish_early() override {
        over_ = true;
        timer_.cancel();
    }

    [[nodiscard]] bool abandoned() const { return abandoned_; }

    [[nodiscard]] bool over() const { return over_; }

    [[nodiscard]] token_id token() const { return token_; }

private:
    change_feed& feed_;
    token_id token_;
    bool abandoned_ = false;
    bool over_ = false;
    bool gathers_ = false;
    steady_timer timer_;
};

struct change_feed::journal {
    struct entry {
        std::int64_t at;
        change what;
    };

    // Newest last. What is older than `known_since` is known to have been more than is kept.
    struct entries {
        std::deque<entry> kept;
        std::int64_t known_since = 0;
    };

    std::array<entries, change_kinds> kinds;
    std::int64_t begun = 0; // complete from then on
    std::int64_t last = 0;
    steady_clock::time_point watched_until;
    steady_clock::time_point announced_until{};
    change_digest leaving; // to the other cores
    boost::intrusive::list<place, boost::intrusive::constant_time_size<false>> viewers;

    // Times in a journal only grow.
    std::int64_t tick() { return last = std::max(now_in_microseconds(), last + 1); }

    void begin() {
        for (entries& each : kinds) each = {};
        begun = tick();
    }

    void write(change_kind kind, const change& one) {
        entries& to = kinds[static_cast<std::size_t>(kind)];
        to.kept.push_back({tick(), one});
        if (to.kept.size() <= entries_max) return;
        to.known_since = to.kept.front().at;
        to.kept.pop_front();
    }

    void write_many(change_kind kind) {
        entries& to = kinds[static_cast<std::size_t>(kind)];
        to.kept.clear();
        to.known_since = tick();
    }

    void ring() {
        for (place& each : viewers) each.ring();
    }

    // The time of the first change since then.
    [[nodiscard]] std::optional<std::int64_t> first_since(std::int64_t since) const {
        std::optional<std::int64_t> first;
        for (const entries& each : kinds) {
            const auto at = std::ranges::upper_bound(each.kept, since, {}, &entry::at);
            if (at != each.kept.end()) first = std::min(first.value_or(at->at), at->at);
            if (each.known_since > since)
                first = std::min(first.value_or(each.known_since), each.known_since);
        }
        return first;
    }

    [[nodiscard]] change_digest all_since(std::int64_t since) const {
        change_digest out;
        for (std::size_t i = 0; i < change_kinds; ++i) {
            const auto kind = static_cast<change_kind>(i);
            if (kinds[i].known_since > since) out.add_many(kind);
            auto at = std::ranges::upper_bound(kinds[i].kept, since, {}, &entry::at);
            for (; at != kinds[i].kept.end(); ++at) out.add(kind, at->what);
        }
        return out;
    }
};

change_feed::place::place(change_feed& feed, journal& at, token_id token)
    : feed_(feed), token_(token), timer_(feed.executor_) {
    at.viewers.push_back(*this);
    feed_.counts_.viewers_waiting.set(static_cast<std::int64_t>(++feed_.viewers_));
}

change_feed::place::~place() {
    feed_.counts_.viewers_waiting.set(static_cast<std::int64_t>(--feed_.viewers_));
}

change_feed::change_feed(executor ex, wakeups& bell, metrics& counts)
    : executor_(ex), bell_(bell), counts_(counts), origin_(make_origin()), company_(ex) {}

change_feed::~change_feed() = default;

change_feed::journal& change_feed::journal_of(tenant_id tenant) {
    auto& found = journals_[tenant];
    if (!found) {
        found = std::make_unique<journal>();
        found->begin();
    }
    found->watched_until = steady_clock::now() + watched_for;
    return *found;
}

void change_feed::announce(tenant_id tenant, journal& of) {
    const auto now = steady_clock::now();
    if (now < of.announced_until) return;
    of.announced_until = now + announced_for;
    bell_.watched(tenant);
}

void change_feed::hear_watched(tenant_id tenant) {
    journal_of(tenant);
}

void change_feed::note(tenant_id tenant, change_kind kind, const change& one) {
    const auto found = journals_.find(tenant);
    if (found == journals_.end()) return;
    journal& at = *found->second;
    if (at.viewers.empty() && at.watched_until < steady_clock::now()) {
        journals_.erase(found);
        return;
    }
    at.write(kind, one);
    at.leaving.add(kind, one);
    at.ring();
    pass_on_soon();
}

void change_feed::hear(tenant_id tenant, const change_digest& changes) {
    const auto found = journals_.find(tenant);
    if (found == journals_.end()) return;
    journal& at = *found->second;
    for (std::size_t i = 0; i < change_kinds; ++i) {
        const auto kind = static_cast<change_kind>(i);
        if (changes.many(kind)) at.write_many(kind);
        for (const change& one : changes.of(kind)) at.write(kind, one);
    }
    at.ring();
}

void change_feed::pass_on_soon() {
    if (std::exchange(passing_on_, true)) return;
    company_.expires_after(company);
    company_.async_wait([this](error_code cut_short) {
        if (!cut_short) pass_on();
    });
}

void change_feed::pass_on() {
    passing_on_ = false;
    for (auto& [tenant, at] : journals_)
        if (!at->leaving.empty()) bell_.changed(tenant, std::exchange(at->leaving, {}));
}

void change_feed::doubt_all() {
    for (auto& [tenant, at] : journals_) {
        at->begin();
        at->announced_until = {};
        at->ring();
    }
}

void change_feed::end(token_id token) {
    for (auto& [tenant, at] : journals_)
        for (place& each : at->viewers)
            if (each.token() == token) each.finish_early();
}

void change_feed::drain() {
    draining_ = true;
    company_.cancel();
    for (auto& [tenant, at] : journals_)
        for (place& each : at->viewers) each.finish_early();
}

awaitable<result<std::optional<change_answer>>> change_feed::ask(change_request request, peer& caller) {
    if (viewers_ >= viewers_max) co_return failure{errc::overloaded, "too many look on"};
    const auto latest = steady_clock::now() + request.wait;
    const auto deadline = std::min(latest, request.by.ends_at.value_or(latest));
    journal& at = journal_of(request.by.tenant); // stays: somebody looks on
    announce(request.by.tenant, at);
    place here(*this, at, request.by.token);
    const std::int64_t settled = at.begun + microseconds{settling}.count();
    for (;;) {
        const std::int64_t now = at.tick();
        std::optional<std::int64_t> ready; // when there is an answer
        std::int64_t since = now;
        if (!request.since) {
            ready = settled;
        } else {
            if (request.since->at < at.begun)
                co_return failure{errc::start_over,
                                  "what changed since is not known: ask without since, look anew"};
            since = request.since->at;
            if (request.since->origin != origin_) since -= microseconds{overlap}.count();
            if (const auto first = at.first_since(since)) ready = *first + microseconds{gather}.count();
        }
        const bool late = request.since && steady_clock::now() >= deadline;
        const bool over = here.over() || draining_ || late;
        if (ready && (over || *ready <= now)) {
            change_answer out{{now, origin_}, at.all_since(since)};
            co_return std::optional(std::move(out));
        }
        if (over) co_return std::optional<change_answer>();
        if (here.abandoned() || !caller.present()) co_return failure{errc::gone_away};
        const auto until = ready ? steady_clock::now() + microseconds{*ready - now} : deadline;
        {
            const watched watch(caller, here);
            co_await here.wait(request.since ? std::min(until, deadline) : until, ready.has_value());
        }
    }
}

} // namespace holdfast
