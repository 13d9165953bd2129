#include "domain/agent_rules.hpp"

#include "domain/validation.hpp"

#include <algorithm>

namespace holdfast {
namespace {

void check_limit(std::string_view pointer, const change_of<int>& wanted, std::vector<field_error>& wrong) {
    if (wanted && *wanted) check_range(pointer, **wanted, 1, agent_limit_max, wrong);
}

// Of UTF-8: every byte that does not continue a character begins one.
std::size_t characters_of(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

template <class T> bool has_value(const change_of<T>& wanted) {
    return wanted && *wanted;
}

template <class T> void set(std::optional<T>& to, const change_of<T>& wanted) {
    if (wanted) to = *wanted;
}

} // namespace

std::vector<field_error> check(const agent_change& wanted, instant now) {
    std::vector<field_error> wrong;
    check_limit("/maxConcurrentTasks", wanted.max_tasks, wrong);
    check_limit("/maxConcurrentTasksByType/backup", wanted.max_backups, wrong);
    check_limit("/maxConcurrentTasksByType/check", wanted.max_checks, wrong);
    check_limit("/maxConcurrentTasksByType/prune", wanted.max_prunes, wrong);
    if (has_value(wanted.paused_until) && **wanted.paused_until <= now)
        wrong.push_back({"/pausedUntil", "must be in the future"});
    if (has_value(wanted.pause_note) && characters_of(**wanted.pause_note) > pause_note_max)
        wrong.push_back(
            {"/pauseNote", "must not be longer than " + std::to_string(pause_note_max) + " characters"});
    if (wanted.paused.value_or(true)) return wrong;
    if (has_value(wanted.paused_until)) wrong.push_back({"/pausedUntil", "is for an agent that is paused"});
    if (has_value(wanted.pause_note)) wrong.push_back({"/pauseNote", "is for an agent that is paused"});
    return wrong;
}

result<agent_control> apply(const agent_change& wanted, agent_control to, instant now) {
    set(to.limits.tasks, wanted.max_tasks);
    set(to.limits.backups, wanted.max_backups);
    set(to.limits.checks, wanted.max_checks);
    set(to.limits.prunes, wanted.max_prunes);
    if (wanted.paused == false) to.pause.reset();
    if (wanted.paused == true && !to.pause) to.pause = agent_pause{now, std::nullopt, std::nullopt};
    if (to.pause) {
        set(to.pause->until, wanted.paused_until);
        set(to.pause->note, wanted.pause_note);
    } else if (has_value(wanted.paused_until) || has_value(wanted.pause_note)) {
        return failure{errc::conflict, "the agent is not paused: say \"paused\": true as well"};
    }
    return to;
}

} // namespace holdfast
