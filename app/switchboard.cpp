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

std::string text_of(const change& one) {
    return to_string(one.what) + '/' + to_string(one.agent);
}

// Rings share payloads, the rest have each their own.
class encoder {
public:
    explicit encoder(std::string_view origin) : head_(origin) {}

    void operator()(const hints::ring& h) {
        rings_ += rings_.empty() ? head_ + " r " : ",";
        rings_ += to_string(h.agent);
        if (++ringing_ % agents_in_payload == 0) out_.push_back(std::exchange(rings_, {}));
    }

    void operator()(const hints::supersede& h) {
        add(" s " + to_string(h.agent) + ' ' + h.session + ' ' + to_string(h.newest));
    }

    void operator()(const hints::cancelled& h) { add(" c " + to_string(h.agent) + ' ' + to_string(h.task)); }

    void operator()(const hints::revoked& h) { add(" t " + to_string(h.token)); }

    void operator()(const hints::deleted& h) { add(" d " + to_string(h.agent)); }

    void operator()(const hints::watched& h) { add(" w " + to_string(h.tenant)); }

    void operator()(const hints::changed& h) {
        for (std::size_t i = 0; i < change_kinds; ++i) {
            const auto kind = static_cast<change_kind>(i);
            const std::string start = " n " + to_string(h.tenant) + ' ' + std::to_string(i) + ' ';
            if (h.changes->many(kind)) add(start);
            const std::vector<change>& listed = h.changes->of(kind);
            for (std::size_t at = 0; at < listed.size(); ++at) {
                const bool first = at % changes_in_payload == 0;
                if (first) add(start);
                out_.back() += (first ? "" : ",") + text_of(listed[at]);
            }
        }
    }

    void operator()(const hints::minute& h) {
        std::string out = " m " + std::to_string(h.polls->minute.time_since_epoch().count()) + ' ' +
                          std::to_string(h.polls->waiting);
        for (char before = ' '; const std::uint64_t count : h.polls->wakes)
            out += std::exchange(before, ',') + std::to_string(count);
        add(out);
    }

    std::vector<std::string> take() {
        if (!rings_.empty()) out_.push_back(std::move(rings_));
        return std::move(out_);
    }

private:
    void add(const std::string& what) { out_.push_back(head_ + what); }

    std::string head_;
    std::vector<std::string> out_;
    std::string rings_;
    int ringing_ = 0;
};

std::optional<hint> decode_supersede(std::string_view text) {
    const auto agent = parse_uuid(next_word(text));
    const std::string_view session = next_word(text);
    const auto poll = parse_uuid(text);
    if (!agent || !poll || session.empty()) return std::nullopt;
    return hints::supersede{{*agent}, std::string(session), {*poll}};
}

std::optional<hint> decode_cancelled(std::string_view text) {
    const auto agent = parse_uuid(next_word(text));
    const auto task = parse_uuid(text);
    if (!agent || !task) return std::nullopt;
    return hints::cancelled{{*agent}, {*task}};
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
    return hints::changed{{*tenant}, std::make_shared<const change_digest>(std::move(changes))};
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
    return hints::minute{std::make_shared<const poll_minute>(polls)};
}

// Of those that say a single id.
template <class Hint> std::optional<hint> decode_id(std::string_view text) {
    const auto id = parse_uuid(text);
    if (!id) return std::nullopt;
    return Hint{{*id}};
}

std::optional<hint> decode_one(std::string_view kind, std::string_view text) {
    if (kind == "s") return decode_supersede(text);
    if (kind == "c") return decode_cancelled(text);
    if (kind == "t") return decode_id<hints::revoked>(text);
    if (kind == "d") return decode_id<hints::deleted>(text);
    if (kind == "w") return decode_id<hints::watched>(text);
    if (kind == "n") return decode_changes(text);
    if (kind == "m") return decode_minute(text);
    return std::nullopt;
}

} // namespace

std::vector<std::string> encode(std::string_view origin, std::span<const hint> all) {
    encoder out(origin);
    for (const hint& h : all) std::visit(out, h);
    return out.take();
}

std::vector<hint> decode(std::string_view payload, std::string_view own_origin) {
    std::vector<hint> out;
    if (next_word(payload) == own_origin) return out;
    const std::string_view kind = next_word(payload);
    if (kind != "r") {
        if (auto h = decode_one(kind, payload)) out.push_back(std::move(*h));
        return out;
    }
    while (!payload.empty())
        if (const auto agent = parse_uuid(next_word(payload, ','))) out.push_back(hints::ring{{*agent}});
    return out;
}

void bell::ring(std::span<const agent_id> agents) {
    std::vector<hint> rings;
    for (const agent_id& agent : agents) rings.push_back(hints::ring{agent});
    own_.take(rings);
    for (hint& h : rings) pass_on(std::move(h));
}

void bell::supersede(agent_id agent, const std::string& session, poll_id newest) {
    // The own room was told when the newer poll took its place.
    pass_on(hints::supersede{agent, session, newest});
}

void bell::cancelled(agent_id agent, task_id task) {
    act_and_pass_on(hints::cancelled{agent, task});
}

void bell::revoked(token_id token) {
    act_and_pass_on(hints::revoked{token});
}

void bell::deleted(agent_id agent) {
    act_and_pass_on(hints::deleted{agent});
}

// The own feed knows both: they come from there.
void bell::watched(tenant_id tenant) {
    pass_on(hints::watched{tenant});
}

void bell::changed(tenant_id tenant, change_digest changes) {
    pass_on(hints::changed{tenant, std::make_shared<const change_digest>(std::move(changes))});
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
