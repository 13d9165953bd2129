// Query parameters, percent-decoded. Names that nobody asks for are ignored. Errors are errc::invalid and
// name the parameter and what was expected.
#pragma once

#include "domain/async.hpp"
#include "domain/id.hpp"
#include "domain/result.hpp"
#include "domain/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace holdfast::net {

class query_parameters {
public:
    void add(std::string name, std::string value) { all_.emplace_back(std::move(name), std::move(value)); }

    // Of a name given twice the last counts, as in JSON bodies.
    [[nodiscard]] std::optional<std::string_view> text(std::string_view name) const;

    // Decimal, `low` to `high` inclusive; `absent` when not given.
    [[nodiscard]] result<std::int64_t> integer(std::string_view name, std::int64_t low, std::int64_t high,
                                               std::int64_t absent) const;
    [[nodiscard]] result<std::optional<std::int64_t>> integer(std::string_view name, std::int64_t low,
                                                              std::int64_t high) const;

    // "true" or "false"; an empty value is true.
    [[nodiscard]] result<bool> flag(std::string_view name, bool absent) const;
    [[nodiscard]] result<std::optional<bool>> flag(std::string_view name) const;

    [[nodiscard]] result<std::optional<uuid>> uuid_of(std::string_view name) const;

    [[nodiscard]] result<std::optional<instant>> time(std::string_view name) const; // RFC 3339

    template <class Id> [[nodiscard]] result<std::optional<Id>> id(std::string_view name) const {
        result<std::optional<uuid>> given = uuid_of(name);
        if (!given) return std::move(given).error();
        if (!*given) return std::optional<Id>{};
        return std::optional<Id>{Id{**given}};
    }

    // A comma list, of all occurrences together; empty items are left out. Views into this object.
    [[nodiscard]] std::vector<std::string_view> list(std::string_view name) const;

private:
    std::vector<std::pair<std::string, std::string>> all_;
};

// What a request target says, decoded. Segments of "/agents/x": {"agents", "x"}; of "/": none.
struct parsed_target {
    std::vector<std::string> segments;
    query_parameters query;
};

// Origin form only (RFC 9112, 3.2.1). Refuses what does not decode to UTF-8 without NUL.
[[nodiscard]] result<parsed_target> parse_target(std::string_view target);

// The error of one bad parameter; also used for the parameters of a path.
[[nodiscard]] failure bad_parameter(std::string_view name, std::string_view expected);

} // namespace holdfast::net
