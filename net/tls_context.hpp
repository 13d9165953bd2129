// TLS settings of a server and of a client. An SSL_CTX is immutable after it was made, and any thread may
// take connections from it; a connection keeps the one that it was accepted with, so a reload is a new
// context.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

namespace holdfast::net {

using tls_context = std::shared_ptr<SSL_CTX>;

// Whose certificates clients may bring. Who brings none is served all the same, who brings another is
// refused.
struct client_trust {
    std::string ca_file;  // PEM; empty: nobody is asked for one
    std::string crl_file; // PEM: their revocation lists, one for each CA that issues; empty: none
    std::string domain;   // SPIFFE's trust domain
};

// PEM files: the chain with the own certificate first, and its key without a passphrase.
struct own_certificate {
    std::string chain_file;
    std::string key_file;
};

// TLS 1.2 and 1.3, ECDHE over X25519, P-256 or P-384 with AEAD only, ALPN http/1.1. Throws std::runtime_error
// with a sentence that names the file. A session that began with a client's certificate can't be resumed: it
// would outlive its revocation.
[[nodiscard]] tls_context make_server_tls(const own_certificate& own, const client_trust& clients = {});

// Checks the server's chain against the CAs of a PEM file, and its name (given with each stream); brings a
// certificate of its own where there is one. Throws as above.
[[nodiscard]] tls_context make_client_tls(const std::string& ca_file, const own_certificate& own = {});

} // namespace holdfast::net
