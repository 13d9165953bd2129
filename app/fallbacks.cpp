#include "app/fallbacks.hpp"

#include "app/options.hpp"

#include <cstdlib>
#include <unistd.h>
#include <vector>

namespace holdfast::app {
namespace {

void set(CLI::Option& option, const std::vector<std::string>& values) {
    if (option.get_items_expected_max() == 0) { // a flag
        option.add_result(
            option.get_flag_value(option.get_single_name(), values.empty() ? "true" : values.front()));
    } else {
        for (const std::string& value : values) option.add_result(value);
    }
    option.run_callback();
}

void take_environment(CLI::App& of) {
    for (CLI::Option* option : of.get_options()) {
        const char* value = std::getenv(environment_name(option->get_single_name()).c_str());
        if (value != nullptr && option->count() == 0 && option->get_single_name() != "help")
            set(*option, {value});
    }
}

void take_file(CLI::App& of, const std::string& file) {
    if (access(file.c_str(), R_OK) != 0) throw CLI::FileError::Missing(file);
    for (const CLI::ConfigItem& item : CLI::ConfigTOML().from_file(file)) {
        if (item.name == "++" || item.name == "--") continue;
        CLI::Option* option = of.get_option_no_throw("--" + item.name);
        if (!item.parents.empty() || option == nullptr)
            throw CLI::ConfigError(file + ": there is no setting " + item.fullname());
        if (option->count() == 0) set(*option, item.inputs);
    }
}

} // namespace

void take_fallbacks(CLI::App& of, const std::string& file) {
    take_environment(of);
    if (!file.empty()) take_file(of, file);
}

} // namespace holdfast::app
