#include "test/support/tls.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cctype>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <netinet/tcp.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace holdfast::test {
namespace {

template <class T> using owned = std::unique_ptr<T, void (*)(T*)>;

template <class T> T* need(T* made, const char* what) {
    if (!made) throw std::runtime_error(std::string("OpenSSL: ") + what);
    return made;
}

owned<EVP_PKEY> make_key() {
    return {need(EVP_EC_gen("P-256"), "EVP_EC_gen"), &EVP_PKEY_free};
}

void extend(X509* certificate, X509* issuer, int what, const char* value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const owned<X509_EXTENSION> made(need(X509V3_EXT_conf_nid(nullptr, &context, what, value), value),
                                     &X509_EXTENSION_free);
    X509_add_ext(certificate, made.get(), -1);
}

owned<X509> make_certificate(const char* name, long serial, EVP_PKEY* key, X509* issuer,
                             EVP_PKEY* issuer_key) {
    owned<X509> made(need(X509_new(), "X509_new"), &X509_free);
    X509* const it = made.get();
    X509_set_version(it, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(it), serial);
    X509_gmtime_adj(X509_getm_notBefore(it), -3600);
    X509_gmtime_adj(X509_getm_notAfter(it), 86400L);
    X509_set_pubkey(it, key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(it), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
    X509_set_issuer_name(it, X509_get_subject_name(issuer ? issuer : it));
    if (issuer) {
        extend(it, issuer, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1");
    } else {
        extend(it, it, NID_basic_constraints, "critical,CA:TRUE");
        extend(it, it, NID_key_usage, "critical,keyCertSign");
    }
    if (X509_sign(it, issuer_key, EVP_sha256()) == 0) throw std::runtime_error("OpenSSL: X509_sign");
    return made;
}

owned<BIO> open_file(const std::filesystem::path& file) {
    return {need(BIO_new_file(file.c_str(), "w"), "BIO_new_file"), [](BIO* one) { BIO_free(one); }};
}

void set_patience(int socket, std::chrono::milliseconds time) {
    const timeval value{time.count() / 1000, time.count() % 1000 * 1000};
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &value, sizeof value);
    ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &value, sizeof value);
}

int connect_to(std::uint16_t port) {
    std::signal(SIGPIPE, SIG_IGN);
    const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (made < 0 || ::connect(made, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
        if (made >= 0) ::close(made);
        throw std::runtime_error(std::string("connect: ") + std::strerror(errno));
    }
    set_patience(made, tls_client::patience);
    const int on = 1;
    ::setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return made;
}

void send_all(int to, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0) throw std::runtime_error(std::string("send: ") + std::strerror(errno));
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

} // namespace

certificates::certificates() {
    std::string name = (std::filesystem::temp_directory_path() / "holdfast-certs-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw std::runtime_error("mkdtemp");
    folder_ = name;
    const owned<EVP_PKEY> ca_key = make_key();
    const owned<EVP_PKEY> key = make_key();
    const owned<X509> ca = make_certificate("Holdfast test CA", 1, ca_key.get(), nullptr, ca_key.get());
    const owned<X509> server = make_certificate("localhost", 2, key.get(), ca.get(), ca_key.get());
    const owned<BIO> ca_out = open_file(ca_file());
    const owned<BIO> chain_out = open_file(chain_file());
    const owned<BIO> key_out = open_file(key_file());
    PEM_write_bio_X509(ca_out.get(), ca.get());
    PEM_write_bio_X509(chain_out.get(), server.get());
    PEM_write_bio_PrivateKey(key_out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
}

certificates::~certificates() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

const certificates& certificates::shared() {
    static const certificates one;
    return one;
}

tls_client::tls_client(std::uint16_t port, int version, const std::string& ca_file)
    : context_(SSL_CTX_new(TLS_client_method())) {
    SSL_CTX_load_verify_file(context_.get(), ca_file.c_str());
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
    if (version != 0) {
        SSL_CTX_set_min_proto_version(context_.get(), version);
        SSL_CTX_set_max_proto_version(context_.get(), version);
    }
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_tlsext_host_name(ssl_.get(), "localhost");
    SSL_set1_host(ssl_.get(), "localhost");
    socket_ = connect_to(port);
    SSL_set_fd(ssl_.get(), socket_);
    if (SSL_connect(ssl_.get()) != 1) {
        ::close(socket_);
        const char* reason = ERR_reason_error_string(ERR_get_error());
        throw std::runtime_error(std::string("handshake: ") + (reason ? reason : "ended"));
    }
    // From here on records are made in memory, so that they can be held back or cut.
    SSL_set0_wbio(ssl_.get(), BIO_new(BIO_s_mem()));
}

tls_client::~tls_client() {
    if (socket_ >= 0) ::close(socket_);
}

void tls_client::flush() {
    char* bytes = nullptr;
    BIO* const made = SSL_get_wbio(ssl_.get());
    const long size = BIO_get_mem_data(made, &bytes);
    withheld_.append(bytes, static_cast<std::size_t>(size));
    BIO_reset(made);
}

void tls_client::send(std::string_view text) {
    while (!text.empty()) {
        std::size_t taken = 0;
        const std::string_view piece = text.substr(0, 16384);
        if (SSL_write_ex(ssl_.get(), piece.data(), piece.size(), &taken) != 1)
            throw std::runtime_error("SSL_write");
        text.remove_prefix(taken);
        flush();
        send_rest();
    }
}

void tls_client::send_bytewise(std::string_view text) {
    for (const char& c : text) send({&c, 1});
}

void tls_client::send_half_a_record(std::string_view text) {
    std::size_t taken = 0;
    if (SSL_write_ex(ssl_.get(), text.data(), text.size(), &taken) != 1)
        throw std::runtime_error("SSL_write");
    flush();
    const std::string first = withheld_.substr(0, withheld_.size() / 2);
    withheld_.erase(0, first.size());
    send_raw(first);
}

void tls_client::send_rest() {
    send_all(socket_, std::exchange(withheld_, {}));
}

void tls_client::send_raw(std::string_view bytes) {
    send_all(socket_, bytes);
}

bool tls_client::fill() {
    char room[16384];
    std::size_t bytes = 0;
    ERR_clear_error();
    errno = 0;
    if (SSL_read_ex(ssl_.get(), room, sizeof room, &bytes) != 1) return false;
    unread_.append(room, bytes);
    return true;
}

http_answer tls_client::read(bool head) {
    std::size_t end = 0;
    while ((end = unread_.find("\r\n\r\n")) == std::string::npos)
        if (!fill()) throw std::runtime_error("the server ended before a reply: '" + unread_ + "'");
    http_answer out;
    std::string_view lines = std::string_view(unread_).substr(0, end + 2);
    out.status = static_cast<unsigned>(std::stoul(std::string(lines.substr(9, 3))));
    lines.remove_prefix(lines.find("\r\n") + 2);
    while (!lines.empty()) {
        const std::string_view line = lines.substr(0, lines.find("\r\n"));
        lines.remove_prefix(line.size() + 2);
        const std::size_t colon = line.find(": ");
        std::string name(line.substr(0, colon));
        for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        out.headers[name] = line.substr(colon + 2);
    }
    const bool sized = !head && out.headers.contains("content-length");
    const std::size_t size = sized ? std::stoul(out.headers["content-length"]) : 0;
    unread_.erase(0, end + 4);
    while (unread_.size() < size)
        if (!fill()) throw std::runtime_error("the server ended inside of a body");
    out.body = unread_.substr(0, size);
    unread_.erase(0, size);
    return out;
}

http_answer tls_client::ask(std::string_view request) {
    send(request);
    return read();
}

void tls_client::update_key() {
    SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_REQUESTED);
    SSL_do_handshake(ssl_.get());
    flush();
    send_rest();
}

bool tls_client::renegotiate() {
    if (SSL_renegotiate(ssl_.get()) != 1) return false;
    for (;;) {
        const int done = SSL_do_handshake(ssl_.get());
        const bool more = done != 1 && SSL_get_error(ssl_.get(), done) == SSL_ERROR_WANT_READ;
        flush();
        if (!more || !fill()) {
            ERR_clear_error();
            return done == 1;
        }
    }
}

void tls_client::half_close() {
    ::shutdown(socket_, SHUT_WR);
}

void tls_client::say_close() {
    SSL_shutdown(ssl_.get());
    flush();
    send_rest();
}

void tls_client::close() {
    ::close(std::exchange(socket_, -1));
}

void tls_client::reset() {
    const linger now{1, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close();
}

ending tls_client::wait_for_end() {
    while (fill()) unread_.clear();
    const int error = errno;
    switch (SSL_get_error(ssl_.get(), 0)) {
    case SSL_ERROR_ZERO_RETURN: return ending::close_notify;
    case SSL_ERROR_WANT_READ: return ending::silence; // the receive time-out
    default: break;
    }
    if (error == ECONNRESET || error == EPIPE) return ending::reset;
    return error == EAGAIN ? ending::silence : ending::end_of_file;
}

bool tls_client::stays_silent(std::chrono::milliseconds time) {
    set_patience(socket_,
                 time); // tickets and answers to a KeyUpdate are no application data: SSL_read skips them
    const bool spoke = !unread_.empty() || fill();
    const bool silent = !spoke && SSL_get_error(ssl_.get(), 0) == SSL_ERROR_WANT_READ;
    set_patience(socket_, patience);
    return silent;
}

silent_client::silent_client(std::uint16_t port) : socket_(connect_to(port)) {}

silent_client::~silent_client() {
    ::close(socket_);
}

bool silent_client::closed_by_server() {
    char byte = 0;
    while (true) {
        const ssize_t got = ::recv(socket_, &byte, 1, 0);
        if (got <= 0) return got == 0 || errno == ECONNRESET;
    }
}

bool silent_client::closed_within(std::chrono::milliseconds time) {
    set_patience(socket_, time);
    const bool closed = closed_by_server();
    set_patience(socket_, tls_client::patience);
    return closed;
}

void silent_client::send_raw(std::string_view bytes) {
    send_all(socket_, bytes);
}

} // namespace holdfast::test
