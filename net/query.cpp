#include "net/query.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <charconv>

namespace holdfast::net {
namespace {

// Length of the UTF-8 sequence at the front (Unicode 15, table 3-7); 0 when there is none.
std::size_t sequence_size(std::string_view text) {
    const auto byte = [text](std::size_t i) {
        return static_cast<unsigned char>(i < text.size() ? text[i] : 0);
    };
    const auto trails = [&byte](std::size_t from, std::size_t to) {
        for (; from < to; ++from)
            if ((byte(from) & 0xC0U) != 0x80U) return false;
        return true;
    };
    const unsigned char lead = byte(0);
    const unsigned char next = byte(1);
    if (lead < 0x80) return 1;
    if (lead < 0xC2) return 0;
    if (lead < 0xE0) return trails(1, 2) ? 2 : 0;
    if (lead < 0xF0) {
        if ((lead == 0xE0 && next < 0xA0) || (lead == 0xED && next > 0x9F)) return 0;
        return trails(1, 3) ? 3 : 0;
    }
    if (lead > 0xF4 || (lead == 0xF0 && next < 0x90) || (lead == 0xF4 && next > 0x8F)) return 0;
    return trails(1, 4) ? 4 : 0;
}

// What PostgreSQL's text can hold.
bool is_text(std::string_view text) {
    while (!text.empty()) {
        const std::size_t size = text.front() == '\0' ? 0 : sequence_size(text);
        if (size == 0) return false;
        text.remove_prefix(size);
    }
    return true;
}

failure bad_target(std::string detail) {
    return failure{errc::invalid, std::move(detail)};
}

} // namespace

failure bad_parameter(std::string_view name, std::string_view expected) {
    std::string detail(name);
    detail += ' ';
    detail += expected;
    std::vector<field_error> fields{{std::string(name), std::string(expected)}};
    return failure{errc::invalid, std::move(detail)}.with(std::move(fields));
}

std::optional<std::string_view> query_parameters::text(std::string_view name) const {
    for (auto one = all_.rbegin(); one != all_.rend(); ++one)
        if (one->first == name) return one->second;
    return std::nullopt;
}

result<std::optional<std::int64_t>> query_parameters::integer(std::string_view name, std::int64_t low,
                                                              std::int64_t high) const {
    const std::optional<std::string_view> given = text(name);
    if (!given) return std::optional<std::int64_t>{};
    std::int64_t value = 0;
    const char* const end = given->data() + given->size();
    const auto [stopped, error] = std::from_chars(given->data(), end, value);
    if (error != std::errc{} || stopped != end || value < low || value > high)
        return bad_parameter(name, "must be an integer from " + std::to_string(low) + " to " +
                                       std::to_string(high));
    return std::optional<std::int64_t>{value};
}

result<std::int64_t> query_parameters::integer(std::string_view name, std::int64_t low, std::int64_t high,
                                               std::int64_t absent) const {
    result<std::optional<std::int64_t>> given = integer(name, low, high);
    if (!given) return std::move(given).error();
    return (*given).value_or(absent);
}

result<std::optional<bool>> query_parameters::flag(std::string_view name) const {
    const std::optional<std::string_view> given = text(name);
    if (!given) return std::optional<bool>{};
    if (given->empty() || *given == "true") return std::optional<bool>{true};
    if (*given == "false") return std::optional<bool>{false};
    return bad_parameter(name, "must be true or false");
}

result<bool> query_parameters::flag(std::string_view name, bool absent) const {
    result<std::optional<bool>> given = flag(name);
    if (!given) return std::move(given).error();
    return (*given).value_or(absent);
}

result<std::optional<uuid>> query_parameters::uuid_of(std::string_view name) const {
    const std::optional<std::string_view> given = text(name);
    if (!given) return std::optional<uuid>{};
    const std::optional<uuid> value = parse_uuid(*given);
    if (!value) return bad_parameter(name, "must be a UUID");
    return value;
}

result<std::optional<instant>> query_parameters::time(std::string_view name) const {
    const std::optional<std::string_view> given = text(name);
    if (!given) return std::optional<instant>{};
    const std::optional<instant> value = parse_rfc3339(*given);
    if (!value) return bad_parameter(name, "must be a time as RFC 3339 has it");
    return value;
}

std::vector<std::string_view> query_parameters::list(std::string_view name) const {
    std::vector<std::string_view> out;
    for (const auto& [each, value] : all_) {
        if (each != name) continue;
        for (std::string_view rest = value; !rest.empty();) {
            const std::size_t comma = std::min(rest.find(','), rest.size());
            if (comma != 0) out.push_back(rest.substr(0, comma));
            rest.remove_prefix(std::min(comma + 1, rest.size()));
        }
    }
    return out;
}

result<parsed_target> parse_target(std::string_view target) {
    const auto parsed = boost::urls::parse_origin_form({target.data(), target.size()});
    if (!parsed) return bad_target("The request target is not a valid path with a query (RFC 9112, 3.2.1).");
    parsed_target out;
    for (const auto& segment : parsed->segments()) {
        out.segments.emplace_back(segment);
        if (!is_text(out.segments.back())) return bad_target("The path must decode to UTF-8 without NUL.");
    }
    for (const auto& parameter : parsed->params()) {
        std::string name(parameter.key);
        std::string value(parameter.value);
        if (!is_text(name) || !is_text(value))
            return bad_target("The query must decode to UTF-8 without NUL.");
        out.query.add(std::move(name), std::move(value));
    }
    return out;
}

} // namespace holdfast::net
