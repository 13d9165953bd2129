#include "domain/assignment.hpp"

#include "domain/log.hpp"

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <exception>

namespace holdfast {
namespace {

using wake = waiting_room::ticket::wake;

std::vector<task_id> ids_of(const std::vector<task>& tasks) {
    std::vector<task_id> ids;
    ids.reserve(tasks.size());
    for (const task& t : tasks) ids.push_back(t.id);
    return ids;
}

// Without the database a poll that may wait goes on waiting: it looks again when rung, or in a second.
bool is_passing(errc code) {
    return code == errc::unavailable || code == errc::overloaded;
}

// A poll waits for its deadline, or for what comes due by itself before.
steady_clock::time_point look_again_at(steady_clock::time_point deadline,
                                       const std::optional<std::chrono::microseconds>& due_in) {
    if (!due_in) return deadline;
    // The database's microsecond has begun when ours has passed.
    return std::min(deadline, steady_clock::now() + *due_in + std::chrono::microseconds{500});
}

} // namespace

awaitable<result<void>> assignment::open(const poll_request& request, poll_id poll) {
    const std::string session(request.session);
    bell_.supersede(request.agent, session, poll);
    auto opened = co_await tasks_.open_poll(request.by.tenant, request.agent, session, poll, request.address,
                                            request.wait.count() > 0);
    if (!opened) co_return std::move(opened).error();
    if (*opened) {
        counts_.duplicate_identities.add();
        log::warning("[TASKS] duplicate_identity: two sessions of one agent from two addresses",
                     {{"agent", request.agent}, {"address", request.address}, {"session", request.session}},
                     request.asked);
    }
    co_return done;
}

awaitable<result<poll_answer>> assignment::poll(const poll_request& request, peer& caller) {
    const poll_id poll = poll_id::make();
    ticket place(room_, request.by.token, request.agent, request.session, poll);
    if (!tokens_.is_fresh(request.by))
        place.doubt(); // something was revoked before there was a place to tell
    if (!request.session.empty()) {
        auto opened = co_await open(request, poll);
        if (!opened) co_return std::move(opened).error();
    }
    counts_.polls_waiting.set(static_cast<std::int64_t>(room_.size()));
    auto answer = co_await serve(request, caller, place, poll);
    counts_.polls_waiting.set(static_cast<std::int64_t>(room_.size()) - 1);
    if (answer && answer->empty()) counts_.polls_empty.add();
    co_return answer;
}

// May the caller still wait? Costs nothing while nobody doubts it.
awaitable<result<void>> assignment::confirm(const poll_request& request, ticket& place) {
    if (request.by.ends_at && *request.by.ends_at <= steady_clock::now())
        co_return failure{errc::unauthorized, "the token has expired"};
    while (place.doubted()) {
        const std::uint32_t doubts = place.doubts();
        auto allowed = co_await tokens_.confirm(request.by, request.agent);
        if (!allowed) co_return std::move(allowed).error();
        place.settle(doubts);
    }
    co_return done;
}

awaitable<result<offer_answer>> assignment::look(const poll_request& request, ticket& place, poll_id poll,
                                                 bool will_wait, bool may_gather) {
    auto allowed = co_await confirm(request, place);
    if (!allowed) co_return std::move(allowed).error();
    offer_request ask{request.by.tenant,
                      request.agent,
                      poll,
                      request.limit,
                      request.types,
                      request.lookahead,
                      std::string(request.session),
                      will_wait,
                      may_gather,
                      origin_of(request.by, request.asked)};
    auto offered = co_await tasks_.offer(std::move(ask));
    co_return offered;
}

// What was offered goes to whom it was offered to, if it may still have it.
awaitable<result<poll_answer>> assignment::hand_over(const poll_request& request, peer& caller, ticket& place,
                                                     offer_answer offered) {
    if (place.superseded()) { // the newer poll of this session is offered them again
        bell_.ring(std::span(&request.agent, 1));
        co_return poll_answer{offered.poll, {}, {}};
    }
    auto allowed = co_await confirm(request, place);
    const bool present = caller.present();
    if (allowed && present) {
        counts_.tasks_fetched.add();
        counts_.tasks_assigned.add(offered.tasks.size());
        for (const task& t : offered.tasks) notes_.note_task(request.by.tenant, t.id, request.agent);
        co_return poll_answer{offered.poll, std::move(offered.tasks), place.take_cancelled()};
    }
    origin by = origin_of(request.by, request.asked);
    co_await give_back(request.by.tenant, request.agent, offered.poll, ids_of(offered.tasks), std::move(by));
    if (!allowed) co_return std::move(allowed).error();
    counts_.polls_abandoned.add();
    co_return failure{errc::gone_away};
}

awaitable<result<poll_answer>> assignment::serve(const poll_request& request, peer& caller, ticket& place,
                                                 poll_id poll) {
    const auto deadline = steady_clock::now() + request.wait;
    const auto latest = std::min(deadline, request.by.ends_at.value_or(deadline));
    steady_clock::time_point rung{};
    bool may_gather = request.wait.count() > 0; // until it was woken
    for (bool last = false;;) {
        const std::uint32_t heard = place.calls();
        if (!caller.present()) {
            counts_.polls_abandoned.add();
            co_return failure{errc::gone_away};
        }
        const bool will_wait = !last && request.wait.count() > 0;
        bool blind = false; // what it has could not be seen
        auto offered = co_await look(request, place, poll, will_wait, may_gather);
        if (!offered) {
            if (!will_wait || !is_passing(offered.error().code())) co_return std::move(offered).error();
            offered = offer_answer{{}, poll, std::chrono::seconds{1}};
            blind = true;
        }
        if (!offered->tasks.empty()) {
            if (rung != steady_clock::time_point{})
                counts_.wake_seconds.observe(
                    std::chrono::duration<double>(steady_clock::now() - rung).count());
            auto answer = co_await hand_over(request, caller, place, std::move(*offered));
            co_return answer;
        }
        if (last || request.wait.count() == 0) co_return poll_answer{poll, {}, place.take_cancelled()};

        wake why = wake::deadline;
        {
            const watched watch(caller, place);
            why = co_await place.wait(heard, look_again_at(latest, offered->due_in));
        }
        rung = {};
        may_gather = false;
        switch (why) {
        case wake::called: rung = steady_clock::now(); break;
        case wake::deadline:
            last = steady_clock::now() >= deadline;
            if (last && !blind) co_return poll_answer{poll, {}, place.take_cancelled()};
            break;
        case wake::abandoned: counts_.polls_abandoned.add(); co_return failure{errc::gone_away};
        case wake::finished:
            if (place.superseded()) counts_.polls_superseded.add();
            co_return poll_answer{poll, {}, place.take_cancelled()};
        }
    }
}

awaitable<void> assignment::give_back(tenant_id tenant, agent_id agent, poll_id poll,
                                      std::vector<task_id> tasks, origin by) {
    const auto count = tasks.size();
    auto given = co_await tasks_.give_back(tenant, poll, tasks);
    if (!given) {
        // The offer lease brings them back.
        log::warning("[TASKS] could not give an undelivered answer back",
                     {{"agent", agent}, {"tasks", count}, {"cause", given.error().cause()}}, by.ref());
        co_return;
    }
    counts_.tasks_given_back.add(static_cast<std::uint64_t>(given->count));
    log::info("[TASKS] Gave " + std::to_string(given->count) + " undelivered task(s) of agent " +
                  to_string(agent) + " back",
              {{"agent", agent}}, by.ref());
    for (const task_id id : tasks) notes_.note_task(tenant, id, agent);
    given->freed_for.push_back(agent);
    bell_.ring(given->freed_for);
}

void assignment::undelivered(executor ex, tenant_id tenant, agent_id agent, poll_id poll,
                             std::vector<task_id> tasks, origin by) {
    auto work = give_back(tenant, agent, poll, std::move(tasks), std::move(by));
    asio::co_spawn(ex, std::move(work), [](const std::exception_ptr& failed) {
        if (failed) log::error("[TASKS] giving an answer back failed");
    });
}

} // namespace holdfast
