// Who causes a change, for the history and the audit trail.
#pragma once

#include "domain/id.hpp"
#include "domain/log.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace holdfast {

inline constexpr std::string_view command_line = "command line";

struct origin {
    std::string by = "server"; // the kind of the token: "agent", "operator", …; "server"; or command_line
    std::optional<token_id> token = {}; // an operator's
    std::string request = {};           // the request's id
    std::string address = {};           // where an operator calls from
    std::string traceparent = {};       // of the request, for log lines

    [[nodiscard]] log::request_ref ref() const { return {request, traceparent}; }

    // People's changes, and their programs'.
    [[nodiscard]] bool is_audited() const { return token || by == command_line; }
};

} // namespace holdfast
