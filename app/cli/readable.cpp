#include "app/cli/readable.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdio>

namespace holdfast::app::cli {
namespace {

namespace bj = boost::json;

std::string_view text_of(const bj::string& s) {
    return {s.data(), s.size()};
}

std::string with_unit(double value, const char* unit) {
    std::array<char, 40> out{};
    std::snprintf(out.data(), out.size(), value < 10 && unit[0] != 'B' ? "%.1f %s" : "%.0f %s", value, unit);
    return out.data();
}

std::string number_text(double value) {
    std::array<char, 40> out{};
    std::snprintf(out.data(), out.size(), std::abs(value) < 1e15 ? "%.2f" : "%g", value);
    std::string text = out.data();
    if (text.find('.') == std::string::npos) return text;
    while (text.back() == '0') text.pop_back();
    if (text.back() == '.') text.pop_back();
    return text;
}

std::string time_text(std::string_view written, instant at, instant now, bool whole) {
    if (!whole) return relative(at, now);
    return std::string(written) + " (" + relative(at, now) + ')';
}

std::string list_text(const bj::value& value, instant now) {
    std::string out;
    const auto add = [&out](const std::string& each) { out += (out.empty() ? "" : ", ") + each; };
    if (const bj::array* array = value.if_array())
        for (const bj::value& each : *array) add(readable("", each, now));
    else
        for (const auto& [name, each] : value.get_object()) {
            const std::string_view member(name.data(), name.size());
            add(words_of(member) + ' ' + readable(member, each, now));
        }
    return out;
}

std::string number_of(std::string_view member, double value) {
    if (member.ends_with("Seconds")) return duration_text(std::llround(value));
    if (member.ends_with("Bytes") || member == "bytesDone") return bytes_text(std::llround(value));
    if (member == "percentDone") return number_text(std::floor(value)) + " %";
    return number_text(value);
}

} // namespace

std::string duration_text(std::int64_t seconds) {
    constexpr std::int64_t minute = 60;
    constexpr std::int64_t hour = 60 * minute;
    constexpr std::int64_t day = 24 * hour;
    if (seconds >= 2 * day) return std::to_string(seconds / day) + " d";
    if (seconds >= 2 * hour) return std::to_string(seconds / hour) + " h";
    if (seconds >= 2 * minute) return std::to_string(seconds / minute) + " min";
    return std::to_string(seconds) + " s";
}

std::string relative(instant at, instant now) {
    const bool past = at <= now;
    const auto away = std::chrono::floor<std::chrono::seconds>(past ? now - at : at - now);
    const std::string text = duration_text(away.count());
    return past ? text + " ago" : "in " + text;
}

std::string bytes_text(std::int64_t bytes) {
    static constexpr std::array units{"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    auto value = static_cast<double>(bytes);
    std::size_t unit = 0;
    while (value >= 1000 && unit + 1 < units.size()) {
        value /= 1024;
        ++unit;
    }
    return with_unit(value, units.at(unit));
}

std::string harmless(std::string_view utf8, std::string_view kept) {
    std::string out;
    out.reserve(utf8.size());
    for (std::size_t i = 0; i < utf8.size(); ++i) {
        const auto byte = static_cast<unsigned char>(utf8[i]);
        const bool control = (byte < 0x20 && kept.find(utf8[i]) == kept.npos) || byte == 0x7f;
        // U+0080 to U+009F are controls too: U+009B begins a sequence as ESC [ does.
        const bool high_control =
            byte == 0xc2 && i + 1 < utf8.size() && static_cast<unsigned char>(utf8[i + 1]) < 0xa0;
        if (high_control) ++i;
        out += control || high_control ? ' ' : utf8[i];
    }
    return out;
}

std::string words_of(std::string_view member) {
    std::string out;
    for (const char c : member) {
        const auto letter = static_cast<unsigned char>(c);
        if (std::isupper(letter) != 0) out += ' ';
        out += static_cast<char>(std::tolower(letter));
    }
    return out;
}

std::string readable(std::string_view member, const bj::value& value, instant now, bool whole) {
    switch (value.kind()) {
    case bj::kind::null: return {};
    case bj::kind::bool_: return value.get_bool() ? "yes" : "no";
    case bj::kind::int64: {
        const std::int64_t number = value.get_int64();
        const bool counts = !member.ends_with("Seconds") && !member.ends_with("Bytes") &&
                            member != "bytesDone" && member != "percentDone";
        return counts ? std::to_string(number) : number_of(member, static_cast<double>(number));
    }
    case bj::kind::uint64: return std::to_string(value.get_uint64());
    case bj::kind::double_: return number_of(member, value.get_double());
    case bj::kind::string: {
        const std::string_view text = text_of(value.get_string());
        const auto time = parse_rfc3339(text);
        return time ? time_text(text, *time, now, whole) : harmless(text);
    }
    case bj::kind::array:
    case bj::kind::object: return list_text(value, now);
    }
    return {};
}

const bj::value& at_path(const bj::value& of, std::string_view path) {
    static const bj::value nothing;
    const bj::value* at = &of;
    while (!path.empty()) {
        const std::string_view step = path.substr(0, path.find('.'));
        path.remove_prefix(std::min(path.size(), step.size() + 1));
        const bj::object* object = at->if_object();
        at = object ? object->if_contains({step.data(), step.size()}) : nullptr;
        if (at == nullptr) return nothing;
    }
    return *at;
}

} // namespace holdfast::app::cli
