// Programs that tests start. They inherit nothing but their output: a socket that stayed open in one of them
// would keep its other end from ever hearing that it was closed.
#pragma once

#include <string>
#include <sys/types.h>
#include <vector>

namespace holdfast::test {

// Its standard output and errors are appended to that file.
[[nodiscard]] pid_t spawn(const std::vector<std::string>& arguments, const std::string& output);

// Waits for its end; above 128: of a signal.
int status_of(pid_t pid);

// To its end. Throws what it says when it fails.
void run_program(const std::vector<std::string>& arguments, const std::string& output);

[[nodiscard]] std::string contents(const std::string& file);

// The variable's value; throws when it is not set.
[[nodiscard]] std::string needed(const char* variable);

} // namespace holdfast::test
