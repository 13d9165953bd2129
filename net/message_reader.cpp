#include "net/message_reader.hpp"

#include <boost/beast/http/error.hpp>

namespace holdfast::net {

namespace http = boost::beast::http;

namespace {

constexpr std::size_t header_step_bytes = 2048;
constexpr std::size_t body_step_bytes = 16384; // one TLS record

// An empty line before a request is no error (RFC 9112, 2.2).
void skip_empty_lines(boost::beast::flat_buffer& buffer) {
    const auto is_end = [&buffer] {
        const char c = *static_cast<const char*>(buffer.cdata().data());
        return c == '\r' || c == '\n';
    };
    while (buffer.size() != 0 && is_end()) buffer.consume(1);
}

} // namespace

message_reader::message_reader(tls_stream& from, boost::beast::flat_buffer& buffer,
                               std::size_t header_bytes_max)
    : stream_(from), buffer_(buffer), buffered_bytes_max_(header_bytes_max + body_step_bytes) {
    parser_.header_limit(static_cast<std::uint32_t>(header_bytes_max));
    parser_.body_limit(boost::none); // known only when the route is
}

awaitable<error_code> message_reader::read_header() {
    return read();
}

awaitable<error_code> message_reader::read_body(std::uint64_t bytes_max) {
    parser_.body_limit(bytes_max);
    parser_.eager(true);
    body_ = true;
    return read();
}

std::optional<std::uint64_t> message_reader::content_length() const {
    const auto given = parser_.content_length();
    return given ? std::optional<std::uint64_t>(*given) : std::nullopt;
}

bool message_reader::parse(error_code& ec) {
    if (!parser_.got_some()) skip_empty_lines(buffer_);
    while (buffer_.size() != 0 && !complete()) {
        const std::size_t used = parser_.put(buffer_.data(), ec);
        buffer_.consume(used);
        if (ec == http::error::need_more) {
            ec = {};
            return true;
        }
        if (ec) return false;
    }
    return !complete();
}

awaitable<error_code> message_reader::read() {
    error_code ec;
    while (parse(ec)) {
        // What the parser leaves behind is a part of a line: of the headers, a chunk's extensions, a trailer.
        if (buffer_.size() > buffered_bytes_max_) co_return http::error::header_limit;
        const auto room = buffer_.prepare(body_ ? body_step_bytes : header_step_bytes);
        const std::size_t bytes =
            co_await stream_.async_read_some(room, asio::redirect_error(use_awaitable, ec));
        if (ec) co_return ec;
        buffer_.commit(bytes);
    }
    co_return ec;
}

bool is_malformed(const error_code& ec) {
    return ec.category() == http::make_error_code(http::error::bad_version).category();
}

} // namespace holdfast::net
