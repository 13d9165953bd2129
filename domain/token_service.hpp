// Who a token stands for. One per core: identities are cached for seconds, and forgotten at once when their
// token is revoked or their agent deleted, here or on another server.
#pragma once

#include "domain/stores.hpp"
#include "domain/wakeups.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace holdfast {

struct new_token {
    token_record record;
    std::string secret; // shown once
};

struct new_tenant {
    tenant_id id;
    std::string secret; // of its first admin token
};

class token_service {
public:
    token_service(token_store& tokens, agent_store& agents, wakeups& bell)
        : tokens_(tokens), agents_(agents), bell_(bell) {}

    // errc::unauthorized when the token is not known (any more).
    [[nodiscard]] awaitable<result<identity>> identify(std::string token);

    // The agent of a certificate that was verified; errc::unauthorized when its tenant has no such agent (any
    // more).
    [[nodiscard]] awaitable<result<identity>> identify(certified_agent who);

    // It was known when it was last looked up, and not revoked since, as far as was heard; which may be some
    // time ago.
    [[nodiscard]] bool remembers(std::string_view token) const;

    // May this caller act as this agent? Otherwise errc::not_found, as for an agent that is unknown.
    [[nodiscard]] awaitable<result<void>> act_as(const identity& who, agent_id agent);

    // Both again, for a caller that was let in before: what changed meanwhile counts.
    [[nodiscard]] awaitable<result<void>> confirm(const identity& who, agent_id agent);

    // Nothing was revoked since this caller was let in, as far as was heard.
    [[nodiscard]] bool is_fresh(const identity& who) const { return who.as_of == changes_; }

    [[nodiscard]] awaitable<result<new_token>> create(tenant_id tenant, token_record wanted, origin by);
    [[nodiscard]] awaitable<result<page<token_record>>> list(identity by, std::optional<agent_id> agent,
                                                             page_request page);
    [[nodiscard]] awaitable<result<void>> revoke(tenant_id tenant, token_id id, origin by);
    [[nodiscard]] awaitable<result<new_tenant>> create_tenant(tenant_id maker, std::string name, origin by);

    [[nodiscard]] awaitable<result<page<tenant_record>>> list_tenants(page_request page) {
        return tokens_.list_tenants(page);
    }

    // Drops what is cached of this token, of this agent, or all of it.
    void forget(token_id token);
    void forget(agent_id agent);
    void forget_all();

private:
    struct cached {
        identity who;
        steady_clock::time_point good_until;
    };

    struct known_agent {
        tenant_id tenant;
        steady_clock::time_point good_until;
    };

    struct membership {
        token_id token;
        agent_id agent;
        friend bool operator==(const membership&, const membership&) = default;
    };

    struct membership_hash {
        using is_avalanching = void;

        std::size_t operator()(const membership& m) const {
            return id_hash{}(m.token) * 31 + id_hash{}(m.agent);
        }
    };

    struct member {
        steady_clock::time_point good_until;
    };

    token_store& tokens_;
    agent_store& agents_;
    wakeups& bell_;
    boost::unordered_flat_map<std::string, cached> known_; // by SHA-256 of the token
    boost::unordered_flat_map<agent_id, known_agent, id_hash> certified_;
    boost::unordered_flat_map<membership, member, membership_hash> members_;
    // How often anything was forgotten. What was asked for before and is answered after is not kept.
    std::uint64_t changes_ = 0;
};

} // namespace holdfast
