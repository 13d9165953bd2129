#include "app/cli/terminal.hpp"

#include <iostream>
#include <sys/ioctl.h>
#include <unistd.h>

namespace holdfast::app::cli {

std::size_t terminal_width() {
    constexpr std::size_t usual = 80; // where a terminal does not say
    if (::isatty(STDOUT_FILENO) == 0) return 0;
    winsize size{};
    const bool told = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return told ? size.ws_col : usual;
}

bool somebody_answers() {
    return ::isatty(STDIN_FILENO) == 1;
}

bool confirmed(const std::string& question) {
    std::cout << question << " [y/N] " << std::flush;
    std::string said;
    std::getline(std::cin, said);
    return said == "y" || said == "yes";
}

} // namespace holdfast::app::cli
