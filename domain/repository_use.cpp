#include "domain/repository_use.hpp"

namespace holdfast {

std::string_view name_of(repository_state state) {
    return state == repository_state::held ? "held" : "waiting";
}

std::optional<repository_state> repository_state_from(std::string_view name) {
    for (const auto state : {repository_state::held, repository_state::waiting})
        if (name == name_of(state)) return state;
    return std::nullopt;
}

std::vector<reason> explain(const repository_user& waiting, const repository_use& use) {
    surroundings around = waiting.around;
    std::vector<repository_holder> holders;
    // In the way of a backup is only what is exclusive.
    for (const repository_user& each : use.holding)
        if (each.what.type != task_type::backup || waiting.what.type != task_type::backup)
            holders.push_back({each.what.id, each.what.agent, each.what.type, false});
    around.holders.insert(around.holders.begin(), holders.begin(), holders.end());
    return explain(waiting.what, waiting.whose, waiting.policy_enabled, around);
}

} // namespace holdfast
