// `holdfast agent` on the command line.
#pragma once

#include "app/agent/agent.hpp"
#include "app/agent/install.hpp"

#include <CLI/App.hpp>

namespace holdfast::app {

enum class agent_deed : unsigned char { run, doctor, install, uninstall };

struct agent_deeds {
    CLI::App* doctor = nullptr;
    CLI::App* install = nullptr;
    CLI::App* uninstall = nullptr;

    [[nodiscard]] agent_deed chosen() const;
};

void add_agent_options(CLI::App& to, agent_settings& s);
[[nodiscard]] agent_deeds add_agent_deeds(CLI::App& to, install_settings& s);

// What was given to the options, as a file for --config; files and folders by their whole path.
[[nodiscard]] std::string settings_file_of(const CLI::App& agent);

} // namespace holdfast::app
