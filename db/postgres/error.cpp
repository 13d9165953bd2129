#include "db/postgres/error.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace holdfast::pg {
namespace {

// 25006 comes from a server that takes no writes: it was full, or is about to hand over.
constexpr std::array<std::string_view, 8> server_away{"57P01", "57P02", "57P03", "57014",
                                                      "25P03", "55P03", "40001", "25006"};
constexpr std::string_view deadlock = "40P01";
constexpr std::string_view protocol_violation = "08P01"; // a wrong number of parameters: ours
constexpr std::string_view invalid_binary_form =
    "22P03"; // a parameter of another type than the server's: ours

errc code_of(std::string_view sqlstate) {
    const std::string_view family = sqlstate.substr(0, 2);
    if (sqlstate == protocol_violation || sqlstate == invalid_binary_form) return errc::internal;
    if (family == "08" || family == "53" || sqlstate == deadlock) return errc::unavailable;
    if (std::find(server_away.begin(), server_away.end(), sqlstate) != server_away.end())
        return errc::unavailable;
    if (sqlstate == "23505") return errc::conflict;
    if (family == "22" || family == "23") return errc::invalid;
    return errc::internal;
}

// Messages of class 22 quote the value that was wrong; names of tables and constraints in others may stay.
std::string without_values(std::string_view sqlstate, std::string_view message) {
    const std::size_t first = message.find('"');
    if (!sqlstate.starts_with("22") || first == std::string_view::npos) return std::string(message);
    const std::size_t last = message.rfind('"');
    return std::string(message.substr(0, first)) + "\"…\"" + std::string(message.substr(last + 1));
}

} // namespace

failure failure_from(std::string_view sqlstate, std::string_view message, std::string_view statement,
                     std::source_location where) {
    std::string cause(sqlstate);
    cause += ": ";
    cause += without_values(sqlstate, message);
    cause += " (";
    cause += statement;
    cause += ')';
    return failure{code_of(sqlstate), where}.because(std::move(cause));
}

failure unavailable(std::string_view cause, std::source_location where) {
    return failure{errc::unavailable, where}.because(std::string(cause));
}

std::string_view sqlstate_of(const failure& what) {
    const std::string_view cause = what.cause();
    if (cause.size() < 6 || cause[5] != ':') return {};
    const std::string_view head = cause.substr(0, 5);
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    const auto fits = [&](char c) { return is_digit(c) || (c >= 'A' && c <= 'Z'); };
    // Every code has a digit; libpq's own "FATAL:" has none.
    const bool is_code =
        std::all_of(head.begin(), head.end(), fits) && std::any_of(head.begin(), head.end(), is_digit);
    return is_code ? head : std::string_view();
}

bool repeatable(const failure& what) {
    const std::string_view state = sqlstate_of(what);
    return state == "40001" || state == deadlock;
}

} // namespace holdfast::pg
