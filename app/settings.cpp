#include "app/settings.hpp"

#include "app/cli/command_line.hpp"
#include "app/cli/failures.hpp"
#include "app/completion.hpp"
#include "app/options.hpp"
#include "app/parts.hpp"
#include "domain/identity.hpp"

#include <cstdlib>
#include <iostream>
#include <map>
#include <unistd.h>

namespace holdfast::app {
namespace {

std::map<std::string, log::level> level_names() {
    return {{"debug", log::level::debug},
            {"info", log::level::info},
            {"warning", log::level::warning},
            {"error", log::level::error}};
}

std::map<std::string, log::format> format_names() {
    return {{"text", log::format::text}, {"json", log::format::json}};
}

CLI::Option* add_days(CLI::App& to, const std::string& name, std::chrono::days& value,
                      const std::string& what) {
    return to
        .add_option_function<int>(
            name, [&value](int n) { value = std::chrono::days(n); }, what)
        ->check(CLI::Range(0, 36500))
        ->type_name("DAYS")
        ->default_str(std::to_string(value.count()));
}

void add_log(CLI::App& to, log_settings& log) {
    if (isatty(STDERR_FILENO) == 0) log.format = log::format::json;
    to.add_option("--log-level", log.level, "Lines from this level upwards are written")
        ->transform(CLI::CheckedTransformer(level_names(), CLI::ignore_case))
        ->type_name("debug|info|warning|error")
        ->default_str("info");
    to.add_option("--log-format", log.format, "Shape of the lines; text on a terminal, json otherwise")
        ->transform(CLI::CheckedTransformer(format_names(), CLI::ignore_case))
        ->type_name("text|json");
}

CLI::Option* add_database(CLI::App& to, std::string& database) {
    return to
        .add_option("--database", database,
                    "How to reach PostgreSQL: a libpq connection string or URI (required)")
        ->type_name("CONNINFO");
}

void add_webhook(CLI::App& to, webhook_settings& s) {
    to.add_option("--webhook-url", s.url, "Where to tell of backups that grow old and of tasks that failed")
        ->type_name("URL");
    to.add_option("--webhook-secret-file", s.secret_file,
                  "File with the secret that signs what is told (required with a URL)")
        ->type_name("FILE");
    to.add_option("--webhook-ca", s.ca_file,
                  "PEM file: the CAs that the receiver's certificate may come from")
        ->type_name("FILE")
        ->capture_default_str();
}

void add_caller_limits(CLI::App& to, net::limits& s) {
    constexpr std::uint32_t most = 1'000'000;
    to.add_option("--connections-per-address", s.connections_per_address,
                  "Connections of one address (of IPv6: one /64) to each core; more are closed; 0: no limit")
        ->check(CLI::Range(0U, most))
        ->capture_default_str();
    to.add_option(
          "--handshakes-per-address", s.handshakes_per_address,
          "TLS handshakes of one address with each core in a second, a hundred times as many at once; "
          "more connections are closed; 0: no limit")
        ->check(CLI::Range(0U, most))
        ->capture_default_str();
    to.add_option("--requests-per-address", s.requests_per_address,
                  "Requests of one address to each core in a second, ten times as many at once; more are "
                  "answered 429; 0: no limit, as behind a proxy that hides addresses")
        ->check(CLI::Range(0U, most))
        ->capture_default_str();
    to.add_option("--requests-per-token", s.requests_per_token,
                  "The same of one token, whatever the address; 0: no limit")
        ->check(CLI::Range(0U, most))
        ->capture_default_str();
    to.add_option("--wrong-tokens-per-address", s.wrong_tokens_per_address,
                  "Wrong tokens of one address to each core in a minute; then tokens that were never right "
                  "there are answered 429 without a look-up; 0: no limit")
        ->check(CLI::Range(0U, most))
        ->capture_default_str();
}

void add_server(CLI::App& to, server_settings& s) {
    add_database(to, s.database);
    to.add_option("--notify-database", s.notify_database,
                  "For LISTEN and NOTIFY, where that is another node or not through a pooler; as --database "
                  "when left out")
        ->type_name("CONNINFO");
    to.add_flag("--notify,!--no-notify", s.notify,
                "Tell other servers of new tasks by NOTIFY; without it they find them within a second or so")
        ->default_str("true");
    to.add_option("--listen", s.listen, "Address to serve at; may be given several times")
        ->type_name("HOST:PORT")
        ->capture_default_str();
    to.add_option("--tls-cert", s.tls_cert, "PEM file: the server's certificate and its chain (required)")
        ->type_name("FILE");
    to.add_option("--tls-key", s.tls_key, "PEM file: the certificate's key (required)")->type_name("FILE");
    to.add_option("--client-ca", s.client_trust.ca_file,
                  "PEM file: CAs whose certificates stand in for the tokens of the agents that they name")
        ->type_name("FILE");
    to.add_option("--client-crl", s.client_trust.crl_file,
                  "PEM file: their revocation lists; when one has run out, its certificates count no longer")
        ->type_name("FILE");
    to.add_option(
          "--trust-domain", s.client_trust.domain,
          "Of the certificates' names, spiffe://DOMAIN/tenant/ID/agent/ID (required with --client-ca)")
        ->type_name("DOMAIN");
    to.add_option("--cores", s.cores, "Threads, one for each core; 0: all there are")
        ->check(CLI::Range(0, 256))
        ->capture_default_str();
    to.add_option("--connections-per-core", s.connections_per_core,
                  "PostgreSQL connections of each core, shared by all its callers")
        ->check(CLI::Range(1, 16))
        ->capture_default_str();
    add_seconds(to, "--offer-lease", s.times.offer_lease,
                "A task not acknowledged within this is handed out again", 1, 86400);
    add_seconds(to, "--run-lease", s.times.run_lease,
                "A task whose agent is silent for this long is a failed attempt", 1, 7L * 86400);
    add_seconds(to, "--retry-base", s.times.retry_base, "First retry within this; doubles with each failure",
                0, 86400);
    add_seconds(to, "--retry-cap", s.times.retry_cap, "No retry waits longer", 0, 7L * 86400);
    add_seconds(to, "--wait-default", s.times.wait_default, "Wait of polls that name none", 0, 600);
    add_seconds(to, "--wait-max", s.times.wait_max, "Longer waits are cut to this", 0, 600);
    add_seconds(to, "--heartbeat", s.times.heartbeat, "How often agents are told to make themselves heard", 1,
                86400);
    add_days(to, "--log-keep", s.times.log_keep,
             "Logs of tasks that ended longer ago are forgotten; 0: never");
    add_days(to, "--task-keep", s.times.task_keep,
             "Tasks that ended longer ago are forgotten, with their history; 0: never");
    add_days(to, "--audit-keep", s.times.audit_keep,
             "Entries of the audit trail that are older are forgotten; 0: never");
    to.add_option_function<long>(
          "--drain-grace", [&s](long n) { s.limits.drain_grace = std::chrono::seconds(n); },
          "On SIGTERM, requests may take this long to end")
        ->check(CLI::Range(0, 600))
        ->type_name("SECONDS")
        ->default_str("10");
    to.add_option("--connections-max", s.limits.connections_max, "Client connections of each core")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    add_caller_limits(to, s.limits);
    add_webhook(to, s.webhook);
    add_log(to, s.log);
}

load_settings defaults_of(load_scenario scenario) {
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

void add_load(CLI::App& to, load_settings& s) {
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

void add_loads(CLI::App& app, std::map<CLI::App*, load_command>& into) {
    CLI::App* loads = app.add_subcommand("load", "Put load on a server, measure it and check what it does");
    loads->require_subcommand(1);
    const auto add = [&](load_scenario which, const std::string& name, const std::string& what) {
        CLI::App* scenario = loads->add_subcommand(name, what);
        load_command& settings = into[scenario];
        settings.load = defaults_of(which);
        add_load(*scenario, settings.load);
        add_log(*scenario, settings.log);
    };
    add(load_scenario::idle, "idle", "Polls that wait: what they cost");
    add(load_scenario::wake, "wake", "Tasks for polls that wait: how fast they arrive");
    add(load_scenario::drain, "drain", "A backlog: how fast it is worked off");
    add(load_scenario::fleet, "fleet", "Heartbeats, polls and tasks of a fleet at work");
}

// What the command line left open is taken from the environment, then from the file.
class fallbacks {
public:
    explicit fallbacks(CLI::App& of) : of_(of) {}

    void apply(const std::string& file) {
        for (CLI::Option* option : of_.get_options()) {
            const char* value = std::getenv(environment_name(option->get_single_name()).c_str());
            if (value != nullptr && option->count() == 0 && option->get_single_name() != "help")
                set(*option, {value});
        }
        if (file.empty()) return;
        if (access(file.c_str(), R_OK) != 0) throw CLI::FileError::Missing(file);
        for (const CLI::ConfigItem& item : CLI::ConfigTOML().from_file(file)) {
            if (item.name == "++" || item.name == "--") continue;
            CLI::Option* option = of_.get_option_no_throw("--" + item.name);
            if (!item.parents.empty() || option == nullptr)
                throw CLI::ConfigError(file + ": there is no setting " + item.fullname());
            if (option->count() == 0) set(*option, item.inputs);
        }
    }

private:
    void set(CLI::Option& option, const std::vector<std::string>& values) {
        if (option.get_items_expected_max() == 0) { // a flag
            option.add_result(
                option.get_flag_value(option.get_single_name(), values.empty() ? "true" : values.front()));
        } else {
            for (const std::string& value : values) option.add_result(value);
        }
        option.run_callback();
    }

    CLI::App& of_;
};

void require(const std::string& value, const std::string& name) {
    if (!value.empty()) return;
    throw CLI::ValidationError("--" + name, "is required (or " + environment_name(name) + ")");
}

void check(const server_settings& s) {
    require(s.database, "database");
    require(s.tls_cert, "tls-cert");
    require(s.tls_key, "tls-key");
    if (!s.webhook.url.empty()) require(s.webhook.secret_file, "webhook-secret-file");
    if (!s.client_trust.ca_file.empty()) require(s.client_trust.domain, "trust-domain");
    if (!s.client_trust.crl_file.empty()) require(s.client_trust.ca_file, "client-ca");
    if (s.times.wait_default > s.times.wait_max)
        throw CLI::ValidationError("--wait-default", "is longer than --wait-max");
    if (s.times.retry_base > s.times.retry_cap)
        throw CLI::ValidationError("--retry-base", "is longer than --retry-cap");
}

void check(const migrate_settings& s) {
    require(s.database, "database");
}

void check(const token_settings& s) {
    require(s.database, "database");
    require(s.kind, "kind");
    require(s.name, "name");
    if (!s.tenant.empty() && !parse_uuid(s.tenant)) throw CLI::ValidationError("--tenant", "must be a UUID");
}

void check(const agent_command& s) {
    if (s.deed == agent_deed::uninstall) return;
    require(s.agent.server_url, "server");
    require(s.agent.ca_file, "ca");
    if (s.deed != agent_deed::install) require(s.agent.state_dir, "state");
}

void check(const load_command& s) {
    require(s.load.server_url, "server");
    require(s.load.ca_file, "ca");
    if (s.load.token_file.empty()) require(s.load.token, "token");
}

finished say_version(bool verbose, bool cyclonedx) {
    if (cyclonedx)
        print_bill_of_materials(std::cout);
    else if (verbose)
        print_parts(std::cout);
    else
        std::cout << "holdfast " << version() << '\n';
    return finished{};
}

template <class Settings> command chosen(CLI::App& from, const std::string& file, Settings& settings) {
    fallbacks(from).apply(file);
    check(settings);
    return std::move(settings);
}

} // namespace

command read_command(int argc, char** argv) {
    CLI::App app{
        "Holdfast hands out backup, check and prune tasks to fleets of agents, by long poll over HTTPS.",
        "holdfast"};
    app.set_version_flag("--version", std::string(version()));
    app.require_subcommand(1);
    app.footer(
        "Every option NAME of serve, migrate, token, agent and load can also be given as HOLDFAST_NAME "
        "in the environment\n(--tls-cert: HOLDFAST_TLS_CERT) or as `name = value` in the file of "
        "--config; the command line wins, then the environment.\n"
        "The other commands call a server: --server, --ca, --token-file, or the same from the "
        "environment or a context.");
    app.get_formatter()->column_width(34);
    std::string file;
    server_settings server;
    migrate_settings migrate;
    token_settings token;
    agent_command agent;

    auto* serve = app.add_subcommand("serve", "Serve agents and operators");
    add_server(*serve, server);
    auto* migration = app.add_subcommand("migrate", "Bring the database's schema up to date");
    add_database(*migration, migrate.database);
    migration
        ->add_option("--serving-role", migrate.serving_role,
                     "A role of the database that `serve` connects as: it is let read and change rows, and "
                     "nothing else")
        ->type_name("ROLE");
    add_log(*migration, migrate.log);
    auto* tokens = app.add_subcommand("token", "Make tokens, with access to the database");
    tokens->require_subcommand(1);
    auto* create = tokens->add_subcommand("create", "Make a token and print it, once");
    add_database(*create, token.database);
    create->add_option("--kind", token.kind, "What it may do (required)")
        ->check(CLI::IsMember({"root", "admin", "operator", "viewer", "enroll", "fleet"}));
    create->add_option("--name", token.name, "What it is called in lists (required)");
    create->add_option("--tenant", token.tenant, "Whose it is; default: the default tenant's")
        ->type_name("UUID");
    add_log(*create, token.log);
    auto* run = app.add_subcommand("agent", "Run a backup agent: asks for tasks, runs restic, reports");
    add_agent(*run, agent.agent);
    const agent_deeds deeds = add_agent_deeds(*run, agent.install);
    add_log(*run, agent.log);
    std::map<CLI::App*, load_command> loads;
    add_loads(app, loads);
    bool verbose = false;
    bool cyclonedx = false;
    auto* about = app.add_subcommand("version", "Say the version");
    about->add_flag("--verbose", verbose,
                    "And the parts that it is made of, with their versions and licences");
    about->add_flag("--cyclonedx", cyclonedx, "The same as a CycloneDX document, for programs");
    const cli::command_line people(app);
    std::string shell;
    auto* completion = app.add_subcommand("completion", "Print a shell's completion of these commands");
    completion->add_option("shell", shell, "bash, zsh or fish")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
    std::vector<CLI::App*> all{serve, migration, create, run};
    for (const auto& [scenario, settings] : loads) all.push_back(scenario);
    for (CLI::App* one : all) one->add_option("--config", file, "File of settings (TOML)")->type_name("FILE");

    try {
        app.parse(argc, argv);
        if (file.empty())
            if (const char* named = std::getenv("HOLDFAST_CONFIG")) file = named;
        if (completion->parsed()) {
            print_completion(std::cout, app, shell);
            return finished{};
        }
        if (about->parsed()) return say_version(verbose, cyclonedx);
        if (serve->parsed()) return chosen(*serve, file, server);
        if (migration->parsed()) return chosen(*migration, file, migrate);
        if (create->parsed()) return chosen(*create, file, token);
        if (run->parsed()) {
            agent.deed = deeds.chosen();
            fallbacks(*run).apply(file);
            check(agent);
            agent.install.settings_file = settings_file_of(*run);
            return agent;
        }
        for (auto& [scenario, settings] : loads)
            if (scenario->parsed()) return chosen(*scenario, file, settings);
        if (auto order = people.chosen()) return cli_command{std::move(*order), {}};
        return finished{}; // never: one of them is required
    } catch (const CLI::ParseError& e) {
        const int exit_code = app.exit(e, std::cout, std::cerr);
        const bool as_it_is = exit_code == 0 || app.got_subcommand("load"); // whose 2 is a broken promise
        return finished{as_it_is ? exit_code : static_cast<int>(cli::ending::usage)};
    }
}

std::string_view version() {
    return HOLDFAST_VERSION;
}

} // namespace holdfast::app
