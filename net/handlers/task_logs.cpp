// Logs, in pieces both ways.
#include "domain/log_service.hpp"
#include "net/handlers/handlers.hpp"
#include "net/json/read.hpp"
#include "net/json/write.hpp"
#include "net/problem.hpp"
#include "net/wire/task.hpp"

#include <limits>
#include <memory>

namespace holdfast::net::handlers {
namespace {

class log_body final : public body_source {
public:
    explicit log_body(log_reader log) : log_(log) {}

    awaitable<result<std::string>> next() override { return log_.next(); }

private:
    log_reader log_;
};

std::optional<failure> check(const wire::log_piece_body& b) {
    if (b.offset >= 0) return std::nullopt;
    std::vector<field_error> wrong;
    wrong.push_back({"/offset", "must not be negative"});
    return invalid(std::move(wrong));
}

} // namespace

awaitable<reply> append_log(services& s, exchange& x) {
    auto body = json::read_body<wire::log_piece_body>(x.request());
    if (!body) co_return problem(body.error(), x);
    if (const auto wrong = check(*body)) co_return problem(*wrong, x);
    const auto agent = x.id<agent_id>("agentId");
    const auto task = x.id<task_id>("taskId");
    auto allowed = co_await s.tokens.act_as(x.identity(), agent);
    if (!allowed) co_return problem(allowed.error(), x);
    log_piece piece;
    piece.key = {x.identity().tenant, agent, task, body->attempt, {}};
    piece.offset = body->offset;
    piece.text = std::move(body->text);
    auto now = co_await s.logs.append(std::move(piece));
    if (!now) co_return problem(now.error(), x);
    co_return ok(wire::log_standing{task, now->attempt, now->size});
}

awaitable<reply> get_log(services& s, exchange& x) {
    auto attempt = x.query().integer("attempt", 1, std::numeric_limits<std::int32_t>::max());
    if (!attempt) co_return problem(attempt.error(), x);
    auto offset = x.query().integer("offset", 0, std::numeric_limits<std::int32_t>::max(), 0);
    if (!offset) co_return problem(offset.error(), x);
    auto log = co_await s.logs.open(x.identity().tenant, x.id<task_id>("taskId"), *attempt,
                                    static_cast<std::int32_t>(*offset));
    if (!log) co_return problem(log.error(), x);
    reply out = text_reply(200, "text/plain; charset=utf-8", {});
    out.rest_bytes = static_cast<std::size_t>(log->left());
    if (out.rest_bytes > 0) out.rest = std::make_unique<log_body>(*log);
    co_return out;
}

} // namespace holdfast::net::handlers
