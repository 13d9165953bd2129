// The parts of a task that policies and tasks share on the wire: repository, retention, execution parameters.
#pragma once

#include "domain/result.hpp"
#include "domain/task.hpp"

#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::net::wire {

struct repository_value {
    std::string text;             // restic's string
    std::optional<document> spec; // the object, where it was given as one
};

// What does not fit goes to `wrong`, by its pointer.
[[nodiscard]] repository_value read_repository(const boost::json::value& given, const std::string& pointer,
                                               std::vector<field_error>& wrong);
[[nodiscard]] std::optional<document>
read_retention(const boost::json::value& given, const std::string& pointer, std::vector<field_error>& wrong);
// Members that the server doesn't know are passed on unread.
[[nodiscard]] std::optional<document> read_execution_params(const boost::json::value& given,
                                                            const std::string& pointer,
                                                            std::vector<field_error>& wrong);

} // namespace holdfast::net::wire
