// TLS settings of a server and of a client. An SSL_CTX is immutable after it was made, and any thread may
// take connections from it; a connection keeps the one that it was accepted with, so a reload is a new
// context.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

namespace holdfast::net {

using tls_context = std::shared_ptr<SSL_CTX>;

// TLS 1.2 and 1.3, ECDHE with AEAD only, ALPN http/1.1. PEM files: the chain with the server's own
// certificate first, and its key without a passphrase. Throws std::runtime_error with a sentence that names
// the file.
[[nodiscard]] tls_context make_server_tls(const std::string& chain_file, const std::string& key_file);

// Checks the server's chain against the CAs of a PEM file, and its name (given with each stream). Throws as
// above.
[[nodiscard]] tls_context make_client_tls(const std::string& ca_file);

} // namespace holdfast::net
