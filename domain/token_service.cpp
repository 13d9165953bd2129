#include "domain/token_service.hpp"

#include "domain/secret.hpp"

#include <algorithm>

namespace holdfast {
namespace {

constexpr std::chrono::seconds good_for{10};
// That an agent is of a fleet ends with the agent, and the statements of its tasks look at that themselves.
constexpr std::chrono::minutes member_for{5};
constexpr std::size_t cached_max = 50'000;

// Room for a new entry: what is stale goes, and if all of it is fresh, all of it goes.
template <class Map> void make_room(Map& map) {
    if (map.size() < cached_max) return;
    const auto now = steady_clock::now();
    erase_if(map, [now](const auto& entry) { return entry.second.good_until <= now; });
    if (map.size() >= cached_max) map.clear();
}

failure unknown_token() {
    return failure{errc::unauthorized, "the token is not known, revoked, or expired"};
}

failure no_such_agent() {
    return failure{errc::not_found, "there is no such agent"};
}

} // namespace

awaitable<result<identity>> token_service::identify(std::string token) {
    const auto tenant = tenant_of_token(token);
    if (!tenant) co_return unknown_token();
    const std::string hash = sha256(token);
    const auto found = known_.find(hash);
    if (found != known_.end()) {
        if (found->second.good_until > steady_clock::now()) {
            found->second.who.as_of = changes_;
            co_return found->second.who;
        }
    }
    const std::uint64_t as_of = changes_;
    auto looked_up = co_await tokens_.find(*tenant, hash);
    if (!looked_up) co_return std::move(looked_up).error();
    if (!looked_up->has_value()) {
        known_.erase(hash);
        co_return unknown_token();
    }
    identity who = **looked_up;
    who.as_of = as_of;
    if (as_of == changes_) {
        const auto until = steady_clock::now() + good_for;
        make_room(known_);
        known_.insert_or_assign(hash, cached{who, std::min(until, who.ends_at.value_or(until))});
    }
    co_return who;
}

awaitable<result<identity>> token_service::identify(certified_agent who) {
    identity out;
    out.tenant = who.tenant;
    out.kind = token_kind::agent;
    out.agent = who.agent;
    out.ends_at = who.ends_at;
    out.as_of = changes_;
    const auto found = certified_.find(who.agent);
    if (found != certified_.end() && found->second.tenant == who.tenant &&
        found->second.good_until > steady_clock::now())
        co_return out;
    auto there = co_await agents_.exists(who.tenant, who.agent);
    if (!there) co_return std::move(there).error();
    if (!*there) co_return failure{errc::unauthorized, "the certificate's agent is not known"};
    if (out.as_of == changes_) {
        make_room(certified_);
        certified_.insert_or_assign(who.agent, known_agent{who.tenant, steady_clock::now() + member_for});
    }
    co_return out;
}

bool token_service::remembers(std::string_view token) const {
    return known_.contains(sha256(token));
}

awaitable<result<void>> token_service::act_as(const identity& who, agent_id agent) {
    if (who.kind == token_kind::agent) {
        if (who.agent == agent) co_return done;
        co_return no_such_agent();
    }
    // Only those that were found are kept: a stranger can't fill the cache with ids that don't exist.
    const membership key{who.token, agent};
    const auto found = members_.find(key);
    if (found != members_.end()) {
        if (found->second.good_until > steady_clock::now()) co_return done;
        members_.erase(found);
    }
    const std::uint64_t as_of = changes_;
    result<bool> may = false;
    if (who.kind == token_kind::fleet)
        may = co_await agents_.is_member(who.tenant, who.token, agent);
    else
        may = co_await agents_.exists(who.tenant, agent);
    if (!may) co_return std::move(may).error();
    if (!*may) co_return no_such_agent();
    if (as_of == changes_) {
        make_room(members_);
        members_.insert_or_assign(key, member{steady_clock::now() + member_for});
    }
    co_return done;
}

awaitable<result<void>> token_service::confirm(const identity& who, agent_id agent) {
    if (who.token.is_nil()) {
        const certified_agent holder{who.tenant, agent, *who.ends_at};
        auto still = co_await identify(holder);
        if (!still) co_return std::move(still).error();
        co_return done;
    }
    auto good = co_await tokens_.is_good(who.tenant, who.token);
    if (!good) co_return std::move(good).error();
    if (!*good) co_return unknown_token();
    auto allowed = co_await act_as(who, agent);
    co_return allowed;
}

awaitable<result<new_token>> token_service::create(tenant_id tenant, token_record wanted, origin by) {
    wanted.id = token_id::make();
    std::string secret = make_token(tenant);
    auto made = co_await tokens_.create(tenant, std::move(wanted), sha256(secret), std::move(by));
    if (!made) co_return std::move(made).error();
    co_return new_token{std::move(*made), std::move(secret)};
}

awaitable<result<page<token_record>>> token_service::list(identity by, std::optional<agent_id> agent,
                                                          page_request page) {
    return tokens_.list(by.tenant, agent, page);
}

awaitable<result<void>> token_service::revoke(tenant_id tenant, token_id id, origin by) {
    auto revoked = co_await tokens_.revoke(tenant, id, std::move(by));
    if (!revoked) co_return std::move(revoked).error();
    bell_.revoked(id);
    co_return done;
}

awaitable<result<new_tenant>> token_service::create_tenant(tenant_id maker, std::string name, origin by) {
    new_tenant_record wanted;
    wanted.id = tenant_id::make();
    wanted.name = std::move(name);
    wanted.admin.id = token_id::make();
    wanted.admin.kind = token_kind::admin;
    wanted.admin.name = "first admin";
    std::string secret = make_token(wanted.id);
    wanted.admin_hash = sha256(secret);
    const tenant_id tenant = wanted.id;
    auto made = co_await tokens_.create_tenant(std::move(wanted), maker, std::move(by));
    if (!made) co_return std::move(made).error();
    co_return new_tenant{tenant, std::move(secret)};
}

void token_service::forget(token_id token) {
    ++changes_;
    erase_if(known_, [token](const auto& entry) { return entry.second.who.token == token; });
    erase_if(members_, [token](const auto& entry) { return entry.first.token == token; });
}

void token_service::forget(agent_id agent) {
    ++changes_;
    erase_if(known_, [agent](const auto& entry) { return entry.second.who.agent == agent; });
    erase_if(members_, [agent](const auto& entry) { return entry.first.agent == agent; });
    certified_.erase(agent);
}

void token_service::forget_all() {
    ++changes_;
    known_.clear();
    members_.clear();
    certified_.clear();
}

} // namespace holdfast
