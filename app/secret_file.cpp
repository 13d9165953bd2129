#include "app/secret_file.hpp"

#include <cctype>
#include <fstream>
#include <stdexcept>

namespace holdfast::app {

std::string secret_from(const std::string& given, const std::string& file) {
    if (!given.empty() || file.empty()) return given;
    std::ifstream in(file);
    std::string line;
    if (!std::getline(in, line)) throw std::runtime_error("the secret file " + file + " can't be read");
    while (!line.empty() && std::isspace(static_cast<unsigned char>(line.back())) != 0) line.pop_back();
    return line;
}

} // namespace holdfast::app
