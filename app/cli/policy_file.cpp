#include "app/cli/policy_file.hpp"

#include "app/cli/failures.hpp"
#include "net/wire/policy.hpp"

#include <boost/json/array.hpp>
#include <yaml-cpp/yaml.h>

#include <charconv>
#include <set>

namespace holdfast::app::cli {
namespace {

namespace bj = boost::json;

[[noreturn]] void refuse(const YAML::Node& at, const std::string& why) {
    throw command_failed(ending::usage, "line " + std::to_string(at.Mark().line + 1) + ": " + why);
}

template <class Number> std::optional<Number> number_in(const std::string& text) {
    Number out{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return out;
}

// As YAML's core schema has it; what is in quotes is text.
bj::value scalar(const YAML::Node& node) {
    const std::string& text = node.Scalar();
    if (node.Tag() == "!") return bj::value(text);
    if (text == "true") return true;
    if (text == "false") return false;
    if (const auto whole = number_in<std::int64_t>(text)) return *whole;
    if (const auto number = number_in<double>(text)) return *number;
    return bj::value(text);
}

bj::value json_of(const YAML::Node& node) {
    switch (node.Type()) {
    case YAML::NodeType::Scalar: return scalar(node);
    case YAML::NodeType::Sequence: {
        bj::array out;
        for (const YAML::Node& each : node) out.push_back(json_of(each));
        return out;
    }
    case YAML::NodeType::Map: {
        bj::object out;
        for (const auto& each : node) out[each.first.as<std::string>()] = json_of(each.second);
        return out;
    }
    case YAML::NodeType::Null:
    case YAML::NodeType::Undefined: break;
    }
    return nullptr;
}

std::set<std::string, std::less<>> known_members() {
    std::set<std::string, std::less<>> out;
    boost::mp11::mp_for_each<net::json::described_members<net::wire::policy_body>>(
        [&out](auto d) { out.emplace(net::json::wire_name<decltype(d)>); });
    return out;
}

wanted_policy policy_in(const YAML::Node& node) {
    static const auto known = known_members();
    if (!node.IsMap()) refuse(node, "a policy is a map of its members");
    wanted_policy out;
    for (const auto& each : node) {
        const auto member = each.first.as<std::string>();
        if (member == "agents")
            out.agents = each.second.as<std::vector<std::string>>();
        else if (known.contains(member))
            out.body[member] = json_of(each.second);
        else
            refuse(each.first, "a policy has no " + member);
    }
    if (!node["name"] || !node["name"].IsScalar()) refuse(node, "this policy has no name");
    out.name = node["name"].Scalar();
    out.body["name"] = bj::value(out.name);
    return out;
}

} // namespace

std::vector<wanted_policy> policies_in(const std::string& yaml) try {
    std::vector<wanted_policy> out;
    std::set<std::string> seen;
    const auto add = [&](const YAML::Node& node) {
        wanted_policy one = policy_in(node);
        if (!seen.insert(one.name).second) refuse(node, "there are two policies " + one.name);
        out.push_back(std::move(one));
    };
    for (const YAML::Node& document : YAML::LoadAll(yaml)) {
        if (document.IsSequence())
            for (const YAML::Node& each : document) add(each);
        else if (!document.IsNull())
            add(document);
    }
    // With --prune it would delete them all, and a file that was cut short looks like this.
    if (out.empty()) throw command_failed(ending::usage, "the file names no policy");
    return out;

} catch (const YAML::Exception& e) {

    throw command_failed(ending::usage, e.what());
}

} // namespace holdfast::app::cli
