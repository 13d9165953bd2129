// The first half of a turn: a request read, understood, and let in or refused.
#include "domain/trace.hpp"
#include "net/client_certificate.hpp"
#include "net/connection.hpp"
#include "net/message_reader.hpp"
#include "net/problem.hpp"

#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/rfc7230.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace holdfast::net {
namespace {

namespace http = boost::beast::http;

std::string_view view(boost::beast::string_view text) {
    return {text.data(), text.size()};
}

constexpr std::array<std::pair<http::field, header>, 8> kept{{
    {http::field::content_type, header::content_type},
    {http::field::prefer, header::prefer},
    {http::field::expect, header::expect},
    {http::field::user_agent, header::user_agent},
    {http::field::accept_encoding, header::accept_encoding},
    {http::field::if_none_match, header::if_none_match},
    {http::field::unknown, header::idempotency_key}, // the rest has no number of its own
    {http::field::unknown, header::traceparent},
}};

bool iequals(std::string_view a, std::string_view b) {
    return boost::beast::iequals(a, b);
}

// Echoed only when it can't do harm in a log or a header.
std::string request_id_of(std::string_view given) {
    constexpr std::size_t size_max = 128;
    const bool sane = !given.empty() && given.size() <= size_max && std::ranges::all_of(given, [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
               c == '_' || c == '-';
    });
    return sane ? std::string(given) : to_string(make_uuid());
}

// The token of "Bearer <token>" (RFC 6750); empty when it is anything else.
std::string_view bearer_token(std::string_view authorization) {
    constexpr std::string_view scheme = "Bearer ";
    if (authorization.size() <= scheme.size() || !iequals(authorization.substr(0, scheme.size()), scheme))
        return {};
    authorization.remove_prefix(scheme.size());
    return authorization.substr(std::min(authorization.find_first_not_of(' '), authorization.size()));
}

// What a request must be before its target counts: empty, or what is wrong (RFC 9112, 3.2 and 6.1).
std::string_view defect_of(const http::fields& fields, bool http11, bool chunked) {
    const auto hosts = fields.count(http::field::host);
    if (hosts > 1 || (http11 && hosts == 0)) return "An HTTP/1.1 request needs exactly one Host header.";
    const auto encodings = fields.count(http::field::transfer_encoding);
    if (encodings != 0 && (!http11 || encodings > 1 || !chunked))
        return "The only transfer encoding taken is chunked.";
    return {};
}

} // namespace

log::request_ref connection::ref_of(const turn& now) {
    return now.asked ? now.asked->ref() : log::request_ref{now.request_id};
}

problem_place connection::place_of(const turn& now) {
    return {now.asked ? now.asked->request().path() : std::string_view("/"), ref_of(now)};
}

void connection::refuse(turn& now, reply with) {
    now.refused = true;
    now.answer = std::move(with);
}

// False: nobody is there any more, or nobody to answer.
awaitable<bool> connection::receive(turn& now) {
    const limits& bounds = front_.parts.bounds;
    arm(bounds.header);
    message_reader from(stream_, ahead_, bounds.header_bytes_max);
    const error_code ec = co_await from.read_header();
    if (ec) {
        if (!is_malformed(ec)) co_return false;
        now.close = unread_ = true;
        now.request_id = request_id_of({});
        const bool large = ec == http::error::header_limit;
        refuse(now,
               problem(large ? problems::headers_too_large : problems::malformed,
                       large ? "The headers are larger than this server takes." : "This is not HTTP/1.1.",
                       place_of(now)));
        co_return true;
    }
    take_head(now, from);
    check_rate(now);
    std::string token;
    if (!now.refused) token = take_token(now);
    std::optional<certified_agent> certified;
    if (!now.refused && token.empty()) certified = certificate_for(now);
    if (!token.empty()) {
        disarm(); // this wait is ours, not the client's
        const result<identity> who = co_await identify(std::move(token));
        let_in(now, who);
    } else if (certified) {
        disarm();
        const result<identity> who = co_await identify(*certified);
        let_in(now, who);
    }
    if (!now.refused) check_parameters(now);
    if (!now.refused) check_body(now, from);
    bool whole = true;
    if (!from.done()) whole = co_await receive_body(now, from);
    if (whole) ahead_.shrink_to_fit(); // to nothing, unless another request is behind this one
    co_return whole;
}

