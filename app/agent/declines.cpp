#include "app/agent/declines.hpp"

#include "app/agent/surroundings.hpp"
#include "domain/log.hpp"

namespace holdfast::app {

awaitable<void> announce_declines(const agent_parts& with) {
    if (!with.settings.decline_on_metered) co_return;
    const auto known = co_await metered(with.where, with.setup.environment);
    if (!known)
        log::warning("NetworkManager does not say whether the network is metered (by busctl): tasks are not "
                     "declined for that");
}

awaitable<std::optional<std::string>> reason_to_decline(const agent_parts& with, const order& task) {
    if (with.settings.decline_on_battery && on_battery()) co_return "on_battery";
    if (with.settings.decline_on_metered) {
        const auto known = co_await metered(with.where, with.setup.environment);
        if (known.value_or(false)) co_return "metered";
    }
    const auto absent = absent_mount(task.repository);
    if (!absent) co_return std::nullopt;
    log::warning("what a repository is on is not mounted", {{"task", task.task_id}, {"folder", *absent}},
                 {.traceparent = traceparent_of(task)});
    co_return "no_repository";
}

} // namespace holdfast::app
