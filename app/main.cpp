#include "app/agent/agent.hpp"
#include "app/agent/doctor.hpp"
#include "app/agent/install.hpp"
#include "app/cli/commands.hpp"
#include "app/commands.hpp"
#include "app/load/load.hpp"
#include "app/server.hpp"
#include "app/settings.hpp"
#include "domain/log.hpp"

#include <exception>
#include <iostream>
#include <type_traits>
#include <variant>
#ifdef HOLDFAST_STATIC
#include <nss.h>
#endif

namespace holdfast::app {
namespace {

int execute(const finished& f) {
    return f.exit_code;
}

int execute(const server_settings& s) {
    return serve(s);
}

int execute(const migrate_settings& s) {
    return migrate(s);
}

int execute(const token_settings& s) {
    return create_token(s);
}

int execute(const agent_command& s) {
    switch (s.deed) {
    case agent_deed::doctor: return examine_agent(s.agent);
    case agent_deed::install: return install_agent(s.install);
    case agent_deed::uninstall: return uninstall_agent(s.install);
    case agent_deed::run: break;
    }
    return run_agent(s.agent);
}

int execute(const load_command& s) {
    return run_load(s.load);
}

int execute(const cli_command& s) {
    return cli::run_order(s.order);
}

// What nsswitch.conf names beyond these would be loaded, with a second C library that crashes beside the one
// linked in: libnss_systemd does, which machines with the package have.
void look_up_without_modules() {
#ifdef HOLDFAST_STATIC
    for (const char* database : {"passwd", "group", "services"}) ::__nss_configure_lookup(database, "files");
    ::__nss_configure_lookup("hosts", "files dns");
#endif
}

} // namespace
} // namespace holdfast::app

int main(int argc, char** argv) try {
    using namespace holdfast::app;
    look_up_without_modules();
    const command wanted = read_command(argc, argv);
    const int exit_code = std::visit(
        [](const auto& settings) {
            if constexpr (!std::is_same_v<std::decay_t<decltype(settings)>, finished>)
                holdfast::log::start(settings.log.level, settings.log.format);
            return execute(settings);
        },
        wanted);
    holdfast::log::flush();
    return exit_code;

} catch (const std::exception& e) {

    std::cerr << "holdfast: " << e.what() << '\n';
    return 1;
}
