#include "net/admission.hpp"

#include "domain/log.hpp"

#include <boost/asio/ip/address_v6.hpp>

#include <algorithm>
#include <chrono>

namespace holdfast::net {
namespace {

constexpr std::size_t idle_addresses_max = 16'384;
constexpr std::size_t tokens_max = 16'384;
// A fleet that comes back after an outage comes at once.
constexpr std::chrono::seconds request_burst{10};
constexpr std::chrono::seconds handshake_burst{100}; // as many as an address may have connections, by default
constexpr std::chrono::minutes wrong_token_window{1};
constexpr std::chrono::minutes between_lines{1}; // of the log, about one address

constexpr std::size_t prefix_bytes = 8;

std::string_view sentence_about(refusal why) {
    switch (why) {
    case refusal::connections_per_address: return "This address has too many connections.";
    case refusal::handshakes_per_address: return "This address connects too often.";
    case refusal::requests_per_address: return "This address asks too often.";
    case refusal::requests_per_token: return "This token is used too often.";
    case refusal::wrong_tokens: return "Too many wrong tokens came from this address.";
    }
    return {};
}

} // namespace

address_key key_of(const asio::ip::address& address) {
    address_key out{};
    if (address.is_v4()) {
        const auto bytes = address.to_v4().to_bytes();
        out[0] = 4;
        std::ranges::copy(bytes, out.begin() + 1);
    } else {
        const auto bytes = address.to_v6().to_bytes();
        out[0] = 6;
        std::copy_n(bytes.begin(), prefix_bytes, out.begin() + 1);
    }
    return out;
}

std::string text_of(const address_key& key) {
    if (key[0] == 4) return asio::ip::address_v4({key[1], key[2], key[3], key[4]}).to_string();
    asio::ip::address_v6::bytes_type bytes{};
    std::copy_n(key.begin() + 1, prefix_bytes, bytes.begin());
    return asio::ip::address_v6(bytes).to_string() + "/64";
}

admission::admission(const limits& bounds, observer* seen)
    : connections_max_(bounds.connections_per_address),
      handshakes_(rate::of(bounds.handshakes_per_address, std::chrono::seconds{1}, handshake_burst)),
      by_address_(rate::of(bounds.requests_per_address, std::chrono::seconds{1}, request_burst)),
      by_token_(rate::of(bounds.requests_per_token, std::chrono::seconds{1}, request_burst)),
      wrong_tokens_(rate::of(bounds.wrong_tokens_per_address, wrong_token_window, wrong_token_window)),
      seen_(seen),
      addresses_(idle_addresses_max),
      tokens_(tokens_max) {}

bool admission::turns_away(const asio::ip::address& address, steady_clock::time_point now) {
    visitor* const from = addresses_.find(key_of(address));
    if (!from) return false;
    if (connections_max_ != 0 && from->holders() >= connections_max_)
        refused(*from, refusal::connections_per_address, now);
    else if (from->value.handshakes.wait(handshakes_, now).count() > 0)
        refused(*from, refusal::handshakes_per_address, now);
    else
        return false;
    return true;
}

admission::visitor& admission::enter(const asio::ip::address& address, steady_clock::time_point now) {
    visitor& from = addresses_.hold(key_of(address));
    from.value.handshakes.take(handshakes_, now);
    return from;
}

std::optional<failure> admission::ask(visitor& from, steady_clock::time_point now) {
    token_bucket& bucket = from.value.requests;
    const auto wait = bucket.wait(by_address_, now);
    if (wait.count() > 0) return refused(from, refusal::requests_per_address, wait, now);
    bucket.take(by_address_, now);
    return {};
}

std::optional<failure> admission::look_up(visitor& from, std::string_view token, const authenticator& tokens,
                                          steady_clock::time_point now) {
    const auto wait = from.value.wrong_tokens.wait(wrong_tokens_, now);
    if (wait.count() == 0 || tokens.remembers(token)) return {};
    return refused(from, refusal::wrong_tokens, wait, now);
}

void admission::note_wrong_token(visitor& from, steady_clock::time_point now) {
    from.value.wrong_tokens.take(wrong_tokens_, now);
}

std::optional<failure> admission::ask(visitor& from, token_id token, steady_clock::time_point now) {
    auto& known = tokens_.hold(token);
    const auto wait = known.value.wait(by_token_, now);
    if (wait.count() == 0) known.value.take(by_token_, now);
    tokens_.let_go(known);
    if (wait.count() == 0) return {};
    return refused(from, refusal::requests_per_token, wait, now);
}

void admission::refused(visitor& from, refusal why, steady_clock::time_point now) {
    if (seen_) seen_->on_refusal(why);
    history& known = from.value;
    ++known.untold;
    if (known.told && now - *known.told < between_lines) return;
    log::warning(
        "a caller is refused",
        {{"address", text_of(from.key())}, {"cause", sentence_about(why)}, {"refusals", known.untold}});
    known.told = now;
    known.untold = 0;
}

failure admission::refused(visitor& from, refusal why, steady_clock::duration wait,
                           steady_clock::time_point now) {
    refused(from, why, now);
    return failure{errc::too_many_requests, std::string(sentence_about(why))}.retry_after(
        std::chrono::ceil<std::chrono::seconds>(wait));
}

} // namespace holdfast::net
