#include "net/client_certificate.hpp"

#include "domain/async.hpp"

#include <boost/beast/core/string.hpp>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

namespace holdfast::net {
namespace {

struct release {
    void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }

    void operator()(X509_STORE_CTX* check) const { X509_STORE_CTX_free(check); }
};

bool take(std::string_view& from, std::string_view beginning) {
    if (from.size() < beginning.size() || !boost::beast::iequals(from.substr(0, beginning.size()), beginning))
        return false;
    from.remove_prefix(beginning.size());
    return true;
}

template <class Id> bool take_id(std::string_view& from, std::string_view name, Id& into) {
    constexpr std::size_t uuid_length = 36;
    if (!from.starts_with(name)) return false;
    from.remove_prefix(name.size());
    const auto parsed = parse_uuid(from.substr(0, uuid_length));
    if (!parsed) return false;
    into.value = *parsed;
    from.remove_prefix(uuid_length);
    return true;
}

// Empty where there is none, or more than one.
std::string_view only_uri_of(const GENERAL_NAMES* names) {
    std::string_view found;
    for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
        const GENERAL_NAME* const name = sk_GENERAL_NAME_value(names, i);
        if (name->type != GEN_URI) continue;
        if (!found.empty()) return {};
        const ASN1_IA5STRING* const uri = name->d.uniformResourceIdentifier;
        found = {reinterpret_cast<const char*>(ASN1_STRING_get0_data(uri)),
                 static_cast<std::size_t>(ASN1_STRING_length(uri))};
    }
    return found;
}

std::optional<steady_clock::time_point> end_of(const X509* certificate) {
    int days = 0;
    int seconds = 0;
    if (ASN1_TIME_diff(&days, &seconds, nullptr, X509_get0_notAfter(certificate)) != 1) return std::nullopt;
    return steady_clock::now() + std::chrono::days(days) + std::chrono::seconds(seconds);
}

} // namespace

std::optional<std::pair<tenant_id, agent_id>> agent_of_spiffe_id(std::string_view id,
                                                                 std::string_view trust_domain) {
    std::pair<tenant_id, agent_id> out;
    if (!take(id, "spiffe://") || !take(id, trust_domain)) return std::nullopt;
    if (!take_id(id, "/tenant/", out.first) || !take_id(id, "/agent/", out.second)) return std::nullopt;
    if (!id.empty()) return std::nullopt;
    return out;
}

std::optional<certified_agent> certified_agent_of(const SSL* connection, std::string_view trust_domain) {
    const X509* const certificate = SSL_get0_peer_certificate(connection);
    if (certificate == nullptr || SSL_get_verify_result(connection) != X509_V_OK) return std::nullopt;
    const std::unique_ptr<GENERAL_NAMES, release> names(
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
    const auto who = agent_of_spiffe_id(only_uri_of(names.get()), trust_domain);
    const auto ends_at = end_of(certificate);
    if (!who || !ends_at) return std::nullopt;
    return certified_agent{who->first, who->second, *ends_at};
}

bool is_trusted_by(SSL_CTX* settings, const SSL* connection) {
    const std::unique_ptr<X509_STORE_CTX, release> check(X509_STORE_CTX_new());
    X509* const certificate = SSL_get0_peer_certificate(connection);
    if (!check || certificate == nullptr ||
        X509_STORE_CTX_init(check.get(), SSL_CTX_get_cert_store(settings), certificate,
                            SSL_get_peer_cert_chain(connection)) != 1)
        return false;
    X509_STORE_CTX_set_default(check.get(), "ssl_client");
    const bool good = X509_verify_cert(check.get()) == 1;
    ERR_clear_error();
    return good;
}

} // namespace holdfast::net
