#include "app/cli/policy_plan.hpp"

#include "app/cli/failures.hpp"
#include "app/cli/readable.hpp"
#include "net/json/read.hpp"
#include "net/json/write.hpp"
#include "net/wire/policy.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace holdfast::app::cli {
namespace {

namespace bj = boost::json;

// A policy as the server would say it, with every default; both sides of a comparison go through this.
struct settled {
    bj::object exact;
    bj::object masked; // no passwords
};

settled settle(const std::string& name, const bj::value& body) {
    const auto refuse = [&name](const failure& why) -> command_failed {
        std::string text = "policy " + name + " would be refused";
        for (const field_error& each : why.fields()) text += "\n  " + each.pointer + ": " + each.detail;
        return {ending::usage, harmless(text, "\n")};
    };
    auto read = net::json::read_body<net::wire::policy_body>(bj::serialize(body), "application/json");
    if (!read) throw refuse(read.error());
    const auto as_said = [&refuse](net::wire::policy_body given, bool mask) {
        auto policy = net::wire::policy_from(std::move(given));
        if (!policy) throw refuse(policy.error());
        bj::object out =
            bj::parse(net::json::to_text(net::wire::view_of(std::move(*policy), mask))).as_object();
        for (const char* not_given : {"policyId", "createdAt", "updatedAt"}) out.erase(not_given);
        return out;
    };
    return {as_said(*read, false), as_said(*read, true)};
}

std::string shown_at(const bj::object& of, bj::string_view member) {
    const bj::value* value = of.if_contains(member);
    return value ? readable({member.data(), member.size()}, *value, {}) : std::string();
}

// The members of either that are not the same.
std::vector<member_change> compare(const settled& before, const settled& after) {
    std::vector<member_change> out;
    const auto look_at = [&](bj::string_view member) {
        const bj::value* old = before.exact.if_contains(member);
        const bj::value* now = after.exact.if_contains(member);
        if (old && now && *old == *now) return;
        member_change change{std::string(member), shown_at(before.masked, member),
                             shown_at(after.masked, member)};
        if (change.before == change.after) change.after += " (another password)";
        out.push_back(std::move(change));
    };
    for (const auto& each : after.exact) look_at(each.key());
    for (const auto& each : before.exact)
        if (!after.exact.contains(each.key())) look_at(each.key());
    return out;
}

// Of one that is new, what the file says.
std::vector<member_change> all_of(const wanted_policy& wanted, const settled& now) {
    std::vector<member_change> out;
    for (const auto& each : wanted.body)
        if (each.key() != "name")
            out.push_back({std::string(each.key()), "", shown_at(now.masked, each.key())});
    return out;
}

std::map<std::string, std::string> without(std::map<std::string, std::string> these,
                                           const std::map<std::string, std::string>& those) {
    std::erase_if(these, [&those](const auto& each) { return those.contains(each.first); });
    return these;
}

policy_change change_of(const wanted_state& wanted, const present_policy* present) {
    const settled now = settle(wanted.policy.name, wanted.policy.body);
    policy_change out;
    out.name = wanted.policy.name;
    out.body = wanted.policy.body;
    if (present == nullptr) {
        out.what = deed::create;
        out.members = all_of(wanted.policy, now);
    } else {
        out.id = present->id;
        out.members = compare(settle(wanted.policy.name, present->body), now);
        out.what = out.members.empty() ? deed::keep : deed::replace;
    }
    static const std::map<std::string, std::string> nobody;
    const auto& has = present ? present->agents : nobody;
    if (wanted.agents) {
        out.assigned = without(*wanted.agents, has);
        out.unassigned = without(has, *wanted.agents);
    }
    return out;
}

std::string agents_text(const policy_change& of) {
    std::string out;
    for (const auto& [id, hostname] : of.assigned) out += (out.empty() ? "+" : ", +") + hostname;
    for (const auto& [id, hostname] : of.unassigned) out += (out.empty() ? "-" : ", -") + hostname;
    return out;
}

void add_change(std::string& out, const policy_change& one) {
    out += one.what == deed::create ? "+ " : one.what == deed::remove ? "- " : "~ ";
    out += "policy " + one.name + '\n';
    for (const member_change& each : one.members) {
        out += "    " + each.member + ": ";
        if (one.what == deed::create)
            out += each.after;
        else
            out += (each.before.empty() ? "none" : each.before) + " → " +
                   (each.after.empty() ? "none" : each.after);
        out += '\n';
    }
    if (const std::string agents = agents_text(one); !agents.empty()) out += "    agents: " + agents + '\n';
}

} // namespace

std::vector<policy_change> plan(const std::vector<wanted_state>& wanted,
                                const std::map<std::string, present_policy>& present, bool prune) {
    std::vector<policy_change> out;
    for (const wanted_state& each : wanted) {
        const auto at = present.find(each.policy.name);
        out.push_back(change_of(each, at == present.end() ? nullptr : &at->second));
    }
    if (!prune) return out;
    for (const auto& [name, each] : present) {
        const auto named = [&name = name](const wanted_state& w) { return w.policy.name == name; };
        if (std::ranges::any_of(wanted, named)) continue;
        policy_change gone;
        gone.what = deed::remove;
        gone.name = name;
        gone.id = each.id;
        gone.unassigned = each.agents; // one that is assigned can't be deleted
        out.push_back(std::move(gone));
    }
    return out;
}

std::string plan_text(const std::vector<policy_change>& plan) {
    std::string out;
    for (const policy_change& each : plan)
        if (!each.changes_nothing()) add_change(out, each);
    return out;
}

} // namespace holdfast::app::cli
