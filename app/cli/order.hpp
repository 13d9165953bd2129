// One command, as it was given.
#pragma once

#include "app/cli/command_table.hpp"
#include "app/cli/connection.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::app::cli {

struct order {
    const command_row* row = nullptr;
    std::map<std::string, std::vector<std::string>, std::less<>>
        given; // by the argument's name; flags: any word
    connection_wish server;
    std::size_t most = 0; // items of a list; 0: all
    bool json = false;

    [[nodiscard]] bool has(std::string_view argument) const { return given.contains(argument); }

    // The last word for it; empty when there is none.
    [[nodiscard]] std::string word(std::string_view argument) const {
        const auto at = given.find(argument);
        return at == given.end() ? std::string() : at->second.back();
    }
};

} // namespace holdfast::app::cli
