// Cron expressions and intervals: either refused with a sentence, or a schedule whose runs go forward.
#include "domain/schedule.hpp"

#include "test/fuzz/fuzz.hpp"

using namespace holdfast;
using fuzz::must;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto parsed = parse_schedule(fuzz::text_of(data, size));
    if (!parsed) {
        must(!parsed.error().detail().empty(), "a refusal says why");
        return 0;
    }
    static const time_zone berlin = *find_zone("Europe/Berlin");
    instant at = std::chrono::sys_days{std::chrono::year{2026} / 3 / 28};
    for (int i = 0; i < 20; ++i) {
        const auto next = next_run(*parsed, berlin, at);
        if (!next) return 0;
        must(*next > at, "the next run is later");
        const auto last = last_run(*parsed, berlin, at, *next);
        must(last && *last == *next, "the last run up to the next one is the next one");
        at = *next;
    }
    return 0;
}
