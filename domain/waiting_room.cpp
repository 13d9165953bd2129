#include "domain/waiting_room.hpp"

#include <algorithm>

namespace holdfast {

waiting_room::ticket::ticket(waiting_room& room, token_id token, agent_id agent, std::string_view session,
                             poll_id poll)
    : room_(room), token_(token), agent_(agent), poll_(poll), session_(session), timer_(room.executor_) {
    if (!session_.empty()) room.supersede(agent, session_, poll);
    auto& list = room.places_[agent];
    if (!list) list = std::make_unique<polls>();
    list->push_back(*this);
    ++room.size_;
    if (room.draining_) over_ = wake::finished;
}

waiting_room::ticket::~ticket() {
    unlink();
    --room_.size_;
    const auto found = room_.places_.find(agent_);
    if (found != room_.places_.end() && found->second->empty()) room_.places_.erase(found);
}

awaitable<waiting_room::ticket::wake> waiting_room::ticket::wait(std::uint32_t heard,
                                                                 steady_clock::time_point until) {
    if (over_ == wake::called && calls_ == heard) {
        error_code rang; // says nothing: what is true stands in the members
        timer_.expires_at(until);
        co_await timer_.async_wait(asio::redirect_error(use_awaitable, rang));
    }
    if (over_ != wake::called) co_return over_;
    co_return calls_ != heard ? wake::called : wake::deadline;
}

void waiting_room::ticket::ring() {
    ++calls_;
    timer_.cancel();
}

void waiting_room::ticket::doubt() {
    ++doubts_;
    ring();
}

void waiting_room::ticket::supersede() {
    superseded_ = true;
    end(wake::finished);
}

void waiting_room::ticket::cancel(task_id task) {
    cancelled_.push_back(task);
    end(wake::finished);
}

void waiting_room::ticket::end(wake why) {
    if (over_ != wake::abandoned) over_ = why;
    timer_.cancel();
}

void waiting_room::ring(std::span<const agent_id> agents) {
    for (const agent_id& agent : agents) {
        const auto found = places_.find(agent);
        if (found == places_.end()) continue;
        for (ticket& waiting : *found->second) waiting.ring();
    }
}

void waiting_room::doubt(token_id token) {
    for (auto& [agent, list] : places_)
        for (ticket& waiting : *list)
            if (waiting.token_ == token) waiting.doubt();
}

void waiting_room::doubt(agent_id agent) {
    const auto found = places_.find(agent);
    if (found == places_.end()) return;
    for (ticket& waiting : *found->second) waiting.doubt();
}

void waiting_room::doubt_all() {
    for (auto& [agent, list] : places_)
        for (ticket& waiting : *list) waiting.doubt();
}

void waiting_room::supersede(agent_id agent, std::string_view session, poll_id newest) {
    const auto found = places_.find(agent);
    if (found == places_.end()) return;
    for (ticket& waiting : *found->second)
        if (waiting.session_ == session && waiting.poll_ < newest) waiting.supersede();
}

void waiting_room::cancel(agent_id agent, task_id task) {
    const auto found = places_.find(agent);
    if (found == places_.end()) return;
    for (ticket& waiting : *found->second)
        if (!waiting.session_.empty()) waiting.cancel(task);
}

void waiting_room::drain() {
    draining_ = true;
    for (auto& [agent, list] : places_)
        for (ticket& waiting : *list) waiting.end(ticket::wake::finished);
}

waiting_room::ages waiting_room::ages_at(std::chrono::system_clock::time_point now) const {
    using std::chrono::milliseconds;
    constexpr std::array<milliseconds, 3> bounds{milliseconds{1'000}, milliseconds{10'000},
                                                 milliseconds{60'000}};
    ages out;
    for (const auto& [agent, list] : places_)
        for (const ticket& waiting : *list) {
            const auto age = std::chrono::duration_cast<milliseconds>(now - time_of(waiting.poll_.value));
            const auto* const bound = std::ranges::upper_bound(bounds, age);
            ++out.counts.at(static_cast<std::size_t>(bound - bounds.begin()));
            out.oldest = std::max(out.oldest, age);
        }
    return out;
}

} // namespace holdfast
