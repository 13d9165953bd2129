// Where a server is, as people write it.
#pragma once

#include "domain/result.hpp"

#include <string>
#include <string_view>

namespace holdfast::net {

struct server_url {
    std::string host;      // name or address, without brackets: to connect to and to verify
    std::string port;      // decimal
    std::string authority; // for the Host header
    std::string path;      // in front of every target; no slash at the end, usually empty
};

// https://HOST[:PORT][/PATH]. errc::invalid with a sentence for anything else: other schemes, a user, a
// query.
[[nodiscard]] result<server_url> parse_server_url(std::string_view text);

} // namespace holdfast::net
