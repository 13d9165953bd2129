#include "domain/cron.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace holdfast {
namespace {

constexpr std::array<std::string_view, 12> month_names{"jan", "feb", "mar", "apr", "may", "jun",
                                                       "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> weekday_names{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

struct field {
    std::string_view name;
    int low;
    int high;
    std::span<const std::string_view> names; // the first of them stands for `low`
};

constexpr std::size_t field_count = 5;
constexpr std::size_t weekday_field = 4;
constexpr std::array<field, field_count> fields{{{"minute", 0, 59, {}},
                                                 {"hour", 0, 23, {}},
                                                 {"day of month", 1, 31, {}},
                                                 {"month", 1, 12, month_names},
                                                 {"day of week", 0, 7, weekday_names}}};

struct nickname {
    std::string_view name;
    std::string_view meaning;
};

constexpr std::array<nickname, 7> nicknames{{{"@hourly", "0 * * * *"},
                                             {"@daily", "0 0 * * *"},
                                             {"@midnight", "0 0 * * *"},
                                             {"@weekly", "0 0 * * 0"},
                                             {"@monthly", "0 0 1 * *"},
                                             {"@yearly", "0 0 1 1 *"},
                                             {"@annually", "0 0 1 1 *"}}};

struct values {
    std::uint64_t mask = 0;
    bool star = false;
};

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

bool is_number(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// What an operator wrote comes back in the sentence, so it is kept short and printable.
std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text.substr(0, 20)) out += c >= ' ' && c <= '~' ? c : '?';
    return out + (text.size() > 20 ? "…\"" : "\"");
}

failure wrong(const field& of, const std::string& what) {
    return failure{errc::invalid, std::string(of.name) + ": " + what};
}

std::string expected(const field& of) {
    std::string out = "from " + std::to_string(of.low) + " to " + std::to_string(of.high);
    if (!of.names.empty())
        out += " or " + std::string(of.names.front()) + " to " + std::string(of.names.back());
    return out;
}

// A number that does not fit an int is as much out of range as any other.
std::optional<int> number(std::string_view text, int low, int high) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < low || value > high)
        return std::nullopt;
    return value;
}

result<int> parse_value(const field& of, std::string_view text) {
    if (is_number(text)) {
        if (const auto value = number(text, of.low, of.high)) return *value;
        return wrong(of, std::string(text.substr(0, 20)) + " is not " + expected(of));
    }
    const std::string name = lower(text);
    const auto found = std::find(of.names.begin(), of.names.end(), name);
    if (found != of.names.end()) return of.low + static_cast<int>(found - of.names.begin());
    if (text.empty()) return wrong(of, "a value is missing, expected " + expected(of));
    return wrong(of, quoted(text) + " is not " + expected(of));
}

result<int> parse_step(const field& of, std::string_view text) {
    // A step beyond the field's length would silently mean "once", where something else was meant.
    const int longest = of.high - of.low + (of.high == 7 ? 0 : 1);
    if (is_number(text))
        if (const auto step = number(text, 1, longest)) return *step;
    return wrong(of, "the step " + quoted(text) + " is not from 1 to " + std::to_string(longest));
}

result<std::pair<int, int>> parse_range(const field& of, std::string_view text, bool stepped) {
    if (text == "*") return std::pair{of.low, of.high};
    const auto dash = text.find('-');
    const auto first = parse_value(of, text.substr(0, dash));
    if (!first) return first.error().copy();
    if (dash == std::string_view::npos) return std::pair{*first, stepped ? of.high : *first};
    const auto last = parse_value(of, text.substr(dash + 1));
    if (!last) return last.error().copy();
    if (*first <= *last) return std::pair{*first, *last};
    if (of.high == 7 && *last == 0) return std::pair{*first, 7};
    return wrong(of, "the range " + quoted(text) + " runs backwards");
}

result<std::uint64_t> parse_item(const field& of, std::string_view text) {
    const auto slash = text.find('/');
    const bool stepped = slash != std::string_view::npos;
    const auto range = parse_range(of, text.substr(0, slash), stepped);
    if (!range) return range.error().copy();
    int step = 1;
    if (stepped) {
        const auto given = parse_step(of, text.substr(slash + 1));
        if (!given) return given.error().copy();
        step = *given;
    }
    std::uint64_t mask = 0;
    for (int value = range->first; value <= range->second; value += step) mask |= std::uint64_t{1} << value;
    return mask;
}

result<values> parse_field(const field& of, std::string_view text) {
    values out;
    for (;;) {
        const auto comma = text.find(',');
        const auto item = text.substr(0, comma);
        const auto mask = parse_item(of, item);
        if (!mask) return mask.error().copy();
        out.mask |= *mask;
        out.star |= item.starts_with('*');
        if (comma == std::string_view::npos) return out;
        text.remove_prefix(comma + 1);
    }
}

std::vector<std::string_view> words(std::string_view text) {
    constexpr std::string_view blanks = " \t";
    std::vector<std::string_view> out;
    for (auto at = text.find_first_not_of(blanks); at != std::string_view::npos;) {
        const auto end = std::min(text.find_first_of(blanks, at), text.size());
        out.push_back(text.substr(at, end - at));
        at = text.find_first_not_of(blanks, end);
    }
    return out;
}

