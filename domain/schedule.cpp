#include "domain/schedule.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>

namespace holdfast {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::minutes shortest_interval = 1min;
constexpr std::chrono::minutes longest_interval = std::chrono::days{366};

constexpr std::string_view blanks = " \t";

std::string_view trimmed(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    return text.substr(0, text.find_last_not_of(blanks) + 1);
}

// What follows the word `every`, in any case; nothing when the text is something else.
std::optional<std::string_view> after_every(std::string_view text) {
    constexpr std::string_view word = "every";
    if (text.size() < word.size()) return std::nullopt;
    for (std::size_t i = 0; i < word.size(); ++i)
        if ((text[i] | 0x20) != word[i]) return std::nullopt;
    text.remove_prefix(word.size());
    if (!text.empty() && blanks.find(text.front()) == std::string_view::npos) return std::nullopt;
    return trimmed(text);
}

// Nothing when it is none of them.
std::optional<std::chrono::minutes> unit_length(char unit) {
    switch (unit) {
    case 'm': return 1min;
    case 'h': return 1h;
    case 'd': return std::chrono::days{1};
    case 'w': return std::chrono::weeks{1};
    default: return std::nullopt;
    }
}

failure wrong(std::string_view what) {
    return failure{errc::invalid, "every: " + std::string(what)};
}

result<schedule> parse_interval(std::string_view text) {
    if (text.empty()) return wrong("a length is missing, expected one such as 90m, 6h or 1d12h");
    auto total = 0min;
    auto larger = std::chrono::minutes::max();
    while (!text.empty()) {
        std::int64_t count = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
        if (error == std::errc::result_out_of_range || count > longest_interval.count())
            return wrong("must be at most 366 days");
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        const auto unit = text.empty() ? std::nullopt : unit_length(text.front());
        if (error != std::errc{} || count < 0 || !unit)
            return wrong("expected numbers with the units m, h, d or w, such as 90m, 6h or 1d12h");
        if (*unit >= larger) return wrong("expected each unit once, the largest first, such as 1d12h");
        total += *unit * count;
        larger = *unit;
        text = trimmed(text.substr(1));
    }
    if (total < shortest_interval) return wrong("must be at least 1 minute");
    if (total > longest_interval) return wrong("must be at most 366 days");
    return schedule{interval{total}};
}

instant next_multiple(const interval& of, instant after) {
    const std::chrono::microseconds length = of.length;
    const auto since = after.time_since_epoch();
    auto count = since / length;
    if (since < count * length) --count; // division cuts towards zero, also before 1970
    return instant{(count + 1) * length};
}

// Whether the zone skips that whole day, having crossed the date line.
bool left_out(const time_zone& zone, std::chrono::local_days day) {
    return zone.from_civil(day) == zone.from_civil(day + std::chrono::days{1});
}

// For what runs in every hour: whenever the clock shows a time that matches. Between two changes of the clock
// it runs like any other, so each such stretch is looked at by itself.
std::optional<instant> next_shown(const cron& when, const time_zone& zone, instant after) {
    instant from = std::chrono::floor<std::chrono::seconds>(after) + 1s;
    for (;;) {
        const auto shown = zone.to_civil(from);
        const auto match = next_after(when, shown - 1s);
        if (!match) return std::nullopt;
        const instant run = from + (*match - shown);
        const auto change = zone.next_change(from);
        if (!change || run < *change) return run;
        from = *change;
    }
}

// For what names times of a day: each of them once. As from_civil() keeps the order, nothing that comes
// before what the clock shows can be later than `after`; in the second of two doubled hours the search passes
// over the times that the first one had.
std::optional<instant> next_named(const cron& when, const time_zone& zone, instant after) {
    auto civil = zone.to_civil(after);
    while (const auto match = next_after(when, civil)) {
        civil = *match;
        const instant run = zone.from_civil(civil);
        if (run <= after) continue;
        const bool in_gap = zone.to_civil(run) != civil;
        if (!in_gap || !left_out(zone, std::chrono::floor<std::chrono::days>(civil))) return run;
    }
    return std::nullopt;
}

struct due_times {
    int count;
    instant latest;
};

// The due times from next_due to now. Beyond what is counted the latest is looked up: a server that was away
// for years does not walk through every minute of them.
due_times due_until(const schedule& when, const time_zone& zone, std::chrono::seconds offset,
                    instant next_due, instant now) {
    due_times due{1, next_due};
    while (due.count <= missed_max) {
        const auto next = agent_next_run(when, zone, offset, due.latest);
        if (!next || *next > now) return due;
        ++due.count;
        due.latest = *next;
    }
    const auto last = last_run(when, zone, due.latest - offset, now - offset);
    if (last) due.latest = *last + offset;
    return due;
}

} // namespace

