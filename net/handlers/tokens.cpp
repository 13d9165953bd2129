// Tokens, tenants.
#include "domain/validation.hpp"
#include "net/handlers/handlers.hpp"
#include "net/json/read.hpp"
#include "net/json/write.hpp"
#include "net/problem.hpp"
#include "net/wire/page.hpp"
#include "net/wire/token.hpp"

namespace holdfast::net::handlers {
namespace {

void check_name(const std::string& name, std::vector<field_error>& wrong) {
    if (name.empty() || name.size() > text_bytes_max)
        wrong.push_back({"/name", "must be 1 to " + std::to_string(text_bytes_max) + " bytes"});
}

std::optional<failure> check(const wire::token_body& b) {
    std::vector<field_error> wrong;
    check_name(b.name, wrong);
    if (b.kind == token_kind::agent && !b.agent_id)
        wrong.push_back({"/agentId", "is required for agent tokens"});
    if (b.kind != token_kind::agent && b.agent_id) wrong.push_back({"/agentId", "is for agent tokens"});
    if (b.kind == token_kind::root)
        wrong.push_back({"/kind", "there is one root token, made with the installation"});
    if (b.max_uses && b.kind != token_kind::enroll)
        wrong.push_back({"/maxUses", "is for enroll tokens"});
    else if (b.max_uses)
        check_range("/maxUses", *b.max_uses, 1, 1'000'000, wrong);
    if (b.expires_at && *b.expires_at <= std::chrono::system_clock::now())
        wrong.push_back({"/expiresAt", "must be in the future"});
    return refused(std::move(wrong));
}

std::optional<failure> check(const wire::tenant_body& b) {
    std::vector<field_error> wrong;
    check_name(b.name, wrong);
    return refused(std::move(wrong));
}

} // namespace

awaitable<reply> create_token(services& s, exchange& x) {
    auto body = json::read_body<wire::token_body>(x.request());
    if (!body) co_return problem(body.error(), x);
    if (const auto wrong = check(*body)) co_return problem(*wrong, x);
    token_record wanted;
    wanted.kind = body->kind;
    wanted.name = std::move(body->name);
    wanted.agent = body->agent_id;
    wanted.expires_at = body->expires_at;
    wanted.max_uses = body->max_uses;
    auto made = co_await s.tokens.create(x.identity().tenant, std::move(wanted), origin_of(x));
    if (!made) co_return problem(made.error(), x);
    co_return json_reply(201, wire::token_answer{made->record.id, std::move(made->secret)});
}

awaitable<reply> list_tokens(services& s, exchange& x) {
    auto page = wire::page_of(x);
    if (!page) co_return problem(page.error(), x);
    auto agent = x.query().id<agent_id>("agentId");
    if (!agent) co_return problem(agent.error(), x);
    auto found = co_await s.tokens.list(x.identity(), *agent, *page);
    if (!found) co_return problem(found.error(), x);
    co_return wire::page_reply(std::move(*found), [](token_record t) {
        return wire::token_view{t.id,         t.kind,       std::move(t.name), t.agent,
                                t.created_at, t.expires_at, t.max_uses,        t.uses};
    });
}

awaitable<reply> revoke_token(services& s, exchange& x) {
    auto revoked = co_await s.tokens.revoke(x.identity().tenant, x.id<token_id>("tokenId"), origin_of(x));
    if (!revoked) co_return problem(revoked.error(), x);
    co_return no_content();
}

awaitable<reply> create_tenant(services& s, exchange& x) {
    auto body = json::read_body<wire::tenant_body>(x.request());
    if (!body) co_return problem(body.error(), x);
    if (const auto wrong = check(*body)) co_return problem(*wrong, x);
    auto made = co_await s.tokens.create_tenant(x.identity().tenant, std::move(body->name), origin_of(x));
    if (!made) co_return problem(made.error(), x);
    co_return json_reply(201, wire::tenant_answer{made->id, std::move(made->secret)});
}

awaitable<reply> list_tenants(services& s, exchange& x) {
    auto page = wire::page_of(x);
    if (!page) co_return problem(page.error(), x);
    auto found = co_await s.tokens.list_tenants(*page);
    if (!found) co_return problem(found.error(), x);
    co_return wire::page_reply(std::move(*found), [](tenant_record t) {
        return wire::tenant_view{t.id, std::move(t.name), t.created_at};
    });
}

awaitable<reply> whoami(services&, exchange& x) {
    const identity& who = x.identity();
    co_return ok(wire::whoami_answer{who.kind, who.token, who.tenant, who.agent});
}

} // namespace holdfast::net::handlers
