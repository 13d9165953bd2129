// Secrets in files of their own, so that they stand on no command line.
#pragma once

#include <string>

namespace holdfast::app {

// `given`, or without it the first line of the file, or nothing where none is named. Throws
// std::runtime_error for a file that can't be read.
[[nodiscard]] std::string secret_from(const std::string& given, const std::string& file);

} // namespace holdfast::app
