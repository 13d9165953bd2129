#include "domain/time.hpp"

#include <array>
#include <cstdint>

namespace holdfast {
namespace {

// What can be written: an offset or a leap second may lead out of it.
constexpr instant first_instant = std::chrono::sys_days{std::chrono::year{1} / 1 / 1};
constexpr instant after_last = std::chrono::sys_days{std::chrono::year{10000} / 1 / 1};

void put(std::string& out, std::int64_t value, std::size_t digits) {
    std::array<char, 8> text{};
    for (std::size_t i = digits; i-- > 0; value /= 10) text.at(i) = static_cast<char>('0' + value % 10);
    out.append(text.data(), digits);
}

// Takes fixed-width numbers and marks from the front of a text; once something does not fit, it stays failed.
class scanner {
public:
    explicit scanner(std::string_view text) : rest_(text) {}

    int number(std::size_t digits) {
        int value = 0;
        for (std::size_t i = 0; i < digits; ++i) value = value * 10 + digit();
        return value;
    }

    int digit() {
        if (rest_.empty() || rest_.front() < '0' || rest_.front() > '9') return fail();
        const int value = rest_.front() - '0';
        rest_.remove_prefix(1);
        return value;
    }

    char one_of(std::string_view marks) {
        if (rest_.empty() || marks.find(rest_.front()) == std::string_view::npos) {
            fail();
            return '\0';
        }
        const char mark = rest_.front();
        rest_.remove_prefix(1);
        return mark;
    }

    [[nodiscard]] bool at_digit() const {
        return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9';
    }

    [[nodiscard]] bool next_is(char mark) const { return !rest_.empty() && rest_.front() == mark; }

    [[nodiscard]] bool finished() const { return good_ && rest_.empty(); }

private:
    int fail() {
        good_ = false;
        rest_ = {};
        return 0;
    }

    std::string_view rest_;
    bool good_ = true;
};

std::chrono::microseconds fraction(scanner& in) {
    std::int64_t micros = 0;
    int digits = 0;
    do {
        const int digit = in.digit();
        if (digits < 6) micros = micros * 10 + digit;
        ++digits;
    } while (in.at_digit() && digits < 9);
    for (; digits < 6; ++digits) micros *= 10;
    return std::chrono::microseconds{micros};
}

} // namespace

std::string to_rfc3339(instant at) {
    const auto day = std::chrono::floor<std::chrono::days>(at);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{at - day};
    std::string out;
    out.reserve(27);
    put(out, static_cast<int>(date.year()), 4);
    out += '-';
    put(out, static_cast<unsigned>(date.month()), 2);
    out += '-';
    put(out, static_cast<unsigned>(date.day()), 2);
    out += 'T';
    put(out, clock.hours().count(), 2);
    out += ':';
    put(out, clock.minutes().count(), 2);
    out += ':';
    put(out, clock.seconds().count(), 2);
    const auto micros = clock.subseconds().count();
    if (micros != 0) {
        out += '.';
        if (micros % 1000 == 0)
            put(out, micros / 1000, 3);
        else
            put(out, micros, 6);
    }
    out += 'Z';
    return out;
}

std::optional<instant> parse_rfc3339(std::string_view text) {
    using namespace std::chrono;
    scanner in(text);
    const int y = in.number(4);
    in.one_of("-");
    const int mo = in.number(2);
    in.one_of("-");
    const int d = in.number(2);
    in.one_of("Tt ");
    const int h = in.number(2);
    in.one_of(":");
    const int mi = in.number(2);
    in.one_of(":");
    const int s = in.number(2);
    microseconds part{};
    if (in.next_is('.')) {
        in.one_of(".");
        part = fraction(in);
    }
    minutes offset{};
    const char zone = in.one_of("Zz+-");
    if (zone == '+' || zone == '-') {
        const int oh = in.number(2);
        in.one_of(":");
        const int om = in.number(2);
        if (oh > 23 || om > 59) return std::nullopt;
        offset = minutes{(zone == '+' ? 1 : -1) * (oh * 60 + om)};
    }
    const year_month_day date{year{y}, month{static_cast<unsigned>(mo)}, day{static_cast<unsigned>(d)}};
    if (!in.finished() || y < 1 || !date.ok() || h > 23 || mi > 59 || s > 60) return std::nullopt;
    const instant at = sys_days{date} + hours{h} + minutes{mi} + seconds{s} + part - offset;
    if (at < first_instant || at >= after_last) return std::nullopt;
    return at;
}

} // namespace holdfast
