#include "app/cli/names.hpp"

#include "app/cli/failures.hpp"
#include "app/cli/readable.hpp"

#include <boost/algorithm/string/predicate.hpp>

namespace holdfast::app::cli {

std::string text_at(const boost::json::value& of, std::string_view member) {
    const boost::json::string* text = at_path(of, member).if_string();
    return text ? std::string(*text) : std::string();
}

std::string names::agent_id(const std::string& given) {
    if (parse_uuid(given)) return given;
    if (const auto at = ids_.find(given); at != ids_.end()) return at->second;
    for (const boost::json::value& each : api_.items("/agents?hostname=" + encoded(given)))
        if (boost::iequals(text_at(each, "hostname"), given)) return ids_[given] = text_at(each, "agentId");
    throw command_failed(ending::refused, "there is no agent " + given);
}

std::string names::policy_id(const std::string& given) {
    if (parse_uuid(given)) return given;
    for (const boost::json::value& each : api_.items("/policies"))
        if (text_at(each, "name") == given) return text_at(each, "policyId");
    throw command_failed(ending::refused, "there is no policy " + given);
}

std::string names::name_at(by_id& known, const std::string& target, const char* member,
                           const std::string& id) {
    const auto [at, is_new] = known.try_emplace(id, id);
    if (is_new && !id.empty()) {
        try {
            at->second = text_at(api_.get(target + id), member);
        } catch (const command_failed& e) { // it was deleted
            if (e.exit_code() != static_cast<int>(ending::refused)) throw;
        }
    }
    return at->second;
}

std::string names::agent_name(const std::string& id) {
    return name_at(agents_, "/agents/", "hostname", id);
}

std::string names::policy_name(const std::string& id) {
    return name_at(policies_, "/policies/", "name", id);
}

} // namespace holdfast::app::cli
