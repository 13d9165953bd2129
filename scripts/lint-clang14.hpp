// For scripts/lint: what libstdc++ 12 leaves out because Clang 14 lacks the builtin that it is made of.
#pragma once

#if !__has_builtin(__builtin_source_location)
#include <cstdint>

namespace std {

struct source_location {
    static constexpr source_location current(const char* file = __builtin_FILE(),
                                             const char* function = __builtin_FUNCTION(),
                                             uint_least32_t line = __builtin_LINE()) noexcept {
        return {file, function, line};
    }

    [[nodiscard]] constexpr const char* file_name() const noexcept { return file_; }

    [[nodiscard]] constexpr const char* function_name() const noexcept { return function_; }

    [[nodiscard]] constexpr uint_least32_t line() const noexcept { return line_; }

    [[nodiscard]] constexpr uint_least32_t column() const noexcept { return 0; }

    const char* file_ = "";
    const char* function_ = "";
    uint_least32_t line_ = 0;
};

} // namespace std
#endif
