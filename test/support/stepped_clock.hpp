// A time of day that a test steps forwards and backwards, for programs that it starts: servers, and
// PostgreSQL.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace holdfast::test {

class stepped_clock {
public:
    stepped_clock(); // right
    ~stepped_clock();
    stepped_clock(const stepped_clock&) = delete;
    stepped_clock& operator=(const stepped_clock&) = delete;

    // At once, and for all programs that have it: so far from the right time.
    void step_to(std::chrono::nanoseconds off);

    // Programs that are started while this lives have the clock. One at a time.
    class given {
    public:
        explicit given(const stepped_clock& which);
        ~given();
        given(const given&) = delete;
        given& operator=(const given&) = delete;

    private:
        std::map<std::string, std::optional<std::string>> before_; // the environment's variables
    };

private:
    std::string file_;
    std::int64_t* offset_;
};

} // namespace holdfast::test
