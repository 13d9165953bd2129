// Client certificates that stand in for agents' tokens: what they say, and whether they still count.
#pragma once

#include "domain/identity.hpp"

#include <openssl/ssl.h>

#include <optional>
#include <string_view>
#include <utility>

namespace holdfast::net {

// spiffe://<trust domain>/tenant/<tenantId>/agent/<agentId> (SPIFFE ID, 2; the trust domain in any case).
// Pure.
[[nodiscard]] std::optional<std::pair<tenant_id, agent_id>> agent_of_spiffe_id(std::string_view id,
                                                                               std::string_view trust_domain);

// Of the certificate that the handshake verified; none without one, or where its URIs (subject alternative
// names) are not exactly one that names an agent of the trust domain.
[[nodiscard]] std::optional<certified_agent> certified_agent_of(const SSL* connection,
                                                                std::string_view trust_domain);

// The same certificate, judged by other settings: another CA, a newer revocation list.
[[nodiscard]] bool is_trusted_by(SSL_CTX* settings, const SSL* connection);

} // namespace holdfast::net
