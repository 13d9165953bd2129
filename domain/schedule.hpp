// When the runs of a policy are: pure functions of a schedule, a time zone and an instant.
//
// A schedule is a cron expression (domain/cron.hpp), read on the wall clock of a time zone, or `every 90m`
// (units m h d w, largest first: `every 1h30m`), from a minute to 366 days. Intervals are multiples of their
// length since the Unix epoch, so every server sees the same ones, before and after a restart; a day has 24
// hours.
//
// Where the clock changes, a cron expression that runs in every hour goes by what the clock shows, as Vixie's
// cron does: a doubled hour has its runs twice, a missing one has none. Any other expression names times of a
// day: one in a missing hour happens right after it, one in a doubled hour at the first of the two, several
// that would come to the same instant are one run, and those of a day that the zone leaves out (Pacific/Apia,
// 2011-12-30) do not happen.
#pragma once

#include "domain/cron.hpp"
#include "domain/id.hpp"
#include "domain/result.hpp"
#include "domain/time.hpp"
#include "domain/time_zone.hpp"

#include <chrono>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

namespace holdfast {

struct interval {
    std::chrono::minutes length{};

    friend bool operator==(const interval&, const interval&) = default;
};

using schedule = std::variant<cron, interval>;

// The failure's detail is a sentence about what is wrong with the text.
[[nodiscard]] result<schedule> parse_schedule(std::string_view text);

inline constexpr instant end_of_time = std::chrono::sys_days{std::chrono::year{9999} / 12 / 31};

// The first run strictly after that; nothing beyond the year 9999.
[[nodiscard]] std::optional<instant> next_run(const schedule& when, const time_zone& zone, instant after);

// The last run that is not after `at` and strictly after `after`.
[[nodiscard]] std::optional<instant> last_run(const schedule& when, const time_zone& zone, instant after,
                                              instant at);

// Where in the window of the spread an agent has its place: in [0, spread_seconds), always the same, even
// over the fleet; 0 when there is no spread. It is FNV-1a (64 bits) over the 16 bytes of the policy's id and
// the 16 of the agent's, through the finalizer of SplitMix64, modulo the spread.
[[nodiscard]] std::chrono::seconds spread_offset(policy_id policy, agent_id agent, int spread_seconds);

// For one agent: the first run of the schedule, moved by its offset, strictly after that.
[[nodiscard]] std::optional<instant> agent_next_run(const schedule& when, const time_zone& zone,
                                                    std::chrono::seconds offset, instant after);

// The next `count` of them, for a preview.
[[nodiscard]] std::vector<instant> next_runs(const schedule& when, const time_zone& zone,
                                             std::chrono::seconds offset, instant after, std::size_t count);

// What becomes of runs whose time has passed without them.
enum class missed_rule : unsigned char {
    once, // one run makes up for all of them
    skip, // none does
};

// How late a run may be and still be in time.
inline constexpr std::chrono::minutes in_time{5};

// Where the counting of missed runs stops.
inline constexpr int missed_max = 1000;

struct due_runs {
    std::optional<instant> run_now; // the scheduled time of the run to make, if any
    instant next;                   // the first run strictly after now; end_of_time: there is none
    int missed = 0;                 // due times that get no run; missed_max stands for that many or more
};

// What is to be done now for an agent whose next run was to be at `next_due`. Nothing when that is still to
// come. Of the due times (next_due and those after it, to now) only the latest can get a run: when it is in
// time, it does; when it is later than that, it is a missed one, and gets a run by the rule `once` unless the
// next is nearer than `min_gap`.
[[nodiscard]] due_runs catch_up(const schedule& when, const time_zone& zone, std::chrono::seconds offset,
                                instant next_due, instant now, missed_rule rule, std::chrono::seconds min_gap,
                                std::chrono::seconds grace = in_time);

} // namespace holdfast
