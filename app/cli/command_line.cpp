#include "app/cli/command_line.hpp"

#include "app/cli/commands.hpp"

#include <CLI/CLI.hpp>

namespace holdfast::app::cli {
namespace {

// "--file,-f" is --file.
std::string first_name(const argument& of) {
    const std::string names = of.name;
    return names.substr(0, names.find(','));
}

const char* type_name_of(kind what) {
    switch (what) {
    case kind::number: return "N";
    case kind::limit: return "N|none";
    case kind::moment: return "TIME";
    case kind::agent:
    case kind::agents: return "AGENT";
    case kind::policy: return "POLICY";
    case kind::text:
    case kind::flag: break;
    }
    return "TEXT";
}

void add_connection(CLI::App& to, connection_wish& s) {
    to.add_option("--server", s.server, "https://HOST:PORT of the server")->type_name("URL");
    to.add_option("--ca", s.ca, "PEM file: the CAs that its certificate may come from; default: the system's")
        ->type_name("FILE");
    to.add_option("--token-file", s.token_file, "File with the token to call with")->type_name("FILE");
}

bool is_about_contexts(const command_row& row) {
    return std::string_view(row.noun) == "context";
}

} // namespace

command_line::command_line(CLI::App& to) {
    std::map<std::string_view, CLI::App*> nouns;
    for (const noun_row& each : noun_rows()) {
        nouns[each.noun] = to.add_subcommand(each.noun, each.help);
        nouns[each.noun]->require_subcommand(1);
    }
    for (const command_row& row : command_rows()) {
        const bool alone = row.verb[0] == '\0';
        CLI::App& parent = alone ? to : *nouns.at(row.noun);
        add(*parent.add_subcommand(alone ? row.noun : row.verb, row.help), row);
    }
}

void command_line::add(CLI::App& leaf, const command_row& row) {
    order& into = orders_[&leaf];
    into.row = &row;
    into.most = row.call.most;
    for (const argument& each : row.arguments) add_argument(leaf, each, into);
    if (row.run == nullptr || row.as_json)
        leaf.add_option_function<std::string>(
                "--output", [&into](const std::string& form) { into.json = form == "json"; },
                "text, or json as the server says it")
            ->check(CLI::IsMember({"text", "json"}))
            ->type_name("text|json");
    if (row.run == nullptr && row.call.answer == shape::pages)
        leaf.add_option("--limit", into.most, "At most so many; 0: all")->capture_default_str();
    if (!is_about_contexts(row) || row.run == set_context) add_connection(leaf, into.server);
    if (!is_about_contexts(row))
        leaf.add_option("--context", into.server.context, "One of `holdfast context list`")
            ->type_name("NAME");
}

void command_line::add_argument(CLI::App& leaf, const argument& which, order& into) {
    const std::string name = first_name(which);
    if (which.what == kind::flag) {
        leaf.add_flag_callback(
            which.name, [&into, name] { into.given[name] = {"true"}; }, which.help);
        return;
    }
    CLI::Option* option = leaf.add_option_function<std::vector<std::string>>(
        which.name, [&into, name](const std::vector<std::string>& words) { into.given[name] = words; },
        which.help);
    option->type_name(name.starts_with("--") ? type_name_of(which.what) : "");
    option->required(which.required);
    if (which.fits_many) return;
    option->allow_extra_args(false); // a word behind it may be another argument's
    if (which.what != kind::agents) option->expected(1);
}

std::optional<order> command_line::chosen() const {
    for (const auto& [leaf, wanted] : orders_)
        if (leaf->parsed()) return wanted;
    return std::nullopt;
}

} // namespace holdfast::app::cli
