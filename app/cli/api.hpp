// The API, one call after another, each waited for. A call that fails throws command_failed with what the
// server said: refused for an answer that is none of success, unreachable where there is no answer.
#pragma once

#include "app/cli/connection.hpp"
#include "net/client/api_client.hpp"

#include <boost/json/value.hpp>

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::app::cli {

// Percent-encoded, for a value in a path or a query.
[[nodiscard]] std::string encoded(std::string_view text);

// Throws command_failed (refused) for what is no JSON.
[[nodiscard]] boost::json::value parsed(const std::string& body);

// `items` as it stands in the body of a list, without its brackets.
[[nodiscard]] std::string_view items_in(std::string_view body);

struct joined_pages {
    std::string body; // {"items":[…]}, the items as they were written
    bool more = false;
};

class api {
public:
    static constexpr std::size_t all = std::numeric_limits<std::size_t>::max();

    explicit api(const connection& to);

    // The body of the answer.
    std::string call(net::verb method, const std::string& target, const std::string& body = "");

    boost::json::value get(const std::string& target) { return parsed(call(net::verb::get, target)); }

    // Page after page of a list, up to that many items.
    joined_pages pages(const std::string& target, std::size_t most);

    // The same as objects, all of them.
    std::vector<boost::json::value> items(const std::string& target);

private:
    asio::io_context context_{1};
    net::api_client client_;
};

} // namespace holdfast::app::cli
