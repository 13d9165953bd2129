#include "app/completion.hpp"

#include <ostream>
#include <string>
#include <vector>

namespace holdfast::app {
namespace {

// A command and what may follow it.
struct place {
    std::string path; // "agents list"; empty: the program itself
    std::vector<const CLI::App*> commands;
    std::vector<const CLI::Option*> options;
};

void collect(const CLI::App& at, const std::string& path, std::vector<place>& into) {
    place here{path, {}, {}};
    for (const CLI::App* each : at.get_subcommands([](const CLI::App*) { return true; }))
        if (!each->get_name().empty()) here.commands.push_back(each);
    for (const CLI::Option* each : at.get_options())
        if (!each->get_lnames().empty()) here.options.push_back(each);
    into.push_back(here);
    for (const CLI::App* each : here.commands)
        collect(*each, path + (path.empty() ? "" : " ") + each->get_name(), into);
}

std::string words_of(const place& at) {
    std::string out;
    for (const CLI::App* each : at.commands) out += each->get_name() + ' ';
    for (const CLI::Option* each : at.options)
        for (const std::string& name : each->get_lnames()) out += "--" + name + ' ';
    return out;
}

void print_bash(std::ostream& to, const std::vector<place>& places) {
    to << "_holdfast() {\n"
          "    local word path= words=\n"
          "    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
          "        case \"$path $word\" in\n";
    for (const place& each : places)
        if (!each.path.empty())
            to << "        '" << (each.path.find(' ') == std::string::npos ? " " : "") << each.path
               << "') path='" << each.path << "' ;;\n";
    to << "        esac\n"
          "    done\n"
          "    case \"$path\" in\n";
    for (const place& each : places) to << "    '" << each.path << "') words='" << words_of(each) << "' ;;\n";
    to << "    esac\n"
          "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\")\n"
          "}\n"
          "complete -o default -F _holdfast holdfast\n";
}

std::string in_quotes(std::string_view text) {
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'' || c == '\\') out += '\\';
        out += c;
    }
    return out + "'";
}

// Given where exactly these commands stand on the line; other words, such as what options are given, may lie
// between.
void print_fish(std::ostream& to, const std::vector<place>& places) {
    to << "function __holdfast_at\n"
          "    set -l at\n"
          "    for word in (commandline -opc)[2..-1]\n"
          "        contains -- \"$at $word\"";
    for (const place& each : places)
        if (!each.path.empty())
            to << " '" << (each.path.find(' ') == std::string::npos ? " " : "") << each.path << "'";
    to << "\n"
          "        and set -a at $word\n"
          "    end\n"
          "    test \"$at\" = \"$argv\"\n"
          "end\n";
    for (const place& each : places) {
        const std::string head = "complete -c holdfast -n '__holdfast_at " + each.path + "' ";
        for (const CLI::App* command : each.commands)
            to << head << "-f -a " << command->get_name() << " -d " << in_quotes(command->get_description())
               << '\n';
        for (const CLI::Option* option : each.options)
            for (const std::string& name : option->get_lnames())
                to << head << "-l " << name << " -d " << in_quotes(option->get_description()) << '\n';
    }
}

} // namespace

void print_completion(std::ostream& to, const CLI::App& of, std::string_view shell) {
    std::vector<place> places;
    collect(of, "", places);
    if (shell == "fish") return print_fish(to, places);
    if (shell == "zsh") to << "autoload -U +X bashcompinit && bashcompinit\n";
    print_bash(to, places);
}

} // namespace holdfast::app
