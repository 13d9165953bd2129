// What an order asks of the server.
#pragma once

#include "app/cli/names.hpp"
#include "app/cli/order.hpp"

#include <string>

namespace holdfast::app::cli {

struct api_request {
    std::string target;
    std::string body;     // empty: none
    std::string sentence; // what to say where the answer has no body
};

// Of the call in the order's row; `turn` counts the words of the argument that the call is made for each of.
// Looks ids up by their names. Throws command_failed: usage for a word that does not fit.
[[nodiscard]] api_request request_of(const order& wanted, std::size_t turn, names& known);

// How many times the call is made.
[[nodiscard]] std::size_t turns_of(const order& wanted);

// Throws command_failed (usage) for what is none; `argument` is named then.
[[nodiscard]] std::int64_t whole_number(std::string_view argument, const std::string& word);

// RFC 3339 of what was written: that, or a duration from then on (90m, 2h, 7d). Throws command_failed
// (usage).
[[nodiscard]] std::string moment_of(const std::string& written, instant now);

} // namespace holdfast::app::cli
