#include "net/router.hpp"

#include <algorithm>
#include <stdexcept>

namespace holdfast::net {
namespace {

[[noreturn]] void refuse(const route& bad, const char* why) {
    throw std::invalid_argument("route " + std::string(name_of(bad.method)) + ' ' + bad.pattern + ": " + why);
}

std::vector<std::string_view> split(std::string_view pattern) {
    std::vector<std::string_view> out;
    while (!pattern.empty()) {
        pattern.remove_prefix(1); // the slash
        const std::size_t end = std::min(pattern.find('/'), pattern.size());
        out.push_back(pattern.substr(0, end));
        pattern.remove_prefix(end);
    }
    return out;
}

void allow(std::string& list, std::string_view name) {
    if (!list.empty()) list += ", ";
    list += name;
}

} // namespace

const uuid& path_ids::at(std::string_view name) const {
    for (std::size_t i = 0; i < count_; ++i)
        if (names_[i] == name) return values_[i];
    throw std::out_of_range("no path parameter " + std::string(name));
}

router::router(std::vector<route> table) : table_(std::move(table)) {
    for (route& one : table_) {
        if (!one.run) refuse(one, "has no handler");
        if (one.pattern.empty() || one.pattern.front() != '/')
            refuse(one, "the pattern must begin with a slash");
        shape made;
        std::size_t parameters = 0;
        if (one.pattern != "/")
            for (const std::string_view text : split(one.pattern)) {
                const bool parameter = text.size() > 2 && text.front() == '{' && text.back() == '}';
                if (text.empty()) refuse(one, "has an empty segment");
                if (parameter && ++parameters > path_ids::count_max) refuse(one, "has too many parameters");
                made.segments.push_back(
                    {std::string(parameter ? text.substr(1, text.size() - 2) : text), parameter});
            }
        const auto same = [](const segment& a, const segment& b) {
            return a.parameter == b.parameter && (a.parameter || a.text == b.text);
        };
        for (std::size_t i = 0; i < shapes_.size(); ++i)
            if (table_[i].method == one.method &&
                std::ranges::equal(shapes_[i].segments, made.segments, same))
                refuse(one, "is in the table twice");
        if (one.name.empty()) one.name = std::string(name_of(one.method)) + ' ' + one.pattern;
        shapes_.push_back(std::move(made));
    }
}

bool router::fits(const shape& wanted, std::span<const std::string> segments) const {
    return std::ranges::equal(wanted.segments, segments, [](const segment& w, const std::string& s) {
        return w.parameter ? !s.empty() : w.text == s;
    });
}

match router::find(std::optional<verb> method, bool head, std::span<const std::string> segments) const {
    match out;
    std::size_t literals = 0; // a literal segment wins over a parameter
    std::size_t chosen = 0;
    for (std::size_t i = 0; i < table_.size(); ++i) {
        if (!fits(shapes_[i], segments)) continue;
        const route& one = table_[i];
        allow(out.allow, name_of(one.method));
        if (one.method == verb::get && one.head) allow(out.allow, "HEAD");
        if (one.method != method || (head && !one.head)) continue;
        const auto fixed = static_cast<std::size_t>(
            std::ranges::count_if(shapes_[i].segments, [](const segment& s) { return !s.parameter; }));
        if (out.chosen && fixed <= literals) continue;
        out.chosen = &one;
        literals = fixed;
        chosen = i;
    }
    if (!out.chosen) return out;
    out.allow.clear();
    for (std::size_t i = 0; i < segments.size(); ++i) {
        const segment& wanted = shapes_[chosen].segments[i];
        if (!wanted.parameter) continue;
        const std::optional<uuid> value = parse_uuid(segments[i]);
        if (!value && out.bad_parameter.empty()) out.bad_parameter = wanted.text;
        out.ids.add(wanted.text, value.value_or(uuid{}));
    }
    return out;
}

} // namespace holdfast::net
