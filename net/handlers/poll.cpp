#include "domain/log.hpp"
#include "domain/validation.hpp"
#include "net/handlers/handlers.hpp"
#include "net/handlers/waits.hpp"
#include "net/json/write.hpp"
#include "net/problem.hpp"
#include "net/wire/task.hpp"

#include <boost/asio/co_spawn.hpp>

#include <exception>

namespace holdfast::net::handlers {
namespace {

struct parsed_poll {
    poll_request request;
    asked_wait wait;
};

result<task_types> types_of(const exchange& x) {
    if (!x.query().text("types")) return task_types{};
    task_types types = task_types::none();
    for (const std::string_view name : x.query().list("types")) {
        const auto type = task_type_from(name);
        if (!type) return bad_parameter("types", "a comma list of backup, check, prune");
        types.add(*type);
    }
    if (types == task_types::none()) return bad_parameter("types", "a comma list of backup, check, prune");
    return types;
}

result<parsed_poll> parse(const services& s, const exchange& x) {
    parsed_poll out;
    poll_request& r = out.request;
    r.by = x.identity();
    r.agent = x.id<agent_id>("agentId");
    r.address = x.request().remote.to_string();
    r.asked = x.ref();
    auto limit = x.query().integer("limit", 1, 100, r.limit);
    if (!limit) return std::move(limit).error();
    r.limit = static_cast<int>(*limit);
    auto wait = wait_of(x, s.times);
    if (!wait) return std::move(wait).error();
    out.wait = *wait;
    r.wait = wait->wait;
    auto types = types_of(x);
    if (!types) return std::move(types).error();
    r.types = *types;
    if (x.query().text("lookahead") == "all") {
        r.lookahead = lookahead_all;
    } else {
        auto lookahead = x.query().integer("lookahead", 0, seconds_max, 0);
        if (!lookahead) return bad_parameter("lookahead", "seconds from 0, or all");
        r.lookahead = std::chrono::seconds(*lookahead);
    }
    if (const auto session = x.query().text("session")) {
        if (!is_session(*session)) return bad_parameter("session", "1 to 64 of A-Z a-z 0-9 _ -");
        r.session = *session;
    }
    return out;
}

reply answer_with(services& s, const poll_request& asked, poll_answer answer) {
    if (answer.empty()) return no_content();
    if (!answer.tasks.empty())
        log::info("[TASKS] Assigned " + std::to_string(answer.tasks.size()) + " task(s) to agent " +
                      to_string(asked.agent),
                  {}, asked.asked);
    wire::poll_answer body;
    std::vector<task_id> ids;
    for (task& t : answer.tasks) {
        ids.push_back(t.id);
        body.tasks.push_back(wire::for_agent(std::move(t)));
    }
    body.count = body.tasks.size();
    if (!answer.cancelled.empty()) body.cancel_tasks = std::move(answer.cancelled);
    reply out = ok(body);
    if (ids.empty()) return out;
    out.undelivered = [&s, tenant = asked.by.tenant, agent = asked.agent, poll = answer.poll,
                       ids = std::move(ids), by = origin_of(asked.by, asked.asked)] {
        s.polls.undelivered(s.where, tenant, agent, poll, ids, by);
    };
    return out;
}

reply answer_with(services& s, const exchange& x, const parsed_poll& asked, result<poll_answer> answer) {
    if (!answer) {
        if (answer.error().code() != errc::gone_away)
            log::warning("[TASKS] Poll failed",
                         {{"agent", asked.request.agent}, {"cause", answer.error().cause()}}, x.ref());
        return problem(answer.error(), x);
    }
    reply out = answer_with(s, asked.request, std::move(*answer));
    confirm(asked.wait, out);
    return out;
}

void mark_heard_of(services& s, tenant_id tenant, agent_id agent) {
    auto work = s.agents.heard_of(tenant, agent);
    asio::co_spawn(s.where, std::move(work), [](const std::exception_ptr& failed) {
        if (failed) log::error("[AGENTS] noting a contact failed");
    });
}

} // namespace

// Its frame waits as long as the poll: what is not needed then is in the functions above.
awaitable<reply> poll(services& s, exchange& x) {
    const auto asked = parse(s, x);
    if (!asked) {
        log::warning("[TASKS] Poll refused: " + std::string(asked.error().detail()), {}, x.ref());
        co_return problem(asked.error(), x);
    }
    auto allowed = co_await s.tokens.act_as(x.identity(), asked->request.agent);
    if (!allowed) co_return problem(allowed.error(), x);
    mark_heard_of(s, x.identity().tenant, asked->request.agent);
    auto answer = co_await s.polls.poll(asked->request, x.caller());
    co_return answer_with(s, x, *asked, std::move(answer));
}

} // namespace holdfast::net::handlers