result<schedule> parse_schedule(std::string_view text) {
    text = trimmed(text);
    if (const auto length = after_every(text)) return parse_interval(*length);
    auto parsed = parse_cron(text);
    if (!parsed) return std::move(parsed).error();
    return schedule{*parsed};
}

std::optional<instant> next_run(const schedule& when, const time_zone& zone, instant after) {
    if (after >= end_of_time) return std::nullopt;
    if (const auto* const every = std::get_if<interval>(&when)) return next_multiple(*every, after);
    const auto& named = std::get<cron>(when);
    return is_every_hour(named) ? next_shown(named, zone, after) : next_named(named, zone, after);
}

std::optional<instant> last_run(const schedule& when, const time_zone& zone, instant after, instant at) {
    const auto first = next_run(when, zone, after);
    if (!first || *first > at) return std::nullopt;
    // Between these two lies the last run: `low` is a run, and none follows `high` up to `at`. Runs are at
    // whole seconds.
    instant low = *first;
    instant high = at;
    while (high - low >= 1s) {
        const instant middle = low + (high - low) / 2;
        const auto next = next_run(when, zone, middle);
        if (next && *next <= at)
            low = *next;
        else
            high = middle;
    }
    return low;
}

std::chrono::seconds spread_offset(policy_id policy, agent_id agent, int spread_seconds) {
    if (spread_seconds <= 0) return 0s;
    std::uint64_t hash = 0xCBF29CE484222325ULL;
    for (const uuid* part : {&policy.value, &agent.value})
        for (const std::uint8_t byte : *part) hash = (hash ^ byte) * 0x100000001B3ULL;
    // FNV-1a leaves the high bits of similar ids alike.
    hash = (hash ^ hash >> 30U) * 0xBF58476D1CE4E5B9ULL;
    hash = (hash ^ hash >> 27U) * 0x94D049BB133111EBULL;
    hash ^= hash >> 31U;
    return std::chrono::seconds{hash % static_cast<std::uint64_t>(spread_seconds)};
}

std::optional<instant> agent_next_run(const schedule& when, const time_zone& zone,
                                      std::chrono::seconds offset, instant after) {
    auto run = next_run(when, zone, after - offset);
    if (run) *run += offset;
    return run;
}

std::vector<instant> next_runs(const schedule& when, const time_zone& zone, std::chrono::seconds offset,
                               instant after, std::size_t count) {
    std::vector<instant> runs;
    while (runs.size() < count) {
        const auto next = agent_next_run(when, zone, offset, after);
        if (!next) break;
        after = runs.emplace_back(*next);
    }
    return runs;
}

due_runs catch_up(const schedule& when, const time_zone& zone, std::chrono::seconds offset, instant next_due,
                  instant now, missed_rule rule, std::chrono::seconds min_gap, std::chrono::seconds grace) {
    due_runs out;
    out.next = agent_next_run(when, zone, offset, now).value_or(end_of_time);
    if (next_due > now) return out;
    const auto [count, latest] = due_until(when, zone, offset, next_due, now);
    const bool on_time = now - latest <= grace;
    const bool makes_up = rule == missed_rule::once && out.next - now >= min_gap;
    if (on_time || makes_up) out.run_now = latest;
    out.missed = std::min(count - (out.run_now ? 1 : 0), missed_max);
    return out;
}

} // namespace holdfast
