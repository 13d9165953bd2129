// Files of settings: taken, or refused with a sentence; never half.
#include "app/settings.hpp"

#include "test/fuzz/fuzz.hpp"

#include <array>
#include <iostream>
#include <sstream>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

using namespace holdfast;
using fuzz::must;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const int file = ::memfd_create("settings", 0);
    must(::ftruncate(file, 0) == 0 && ::pwrite(file, data, size, 0) == static_cast<ssize_t>(size),
         "the file is written");
    std::string path = "/proc/self/fd/" + std::to_string(file);
    std::string program = "holdfast";
    std::string serve = "serve";
    std::string config = "--config";
    std::array<char*, 5> words{program.data(), serve.data(), config.data(), path.data(), nullptr};
    std::ostringstream said;
    std::streambuf* const before = std::cerr.rdbuf(said.rdbuf());
    const app::command command = app::read_command(4, words.data());
    std::cerr.rdbuf(before);
    if (const auto* ended = std::get_if<app::finished>(&command))
        must(ended->exit_code == 0 || !said.str().empty(), "a refusal says why");
    return 0;
}
