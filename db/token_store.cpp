#include "db/token_store.hpp"

#include "db/audit_notes.hpp"
#include "db/sql.hpp"

namespace holdfast::db {
namespace {

token_record read_token(const pg::row& row) {
    token_record t;
    t.id = row.get<token_id>(0);
    t.kind = token_kind_from(row.get<std::string_view>(1)).value();
    t.name = row.get<std::string>(2);
    t.agent = row.get<std::optional<agent_id>>(3);
    t.created_at = row.get<instant>(4);
    t.expires_at = row.get<std::optional<instant>>(5);
    t.max_uses = row.get<std::optional<std::int32_t>>(6);
    t.uses = row.get<std::int32_t>(7);
    return t;
}

failure no_such_agent() {
    std::vector<field_error> fields;
    fields.push_back({"/agentId", "there is no such agent"});
    return failure{errc::not_found, "agentId: there is no such agent"}.with(std::move(fields));
}

pg::bytes as_bytes(const std::string& given) {
    return {{given.begin(), given.end()}};
}

pg::params bind_token(tenant_id tenant, const token_record& t, const std::string& hash,
                      const pg::jsonb& note) {
    return pg::bind(tenant, t.id, as_bytes(hash), name_of(t.kind), t.name, t.agent, t.expires_at, t.max_uses,
                    note);
}

// All but the token.
boost::json::object details_of(const token_record& t) {
    boost::json::object out{{"kind", name_of(t.kind)}, {"name", t.name}};
    if (t.agent) out.emplace("agentId", to_string(*t.agent));
    if (t.expires_at) out.emplace("expiresAt", to_rfc3339(*t.expires_at));
    if (t.max_uses) out.emplace("maxUses", *t.max_uses);
    return out;
}

} // namespace

awaitable<result<std::optional<identity>>> pg_token_store::find(tenant_id tenant, std::string hash) {
    auto rows = co_await pool_.exec(sql::tokens_find, pg::bind(tenant, as_bytes(hash)));
    if (!rows) co_return std::move(rows).error();
    if (rows->empty()) co_return std::optional<identity>{};
    const pg::row row = rows->front();
    identity who;
    who.tenant = tenant;
    who.token = row.get<token_id>(0);
    who.kind = token_kind_from(row.get<std::string_view>(1)).value();
    who.agent = row.get<std::optional<agent_id>>(2);
    if (const auto left_us = row.get<std::optional<std::int64_t>>(3))
        who.ends_at = steady_clock::now() + std::chrono::microseconds{*left_us};
    co_return std::optional(who);
}

awaitable<result<bool>> pg_token_store::is_good(tenant_id tenant, token_id id) {
    auto rows = co_await pool_.exec(sql::tokens_is_good, pg::bind(tenant, id));
    if (!rows) co_return std::move(rows).error();
    co_return !rows->empty();
}

awaitable<result<token_record>> pg_token_store::create(tenant_id tenant, token_record wanted,
                                                       std::string hash, origin by) {
    const pg::jsonb note = audit_note(by, audit_action::token_create, wanted.id.value, details_of(wanted));
    auto rows = co_await pool_.exec(sql::tokens_create, bind_token(tenant, wanted, hash, note));
    if (!rows) co_return std::move(rows).error();
    if (rows->empty()) co_return no_such_agent();
    co_return read_token(rows->front());
}

awaitable<result<page<token_record>>> pg_token_store::list(tenant_id tenant, std::optional<agent_id> agent,
                                                           page_request page) {
    auto rows = co_await pool_.exec(sql::tokens_list,
                                    pg::bind(tenant, page.before, std::int32_t{page.limit + 1}, agent));
    if (!rows) co_return std::move(rows).error();
    std::vector<token_record> found;
    for (const pg::row row : *rows) found.push_back(read_token(row));
    co_return make_page(std::move(found), page.limit, [](const token_record& t) { return t.id.value; });
}

awaitable<result<void>> pg_token_store::revoke(tenant_id tenant, token_id id, origin by) {
    const pg::jsonb note = audit_note(by, audit_action::token_revoke, id.value, {});
    auto rows = co_await pool_.exec(sql::tokens_revoke, pg::bind(tenant, id, note));
    if (!rows) co_return std::move(rows).error();
    if (rows->empty()) co_return failure{errc::not_found, "there is no such token"};
    co_return done;
}

awaitable<result<void>> pg_token_store::create_tenant(new_tenant_record wanted, tenant_id maker, origin by) {
    const pg::jsonb none("[]");
    const pg::jsonb note =
        audit_note(by, audit_action::tenant_create, wanted.id.value, {{"name", wanted.name}});
    std::vector<pg::command> commands;
    commands.push_back({sql::tenants_create, pg::bind(wanted.id, wanted.name)});
    commands.push_back({sql::tokens_create, bind_token(wanted.id, wanted.admin, wanted.admin_hash, none)});
    commands.push_back({sql::audit_add, pg::bind(maker, note)});
    auto sent = co_await pool_.exec_all(std::move(commands));
    if (!sent) co_return std::move(sent).error();
    co_return done;
}

awaitable<result<page<tenant_record>>> pg_token_store::list_tenants(page_request page) {
    auto rows = co_await pool_.exec(sql::tenants_list, pg::bind(page.before, std::int32_t{page.limit + 1}));
    if (!rows) co_return std::move(rows).error();
    std::vector<tenant_record> found;
    for (const pg::row row : *rows)
        found.push_back({row.get<tenant_id>(0), row.get<std::string>(1), row.get<instant>(2)});
    co_return make_page(std::move(found), page.limit, [](const tenant_record& t) { return t.id.value; });
}

} // namespace holdfast::db
