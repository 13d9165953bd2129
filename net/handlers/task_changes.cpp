// What agents say of a task: started, how far it is, finished, handed back.
#include "domain/validation.hpp"
#include "net/handlers/handlers.hpp"
#include "net/json/read.hpp"
#include "net/json/write.hpp"
#include "net/problem.hpp"
#include "net/wire/task.hpp"

#include <boost/json/serialize.hpp>

namespace holdfast::net::handlers {
namespace {

constexpr int release_seconds_max = 86400;

struct plain_ok {
    std::string_view status = "ok";
};

BOOST_DESCRIBE_STRUCT(plain_ok, (), (status))

failure bad_field(std::string pointer, std::string detail) {
    std::vector<field_error> wrong;
    wrong.push_back({std::move(pointer), std::move(detail)});
    return invalid(std::move(wrong));
}

// A result's text may be long: the category is told from its beginning.
error_category category_of(const wire::result_body& body) {
    if (body.error_category) return *body.error_category;
    return body.error_message ? classify(std::string_view(*body.error_message).substr(0, 4096))
                              : error_category::unknown;
}

task_report report_of(const exchange& x, task_id task, wire::result_body body) {
    task_report r;
    r.tenant = x.identity().tenant;
    r.agent = x.id<agent_id>("agentId");
    r.task = task;
    r.attempt = body.attempt;
    r.said = body.status;
    r.category = category_of(body);
    r.error_message = std::move(body.error_message);
    r.duration_seconds = body.duration_seconds;
    r.snapshot_id = std::move(body.snapshot_id);
    if (body.statistics) r.statistics = document{boost::json::serialize(*body.statistics)};
    r.log = std::move(body.log);
    r.by = origin_of(x);
    return r;
}

std::optional<failure> check_report(const std::optional<double>& duration,
                                    const std::optional<std::string>& snapshot) {
    if (duration && *duration < 0) return bad_field("/durationSeconds", "must not be negative");
    if (snapshot && snapshot->size() > text_bytes_max) return bad_field("/snapshotId", "is too long");
    return std::nullopt;
}

std::optional<failure> check(const wire::progress_body& b) {
    if (b.percent_done && (*b.percent_done < 0 || *b.percent_done > 100))
        return bad_field("/percentDone", "must be from 0 to 100");
    const std::pair<const char*, std::optional<std::int64_t>> figures[] = {{"/bytesDone", b.bytes_done},
                                                                           {"/totalBytes", b.total_bytes},
                                                                           {"/filesDone", b.files_done},
                                                                           {"/totalFiles", b.total_files}};
    for (const auto& [pointer, figure] : figures)
        if (figure && *figure < 0) return bad_field(pointer, "must not be negative");
    if (b.message && b.message->size() > text_bytes_max)
        return bad_field("/message", "must not be longer than " + std::to_string(text_bytes_max) + " bytes");
    return std::nullopt;
}

} // namespace

awaitable<reply> acknowledge(services& s, exchange& x) {
    auto body = json::read_body<wire::attempt_only>(x.request());
    if (!body) co_return problem(body.error(), x);
    const auto agent = x.id<agent_id>("agentId");
    const auto task = x.id<task_id>("taskId");
    auto allowed = co_await s.tokens.act_as(x.identity(), agent);
    if (!allowed) co_return problem(allowed.error(), x);
    const task_key key{x.identity().tenant, agent, task, body->attempt, origin_of(x)};
    auto changed = co_await s.tasks.acknowledge(key);
    if (!changed) co_return problem(changed.error(), x);
    co_return ok(
        wire::acknowledged{.task_id = task, .acknowledged_at = changed->at, .message = "task acknowledged"});
}

awaitable<reply> finish(services& s, exchange& x) {
    auto body = json::read_body<wire::result_body>(x.request());
    if (!body) co_return problem(body.error(), x);
    if (const auto wrong = check_report(body->duration_seconds, body->snapshot_id))
        co_return problem(*wrong, x);
    const auto task = x.id<task_id>("taskId");
    auto allowed = co_await s.tokens.act_as(x.identity(), x.id<agent_id>("agentId"));
    if (!allowed) co_return problem(allowed.error(), x);
    auto changed = co_await s.tasks.finish(report_of(x, task, std::move(*body)));
    if (!changed) co_return problem(changed.error(), x);
    co_return ok(wire::task_standing{changed->state, task, changed->again_at});
}

awaitable<reply> progress(services& s, exchange& x) {
    auto body = json::read_body<wire::progress_body>(x.request());
    if (!body) co_return problem(body.error(), x);
    if (const auto wrong = check(*body)) co_return problem(*wrong, x);
    const auto agent = x.id<agent_id>("agentId");
    auto allowed = co_await s.tokens.act_as(x.identity(), agent);
    if (!allowed) co_return problem(allowed.error(), x);
    task_progress told;
    told.key = {x.identity().tenant, agent, x.id<task_id>("taskId"), std::exchange(body->attempt, {}), {}};
    told.progress = document{json::to_text(*body)};
    auto changed = co_await s.tasks.progress(std::move(told));
    if (!changed) co_return problem(changed.error(), x);
    co_return ok(wire::progress_answer{changed->at, changed->state == task_state::cancelled});
}

// restic-monitor's agents: the task in the body, no attempt, and not all of them acknowledge first.
awaitable<reply> finish_by_body(services& s, exchange& x) {
    auto body = json::read_body<wire::legacy_result_body>(x.request());
    if (!body) co_return problem(body.error(), x);
    if (const auto wrong = check_report(body->duration_seconds, body->snapshot_id))
        co_return problem(*wrong, x);
    const auto agent = x.id<agent_id>("agentId");
    auto allowed = co_await s.tokens.act_as(x.identity(), agent);
    if (!allowed) co_return problem(allowed.error(), x);
    const task_id task = body->task_id;
    wire::result_body said;
    said.status = body->status;
    said.error_message = std::move(body->error_message);
    said.duration_seconds = body->duration_seconds;
    said.snapshot_id = std::move(body->snapshot_id);
    said.log = std::move(body->log);
    task_report report = report_of(x, task, std::move(said));
    auto changed = co_await s.tasks.finish(report);
    if (!changed && changed.error().code() == errc::conflict) {
        const task_key key{x.identity().tenant, agent, task, std::nullopt, origin_of(x)};
        auto started = co_await s.tasks.acknowledge(key);
        if (started && !started->repeated) changed = co_await s.tasks.finish(std::move(report));
    }
    if (!changed) co_return problem(changed.error(), x);
    co_return ok(plain_ok{});
}

awaitable<reply> release(services& s, exchange& x) {
    auto body = json::read_body<wire::release_body>(x.request());
    if (!body) co_return problem(body.error(), x);
    if (body->retry_after_seconds &&
        (*body->retry_after_seconds < 0 || *body->retry_after_seconds > release_seconds_max))
        co_return problem(
            bad_field("/retryAfterSeconds", "must be from 0 to " + std::to_string(release_seconds_max)), x);
    if (body->reason && body->reason->size() > text_bytes_max)
        co_return problem(
            bad_field("/reason", "must not be longer than " + std::to_string(text_bytes_max) + " bytes"), x);
    const auto agent = x.id<agent_id>("agentId");
    const auto task = x.id<task_id>("taskId");
    auto allowed = co_await s.tokens.act_as(x.identity(), agent);
    if (!allowed) co_return problem(allowed.error(), x);
    task_release wanted;
    wanted.key = {x.identity().tenant, agent, task, body->attempt, origin_of(x)};
    wanted.reason = body->reason.value_or("");
    wanted.retry_after = std::chrono::seconds(body->retry_after_seconds.value_or(0));
    auto changed = co_await s.tasks.release(std::move(wanted));
    if (!changed) co_return problem(changed.error(), x);
    co_return ok(wire::task_standing{changed->state, task, changed->again_at});
}

} // namespace holdfast::net::handlers
