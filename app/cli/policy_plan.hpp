// What must change so that the policies of a tenant are what a file says. Pure: it knows no server.
#pragma once

#include "app/cli/policy_file.hpp"

#include <boost/json/value.hpp>

#include <map>
#include <string>
#include <vector>

namespace holdfast::app::cli {

struct present_policy {
    std::string id;
    boost::json::value body;                   // as the server says it
    std::map<std::string, std::string> agents; // hostnames by id
};

// One member of a policy, as people read it; passwords in repositories masked.
struct member_change {
    std::string member, before, after; // empty: there is none
};

enum class deed : unsigned char { create, replace, keep, remove };

struct policy_change {
    deed what = deed::keep;
    std::string name;
    std::string id;                                          // of one that is there
    boost::json::object body;                                // of one that is made or replaced
    std::vector<member_change> members;                      // that are not what they were
    std::map<std::string, std::string> assigned, unassigned; // hostnames by id

    [[nodiscard]] bool changes_nothing() const {
        return what == deed::keep && assigned.empty() && unassigned.empty();
    }
};

// What the file wants, with the ids of its agents found out.
struct wanted_state {
    wanted_policy policy;
    std::optional<std::map<std::string, std::string>> agents; // hostnames by id; absent: those it has
};

// In the order of the file, then what is removed. Throws command_failed (usage) for a policy that the server
// would refuse.
[[nodiscard]] std::vector<policy_change> plan(const std::vector<wanted_state>& wanted,
                                              const std::map<std::string, present_policy>& present,
                                              bool prune);

// The plan for people: "+ policy", "~ policy", "- policy", with its members below. Empty when nothing
// changes.
[[nodiscard]] std::string plan_text(const std::vector<policy_change>& plan);

} // namespace holdfast::app::cli
