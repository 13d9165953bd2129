#include "net/tls_context.hpp"

#include <openssl/err.h>

#include <cstring>
#include <stdexcept>

namespace holdfast::net {
namespace {

constexpr unsigned char alpn_http11[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

[[noreturn]] void fail(const std::string& sentence) {
    const unsigned long error = ERR_get_error(); // the first one is nearest to the cause
    ERR_clear_error();
    const char* reason =
        ERR_SYSTEM_ERROR(error) ? std::strerror(ERR_GET_REASON(error)) : ERR_reason_error_string(error);
    throw std::runtime_error(reason ? sentence + ": " + reason : sentence);
}

tls_context make(const SSL_METHOD* method) {
    tls_context out(SSL_CTX_new(method), &SSL_CTX_free);
    if (!out) fail("cannot set up TLS");
    SSL_CTX_set_min_proto_version(out.get(), TLS1_2_VERSION);
    // TLS 1.3 has only AEAD suites; this list is for TLS 1.2.
    if (SSL_CTX_set_cipher_list(out.get(), "ECDHE+AESGCM:ECDHE+CHACHA20") != 1)
        fail("cannot set the TLS cipher suites");
    // The other groups cost a server far more than those who ask for them: finite fields above all.
    if (SSL_CTX_set1_groups_list(out.get(), "X25519:P-256:P-384") != 1) fail("cannot set the TLS groups");
    SSL_CTX_set_options(out.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_mode(out.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(out.get(), 1); // a record's header and its content in one call
    SSL_CTX_set_session_cache_mode(out.get(), SSL_SESS_CACHE_OFF); // tickets resume without one
    return out;
}

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                    unsigned offered_size, void*) {
    unsigned char* found = nullptr;
    const int outcome =
        SSL_select_next_proto(&found, size, alpn_http11, sizeof alpn_http11, offered, offered_size);
    *chosen = found;
    return outcome == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

int no_passphrase(char*, int, int, void*) {
    return 0;
} // OpenSSL's own would ask on the terminal

void use(const tls_context& into, const own_certificate& own) {
    SSL_CTX_set_default_passwd_cb(into.get(), no_passphrase);
    if (SSL_CTX_use_certificate_chain_file(into.get(), own.chain_file.c_str()) != 1)
        fail("cannot read the certificate chain " + own.chain_file);
    if (SSL_CTX_use_PrivateKey_file(into.get(), own.key_file.c_str(), SSL_FILETYPE_PEM) != 1)
        fail("cannot use the private key " + own.key_file + " with the certificate " + own.chain_file);
}

void ask_for_certificates(const tls_context& into, const client_trust& clients) {
    STACK_OF(X509_NAME)* const names = SSL_load_client_CA_file(clients.ca_file.c_str());
    if (names == nullptr || SSL_CTX_load_verify_file(into.get(), clients.ca_file.c_str()) != 1)
        fail("cannot read the CA file " + clients.ca_file);
    SSL_CTX_set_client_CA_list(into.get(), names); // owns it now
    SSL_CTX_set_verify(into.get(), SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_options(into.get(), SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(into.get(), 0);
    if (clients.crl_file.empty()) return;
    X509_STORE* const store = SSL_CTX_get_cert_store(into.get());
    X509_LOOKUP* const lists = X509_STORE_add_lookup(store, X509_LOOKUP_file());
    if (lists == nullptr || X509_load_crl_file(lists, clients.crl_file.c_str(), X509_FILETYPE_PEM) < 1)
        fail("cannot read the revocation list " + clients.crl_file);
    X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK);
}

} // namespace

tls_context make_server_tls(const own_certificate& own, const client_trust& clients) {
    ERR_clear_error();
    tls_context out = make(TLS_server_method());
    use(out, own);
    SSL_CTX_set_options(out.get(), SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_num_tickets(out.get(), 1);
    SSL_CTX_set_alpn_select_cb(out.get(), choose_protocol, nullptr);
    if (!clients.ca_file.empty()) ask_for_certificates(out, clients);
    return out;
}

tls_context make_client_tls(const std::string& ca_file, const own_certificate& own) {
    ERR_clear_error();
    tls_context out = make(TLS_client_method());
    if (SSL_CTX_load_verify_file(out.get(), ca_file.c_str()) != 1) fail("cannot read the CA file " + ca_file);
    SSL_CTX_set_verify(out.get(), SSL_VERIFY_PEER, nullptr);
    if (SSL_CTX_set_alpn_protos(out.get(), alpn_http11, sizeof alpn_http11) != 0) fail("cannot set up TLS");
    if (!own.chain_file.empty()) use(out, own);
    return out;
}

} // namespace holdfast::net
