#include "net/reply.hpp"

#include <boost/beast/http/status.hpp>

#include <array>
#include <ctime>

namespace holdfast::net {
namespace {

// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, 5.6.7), made anew once a second. One for each thread.
std::string_view date_now() {
    struct cache {
        std::time_t second = -1;
        std::array<char, 32> text{};
        std::size_t size = 0;
    };

    thread_local cache last;
    const std::time_t now = std::time(nullptr);
    if (now != last.second) {
        std::tm utc{};
        gmtime_r(&now, &utc);
        last.size = std::strftime(last.text.data(), last.text.size(), "%a, %d %b %Y %H:%M:%S GMT", &utc);
        last.second = now;
    }
    return {last.text.data(), last.size};
}

void add_header(std::string& out, std::string_view name, std::string_view value) {
    out += name;
    out += ": ";
    for (const char c : value)
        if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) out += c;
    out += "\r\n";
}

} // namespace

std::string render(const reply& what, const rendering& how) {
    namespace http = boost::beast::http;
    const bool may_have_body = what.status != 204 && what.status != 304;
    std::string out;
    out.reserve(320 + (how.head ? 0 : what.body.size()));
    out += "HTTP/1.1 ";
    out += std::to_string(what.status);
    out += ' ';
    const auto reason = http::obsolete_reason(http::int_to_status(what.status));
    out.append(reason.data(), reason.size());
    out += "\r\n";
    add_header(out, "Date", date_now());
    if (may_have_body) add_header(out, "Content-Length", std::to_string(what.body.size() + what.rest_bytes));
    if (may_have_body && !what.content_type.empty()) add_header(out, "Content-Type", what.content_type);
    add_header(out, "X-Request-Id", how.request_id);
    if (how.close)
        add_header(out, "Connection", "close");
    else if (how.say_keep_alive)
        add_header(out, "Connection", "keep-alive");
    for (const auto& [name, value] : what.headers) add_header(out, name, value);
    out += "\r\n";
    if (may_have_body && !how.head) out += what.body;
    return out;
}

} // namespace holdfast::net
