#include "app/cli/request_of.hpp"

#include "app/cli/failures.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <charconv>
#include <optional>

namespace holdfast::app::cli {
namespace {

namespace bj = boost::json;

std::optional<std::int64_t> number_in(std::string_view text) {
    std::int64_t out = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return out;
}

[[noreturn]] void misfit(std::string_view argument, const std::string& word, const std::string& expected) {
    throw command_failed(ending::usage, std::string(argument) + ": " + word + " is not " + expected);
}

bj::value value_of(const argument& which, const std::vector<std::string>& words, names& known) {
    const std::string& word = words.back();
    switch (which.what) {
    case kind::text: return bj::value(word);
    case kind::flag: return true;
    case kind::moment:
        return bj::value(
            moment_of(word, std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now())));
    case kind::agent: return bj::value(known.agent_id(word));
    case kind::policy: return bj::value(known.policy_id(word));
    case kind::limit:
        if (word == "none") return nullptr;
        if (!number_in(word)) misfit(which.name, word, "a number, or none");
        [[fallthrough]];
    case kind::number: return whole_number(which.name, word);
    case kind::agents: {
        bj::array ids;
        for (const std::string& each : words) ids.emplace_back(known.agent_id(each));
        return ids;
    }
    }
    return nullptr;
}

std::string query_text(const bj::value& value) {
    return value.is_string() ? std::string(value.get_string()) : bj::serialize(value);
}

void set_member(bj::object& of, std::string_view path, bj::value value) {
    const std::size_t dot = path.find('.');
    if (dot == path.npos) {
        of[bj::string_view(path.data(), path.size())] = std::move(value);
        return;
    }
    bj::value& inside = of[bj::string_view(path.data(), dot)];
    if (!inside.is_object()) inside.emplace_object();
    set_member(inside.get_object(), path.substr(dot + 1), std::move(value));
}

void fill_in(std::string& pattern, const std::string& with) {
    if (const std::size_t at = pattern.find("{}"); at != pattern.npos) pattern.replace(at, 2, with);
}

} // namespace

std::int64_t whole_number(std::string_view argument, const std::string& word) {
    const auto number = number_in(word);
    if (!number) misfit(argument, word, "a number");
    return *number;
}

std::string moment_of(const std::string& written, instant now) {
    if (parse_rfc3339(written)) return written;
    const std::string_view text = written;
    const std::string_view units = "smhd";
    static constexpr std::int64_t seconds[] = {1, 60, 3600, 86400};
    const std::size_t unit = text.empty() ? units.npos : units.find(text.back());
    const auto count = unit == units.npos ? std::nullopt : number_in(text.substr(0, text.size() - 1));
    if (!count || *count < 0 || *count > 1'000'000)
        throw command_failed(ending::usage, written + " is no time: RFC 3339, or from now 90m, 2h, 7d");
    return to_rfc3339(now + std::chrono::seconds(*count * seconds[unit]));
}

std::size_t turns_of(const order& wanted) {
    for (const argument& each : wanted.row->arguments)
        if (each.fits_many) return wanted.given.at(each.name).size();
    return 1;
}

api_request request_of(const order& wanted, std::size_t turn, names& known) {
    const command_call& call = wanted.row->call;
    api_request out{call.target, "", call.sentence};
    bj::object body;
    if (call.body[0] != '\0') body = bj::parse(call.body).as_object();
    std::string query;
    for (const argument& each : wanted.row->arguments) {
        const auto given = wanted.given.find(each.name);
        if (given == wanted.given.end()) continue;
        std::vector<std::string> words = given->second;
        if (each.fits_many) words = {words.at(turn)};
        const bj::value value = value_of(each, words, known);
        switch (each.where) {
        case place::path:
            fill_in(out.target, encoded(query_text(value)));
            fill_in(out.sentence, words.back());
            break;
        case place::query:
            query += (query.empty() ? "?" : "&") + std::string(each.wire) + '=' + encoded(query_text(value));
            break;
        case place::body: set_member(body, each.wire, value); break;
        case place::command: break;
        }
    }
    out.target += query;
    if (call.body[0] != '\0') out.body = bj::serialize(body);
    return out;
}

} // namespace holdfast::app::cli
