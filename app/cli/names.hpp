// Agents and policies by the names that people give them. What was looked up is kept.
#pragma once

#include "app/cli/api.hpp"

#include <map>
#include <string>

namespace holdfast::app::cli {

class names {
public:
    explicit names(api& of) : api_(of) {}

    // A hostname's, a policy's name's, or the id that was given. Throws command_failed (refused) where there
    // is none.
    std::string agent_id(const std::string& given);
    std::string policy_id(const std::string& given);

    // The id itself where the server knows of none any more.
    std::string agent_name(const std::string& id);
    std::string policy_name(const std::string& id);

private:
    using by_id = std::map<std::string, std::string>;

    std::string name_at(by_id& known, const std::string& target, const char* member, const std::string& id);

    api& api_;
    by_id agents_, policies_;
    std::map<std::string, std::string> ids_; // of agents, by what people called them
};

// A member of an answer; empty where there is no text.
[[nodiscard]] std::string text_at(const boost::json::value& of, std::string_view member);

} // namespace holdfast::app::cli
