// Tokens and tenants as they go over the wire.
#pragma once

#include "domain/stores.hpp"
#include "net/json/names.hpp"

#include <boost/describe/class.hpp>

#include <array>
#include <optional>
#include <string>

namespace holdfast::net::wire {

struct token_body {
    token_kind kind = token_kind::viewer;
    std::string name;
    std::optional<holdfast::agent_id> agent_id;
    std::optional<instant> expires_at;
    std::optional<int> max_uses;
};

BOOST_DESCRIBE_STRUCT(token_body, (), (kind, name, agent_id, expires_at, max_uses))

struct token_answer {
    holdfast::token_id token_id;
    std::string token;
};

BOOST_DESCRIBE_STRUCT(token_answer, (), (token_id, token))

struct token_view {
    holdfast::token_id token_id;
    token_kind kind = token_kind::viewer;
    std::string name;
    std::optional<holdfast::agent_id> agent_id;
    instant created_at;
    std::optional<instant> expires_at;
    std::optional<int> max_uses;
    int uses = 0;
};

BOOST_DESCRIBE_STRUCT(token_view, (),
                      (token_id, kind, name, agent_id, created_at, expires_at, max_uses, uses))

struct tenant_body {
    std::string name;
};

BOOST_DESCRIBE_STRUCT(tenant_body, (), (name))

struct tenant_view {
    holdfast::tenant_id tenant_id;
    std::string name;
    instant created_at;
};

BOOST_DESCRIBE_STRUCT(tenant_view, (), (tenant_id, name, created_at))

struct tenant_answer {
    holdfast::tenant_id tenant_id;
    std::string token;
};

BOOST_DESCRIBE_STRUCT(tenant_answer, (), (tenant_id, token))

struct whoami_answer {
    token_kind kind = token_kind::viewer;
    holdfast::token_id token_id;
    holdfast::tenant_id tenant_id;
    std::optional<holdfast::agent_id> agent_id;
};

BOOST_DESCRIBE_STRUCT(whoami_answer, (), (kind, token_id, tenant_id, agent_id))

} // namespace holdfast::net::wire

template <> struct holdfast::net::json::enum_names<holdfast::token_kind> {
    static constexpr std::array<std::pair<token_kind, std::string_view>, 7> all{
        {{token_kind::root, "root"},
         {token_kind::admin, "admin"},
         {token_kind::operator_, "operator"},
         {token_kind::viewer, "viewer"},
         {token_kind::enroll, "enroll"},
         {token_kind::agent, "agent"},
         {token_kind::fleet, "fleet"}}};
};
