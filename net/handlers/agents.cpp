#include "domain/validation.hpp"
#include "net/handlers/handlers.hpp"
#include "net/json/read.hpp"
#include "net/json/write.hpp"
#include "net/problem.hpp"
#include "net/wire/agent.hpp"
#include "net/wire/page.hpp"

#include <boost/json/serialize.hpp>

namespace holdfast::net::handlers {
namespace {

constexpr std::size_t disks_max = 100;
constexpr std::size_t running_max = 1000;
constexpr token_kinds may_register{token_kind::enroll,    token_kind::fleet, token_kind::agent,
                                   token_kind::operator_, token_kind::admin, token_kind::root};

void check_text(std::string_view name, const std::optional<std::string>& text,
                std::vector<field_error>& wrong) {
    if (text && text->size() > text_bytes_max)
        wrong.push_back({"/" + std::string(name),
                         "must not be longer than " + std::to_string(text_bytes_max) + " bytes"});
}

std::optional<failure> check(const wire::registration_body& b) {
    std::vector<field_error> wrong;
    if (!is_hostname(b.hostname))
        wrong.push_back({"/hostname", "must be 1 to 253 letters, digits, dots, hyphens or underscores"});
    check_text("os", b.os, wrong);
    check_text("arch", b.arch, wrong);
    check_text("version", b.version, wrong);
    check_text("ip", b.ip, wrong);
    return refused(std::move(wrong));
}

std::optional<failure> check(const wire::heartbeat_body& b) {
    std::vector<field_error> wrong;
    if (!b.version && !b.agent_version) wrong.push_back({"/version", "is required"});
    if (!b.os && !b.platform) wrong.push_back({"/os", "is required"});
    check_text("version", b.version ? b.version : b.agent_version, wrong);
    check_text("os", b.os ? b.os : b.platform, wrong);
    check_text("arch", b.arch ? b.arch : b.architecture, wrong);
    if (b.uptime_seconds && *b.uptime_seconds < 0)
        wrong.push_back({"/uptimeSeconds", "must not be negative"});
    if (b.disks && b.disks->size() > disks_max)
        wrong.push_back({"/disks", "must hold at most " + std::to_string(disks_max) + " disks"});
    if (b.running_tasks && b.running_tasks->size() > running_max)
        wrong.push_back({"/runningTasks", "must hold at most " + std::to_string(running_max) + " ids"});
    return refused(std::move(wrong));
}

holdfast::heartbeat beat_of(agent_id agent, wire::heartbeat_body b) {
    holdfast::heartbeat beat;
    beat.agent = agent;
    beat.details.version = b.version ? *b.version : b.agent_version.value_or("");
    beat.details.os = b.os ? *b.os : b.platform.value_or("");
    beat.details.arch = b.arch ? *b.arch : b.architecture.value_or("");
    beat.uptime_seconds = b.uptime_seconds;
    if (b.last_backup_status) beat.last_backup_status = json::to_text(*b.last_backup_status).substr(1);
    if (beat.last_backup_status) beat.last_backup_status->pop_back(); // a name, without the quotes of JSON
    if (b.disks) beat.disks = document{json::to_text(*b.disks)};
    beat.running_tasks = std::move(b.running_tasks);
    return beat;
}

result<agent_filter> filter_of(const exchange& x) {
    agent_filter out;
    auto online = x.query().flag("online");
    if (!online) return std::move(online).error();
    out.online = *online;
    auto paused = x.query().flag("paused");
    if (!paused) return std::move(paused).error();
    out.paused = *paused;
    if (const auto hostname = x.query().text("hostname")) out.hostname = std::string(*hostname);
    return out;
}

// The caller of a registration: known by the header, or by the token in the body.
awaitable<result<identity>> caller_of(exchange& x, std::optional<std::string> body_token) {
    if (x.has_identity()) co_return x.identity();
    if (!body_token)
        co_return failure{errc::unauthorized, "a token is needed, in the header or as authToken"};
    auto who = co_await x.caller().identify(std::move(*body_token));
    if (!who) co_return std::move(who).error();
    if (!may_register.contains(who->kind))
        co_return failure{errc::forbidden, "this kind of token may not register agents"};
    co_return *who;
}

} // namespace

awaitable<reply> register_agent(services& s, exchange& x) {
    auto body = json::read_body<wire::registration_body>(x.request());
    if (!body) co_return problem(body.error(), x);
    auto who = co_await caller_of(x, std::move(body->auth_token));
    if (!who) co_return problem(who.error(), x);
    if (const auto wrong = check(*body)) co_return problem(*wrong, x);
    registration wanted;
    wanted.hostname = std::move(body->hostname);
    wanted.details = {body->os.value_or(""), body->arch.value_or(""), body->version.value_or(""),
                      body->ip.value_or(x.request().remote.to_string()), std::nullopt};
    wanted.by = origin_of(x, *who);
    if (body->metadata) wanted.details.metadata = document{boost::json::serialize(*body->metadata)};
    auto answer = co_await s.agents.register_(*who, std::move(wanted));
    if (!answer) co_return problem(answer.error(), x);
    const agent& a = answer->known.who;
    const bool created = answer->known.created;
    co_return json_reply(
        created ? 201 : 200,
        wire::registration_answer{a.id, a.hostname, "online", a.registered_at, a.updated_at,
                                  created ? "agent registered" : "agent known, details updated",
                                  std::move(answer->token)});
}

awaitable<reply> heartbeat(services& s, exchange& x) {
    auto body = json::read_body<wire::heartbeat_body>(x.request());
    if (!body) co_return problem(body.error(), x);
    if (const auto wrong = check(*body)) co_return problem(*wrong, x);
    const auto agent = x.id<agent_id>("agentId");
    auto allowed = co_await s.tokens.act_as(x.identity(), agent);
    if (!allowed) co_return problem(allowed.error(), x);
    auto cancelled = co_await s.agents.beat(x.identity().tenant, beat_of(agent, std::move(*body)));
    if (!cancelled) co_return problem(cancelled.error(), x);
    co_return ok(wire::heartbeat_answer{"ok", s.times.heartbeat.count(), std::move(*cancelled)});
}

awaitable<reply> list_agents(services& s, exchange& x) {
    auto page = wire::page_of(x);
    if (!page) co_return problem(page.error(), x);
    auto filter = filter_of(x);
    if (!filter) co_return problem(filter.error(), x);
    auto agents = co_await s.agents.list(x.identity().tenant, std::move(*filter), *page);
    if (!agents) co_return problem(agents.error(), x);
    co_return wire::page_reply(std::move(*agents), [](agent a) { return wire::view_of(std::move(a)); });
}

awaitable<reply> get_agent(services& s, exchange& x) {
    auto found = co_await s.agents.get(x.identity().tenant, x.id<agent_id>("agentId"));
    if (!found) co_return problem(found.error(), x);
    co_return ok(wire::view_of_one(std::move(*found)));
}

awaitable<reply> change_agent(services& s, exchange& x) {
    auto body = json::read_body<wire::agent_patch_body>(x.request());
    if (!body) co_return problem(body.error(), x);
    const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    auto wanted = wire::change_from(std::move(*body), now);
    if (!wanted) co_return problem(wanted.error(), x);
    auto changed = co_await s.agents.change(x.identity().tenant, x.id<agent_id>("agentId"),
                                            std::move(*wanted), origin_of(x));
    if (!changed) co_return problem(changed.error(), x);
    co_return ok(wire::view_of_one(std::move(*changed)));
}

awaitable<reply> delete_agent(services& s, exchange& x) {
    auto force = x.query().flag("force", false);
    if (!force) co_return problem(force.error(), x);
    auto gone =
        co_await s.agents.remove(x.identity().tenant, x.id<agent_id>("agentId"), *force, origin_of(x));
    if (!gone) co_return problem(gone.error(), x);
    co_return no_content();
}

} // namespace holdfast::net::handlers
