#include "app/cli/render.hpp"

#include "app/cli/readable.hpp"
#include "app/cli/table.hpp"
#include "app/cli/terminal.hpp"

#include <algorithm>
#include <cctype>
#include <iostream>

namespace holdfast::app::cli {
namespace {

namespace bj = boost::json;

instant present() {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

std::string_view last_step(std::string_view path) {
    return path.substr(path.rfind('.') + 1);
}

bool is_list_of_objects(const bj::value& value) {
    const bj::array* array = value.if_array();
    return array && !array->empty() && array->front().is_object();
}

// Every scalar of an object, those of objects inside of it too: "statistics files new".
void add_lines(const bj::object& of, const std::string& before, std::vector<table_row>& lines) {
    for (const auto& [name, value] : of) {
        const std::string_view member(name.data(), name.size());
        const std::string words = before + harmless(words_of(member));
        if (const bj::object* inside = value.if_object())
            add_lines(*inside, words + ' ', lines);
        else if (!is_list_of_objects(value))
            lines.push_back({words, readable(member, value, present(), true)});
    }
}

std::string upper(std::string text) {
    for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return text;
}

// With a column for each member that one of them has.
std::string nested_table(const bj::array& items) {
    std::vector<std::string_view> members;
    for (const bj::value& item : items)
        for (const auto& each : item.as_object()) {
            const std::string_view name(each.key().data(), each.key().size());
            if (std::ranges::find(members, name) == members.end()) members.push_back(name);
        }
    std::vector<heading> headings;
    for (const std::string_view each : members) headings.push_back({upper(harmless(words_of(each))), false});
    std::vector<table_row> rows;
    for (const bj::value& item : items) {
        table_row& row = rows.emplace_back();
        for (const std::string_view each : members)
            row.push_back(readable(each, at_path(item, each), present()));
    }
    return table_text(headings, rows, terminal_width());
}

// Without headings: names in front, values behind.
std::string lines_text(const std::vector<table_row>& lines) {
    std::size_t widest = 0;
    for (const table_row& each : lines) widest = std::max(widest, width_of(each.front()));
    std::string out;
    for (const table_row& each : lines)
        out += each.front() + std::string(widest - width_of(each.front()) + 2, ' ') + each.back() + '\n';
    return out;
}

} // namespace

std::string renderer::cell(const bj::value& item, const column& which) {
    switch (which.how) {
    case shown::agent_name: return harmless(names_.agent_name(text_at(item, which.member)));
    case shown::policy_name: return harmless(names_.policy_name(text_at(item, which.member)));
    case shown::as_is:
    case shown::whole: break;
    }
    return readable(last_step(which.member), at_path(item, which.member), present());
}

void renderer::list(const std::string& body, std::span<const column> columns) {
    if (as_json_) {
        std::cout << body << std::endl;
        return;
    }
    std::vector<heading> headings;
    for (const column& each : columns) headings.push_back({each.heading, each.how == shown::whole});
    std::vector<table_row> rows;
    const bj::value all = parsed(body);
    if (const bj::array* items = at_path(all, "items").if_array())
        for (const bj::value& item : *items) {
            table_row& row = rows.emplace_back();
            for (const column& each : columns) row.push_back(cell(item, each));
        }
    std::cout << table_text(headings, rows, terminal_width()) << std::flush;
}

void renderer::one(const std::string& body, std::span<const column> columns) {
    if (as_json_) {
        std::cout << body << std::endl;
        return;
    }
    const bj::value answer = parsed(body);
    const bj::object* object = answer.if_object();
    if (object == nullptr) return;
    std::vector<table_row> lines;
    for (const column& each : columns)
        if (each.how == shown::agent_name || each.how == shown::policy_name)
            if (!at_path(answer, each.member).is_null())
                lines.push_back({each.how == shown::agent_name ? "agent" : "policy", cell(answer, each)});
    add_lines(*object, "", lines);
    std::cout << lines_text(lines);
    for (const auto& [name, value] : *object)
        if (is_list_of_objects(value))
            std::cout << '\n'
                      << harmless(words_of({name.data(), name.size()})) << '\n'
                      << nested_table(value.get_array());
    std::cout << std::flush;
}

void renderer::sentence(const std::string& text) const {
    if (!as_json_) std::cout << text << std::endl;
}

} // namespace holdfast::app::cli
