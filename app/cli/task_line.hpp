// A task that is followed, as one line.
#pragma once

#include <boost/json/value.hpp>

#include <string>

namespace holdfast::app::cli {

// Nothing more becomes of it by itself.
[[nodiscard]] bool is_final(const boost::json::value& task);

// "019a… backup  in-progress  [#########           ]  45 %  1.2 GiB of 2.6 GiB", or what it failed of.
[[nodiscard]] std::string task_line(const boost::json::value& task);

} // namespace holdfast::app::cli
