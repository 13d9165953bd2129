// Tokens: how one looks, how it is made, and what of it is kept.
#pragma once

#include "domain/id.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace holdfast {

// SHA-256 (FIPS 180-4), 32 raw bytes.
[[nodiscard]] std::string sha256(std::string_view text);

// HMAC-SHA256 (RFC 2104), 32 raw bytes.
[[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view text);

// Lower case.
[[nodiscard]] std::string to_hex(std::string_view bytes);

// RFC 4648, section 5, without padding.
[[nodiscard]] std::string to_base64url(std::string_view bytes);
[[nodiscard]] std::optional<std::string> from_base64url(std::string_view text);

// Compares in a time that depends on the length only.
[[nodiscard]] bool same_secret(std::string_view a, std::string_view b);

// `hf_` + the tenant's id (22 characters) + `_` + 32 random bytes (43 characters).
[[nodiscard]] std::string make_token(tenant_id tenant);

// The tenant that a token names; nothing when the text is no token at all.
[[nodiscard]] std::optional<tenant_id> tenant_of_token(std::string_view token);

} // namespace holdfast
