#include "app/load_options.hpp"

#include "app/options.hpp"

namespace holdfast::app {
namespace {

void add_load_servers(CLI::App& to, load_settings& s) {
    to.add_option("--server", s.server_url, "https://HOST:PORT where agents call (required)")
        ->type_name("URL");
    to.add_option("--operator-server", s.operator_url,
                  "Where tasks are made, to see them reach agents of another server; default: the same")
        ->type_name("URL");
    to.add_option("--ca", s.ca_file,
                  "PEM file: the CAs that the servers' certificates may come from (required)")
        ->type_name("FILE");
    to.add_option("--token", s.token, "An administrator's token; better in a file or the environment")
        ->type_name("TOKEN");
    to.add_option("--token-file", s.token_file, "File with that token")->type_name("FILE");
    to.add_option("--agents-token", s.agents_token,
                  "A fleet or enroll token for the agents; with it, --token may be an operator's")
        ->type_name("TOKEN");
    to.add_flag("--own-tokens", s.own_tokens,
                "Each agent has a token of its own, instead of one for the whole fleet");
    to.add_option(
          "--server-pid", s.server_pids,
          "Process of the server, where it runs on this machine: its memory and CPU are measured; may "
          "be given several times")
        ->type_name("PID");
}

} // namespace

load_settings load_defaults(load_scenario scenario) {
    load_settings out;
    out.scenario = scenario;
    switch (scenario) {
    case load_scenario::idle:
    case load_scenario::wake: break;
    case load_scenario::drain:
        out.agents = 256;
        out.limit = 1;
        break;
    case load_scenario::fleet:
        out.rate = 20;
        out.duration = std::chrono::seconds(60);
        out.work = std::chrono::seconds(2);
        break;
    }
    return out;
}

void add_load_options(CLI::App& to, load_settings& s) {
    add_load_servers(to, s);
    const bool by_the_clock = s.scenario == load_scenario::wake || s.scenario == load_scenario::fleet;
    to.add_option("--agents", s.agents, "Simulated agents, each with a connection of its own")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    add_seconds(to, "--wait", s.wait, "Wait of each poll", 1, 600);
    if (s.scenario != load_scenario::idle)
        to.add_option("--limit", s.limit, "Tasks of one poll")
            ->check(CLI::Range(1, 100))
            ->capture_default_str();
    if (s.scenario == load_scenario::drain)
        to.add_option("--tasks", s.tasks, "The backlog")
            ->check(CLI::Range(1, 10'000'000))
            ->capture_default_str();
    else
        add_seconds(to, "--duration", s.duration, "How long it is measured", 1, 30L * 86400);
    if (by_the_clock)
        to.add_option("--rate", s.rate, "Tasks made in a second, by the clock")
            ->check(CLI::Range(0.001, 1e6))
            ->capture_default_str();
    if (s.scenario == load_scenario::fleet) {
        add_seconds(to, "--heartbeat", s.heartbeat, "Time between an agent's heartbeats", 1, 86400);
        add_seconds(to, "--work", s.work, "How long an agent works at a task", 0, 86400);
    }
    if (s.scenario != load_scenario::idle)
        add_seconds(to, "--patience", s.patience, "Without a finished task for this long, the rest is lost",
                    1, 86400);
    to.add_option("--threads", s.threads, "Threads of this load tester")
        ->check(CLI::Range(1, 64))
        ->capture_default_str();
    to.add_option_function<std::string>(
          "--output", [&s](const std::string& form) { s.json = form == "json"; }, "Form of the report")
        ->check(CLI::IsMember({"text", "json"}))
        ->default_str("text");
}

} // namespace holdfast::app
