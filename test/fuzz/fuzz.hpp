// What the fuzz targets share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace holdfast::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

// Ends the program where a promise does not hold, whatever the build.
inline void must(bool holds, const char* promise) {
    if (holds) return;
    std::fprintf(stderr, "not so: %s\n", promise);
    std::abort();
}

} // namespace holdfast::fuzz
