#include "app/cli/api.hpp"

#include "app/cli/failures.hpp"
#include "app/cli/readable.hpp"
#include "app/run_to_end.hpp"
#include "domain/trace.hpp"

#include <boost/json/parse.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <thread>

namespace holdfast::app::cli {
namespace {

constexpr std::chrono::seconds patience{30};
constexpr std::size_t page_size = 200; // the server's largest
constexpr int tries_max = 5;           // of a call that comes too soon after others

net::tls_context tls_of(const std::string& ca) {
    try {
        return net::make_client_tls(ca);
    } catch (const std::exception& e) {
        throw command_failed(ending::usage, e.what());
    }
}

// Part of the trace of what runs this program, as OpenTelemetry hands it to processes.
net::header_list traced() {
    net::header_list out;
    const char* trace = std::getenv("TRACEPARENT");
    if (trace != nullptr && is_traceparent(trace)) out.emplace_back("traceparent", trace);
    return out;
}

awaitable<void> ask(net::api_client& client, net::verb method, std::string target, std::string body,
                    net::answered<std::string>& into) {
    net::header_list headers = traced();
    auto got = co_await client.call(method, std::move(target), std::move(headers), std::move(body), patience);
    into = std::move(got);
}

command_failed failure_of(const net::call_failure& wrong) {
    std::string text = wrong.words;
    if (wrong.fields.size() > 1) // a single one is what the words say
        for (const field_error& each : wrong.fields) text += "\n  " + each.pointer + ": " + each.detail;
    if (!wrong.request_id.empty()) text += "\n  request " + wrong.request_id;
    return {wrong.status == 0 ? ending::unreachable : ending::refused, harmless(text, "\n")};
}

} // namespace

std::string encoded(std::string_view text) {
    return boost::urls::encode({text.data(), text.size()}, boost::urls::unreserved_chars);
}

boost::json::value parsed(const std::string& body) {
    error_code ec;
    boost::json::value out = boost::json::parse(body, ec);
    if (ec) throw command_failed(ending::refused, "the server's answer is no JSON: is it a Holdfast?");
    return out;
}

std::string_view items_in(std::string_view body) {
    const std::size_t begin = body.find('[');
    const std::size_t end = body.rfind(']'); // a cursor behind it holds none
    if (begin == body.npos || end == body.npos) return {};
    return body.substr(begin + 1, end - begin - 1);
}

api::api(const connection& to) : client_(context_.get_executor(), tls_of(to.ca), to.server) {
    std::signal(SIGPIPE, SIG_IGN);
    client_.use_token(to.token);
}

std::string api::call(net::verb method, const std::string& target, const std::string& body) {
    net::answered<std::string> got;
    for (int tries = 1;; ++tries) {
        run_to_end(context_, ask(client_, method, target, body, got));
        if (got.value) return std::move(*got.value);
        if (got.wrong.status != 429 || tries == tries_max) throw failure_of(got.wrong);
        std::this_thread::sleep_for(got.wrong.retry_after.value_or(std::chrono::seconds(1)));
    }
}

joined_pages api::pages(const std::string& target, std::size_t most) {
    joined_pages out;
    std::string cursor;
    std::size_t found = 0;
    do {
        std::string next = target + (target.find('?') == target.npos ? "?" : "&") +
                           "limit=" + std::to_string(std::min(most - found, page_size));
        if (!cursor.empty()) next += "&cursor=" + encoded(cursor);
        const std::string body = call(net::verb::get, next);
        const boost::json::value page = parsed(body);
        if (found > 0 && !items_in(body).empty()) out.body += ',';
        out.body += items_in(body);
        if (const auto* items = at_path(page, "items").if_array()) found += items->size();
        const auto* more = at_path(page, "nextCursor").if_string();
        cursor = more ? std::string(*more) : "";
    } while (!cursor.empty() && found < most);
    out.more = !cursor.empty();
    out.body = "{\"items\":[" + out.body + "]}";
    return out;
}

std::vector<boost::json::value> api::items(const std::string& target) {
    boost::json::value joined = parsed(pages(target, all).body);
    auto& found = joined.at("items").as_array();
    return {std::make_move_iterator(found.begin()), std::make_move_iterator(found.end())};
}

} // namespace holdfast::app::cli
