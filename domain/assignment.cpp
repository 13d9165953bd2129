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

// A poll waits for its deadline, or for what comes due by itself before.
steady_clock::time_point look_again_at(steady_clock::time_point deadline,
                                       const std::optional<std::chrono::microseconds>& due_in) {
    if (!due_in) return deadline;
    // The database's microsecond has begun when ours has passed.
    return std::min(deadline, steady_clock::now() + *due_in + std::chrono::microseconds{500});
}

// The waiting caller is watched exactly as long as this lives.
class watched {
public:
    watched(peer& caller, waiter& parked) : caller_(caller) { caller_.watch(&parked); }

    ~watched() { caller_.watch(nullptr); }

    watched(const watched&) = delete;
    watched& operator=(const watched&) = delete;
    watched(watched&&) = delete;
    watched& operator=(watched&&) = delete;

private:
    peer& caller_;
};

} // namespace

awaitable<result<void>> assignment::open(const poll_request& request, poll_id poll) {
    bell_.supersede(request.agent, request.session, poll);
    auto opened =
        co_await tasks_.open_poll(request.tenant, request.agent, request.session, poll, request.address);
    if (!opened) co_return std::move(opened).error();
    if (*opened) {
        counts_.duplicate_identities.add();
        log::warning("[TASKS] duplicate_identity: two sessions of one agent from two addresses",
                     {{"agent", request.agent}, {"address", request.address}, {"session", request.session}});
    }
    co_return done;
}

awaitable<result<poll_answer>> assignment::poll(poll_request request, peer& caller) {
    const poll_id poll = poll_id::make();
    ticket place(room_, request.agent, request.session, poll);
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

awaitable<result<poll_answer>> assignment::serve(const poll_request& request, peer& caller, ticket& place,
                                                 poll_id poll) {
    const auto deadline = steady_clock::now() + request.wait;
    steady_clock::time_point rung{};
    for (bool last = false;;) {
        const std::uint32_t heard = place.calls();
        if (!caller.present()) {
            counts_.polls_abandoned.add();
            co_return failure{errc::gone_away};
        }
        const bool will_wait = !last && request.wait.count() > 0;
        offer_request ask{request.tenant,    request.agent,   poll,     request.limit, request.types,
                          request.lookahead, request.session, will_wait};
        auto offered = co_await tasks_.offer(std::move(ask));
        if (!offered) {
            // Without the database a poll that may wait goes on waiting: it looks again when rung, or at its
            // end.
            if (!will_wait || offered.error().code() == errc::internal) co_return std::move(offered).error();
            offered = offer_answer{{}, poll, std::chrono::seconds{1}};
        }
        if (!offered->tasks.empty()) {
            if (place.superseded()) { // the newer poll of this session is offered them again
                bell_.ring(std::span(&request.agent, 1));
                co_return poll_answer{poll, {}, {}};
            }
            if (!caller.present()) {
                co_await give_back(request.tenant, request.agent, offered->poll, ids_of(offered->tasks));
                counts_.polls_abandoned.add();
                co_return failure{errc::gone_away};
            }
            if (rung != steady_clock::time_point{})
                counts_.wake_seconds.observe(
                    std::chrono::duration<double>(steady_clock::now() - rung).count());
            counts_.tasks_fetched.add();
            counts_.tasks_assigned.add(offered->tasks.size());
            co_return poll_answer{offered->poll, std::move(offered->tasks), place.take_cancelled()};
        }
        if (last || request.wait.count() == 0) co_return poll_answer{poll, {}, place.take_cancelled()};

        wake why = wake::deadline;
        {
            const watched watch(caller, place);
            why = co_await place.wait(heard, look_again_at(deadline, offered->due_in));
        }
        rung = {};
        switch (why) {
        case wake::called: rung = steady_clock::now(); break;
        case wake::deadline: last = steady_clock::now() >= deadline; break; // once more before it is empty
        case wake::abandoned: counts_.polls_abandoned.add(); co_return failure{errc::gone_away};
        case wake::finished:
            if (place.superseded()) counts_.polls_superseded.add();
            co_return poll_answer{poll, {}, place.take_cancelled()};
        }
    }
}

awaitable<void> assignment::give_back(tenant_id tenant, agent_id agent, poll_id poll,
                                      std::vector<task_id> tasks) {
    const auto count = tasks.size();
    auto given = co_await tasks_.give_back(tenant, poll, std::move(tasks));
    if (!given) {
        // The offer lease brings them back.
        log::warning("[TASKS] could not give an undelivered answer back",
                     {{"agent", agent}, {"tasks", count}, {"cause", given.error().cause()}});
        co_return;
    }
    counts_.tasks_given_back.add(static_cast<std::uint64_t>(*given));
    log::info("[TASKS] Gave " + std::to_string(*given) + " undelivered task(s) of agent " + to_string(agent) +
                  " back",
              {{"agent", agent}});
    bell_.ring(std::span(&agent, 1));
}

void assignment::undelivered(executor ex, tenant_id tenant, agent_id agent, poll_id poll,
                             std::vector<task_id> tasks) {
    auto work = give_back(tenant, agent, poll, std::move(tasks));
    asio::co_spawn(ex, std::move(work), [](const std::exception_ptr& failed) {
        if (failed) log::error("[TASKS] giving an answer back failed");
    });
}

} // namespace holdfast
