#include "domain/secret.hpp"
#include "domain/validation.hpp"
#include "net/handlers/handlers.hpp"
#include "net/json/read.hpp"
#include "net/json/write.hpp"
#include "net/problem.hpp"
#include "net/wire/explanation.hpp"
#include "net/wire/page.hpp"
#include "net/wire/task.hpp"
#include "net/wire/work.hpp"

#include <algorithm>

namespace holdfast::net::handlers {
namespace {

task_order order_of(wire::task_input given, const std::string& at, std::vector<field_error>& wrong) {
    task_order o;
    o.agent = given.agent_id;
    o.policy = given.policy_id;
    o.type = given.task_type;
    o.scheduled_for = given.scheduled_for;
    o.max_attempts = given.max_attempts;
    if (o.max_attempts) check_range(at + "/maxAttempts", *o.max_attempts, 1, attempts_max, wrong);
    if (given.repository)
        o.repository = wire::read_repository(*given.repository, at + "/repository", wrong).text;
    if (given.include_paths) check_include_paths(at + "/includePaths", *given.include_paths, wrong);
    if (given.exclude_paths) check_exclude_paths(at + "/excludePaths", *given.exclude_paths, wrong);
    o.include_paths = std::move(given.include_paths);
    o.exclude_paths = std::move(given.exclude_paths);
    if (given.retention) o.retention = wire::read_retention(*given.retention, at + "/retention", wrong);
    if (given.execution_params)
        o.execution_params =
            wire::read_execution_params(*given.execution_params, at + "/executionParams", wrong);
    return o;
}

struct wanted_tasks {
    task_orders all;
    bool many = false;
};

struct only_tasks { // tells `{tasks: […]}` from one task
    std::optional<boost::json::value> tasks;
};

BOOST_DESCRIBE_STRUCT(only_tasks, (), (tasks))

result<wanted_tasks> parse(const request& asked) {
    auto shape = json::read_body<only_tasks>(asked);
    if (!shape) return std::move(shape).error();
    wanted_tasks out;
    std::vector<field_error> wrong;
    out.many = shape->tasks.has_value();
    if (out.many) {
        auto body = json::read_body<wire::task_inputs>(asked);
        if (!body) return std::move(body).error();
        check_range("/tasks", static_cast<std::int64_t>(body->tasks.size()), 1, tasks_in_one_request_max,
                    wrong);
        for (std::size_t i = 0; i < body->tasks.size() && wrong.size() < json::complaints_max; ++i)
            out.all.orders.push_back(
                order_of(std::move(body->tasks[i]), "/tasks/" + std::to_string(i), wrong));
    } else {
        auto body = json::read_body<wire::task_input>(asked);
        if (!body) return std::move(body).error();
        out.all.orders.push_back(order_of(std::move(*body), "", wrong));
    }
    if (wrong.empty()) return out;
    return invalid(std::move(wrong));
}

result<std::optional<idempotency>> once_of(const request& asked) {
    const std::string_view key = asked.header(header::idempotency_key);
    if (key.empty()) return std::optional<idempotency>();
    if (key.size() > 255 || !std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < 0x7f; }))
        return bad_parameter("Idempotency-Key", "1 to 255 visible ASCII characters");
    return std::optional(idempotency{std::string(key), sha256(asked.body)});
}

template <class Enum>
result<std::optional<Enum>> name_in(const exchange& x, std::string_view parameter,
                                    std::optional<Enum> (*from)(std::string_view),
                                    std::string_view expected) {
    const auto text = x.query().text(parameter);
    if (!text) return std::optional<Enum>();
    const auto value = from(*text);
    if (!value) return bad_parameter(parameter, expected);
    return value;
}

result<task_filter> filter_of(const exchange& x) {
    task_filter out;
    auto state = name_in(x, "status", &task_state_from,
                         "one of pending, assigned, in-progress, completed, failed, cancelled");
    if (!state) return std::move(state).error();
    auto type = name_in(x, "taskType", &task_type_from, "one of backup, check, prune");
    if (!type) return std::move(type).error();
    auto agent = x.query().id<agent_id>("agentId");
    if (!agent) return std::move(agent).error();
    auto policy = x.query().id<policy_id>("policyId");
    if (!policy) return std::move(policy).error();
    out.state = *state;
    out.type = *type;
    out.agent = *agent;
    out.policy = *policy;
    return out;
}

} // namespace

awaitable<reply> create_tasks(services& s, exchange& x) {
    auto wanted = parse(x.request());
    if (!wanted) co_return problem(wanted.error(), x);
    auto once = once_of(x.request());
    if (!once) co_return problem(once.error(), x);
    wanted->all.by = origin_of(x);
    wanted->all.once = std::move(*once);
    auto made = co_await s.tasks.create(x.identity().tenant, std::move(wanted->all));
    if (!made) co_return problem(made.error(), x);
    if (!wanted->many && made->tasks.size() == 1)
        co_return json_reply(201, wire::for_operator(std::move(made->tasks.front()), masks_secrets(x)));
    wire::created_tasks body;
    for (task& t : made->tasks) body.tasks.push_back(wire::for_operator(std::move(t), masks_secrets(x)));
    body.count = body.tasks.size();
    co_return json_reply(201, body);
}

awaitable<reply> list_tasks(services& s, exchange& x) {
    auto page = wire::page_of(x);
    if (!page) co_return problem(page.error(), x);
    auto filter = filter_of(x);
    if (!filter) co_return problem(filter.error(), x);
    auto tasks = co_await s.tasks.list(x.identity().tenant, *filter, *page);
    if (!tasks) co_return problem(tasks.error(), x);
    const bool masked = masks_secrets(x);
    co_return wire::page_reply(std::move(*tasks),
                               [masked](task t) { return wire::for_operator(std::move(t), masked); });
}

awaitable<reply> get_task(services& s, exchange& x) {
    auto found = co_await s.tasks.get(x.identity().tenant, x.id<task_id>("taskId"));
    if (!found) co_return problem(found.error(), x);
    co_return ok(wire::for_operator(std::move(*found), masks_secrets(x)));
}

awaitable<reply> cancel_task(services& s, exchange& x) {
    auto now = co_await s.tasks.cancel(x.identity().tenant, x.id<task_id>("taskId"), origin_of(x));
    if (!now) co_return problem(now.error(), x);
    co_return ok(wire::for_operator(std::move(*now), masks_secrets(x)));
}

awaitable<reply> retry_task(services& s, exchange& x) {
    auto now = co_await s.tasks.retry(x.identity().tenant, x.id<task_id>("taskId"), origin_of(x));
    if (!now) co_return problem(now.error(), x);
    co_return ok(wire::for_operator(std::move(*now), masks_secrets(x)));
}

awaitable<reply> explain_task(services& s, exchange& x) {
    auto told = co_await s.explanations.explain(x.identity().tenant, x.id<task_id>("taskId"));
    if (!told) co_return problem(told.error(), x);
    co_return ok(wire::view_of(std::move(*told)));
}

} // namespace holdfast::net::handlers
