// Throw-away certificates, and a blocking TLS client that can behave badly: half a record, a half-closed
// stream, a reset, garbage. For tests of anything that speaks TLS.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <openssl/ssl.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace holdfast::test {

// A CA and a certificate for "localhost", 127.0.0.1 and ::1 signed by it, as PEM files in a folder of their
// own that goes with this object. Made in memory, ECDSA P-256.
class certificates {
public:
    certificates();
    certificates(const certificates&) = delete;
    certificates& operator=(const certificates&) = delete;
    ~certificates();

    [[nodiscard]] std::string ca_file() const { return folder_ / "ca.pem"; }

    [[nodiscard]] std::string chain_file() const { return folder_ / "server.pem"; }

    [[nodiscard]] std::string key_file() const { return folder_ / "server.key"; }

    [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

    // The ones that most tests share; made at the first call.
    static const certificates& shared();

private:
    std::filesystem::path folder_;
};

struct http_answer {
    unsigned status = 0;
    std::map<std::string, std::string> headers; // names in lower case
    std::string body;
};

enum class ending { close_notify, end_of_file, reset, silence };

// Every wait ends after `patience` with a std::runtime_error (or as ending::silence).
class tls_client {
public:
    static constexpr std::chrono::seconds patience{20};

    // Connects to 127.0.0.1 and shakes hands; `version` is TLS1_2_VERSION, TLS1_3_VERSION or 0 for the best.
    explicit tls_client(std::uint16_t port, int version = 0,
                        const std::string& ca_file = certificates::shared().ca_file());
    tls_client(const tls_client&) = delete;
    tls_client& operator=(const tls_client&) = delete;
    ~tls_client();

    void send(std::string_view text);
    void send_bytewise(std::string_view text); // a TLS record and a TCP segment for each byte

    // Sends the first half of a record; a later send_rest() the other.
    void send_half_a_record(std::string_view text);
    void send_rest();

    // One reply; `head` when it answers a HEAD request.
    [[nodiscard]] http_answer read(bool head = false);
    [[nodiscard]] http_answer ask(std::string_view request);

    void update_key();                     // TLS 1.3 KeyUpdate
    [[nodiscard]] bool renegotiate();      // TLS 1.2; whether the server went along
    void half_close();                     // FIN for our direction, no close_notify
    void say_close();                      // close_notify, the socket stays open
    void close();                          // FIN for both
    void reset();                          // RST
    void send_raw(std::string_view bytes); // past TLS

    // Reads on, drops what comes, and says how the server ended the stream.
    [[nodiscard]] ending wait_for_end();

    // Nothing arrives within this time. Only for what must not happen.
    [[nodiscard]] bool stays_silent(std::chrono::milliseconds time);

    [[nodiscard]] std::string protocol() const { return SSL_get_version(ssl_.get()); }

    [[nodiscard]] int descriptor() const { return socket_; }

private:
    void flush();
    [[nodiscard]] bool fill(); // false at the end

    struct release {
        void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }

        void operator()(SSL* ssl) const { SSL_free(ssl); }
    };

    int socket_ = -1;
    std::unique_ptr<SSL_CTX, release> context_;
    std::unique_ptr<SSL, release> ssl_;
    std::string unread_;
    std::string withheld_;
};

// A TCP connection to 127.0.0.1 which never starts TLS.
class silent_client {
public:
    explicit silent_client(std::uint16_t port);
    silent_client(const silent_client&) = delete;
    silent_client& operator=(const silent_client&) = delete;
    ~silent_client();

    [[nodiscard]] bool closed_by_server(); // waits for it
    [[nodiscard]] bool closed_within(std::chrono::milliseconds time);
    void send_raw(std::string_view bytes);

private:
    int socket_;
};

} // namespace holdfast::test
