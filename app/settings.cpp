#include "app/settings.hpp"

#include "app/cli/command_line.hpp"
#include "app/cli/failures.hpp"
#include "app/completion.hpp"
#include "app/fallbacks.hpp"
#include "app/load_options.hpp"
#include "app/mistyped.hpp"
#include "app/options.hpp"
#include "app/parts.hpp"
#include "app/server_options.hpp"
#include "domain/identity.hpp"

#include <cstdlib>
#include <iostream>
#include <map>
#include <optional>
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

void check(const server_settings& s) {
    check_server_options(s);
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

// Everything that the command line knows, and what was given.
class reader {
public:
    reader();
    command read(int argc, char** argv);

private:
    void add_serve();
    void add_migrate();
    void add_token();
    void add_agent();
    void add_loads();
    void add_load(CLI::App& to, load_scenario which, const std::string& name, const std::string& what);
    void add_version();
    void add_completion();
    void add_file(CLI::App& to);
    command chosen();
    template <class Settings> command settled(CLI::App& from, Settings& settings);
    finished complain(const CLI::ParseError& about);

    CLI::App app_{
        "Holdfast hands out backup, check and prune tasks to fleets of agents, by long poll over HTTPS.",
        "holdfast"};
    std::string file_; // of settings
    server_settings server_;
    migrate_settings migrate_;
    token_settings token_;
    agent_command agent_;
    std::map<CLI::App*, load_command> loads_;
    bool verbose_ = false;
    bool cyclonedx_ = false;
    std::string shell_;

    CLI::App* serving_ = nullptr;
    CLI::App* migrating_ = nullptr;
    CLI::App* making_token_ = nullptr;
    CLI::App* being_agent_ = nullptr;
    agent_deeds agent_deeds_;
    CLI::App* version_ = nullptr;
    std::optional<cli::command_line> people_;
    CLI::App* completion_ = nullptr;
};

// In the order of the help.
reader::reader() {
    app_.set_version_flag("--version", std::string(version()));
    app_.require_subcommand(1);
    app_.footer(
        "Every option NAME of serve, migrate, token, agent and load can also be given as HOLDFAST_NAME "
        "in the environment\n(--tls-cert: HOLDFAST_TLS_CERT) or as `name = value` in the file of "
        "--config; the command line wins, then the environment.\n"
        "The other commands call a server: --server, --ca, --token-file, or the same from the "
        "environment or a context.");
    app_.get_formatter()->column_width(34);
    add_serve();
    add_migrate();
    add_token();
    add_agent();
    add_loads();
    add_version();
    people_.emplace(app_);
    add_completion();
}

void reader::add_file(CLI::App& to) {
    to.add_option("--config", file_, "File of settings (TOML)")->type_name("FILE");
}

void reader::add_serve() {
    serving_ = app_.add_subcommand("serve", "Serve agents and operators");
    add_server_options(*serving_, server_);
    add_log(*serving_, server_.log);
    add_file(*serving_);
}

void reader::add_migrate() {
    migrating_ = app_.add_subcommand("migrate", "Bring the database's schema up to date");
    add_database(*migrating_, migrate_.database);
    migrating_
        ->add_option("--serving-role", migrate_.serving_role,
                     "A role of the database that `serve` connects as: it is let read and change rows, and "
                     "nothing else")
        ->type_name("ROLE");
    add_log(*migrating_, migrate_.log);
    add_file(*migrating_);
}

void reader::add_token() {
    CLI::App* tokens = app_.add_subcommand("token", "Make tokens, with access to the database");
    tokens->require_subcommand(1);
    making_token_ = tokens->add_subcommand("create", "Make a token and print it, once");
    add_database(*making_token_, token_.database);
    making_token_->add_option("--kind", token_.kind, "What it may do (required)")
        ->check(CLI::IsMember({"root", "admin", "operator", "viewer", "enroll", "fleet"}));
    making_token_->add_option("--name", token_.name, "What it is called in lists (required)");
    making_token_->add_option("--tenant", token_.tenant, "Whose it is; default: the default tenant's")
        ->type_name("UUID");
    add_log(*making_token_, token_.log);
    add_file(*making_token_);
}

void reader::add_agent() {
    being_agent_ = app_.add_subcommand("agent", "Run a backup agent: asks for tasks, runs restic, reports");
    add_agent_options(*being_agent_, agent_.agent);
    agent_deeds_ = add_agent_deeds(*being_agent_, agent_.install);
    add_log(*being_agent_, agent_.log);
    add_file(*being_agent_);
}

void reader::add_loads() {
    CLI::App* loads = app_.add_subcommand("load", "Put load on a server, measure it and check what it does");
    loads->require_subcommand(1);
    add_load(*loads, load_scenario::idle, "idle", "Polls that wait: what they cost");
    add_load(*loads, load_scenario::wake, "wake", "Tasks for polls that wait: how fast they arrive");
    add_load(*loads, load_scenario::drain, "drain", "A backlog: how fast it is worked off");
    add_load(*loads, load_scenario::fleet, "fleet", "Heartbeats, polls and tasks of a fleet at work");
}

void reader::add_load(CLI::App& to, load_scenario which, const std::string& name, const std::string& what) {
    CLI::App* scenario = to.add_subcommand(name, what);
    load_command& settings = loads_[scenario];
    settings.load = load_defaults(which);
    add_load_options(*scenario, settings.load);
    add_log(*scenario, settings.log);
    add_file(*scenario);
}

void reader::add_version() {
    version_ = app_.add_subcommand("version", "Say the version");
    version_->add_flag("--verbose", verbose_,
                       "And the parts that it is made of, with their versions and licences");
    version_->add_flag("--cyclonedx", cyclonedx_, "The same as a CycloneDX document, for programs");
}

void reader::add_completion() {
    completion_ = app_.add_subcommand("completion", "Print a shell's completion of these commands");
    completion_->add_option("shell", shell_, "bash, zsh or fish")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
}

template <class Settings> command reader::settled(CLI::App& from, Settings& settings) {
    take_fallbacks(from, file_);
    check(settings);
    return std::move(settings);
}

command reader::chosen() {
    if (completion_->parsed()) {
        print_completion(std::cout, app_, shell_);
        return finished{};
    }
    if (version_->parsed()) return say_version(verbose_, cyclonedx_);
    if (serving_->parsed()) return settled(*serving_, server_);
    if (migrating_->parsed()) return settled(*migrating_, migrate_);
    if (making_token_->parsed()) return settled(*making_token_, token_);
    if (being_agent_->parsed()) {
        agent_.deed = agent_deeds_.chosen();
        take_fallbacks(*being_agent_, file_);
        check(agent_);
        agent_.install.settings_file = settings_file_of(*being_agent_);
        return std::move(agent_);
    }
    for (auto& [scenario, settings] : loads_)
        if (scenario->parsed()) return settled(*scenario, settings);
    if (auto order = people_->chosen()) return cli_command{std::move(*order), {}};
    return finished{}; // never: one of them is required
}

command reader::read(int argc, char** argv) {
    try {
        app_.parse(argc, argv);
        if (file_.empty())
            if (const char* named = std::getenv("HOLDFAST_CONFIG")) file_ = named;
        return chosen();
    } catch (const CLI::ParseError& e) {
        return complain(e);
    }
}

finished reader::complain(const CLI::ParseError& about) {
    int exit_code = about.get_exit_code();
    const std::string mistyped = exit_code == 0 ? "" : about_mistyped(app_);
    if (mistyped.empty())
        exit_code = app_.exit(about, std::cout, std::cerr);
    else
        std::cerr << mistyped << "\nRun with --help for more information.\n";
    const bool as_it_is = exit_code == 0 || app_.got_subcommand("load"); // whose 2 is a broken promise
    return finished{as_it_is ? exit_code : static_cast<int>(cli::ending::usage)};
}

} // namespace

command read_command(int argc, char** argv) {
    return reader().read(argc, argv);
}

std::string_view version() {
    return HOLDFAST_VERSION;
}

} // namespace holdfast::app
