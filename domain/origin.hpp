// Who causes a change, for the history.
#pragma once

#include "domain/id.hpp"

#include <optional>
#include <string>

namespace holdfast {

struct origin {
    std::string by = "server";          // the kind of the token: "agent", "operator", …; or "server"
    std::optional<token_id> token = {}; // an operator's
    std::string request = {};           // the request's id
};

} // namespace holdfast
