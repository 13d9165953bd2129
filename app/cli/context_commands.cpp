// `holdfast context`: the file of contexts, and nothing of a server.
#include "app/cli/commands.hpp"
#include "app/cli/contexts.hpp"
#include "app/cli/failures.hpp"
#include "app/cli/table.hpp"
#include "app/cli/terminal.hpp"

#include <filesystem>
#include <iostream>

namespace holdfast::app::cli {
namespace {

server_contexts with_one_named(const std::string& name) {
    server_contexts out = load_contexts(contexts_file());
    if (!out.all.contains(name))
        throw command_failed(ending::usage, "there is no context " + name + " in " + contexts_file());
    return out;
}

} // namespace

int list_contexts(const order&) {
    const server_contexts known = load_contexts(contexts_file());
    std::vector<table_row> rows;
    for (const auto& [name, each] : known.all)
        rows.push_back({name == known.current ? "*" : "", name, each.server, each.ca,
                        each.token.empty() ? "no" : "yes"});
    std::cout << table_text({{"", true}, {"CONTEXT", true}, {"SERVER"}, {"CA"}, {"TOKEN"}}, rows,
                            terminal_width());
    return 0;
}

int use_context(const order& wanted) {
    const std::string name = wanted.word("NAME");
    server_contexts known = with_one_named(name);
    known.current = name;
    save_contexts(contexts_file(), known);
    std::cout << "context " << name << " is the present one" << std::endl;
    return 0;
}

int set_context(const order& wanted) {
    const std::string name = wanted.word("NAME");
    server_contexts known = load_contexts(contexts_file());
    server_context& one = known.all[name];
    const connection_wish& given = wanted.server;
    if (!given.server.empty()) one.server = given.server;
    if (!given.ca.empty()) one.ca = std::filesystem::absolute(given.ca);
    if (!given.token_file.empty()) one.token = token_in(given.token_file);
    const auto server = net::parse_server_url(one.server);
    if (!server) throw command_failed(ending::usage, "--server: " + std::string(server.error().detail()));
    if (known.current.empty()) known.current = name;
    save_contexts(contexts_file(), known);
    std::cout << "context " << name << " is set" << std::endl;
    return 0;
}

int delete_context(const order& wanted) {
    const std::string name = wanted.word("NAME");
    server_contexts known = with_one_named(name);
    known.all.erase(name);
    if (known.current == name) known.current.clear();
    save_contexts(contexts_file(), known);
    std::cout << "context " << name << " is deleted" << std::endl;
    return 0;
}

} // namespace holdfast::app::cli
