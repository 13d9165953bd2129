#include "app/agent/server_calls.hpp"

#include "app/agent/machine.hpp"
#include "net/json/read.hpp"
#include "net/json/write.hpp"

#include <charconv>

namespace holdfast::app {
namespace {

constexpr std::chrono::seconds patience{30}; // of every call but the poll

struct problem_body {
    std::optional<std::string> detail, title;
};

BOOST_DESCRIBE_STRUCT(problem_body, (), (detail, title))

struct release_request {
    int attempt = 0;
    std::string reason;
};

BOOST_DESCRIBE_STRUCT(release_request, (), (attempt, reason))

call_failure failure_of(const net::response& got) {
    call_failure out;
    out.status = got.status;
    out.words = "the server answered " + std::to_string(got.status);
    auto problem = net::json::read_body<problem_body>(got.body, "application/json");
    if (problem && problem->detail) out.words += ": " + *problem->detail;
    const std::string_view after = got.header("Retry-After");
    long seconds = 0;
    if (std::from_chars(after.data(), after.data() + after.size(), seconds).ec == std::errc() &&
        seconds > 0 && seconds < 3600)
        out.retry_after = std::chrono::seconds(seconds);
    return out;
}

} // namespace

void server_calls::be(const agent_identity& who, const std::string& token) {
    base_ = "/agents/" + to_string(who.agent_id);
    net::header_list headers;
    headers.emplace_back("Authorization", "Bearer " + token);
    client_.set_headers(std::move(headers));
}

std::string server_calls::path(task_id task, std::string_view what) const {
    return base_ + "/tasks/" + to_string(task) + "/" + std::string(what);
}

awaitable<answered<std::string>> server_calls::call(net::verb method, std::string target, std::string body,
                                                    std::chrono::seconds deadline) {
    net::header_list headers;
    auto got =
        co_await client_.request(method, std::move(target), std::move(headers), std::move(body), deadline);
    answered<std::string> out;
    if (!got)
        out.wrong.words = got.error().detail();
    else if (got->good())
        out.value = std::move(got->body);
    else
        out.wrong = failure_of(*got);
    co_return out;
}

template <class T>
awaitable<answered<T>> server_calls::call_for(net::verb method, std::string target, std::string body,
                                              std::chrono::seconds deadline) {
    auto got = co_await call(method, std::move(target), std::move(body), deadline);
    answered<T> out;
    out.wrong = std::move(got.wrong);
    if (!got.value) co_return out;
    if (got.value->empty()) { // 204
        out.value.emplace();
        co_return out;
    }
    auto value = net::json::read_body<T>(*got.value, "application/json");
    if (value)
        out.value.emplace(std::move(*value));
    else
        out.wrong.words = "the server's answer can't be understood: " + std::string(value.error().detail());
    co_return out;
}

awaitable<answered<registered>> server_calls::register_as(std::string hostname, std::string token) {
    net::header_list headers;
    headers.emplace_back("Authorization", "Bearer " + token);
    client_.set_headers(std::move(headers));
    net::wire::registration_body body;
    body.hostname = std::move(hostname);
    body.os = system_name();
    body.arch = system_arch();
    body.version = settings_.version;
    std::string text = net::json::to_text(body);
    return call_for<registered>(net::verb::post, "/agents/register", std::move(text), patience);
}

awaitable<answered<poll_answer>> server_calls::poll(std::string session) {
    std::string target =
        base_ + "/tasks?limit=1&wait=" + std::to_string(settings_.wait.count()) + "&session=" + session;
    for (std::size_t i = 0; i < settings_.types.size(); ++i)
        target += (i == 0 ? "&types=" : ",") + settings_.types[i];
    // The server may cut the wait but never prolongs it; a dead connection is noticed this much later.
    return call_for<poll_answer>(net::verb::get, std::move(target), {},
                                 settings_.wait + std::chrono::seconds(10));
}

awaitable<answered<nothing>> server_calls::acknowledge(task_id task, int attempt) {
    std::string body = "{\"attempt\":" + std::to_string(attempt) + "}";
    auto got = co_await call(net::verb::post, path(task, "ack"), std::move(body), patience);
    answered<nothing> out;
    out.wrong = std::move(got.wrong);
    if (got.value) out.value.emplace();
    co_return out;
}

awaitable<answered<net::wire::task_standing>> server_calls::report_result(kept_result what) {
    std::string body = net::json::to_text(what.result);
    return call_for<net::wire::task_standing>(net::verb::post, path(what.task_id, "result"), std::move(body),
                                              patience);
}

awaitable<answered<nothing>> server_calls::release(task_id task, int attempt, std::string reason) {
    std::string body = net::json::to_text(release_request{attempt, std::move(reason)});
    auto got = co_await call(net::verb::post, path(task, "release"), std::move(body), patience);
    answered<nothing> out;
    out.wrong = std::move(got.wrong);
    if (got.value) out.value.emplace();
    co_return out;
}

awaitable<answered<heartbeat_answer>> server_calls::beat(std::string last_backup,
                                                         std::vector<task_id> running) {
    net::wire::heartbeat_body body;
    body.version = settings_.version;
    body.os = system_name();
    body.arch = system_arch();
    body.uptime_seconds = uptime_seconds();
    body.disks = disks();
    body.last_backup_status = net::wire::backup_status::none;
    for (const auto& [status, name] : net::json::enum_names<net::wire::backup_status>::all)
        if (name == last_backup) body.last_backup_status = status;
    body.running_tasks = std::move(running);
    std::string text = net::json::to_text(body);
    return call_for<heartbeat_answer>(net::verb::post, base_ + "/heartbeat", std::move(text), patience);
}

} // namespace holdfast::app
