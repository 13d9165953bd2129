#include "app/switchboard.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <charconv>

namespace holdfast::app {
namespace {

constexpr int agents_in_payload = 200;          // 37 bytes each: below PostgreSQL's limit of 8000 bytes
constexpr std::size_t changes_in_payload = 100; // 74 bytes each

std::string_view next_word(std::string_view& text, char end = ' ') {
    const std::size_t at = std::min(text.find(end), text.size());
    const std::string_view word = text.substr(0, at);
    text.remove_prefix(std::min(at + 1, text.size()));
    return word;
}

std::optional<hint> decode_supersede(std::string_view text) {
    const auto agent = parse_uuid(next_word(text));
    const std::string_view session = next_word(text);
    const auto poll = parse_uuid(text);
    if (!agent || !poll || session.empty()) return std::nullopt;
    hint h;
    h.what = hint::kind::supersede;
    h.agent = {*agent};
    h.session = session;
    h.newest = {*poll};
    return h;
}

std::string encode(const change& one) {
    return to_string(one.what) + '/' + to_string(one.agent);
}

void encode_changes(const std::string& head, const hint& h, std::vector<std::string>& out) {
    for (std::size_t i = 0; i < change_kinds; ++i) {
        const auto kind = static_cast<change_kind>(i);
        const std::string start = head + " n " + to_string(h.tenant) + ' ' + std::to_string(i) + ' ';
        if (h.changes->many(kind)) out.push_back(start);
        const std::vector<change>& listed = h.changes->of(kind);
        for (std::size_t at = 0; at < listed.size(); ++at) {
            const bool first = at % changes_in_payload == 0;
            if (first) out.push_back(start);
            out.back() += (first ? "" : ",") + encode(listed[at]);
        }
    }
}

std::optional<hint> decode_changes(std::string_view text) {
    const auto tenant = parse_uuid(next_word(text));
    const std::string_view kind = next_word(text);
    if (!tenant || kind.size() != 1 || kind[0] < '0' || kind[0] >= '0' + static_cast<int>(change_kinds))
        return std::nullopt;
    change_digest changes;
    const auto of = static_cast<change_kind>(kind[0] - '0');
    if (text.empty()) changes.add_many(of);
    while (!text.empty()) {
        const auto what = parse_uuid(next_word(text, '/'));
        const auto agent = parse_uuid(next_word(text, ','));
        if (what && agent) changes.add(of, {*what, {*agent}});
    }
    hint h;
    h.what = hint::kind::changed;
    h.tenant = {*tenant};
    h.changes = std::make_shared<const change_digest>(std::move(changes));
    return h;
}

std::string encode(const poll_minute& polls) {
    std::string out =
        std::to_string(polls.minute.time_since_epoch().count()) + ' ' + std::to_string(polls.waiting);
    for (char before = ' '; const std::uint64_t count : polls.wakes)
        out += std::exchange(before, ',') + std::to_string(count);
    return out;
}

template <class Number> bool read_number(std::string_view word, Number& into) {
    const auto [end, wrong] = std::from_chars(word.data(), word.data() + word.size(), into);
    return wrong == std::errc{} && end == word.data() + word.size();
}

std::optional<hint> decode_minute(std::string_view text) {
    poll_minute polls;
    std::int64_t minute = 0;
    if (!read_number(next_word(text), minute) || !read_number(next_word(text), polls.waiting))
        return std::nullopt;
    polls.minute = std::chrono::sys_time<std::chrono::minutes>{std::chrono::minutes{minute}};
    for (std::uint64_t& count : polls.wakes)
        if (!read_number(next_word(text, ','), count)) return std::nullopt;
    hint h;
    h.what = hint::kind::minute;
    h.polls = std::make_shared<const poll_minute>(polls);
    return h;
}

} // namespace

std::vector<std::string> encode(std::string_view origin, std::span<const hint> hints) {
    std::vector<std::string> out;
    const std::string head(origin);
    std::string rings;
    int ringing = 0;
    for (const hint& h : hints) {
        if (h.what == hint::kind::supersede) {
            out.push_back(head + " s " + to_string(h.agent) + ' ' + h.session + ' ' + to_string(h.newest));
        } else if (h.what == hint::kind::cancelled) {
            out.push_back(head + " c " + to_string(h.agent) + ' ' + to_string(h.task));
        } else if (h.what == hint::kind::revoked) {
            out.push_back(head + " t " + to_string(h.token));
        } else if (h.what == hint::kind::deleted) {
            out.push_back(head + " d " + to_string(h.agent));
        } else if (h.what == hint::kind::watched) {
            out.push_back(head + " w " + to_string(h.tenant));
        } else if (h.what == hint::kind::changed) {
            encode_changes(head, h, out);
        } else if (h.what == hint::kind::minute) {
            out.push_back(head + " m " + encode(*h.polls));
        } else {
            rings += rings.empty() ? head + " r " : ",";
            rings += to_string(h.agent);
            if (++ringing % agents_in_payload != 0) continue;
            out.push_back(std::move(rings));
            rings.clear();
        }
    }
    if (!rings.empty()) out.push_back(std::move(rings));
    return out;
}

std::vector<hint> decode(std::string_view payload, std::string_view own_origin) {
    std::vector<hint> out;
    if (next_word(payload) == own_origin) return out;
    const std::string_view kind = next_word(payload);
    if (kind == "r") {
        while (!payload.empty())
            if (const auto agent = parse_uuid(next_word(payload, ','))) out.push_back({.agent = {*agent}});
    } else if (kind == "s") {
        if (auto h = decode_supersede(payload)) out.push_back(std::move(*h));
    } else if (kind == "c") {
        const auto agent = parse_uuid(next_word(payload));
        const auto task = parse_uuid(payload);
        if (agent && task) out.push_back({.what = hint::kind::cancelled, .agent = {*agent}, .task = {*task}});
    } else if (kind == "t") {
        if (const auto token = parse_uuid(payload))
            out.push_back({.what = hint::kind::revoked, .token = {*token}});
    } else if (kind == "d") {
        if (const auto agent = parse_uuid(payload))
            out.push_back({.what = hint::kind::deleted, .agent = {*agent}});
    } else if (kind == "w") {
        if (const auto tenant = parse_uuid(payload))
            out.push_back({.what = hint::kind::watched, .tenant = {*tenant}});
    } else if (kind == "n") {
        if (auto h = decode_changes(payload)) out.push_back(std::move(*h));
    } else if (kind == "m") {
        if (auto h = decode_minute(payload)) out.push_back(std::move(*h));
    }
    return out;
}

void bell::ring(std::span<const agent_id> agents) {
    std::vector<hint> hints;
    for (const agent_id& agent : agents) hints.push_back({.agent = agent});
    own_.take(hints);
    for (hint& h : hints) pass_on(std::move(h));
}

void bell::supersede(agent_id agent, const std::string& session, poll_id newest) {
    // The own room was told when the newer poll took its place.
    pass_on({.what = hint::kind::supersede, .agent = agent, .session = session, .newest = newest});
}

void bell::cancelled(agent_id agent, task_id task) {
    act_and_pass_on({.what = hint::kind::cancelled, .agent = agent, .task = task});
}

void bell::revoked(token_id token) {
    act_and_pass_on({.what = hint::kind::revoked, .token = token});
}

void bell::deleted(agent_id agent) {
    act_and_pass_on({.what = hint::kind::deleted, .agent = agent});
}

// The own feed knows both: they come from there.
void bell::watched(tenant_id tenant) {
    pass_on({.what = hint::kind::watched, .tenant = tenant});
}

void bell::changed(tenant_id tenant, change_digest changes) {
    pass_on({.what = hint::kind::changed,
             .tenant = tenant,
             .changes = std::make_shared<const change_digest>(std::move(changes))});
}

void bell::act_and_pass_on(hint h) {
    own_.take({h});
    pass_on(std::move(h));
}

void bell::pass_on(hint h) {
    if (others_.empty()) return;
    gathered_.push_back(std::move(h));
    if (!std::exchange(scheduled_, true)) asio::post(own_.where(), [this] { send(); });
}

void bell::send() {
    scheduled_ = false;
    const auto together = std::make_shared<const std::vector<hint>>(std::exchange(gathered_, {}));
    for (hint_target* other : others_)
        asio::post(other->where(), [other, together] { other->take(*together); });
}

} // namespace holdfast::app
