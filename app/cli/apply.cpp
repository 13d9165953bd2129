// `holdfast apply`: the policies of a tenant become what a file says.
#include "app/cli/api.hpp"
#include "app/cli/commands.hpp"
#include "app/cli/failures.hpp"
#include "app/cli/names.hpp"
#include "app/cli/policy_plan.hpp"
#include "app/cli/terminal.hpp"

#include <boost/json/serialize.hpp>

#include <fstream>
#include <iostream>
#include <iterator>

namespace holdfast::app::cli {
namespace {

std::string contents_of(const std::string& file) {
    std::ifstream in(file == "-" ? "/dev/stdin" : file, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    if (!in) throw command_failed(ending::usage, file + " can't be read");
    return text;
}

std::vector<wanted_state> wanted_in(const std::string& file, names& known) {
    std::vector<wanted_state> out;
    for (wanted_policy& each : policies_in(contents_of(file))) {
        wanted_state& one = out.emplace_back();
        if (each.agents) {
            one.agents.emplace();
            for (const std::string& agent : *each.agents) (*one.agents)[known.agent_id(agent)] = agent;
        }
        one.policy = std::move(each);
    }
    return out;
}

// Whose agents the plan does not touch, theirs are not asked for.
bool needs_agents(const std::string& policy, const std::vector<wanted_state>& wanted, bool prune) {
    for (const wanted_state& each : wanted)
        if (each.policy.name == policy) return each.agents.has_value();
    return prune;
}

std::map<std::string, present_policy> present_at(api& server, const std::vector<wanted_state>& wanted,
                                                 bool prune) {
    std::map<std::string, present_policy> out;
    for (boost::json::value& each : server.items("/policies")) {
        const std::string name = text_at(each, "name");
        present_policy& one = out[name];
        one.id = text_at(each, "policyId");
        one.body = std::move(each);
        if (!needs_agents(name, wanted, prune)) continue;
        for (const boost::json::value& agent : server.items("/policies/" + one.id + "/agents"))
            one.agents[text_at(agent, "agentId")] = text_at(agent, "hostname");
    }
    return out;
}

void carry_out(const policy_change& change, api& server) {
    std::string id = change.id;
    const std::string body = boost::json::serialize(change.body);
    if (change.what == deed::create)
        id = text_at(parsed(server.call(net::verb::post, "/policies", body)), "policyId");
    if (change.what == deed::replace) server.call(net::verb::put, "/policies/" + id, body);
    const std::string agents = "/policies/" + id + "/agents/";
    for (const auto& [agent, hostname] : change.assigned) server.call(net::verb::post, agents + agent);
    for (const auto& [agent, hostname] : change.unassigned) server.call(net::verb::delete_, agents + agent);
    if (change.what == deed::remove) server.call(net::verb::delete_, "/policies/" + id);
}

const char* word_for(deed what) {
    switch (what) {
    case deed::create: return "made";
    case deed::remove: return "deleted";
    case deed::replace:
    case deed::keep: break;
    }
    return "changed";
}

} // namespace

int apply_policies(const order& wanted) {
    api server(connection_for(wanted.server));
    names known(server);
    const auto asked_for = wanted_in(wanted.word("--file"), known);
    const bool prune = wanted.has("--prune");
    const auto changes = plan(asked_for, present_at(server, asked_for, prune), prune);
    const std::string text = plan_text(changes);
    if (text.empty()) {
        std::cout << "nothing changes" << std::endl;
        return 0;
    }
    std::cout << text << std::flush;
    if (wanted.has("--dry-run")) return 0;
    if (!wanted.has("--yes") && somebody_answers() && !confirmed("Change this?")) return 0;
    for (const policy_change& each : changes) {
        if (each.changes_nothing()) continue;
        carry_out(each, server);
        std::cout << "policy " << each.name << " is " << word_for(each.what) << std::endl;
    }
    return 0;
}

} // namespace holdfast::app::cli
