// Policies as files say them: YAML, in several documents or a list, with the members that the API has and
// `agents`, the hostnames or ids that the policy is for.
#pragma once

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <vector>

namespace holdfast::app::cli {

struct wanted_policy {
    std::string name;
    boost::json::object body;                       // as for PUT; what is left out gets its default
    std::optional<std::vector<std::string>> agents; // absent: those it has
};

// Throws command_failed (usage) with the place of what can't be taken: no YAML, no policy, a member that
// there is none of, a name twice.
[[nodiscard]] std::vector<wanted_policy> policies_in(const std::string& yaml);

} // namespace holdfast::app::cli
