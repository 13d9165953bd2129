#include "app/agent/delivery.hpp"

#include "app/agent/attempt_log.hpp"
#include "app/agent/log_text.hpp"
#include "domain/log.hpp"

namespace holdfast::app {
namespace {

// A token that is not allowed to now may be again: the operator's doing, as for one that expired.
bool may_be_taken_later(const net::call_failure& wrong) {
    return !wrong.final() || wrong.status == 403;
}

// A piece that was sent without an answer goes again as it was: the server knows it by its place and text.
awaitable<std::optional<net::call_failure>> send_pieces(server_calls& calls, kept_result& what) {
    std::string& log = *what.result.log;
    net::wire::log_piece_body piece;
    piece.attempt = what.result.attempt;
    auto size = static_cast<std::size_t>(what.log_in_doubt.value_or(0));
    while (size > 0 || json_head(log, result_log_bytes_max) < log.size()) {
        const bool placed = what.log_offset.has_value();
        if (placed && size == 0) size = json_head(log, piece_bytes_max);
        piece.offset = what.log_offset.value_or(0);
        piece.text = log.substr(0, size); // nothing: asks how long the log is
        auto sent = co_await calls.append_log(what.task_id, piece);
        if (!sent.value) co_return std::move(sent.wrong);
        what.log_offset = placed ? piece.offset + static_cast<std::int32_t>(size) : sent.value->size;
        log.erase(0, size);
        size = 0;
    }
    co_return std::nullopt;
}

} // namespace

awaitable<bool> deliver(server_calls& calls, const agent_state& state, kept_result what) {
    const auto waits = [&what](const net::call_failure& wrong) {
        log::warning("a result waits to be delivered", {{"task", what.task_id}, {"cause", wrong.words}},
                     {.traceparent = traceparent_of(what)});
        return false;
    };
    if (what.result.log) {
        auto refused = co_await send_pieces(calls, what);
        if (refused && may_be_taken_later(*refused)) co_return waits(*refused);
        if (refused) what.result.log = storable_tail(*what.result.log, result_log_bytes_max);
    }
    auto sent = co_await calls.report_result(what);
    if (!sent.value && may_be_taken_later(sent.wrong)) co_return waits(sent.wrong);
    state.forget(what);
    if (sent.value)
        log::info("result delivered", {{"task", what.task_id}, {"status", name_of(sent.value->status)}},
                  {.traceparent = traceparent_of(what)});
    else
        log::warning("the server does not want a result",
                     {{"task", what.task_id}, {"cause", sent.wrong.words}},
                     {.traceparent = traceparent_of(what)});
    co_return true;
}

awaitable<void> give_back(server_calls& calls, const order& task, const refusal& why) {
    std::string reason = why.reason;
    auto released = co_await calls.release(task.task_id, task.attempt, std::move(reason), why.retry_after);
    if (released.value)
        log::info("task given back", {{"task", task.task_id}, {"reason", why.reason}},
                  {.traceparent = traceparent_of(task)});
    else
        log::warning("a task could not be given back; its lease will end",
                     {{"task", task.task_id}, {"cause", released.wrong.words}},
                     {.traceparent = traceparent_of(task)});
}

} // namespace holdfast::app
