#include "app/agent_options.hpp"

#include "app/options.hpp"

#include <filesystem>

namespace holdfast::app {
namespace {

void add_agent_rules(CLI::App& to, agent_settings& s) {
    to.add_option(
          "--pre-hook", s.pre_hooks,
          "Program to run before a task; may be given several times. Exit status 75 declines the task, "
          "any other but 0 fails it")
        ->type_name("FILE");
    to.add_option("--post-hook", s.post_hooks,
                  "Program to run after a task, whatever became of it; may be given several times")
        ->type_name("FILE");
    add_seconds(to, "--hook-timeout", s.hook_timeout, "No hook runs longer", 1, 86400);
    to.add_flag("--decline-on-battery", s.decline_on_battery, "Take no task while on battery");
    to.add_flag("--decline-on-metered", s.decline_on_metered,
                "Take no task while NetworkManager calls the network metered");
    add_seconds(to, "--decline-retry-after", s.decline_retry_after,
                "A task that was declined is not offered again before this", 0, 86400);
}

// A literal string of TOML, or where it has an apostrophe itself, a basic one.
std::string quoted(const std::string& value) {
    if (value.find('\'') == std::string::npos) return "'" + value + "'";
    return '"' + value + '"';
}

std::string value_of(const CLI::Option& option, const std::string& given) {
    const std::string type = option.get_type_name();
    const bool is_path = type == "FILE" || type == "DIR";
    return quoted(is_path ? std::filesystem::absolute(given).string() : given);
}

} // namespace

void add_agent_options(CLI::App& to, agent_settings& s) {
    to.add_option("--server", s.server_url, "https://HOST:PORT of the server (required)")->type_name("URL");
    to.add_option("--ca", s.ca_file,
                  "PEM file: the CAs that the server's certificate may come from (required)")
        ->type_name("FILE");
    to.add_option("--client-cert", s.own.chain_file,
                  "PEM file: this agent's own certificate and its chain, for a server that asks for one")
        ->type_name("FILE");
    to.add_option("--client-key", s.own.key_file, "PEM file: that certificate's key")->type_name("FILE");
    to.add_option("--token", s.token, "Token to register with; better in a file or the environment")
        ->type_name("TOKEN");
    to.add_option("--token-file", s.token_file, "File with that token")->type_name("FILE");
    to.add_option("--hostname", s.hostname, "Name to register as; default: this machine's")
        ->type_name("NAME");
    to.add_option("--state", s.state_dir, "Folder for identity and undelivered results (required)")
        ->type_name("DIR");
    add_seconds(to, "--wait", s.wait, "Wait of each poll", 1, 600);
    to.add_option("--types", s.types, "Kinds of tasks to take: backup, check, prune; default: all")
        ->delimiter(',')
        ->check(CLI::IsMember({"backup", "check", "prune"}));
    to.add_option("--max-tasks", s.max_tasks, "Tasks that run at the same time")
        ->check(CLI::Range(1, 100))
        ->capture_default_str();
    to.add_option_function<long>(
          "--heartbeat", [&s](long n) { s.heartbeat = std::chrono::seconds(n); },
          "Time between two heartbeats; default: what the server says")
        ->check(CLI::Range(1, 600))
        ->type_name("SECONDS");
    add_seconds(to, "--progress-interval", s.progress_interval,
                "Time between two reports of how far a task is, and of its log", 1, 3600);
    to.add_option("--restic", s.restic, "restic: a path, or a name to look up in PATH")
        ->capture_default_str();
    to.add_flag("--init-repository", s.init_repository, "Initialise a repository that does not exist");
    add_agent_rules(to, s);
    to.add_flag("--demo", s.demo,
                "Say on standard output what happens; for the demonstration of scripts/run");
}

agent_deed agent_deeds::chosen() const {
    if (doctor->parsed()) return agent_deed::doctor;
    if (install->parsed()) return agent_deed::install;
    return uninstall->parsed() ? agent_deed::uninstall : agent_deed::run;
}

agent_deeds add_agent_deeds(CLI::App& to, install_settings& s) {
    agent_deeds out;
    out.doctor = to.add_subcommand("doctor", "Check everything that an agent with these options needs");
    out.install = to.add_subcommand("install", "Write a service that runs an agent with these options");
    out.install->add_flag("--print", s.print, "Show what would be written");
    out.install->add_flag("--force", s.force, "Overwrite what is there");
    out.install
        ->add_option("--writable", s.writable,
                     "Folder that restic and hooks may write to, such as that of a local repository; may be "
                     "given several times")
        ->type_name("DIR");
    out.uninstall = to.add_subcommand("uninstall", "Remove that service; settings and state stay");
    for (CLI::App* each : {out.install, out.uninstall}) {
        each->add_flag("--launchd", s.launchd, "A service of launchd (macOS) instead of systemd");
        each->add_option("--root", s.root, "Below this folder, as for an image")->type_name("DIR");
    }
    for (CLI::App* each : {out.doctor, out.install, out.uninstall}) each->fallthrough();
    return out;
}

std::string settings_file_of(const CLI::App& agent) {
    std::string out;
    for (const CLI::Option* option : agent.get_options()) {
        const std::string name = option->get_single_name();
        if (option->count() == 0 || name == "config" || name == "help") continue;
        out += name + " = ";
        const std::vector<std::string>& given = option->results();
        if (option->get_items_expected_max() == 0) {
            out += given.back() == "true" || given.back() == "1" ? "true" : "false";
        } else if (given.size() == 1) {
            out += value_of(*option, given.front());
        } else {
            for (std::size_t i = 0; i < given.size(); ++i)
                out += (i == 0 ? "[" : ", ") + value_of(*option, given[i]);
            out += ']';
        }
        out += '\n';
    }
    return out;
}

} // namespace holdfast::app
