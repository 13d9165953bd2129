#include "domain/agent_service.hpp"

#include "domain/log.hpp"
#include "domain/secret.hpp"

#include <algorithm>

namespace holdfast {
namespace {

constexpr std::size_t heard_max = 200'000;

bool is_hostname_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_';
}

} // namespace

bool is_hostname(std::string_view text) {
    return !text.empty() && text.size() <= 253 && std::all_of(text.begin(), text.end(), is_hostname_char);
}

awaitable<result<registration_answer>> agent_service::register_(identity by, registration wanted) {
    std::optional<std::string> token;
    std::string hash;
    if (by.kind == token_kind::enroll) {
        token = make_token(by.tenant);
        hash = sha256(*token);
    }
    const std::string hostname = wanted.hostname;
    const origin asked = wanted.by;
    result<registered> made = failure{errc::internal};
    if (token)
        made = co_await agents_.enroll(by, std::move(wanted), std::move(hash));
    else if (by.kind == token_kind::agent)
        made = co_await agents_.register_again(by, std::move(wanted));
    else
        made = co_await agents_.register_(by, std::move(wanted));
    if (!made) co_return std::move(made).error();
    log::info(made->created ? "[AGENTS] Registered a new agent" : "[AGENTS] Registered a known agent",
              {{"agent", made->who.id}, {"hostname", hostname}}, asked.ref());
    notes_.note_agent(by.tenant, made->who.id);
    co_return registration_answer{std::move(*made), std::move(token)};
}

awaitable<result<std::vector<task_id>>> agent_service::beat(tenant_id tenant, heartbeat beat) {
    const agent_id agent = beat.agent;
    auto told = co_await agents_.beat(tenant, std::move(beat));
    if (told) notes_.note_agent(tenant, agent);
    co_return told;
}

awaitable<void> agent_service::heard_of(tenant_id tenant, agent_id agent) {
    const auto now = steady_clock::now();
    const auto [at, is_new] = heard_.try_emplace(agent, now);
    if (!is_new && now - at->second < times_.heartbeat / 4) co_return;
    at->second = now;
    if (heard_.size() > heard_max) heard_.clear();
    auto touched = co_await agents_.touch(tenant, agent);
    if (touched)
        notes_.note_agent(tenant, agent);
    else
        heard_.erase(agent);
}

awaitable<result<agent>> agent_service::get(tenant_id tenant, agent_id id) {
    return agents_.get(tenant, id);
}

awaitable<result<page<agent>>> agent_service::list(tenant_id tenant, agent_filter filter, page_request page) {
    return agents_.list(tenant, std::move(filter), page);
}

awaitable<result<agent>> agent_service::change(tenant_id tenant, agent_id id, agent_change wanted,
                                               origin by) {
    auto now = co_await agents_.change(tenant, id, std::move(wanted), by);
    if (!now) co_return std::move(now).error();
    log::info("[AGENTS] Agent changed", {{"agent", id}, {"paused", now->control.pause.has_value()}},
              by.ref());
    notes_.note_agent(tenant, id);
    bell_.ring(std::span(&id, 1));
    co_return now;
}

awaitable<result<void>> agent_service::remove(tenant_id tenant, agent_id id, bool cancel_tasks, origin by) {
    auto removed = co_await agents_.remove(tenant, id, cancel_tasks, by);
    if (!removed) co_return std::move(removed).error();
    counts_.tasks_cancelled.add(removed->cancelled.size());
    log::info("[AGENTS] Agent deleted", {{"agent", id}, {"cancelled", removed->cancelled.size()}}, by.ref());
    notes_.note_agent(tenant, id);
    notes_.note_freshness(tenant, id);
    for (const task_id each : removed->cancelled) notes_.note_task(tenant, each, id);
    bell_.deleted(id);
    if (!removed->freed_for.empty()) bell_.ring(removed->freed_for);
    co_return done;
}

} // namespace holdfast
