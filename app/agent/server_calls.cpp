#include "app/agent/server_calls.hpp"

#include "net/json/write.hpp"

namespace holdfast::app {
namespace {

constexpr std::chrono::seconds patience{30}; // of every call but the poll

struct release_request {
    int attempt = 0;
    std::string reason;
    std::int64_t retry_after_seconds = 0;
};

BOOST_DESCRIBE_STRUCT(release_request, (), (attempt, reason, retry_after_seconds))

net::header_list traced(task_id task, int attempt) {
    net::header_list out;
    out.emplace_back("traceparent", traceparent_of(task, attempt));
    return out;
}

} // namespace

void server_calls::be(agent_id who, const std::string& token) {
    base_ = "/agents/" + to_string(who);
    client_.use_token(token);
}

std::string server_calls::path(task_id task, std::string_view what) const {
    return base_ + "/tasks/" + to_string(task) + "/" + std::string(what);
}

awaitable<answered<registered>> server_calls::register_as(const net::wire::registration_body& who,
                                                          const std::string& token) {
    client_.use_token(token);
    std::string text = net::json::to_text(who);
    return client_.call_for<registered>(net::verb::post, "/agents/register", {}, std::move(text), patience);
}

awaitable<answered<poll_answer>> server_calls::poll(const poll_wish& wish) {
    std::string target = base_ + "/tasks?limit=" + std::to_string(wish.limit) +
                         "&wait=" + std::to_string(wish.wait.count()) + "&session=" + wish.session;
    for (std::size_t i = 0; i < wish.types.size(); ++i) target += (i == 0 ? "&types=" : ",") + wish.types[i];
    // The server may cut the wait but never prolongs it; a dead connection is noticed this much later.
    return client_.call_for<poll_answer>(net::verb::get, std::move(target), {}, {},
                                         wish.wait + std::chrono::seconds(10));
}

awaitable<answered<nothing>> server_calls::acknowledge(task_id task, int attempt) {
    std::string body = "{\"attempt\":" + std::to_string(attempt) + "}";
    return client_.call_for<nothing>(net::verb::post, path(task, "ack"), traced(task, attempt),
                                     std::move(body), patience);
}

awaitable<answered<progress_answer>> server_calls::report_progress(task_id task,
                                                                   const net::wire::progress_body& progress) {
    std::string body = net::json::to_text(progress);
    return client_.call_for<progress_answer>(net::verb::post, path(task, "progress"),
                                             traced(task, progress.attempt.value_or(1)), std::move(body),
                                             patience);
}

awaitable<answered<log_answer>> server_calls::append_log(task_id task,
                                                         const net::wire::log_piece_body& piece) {
    std::string body = net::json::to_text(piece);
    return client_.call_for<log_answer>(net::verb::post, path(task, "log"),
                                        traced(task, piece.attempt.value_or(1)), std::move(body), patience);
}

awaitable<answered<net::wire::task_standing>> server_calls::report_result(const kept_result& what) {
    std::string body = net::json::to_text(what.result);
    return client_.call_for<net::wire::task_standing>(net::verb::post, path(what.task_id, "result"),
                                                      traced(what.task_id, what.result.attempt.value_or(1)),
                                                      std::move(body), patience);
}

awaitable<answered<nothing>> server_calls::release(task_id task, int attempt, std::string reason,
                                                   std::chrono::seconds retry_after) {
    std::string body = net::json::to_text(release_request{attempt, std::move(reason), retry_after.count()});
    return client_.call_for<nothing>(net::verb::post, path(task, "release"), traced(task, attempt),
                                     std::move(body), patience);
}

awaitable<answered<heartbeat_answer>> server_calls::beat(const net::wire::heartbeat_body& state) {
    std::string body = net::json::to_text(state);
    return client_.call_for<heartbeat_answer>(net::verb::post, base_ + "/heartbeat", {}, std::move(body),
                                              patience);
}

} // namespace holdfast::app