awaitable<bool> connection::receive_body(turn& now, message_reader& from) {
    const limits& bounds = front_.parts.bounds;
    const bool expects = now.asked && iequals(now.asked->request().header(header::expect), "100-continue");
    std::size_t bytes_max = bounds.discard_bytes_max;
    if (now.refused) {
        // A small body is read to its end so that the connection can stay.
        if (now.close || expects || from.content_length().value_or(bytes_max + 1) > bytes_max) {
            now.close = unread_ = true;
            co_return true;
        }
    } else {
        bytes_max = body_bytes_max(*now.way);
        bool invited = true;
        if (expects) invited = co_await send("HTTP/1.1 100 Continue\r\n\r\n");
        if (!invited) co_return false;
    }
    arm(bounds.body);
    const error_code ec = co_await from.read_body(bytes_max);
    if (ec && !is_malformed(ec)) co_return false;
    if (ec) {
        now.close = unread_ = true;
        const bool large = ec == http::error::body_limit;
        if (!now.refused)
            refuse(now, large ? problem(failure{errc::too_large, "The body is larger than this call takes."},
                                        place_of(now))
                              : problem(problems::malformed, "The body is not framed as HTTP/1.1 says.",
                                        place_of(now)));
    } else if (!now.refused && now.way->method != verb::get && now.way->method != verb::delete_) {
        now.asked->request().body = from.take_body();
    }
    co_return true;
}

void connection::take_head(turn& now, message_reader& from) {
    const auto& head = from.head();
    const bool http11 = head.version() == 11;
    now.request_id = request_id_of(view(head["X-Request-Id"]));
    now.close = !from.keep_alive();
    now.say_keep_alive = !http11 && !now.close;
    now.head = head.method() == http::verb::head;

    const std::string_view target = view(head.target());
    if (target.size() > front_.parts.bounds.target_bytes_max) {
        now.close = true;
        return refuse(now, problem(problems::target_too_long,
                                   "The request target is longer than this server takes.", place_of(now)));
    }
    request asked;
    asked.set_target(target);
    for (const auto& [field, name] : kept)
        if (field != http::field::unknown) asked.set(name, view(head[field]));
    asked.set(header::idempotency_key, view(head["Idempotency-Key"]));
    if (const std::string_view trace = view(head["traceparent"]); is_traceparent(trace))
        asked.set(header::traceparent, trace);
    asked.set(header::request_id, now.request_id);
    asked.set(header::authorization, view(head[http::field::authorization])); // last: it goes first
    asked.head = now.head;
    asked.remote = remote_;

    if (const std::string_view defect = defect_of(head, http11, from.chunked()); !defect.empty()) {
        now.close = true;
        return refuse(now, problem(problems::malformed, defect, place_of(now)));
    }
    if (head.method() == http::verb::unknown)
        return refuse(now,
                      problem(problems::not_implemented, "This method is not known here.", place_of(now)));
    choose_route(now, std::move(asked), now.head ? verb::get : verb_from(view(head.method_string())));
}

void connection::choose_route(turn& now, request asked, std::optional<verb> method) {
    result<parsed_target> target = parse_target(asked.target());
    match found;
    if (target) {
        asked.query = std::move(target->query);
        found = front_.parts.routes.find(method, now.head, target->segments);
    }
    if (method) asked.method = *method;
    const std::string_view expect = asked.header(header::expect);
    const bool strange = !expect.empty() && !iequals(expect, "100-continue");
    now.asked.emplace(std::move(asked), found.ids, *this);
    if (!target) return refuse(now, problem(target.error(), place_of(now)));
    if (strange)
        return refuse(now,
                      problem(problems::expectation_failed, "Only 100-continue is known.", place_of(now)));
    if (!found.chosen && found.allow.empty())
        return refuse(now,
                      problem(failure{errc::not_found, "There is nothing at this path."}, place_of(now)));
    if (!found.chosen) {
        refuse(now,
               problem(problems::method_not_allowed, "This path takes " + found.allow + ".", place_of(now)));
        now.answer.headers.emplace_back("Allow", std::move(found.allow));
        return;
    }
    now.way = found.chosen;
    now.bad_parameter = found.bad_parameter;
}

