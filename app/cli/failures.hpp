// How a command of the command line ends when it does not end well.
#pragma once

#include <stdexcept>
#include <string>

namespace holdfast::app::cli {

enum class ending : int { good = 0, refused = 1, usage = 2, unreachable = 3 };

// A sentence for standard error, and the exit status.
class command_failed : public std::runtime_error {
public:
    command_failed(ending how, const std::string& why) : std::runtime_error(why), how_(how) {}

    [[nodiscard]] int exit_code() const { return static_cast<int>(how_); }

private:
    ending how_;
};

} // namespace holdfast::app::cli