// Only a day of the month that none of the months has can keep it from ever running: a 29 February falls on
// each day of the week within 400 years.
bool ever_matches(const cron& when) {
    constexpr std::array<unsigned, 13> longest{0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (when.either_day) return true;
    const auto first_day = static_cast<unsigned>(std::countr_zero(when.days));
    for (unsigned month = 1; month <= 12; ++month)
        if ((when.months >> month & 1U) != 0 && first_day <= longest.at(month)) return true;
    return false;
}

result<cron> parse_words(std::span<const std::string_view> given) {
    std::array<values, field_count> parsed;
    for (std::size_t i = 0; i < field_count; ++i) {
        const auto one = parse_field(fields.at(i), given[i]);
        if (!one) return one.error().copy();
        parsed.at(i) = *one;
    }
    const auto mask = [&](std::size_t i) { return static_cast<std::uint32_t>(parsed.at(i).mask); };
    cron out{.minutes = parsed[0].mask, .hours = mask(1), .days = mask(2), .months = mask(3)};
    out.weekdays = (mask(weekday_field) | mask(weekday_field) >> 7U) & 0x7FU;
    out.either_day = !parsed[2].star && !parsed[weekday_field].star;
    if (!ever_matches(out))
        return failure{errc::invalid, "day of month: no month that is named has such a day, it never runs"};
    return out;
}

// The days of that month that match, as a mask.
std::uint32_t days_of(const cron& when, std::chrono::year_month month) {
    using namespace std::chrono;
    const unsigned length = static_cast<unsigned>((month / last).day());
    const std::uint32_t in_month = static_cast<std::uint32_t>((std::uint64_t{2} << length) - 2);
    const unsigned first = weekday{local_days{month / 1}}.c_encoding();
    // Bit 0 of `week` is the weekday of the first, and day 1 is bit 1 of the result.
    const std::uint64_t week = (when.weekdays >> first | when.weekdays << (7 - first)) & 0x7FU;
    const std::uint64_t weeks = (week | week << 7U | week << 14U | week << 21U | week << 28U) << 1U;
    const auto by_weekday = static_cast<std::uint32_t>(weeks);
    return (when.either_day ? when.days | by_weekday : when.days & by_weekday) & in_month;
}

std::optional<std::chrono::local_days> next_day(const cron& when, std::chrono::local_days from) {
    using namespace std::chrono;
    const year_month_day start{from};
    auto from_day = static_cast<unsigned>(start.day());
    for (year_month month{start.year(), start.month()}; month.year() <= year{9999}; month += months{1}) {
        if ((when.months >> static_cast<unsigned>(month.month()) & 1U) != 0) {
            const std::uint32_t left = days_of(when, month) >> from_day << from_day;
            if (left != 0) return local_days{month / static_cast<int>(std::countr_zero(left))};
        }
        from_day = 1;
    }
    return std::nullopt;
}

std::optional<std::chrono::minutes> next_in_day(const cron& when, std::chrono::minutes from) {
    const auto hour = static_cast<unsigned>(from.count() / 60);
    const auto minute = static_cast<unsigned>(from.count() % 60);
    const std::uint64_t minutes_left = when.minutes >> minute << minute;
    if ((when.hours >> hour & 1U) != 0 && minutes_left != 0)
        return std::chrono::minutes{hour * 60 + static_cast<unsigned>(std::countr_zero(minutes_left))};
    const std::uint32_t hours_left = when.hours >> (hour + 1) << (hour + 1);
    if (hours_left == 0) return std::nullopt;
    return std::chrono::hours{std::countr_zero(hours_left)} +
           std::chrono::minutes{std::countr_zero(when.minutes)};
}

} // namespace

result<cron> parse_cron(std::string_view text) {
    const auto given = words(text);
    if (given.size() == 1 && given[0].starts_with('@')) {
        const std::string name = lower(given[0]);
        for (const nickname& known : nicknames)
            if (name == known.name) return parse_words(words(known.meaning));
        return failure{errc::invalid, quoted(given[0]) + " is none of @hourly, @daily, @midnight, @weekly, "
                                                         "@monthly, @yearly, @annually"};
    }
    if (given.size() != field_count)
        return failure{errc::invalid, "a cron expression has 5 fields (minute, hour, day of month, month, "
                                      "day of week; no seconds, no year), not " +
                                          std::to_string(given.size())};
    return parse_words(given);
}

bool is_every_hour(const cron& when) {
    return when.hours == 0xFF'FFFFU;
}

std::optional<std::chrono::local_seconds> next_after(const cron& when, std::chrono::local_seconds after) {
    using namespace std::chrono;
    const auto from = floor<minutes>(after) + minutes{1};
    const auto today = floor<days>(from);
    const auto day = next_day(when, today);
    if (!day) return std::nullopt;
    if (const auto time = next_in_day(when, *day == today ? from - today : minutes{0})) return *day + *time;
    const auto later = next_day(when, today + days{1});
    if (!later) return std::nullopt;
    return *later + *next_in_day(when, minutes{0});
}

} // namespace holdfast