// Before the body is read: how often the address asks, who asks, whether the route lets that kind of token
// in, whether the path makes sense.
void connection::check_rate(turn& now) {
    const std::optional<failure> often = front_.callers.ask(visitor(), steady_clock::now());
    if (often) refuse(now, problem(*often, place_of(now)));
}

// Empty: none is needed, or there is none.
std::string connection::take_token(turn& now) {
    request& asked = now.asked->request();
    // cppcheck-suppress danglingTempReference // it takes the function for the class of that name
    std::string token(bearer_token(asked.header(header::authorization)));
    // cppcheck-suppress danglingTempReference
    asked.forget(header::authorization);
    if (now.way->allowed.empty()) return {};
    return token;
}

// What stands in for a token that is not there. None: nothing is needed, or the request is refused for want
// of it.
std::optional<certified_agent> connection::certificate_for(turn& now) {
    if (now.way->allowed.empty() || now.way->token_in_body) return std::nullopt;
    const SSL* const handshake = stream_.native_handle();
    std::optional<certified_agent> who;
    if (!front_.parts.trust_domain.empty()) who = certified_agent_of(handshake, front_.parts.trust_domain);
    SSL_CTX* const present = front_.tls.get();
    const bool judged = SSL_get_SSL_CTX(handshake) == present || trusted_by_ == present;
    if (who && (judged || is_trusted_by(present, handshake)) && steady_clock::now() < who->ends_at) {
        trusted_by_ = present;
        return who;
    }
    refuse(now, problem(failure{errc::unauthorized, "A bearer token is needed."}, place_of(now)));
    return std::nullopt;
}

awaitable<result<identity>> connection::identify(std::string token) {
    admission& callers = front_.callers;
    authenticator& tokens = front_.parts.tokens;
    std::optional<failure> refused = callers.look_up(visitor(), token, tokens, steady_clock::now());
    if (refused) co_return std::move(*refused);
    result<identity> who = co_await tokens.identify(token);
    if (who)
        refused = callers.ask(visitor(), who->token, steady_clock::now());
    else if (who.error().code() == errc::unauthorized)
        callers.note_wrong_token(visitor(), steady_clock::now());
    if (refused) co_return std::move(*refused);
    co_return who;
}

void connection::let_in(turn& now, const result<identity>& who) {
    if (!who)
        refuse(now, problem(who.error(), place_of(now)));
    else if (!now.way->allowed.contains(who->kind))
        refuse(now, problem(failure{errc::forbidden,
                                    "This call is not for " + std::string(name_of(who->kind)) + " tokens."},
                            place_of(now)));
    else
        now.asked->identify(*who);
}

awaitable<result<identity>> connection::identify(certified_agent who) {
    const token_id limited_as{who.agent.value};
    std::optional<failure> refused = front_.callers.ask(visitor(), limited_as, steady_clock::now());
    if (refused) co_return std::move(*refused);
    auto found = co_await front_.parts.tokens.identify(who);
    co_return found;
}

std::size_t connection::body_bytes_max(const route& way) const {
    constexpr std::size_t ignored_bytes_max = 4096; // of a method whose body means nothing
    if (way.body_bytes_max != 0) return way.body_bytes_max;
    const bool ignored = way.method == verb::get || way.method == verb::delete_;
    return ignored ? ignored_bytes_max : front_.parts.bounds.body_bytes_max;
}

void connection::check_parameters(turn& now) {
    if (!now.bad_parameter.empty())
        refuse(now, problem(bad_parameter(now.bad_parameter, "must be a UUID"), place_of(now)));
}

void connection::check_body(turn& now, const message_reader& from) {
    if (from.content_length().value_or(0) > body_bytes_max(*now.way))
        refuse(now,
               problem(failure{errc::too_large, "The body is larger than this call takes."}, place_of(now)));
}

} // namespace holdfast::net
