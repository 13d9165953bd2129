// The table of commands on the command line.
#pragma once

#include "app/cli/order.hpp"

#include <CLI/App.hpp>

#include <map>
#include <optional>

namespace holdfast::app::cli {

class command_line {
public:
    explicit command_line(CLI::App& to);
    command_line(const command_line&) = delete;
    command_line& operator=(const command_line&) = delete;

    // After the parsing: the command that was given, if it is one of these.
    [[nodiscard]] std::optional<order> chosen() const;

private:
    void add(CLI::App& leaf, const command_row& row);
    void add_argument(CLI::App& leaf, const argument& which, order& into);

    std::map<const CLI::App*, order> orders_;
};

} // namespace holdfast::app::cli
