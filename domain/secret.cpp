#include "domain/secret.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>
#include <cstdlib>
#include <cstring>

namespace holdfast {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t tenant_chars = 22;
constexpr std::size_t secret_chars = 43;
constexpr std::string_view prefix = "hf_";

} // namespace

std::string sha256(std::string_view text) {
    std::string out(32, '\0');
    unsigned size = 0;
    if (EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(out.data()), &size,
                   EVP_sha256(), nullptr) != 1)
        std::abort();
    return out;
}

std::string hmac_sha256(std::string_view key, std::string_view text) {
    std::string out(32, '\0');
    unsigned size = 0;
    if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
             reinterpret_cast<const unsigned char*>(text.data()), text.size(),
             reinterpret_cast<unsigned char*>(out.data()), &size) == nullptr)
        std::abort();
    return out;
}

std::string to_hex(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    out.reserve(2 * bytes.size());
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        out += digits[byte >> 4U];
        out += digits[byte & 15U];
    }
    return out;
}

std::string to_base64url(std::string_view bytes) {
    std::string out;
    out.reserve((bytes.size() * 4 + 2) / 3);
    std::uint32_t bits = 0;
    unsigned held = 0;
    for (const char c : bytes) {
        bits = (bits << 8U) | static_cast<unsigned char>(c);
        for (held += 8; held >= 6; held -= 6) out += alphabet[(bits >> (held - 6)) & 63U];
    }
    if (held > 0) out += alphabet[(bits << (6 - held)) & 63U];
    return out;
}

std::optional<std::string> from_base64url(std::string_view text) {
    std::string out;
    std::uint32_t bits = 0;
    unsigned held = 0;
    for (const char c : text) {
        const auto value = alphabet.find(c);
        if (value == std::string_view::npos) return std::nullopt;
        bits = (bits << 6U) | static_cast<std::uint32_t>(value);
        held += 6;
        if (held >= 8) {
            held -= 8;
            out += static_cast<char>((bits >> held) & 255U);
        }
    }
    if (held >= 6 || (bits & ((1U << held) - 1U)) != 0) return std::nullopt; // one text for each value
    return out;
}

bool same_secret(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string make_token(tenant_id tenant) {
    std::array<unsigned char, 32> secret{};
    if (RAND_bytes(secret.data(), static_cast<int>(secret.size())) != 1) std::abort();
    const std::string_view tenant_bytes(reinterpret_cast<const char*>(tenant.value.data), 16);
    const std::string_view secret_bytes(reinterpret_cast<const char*>(secret.data()), secret.size());
    return std::string(prefix) + to_base64url(tenant_bytes) + "_" + to_base64url(secret_bytes);
}

std::optional<tenant_id> tenant_of_token(std::string_view token) {
    if (token.size() != prefix.size() + tenant_chars + 1 + secret_chars || !token.starts_with(prefix) ||
        token[prefix.size() + tenant_chars] != '_')
        return std::nullopt;
    const auto tenant = from_base64url(token.substr(prefix.size(), tenant_chars));
    const auto secret = from_base64url(token.substr(prefix.size() + tenant_chars + 1));
    if (!tenant || !secret) return std::nullopt;
    tenant_id out;
    std::memcpy(out.value.data, tenant->data(), 16);
    return out;
}

} // namespace holdfast
