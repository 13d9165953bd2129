// Bytes of one HTTP/1 request to its parts, on Beast's parser. Lives while a request is being read, no
// longer.
#pragma once

#include "domain/async.hpp"
#include "net/tls_stream.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace holdfast::net {

class message_reader {
public:
    // What follows the request stays in `buffer`.
    message_reader(tls_stream& from, boost::beast::flat_buffer& buffer, std::size_t header_bytes_max);

    // To the end of the headers, or of the body. The stream's errors, or those of Beast's http category.
    awaitable<error_code> read_header();
    awaitable<error_code> read_body(std::uint64_t bytes_max);

    [[nodiscard]] bool done() const { return parser_.is_done(); }

    [[nodiscard]] std::optional<std::uint64_t> content_length() const;

    [[nodiscard]] const auto& head() const { return parser_.get().base(); }

    [[nodiscard]] bool keep_alive() const { return parser_.keep_alive(); }

    [[nodiscard]] bool chunked() const { return parser_.chunked(); }

    [[nodiscard]] std::string take_body() { return std::move(parser_.get().body()); }

private:
    // Parses what is in the buffer. True: wants more bytes.
    [[nodiscard]] bool parse(error_code& ec);

    [[nodiscard]] bool complete() const { return body_ ? parser_.is_done() : parser_.is_header_done(); }

    awaitable<error_code> read();

    tls_stream& stream_;
    boost::beast::flat_buffer& buffer_;
    boost::beast::http::request_parser<boost::beast::http::string_body> parser_;
    std::size_t buffered_bytes_max_;
    bool body_ = false;
};

// Whether the error means that what was sent is no HTTP/1 (as opposed to: nobody is there any more).
[[nodiscard]] bool is_malformed(const error_code& ec);

} // namespace holdfast::net
