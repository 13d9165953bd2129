// Why a task is where it is, on the wire.
#pragma once

#include "domain/explain_service.hpp"

#include <boost/describe/class.hpp>

#include <optional>
#include <string>
#include <vector>

namespace holdfast::net::wire {

struct reason_view {
    std::string code;
    std::string detail;
    std::optional<instant> since;
    std::optional<instant> until;
    std::optional<holdfast::task_id> task_id;
    std::optional<holdfast::agent_id> agent_id;
};

BOOST_DESCRIBE_STRUCT(reason_view, (), (code, detail, since, until, task_id, agent_id))

struct history_entry_view {
    instant at;
    std::string event;
    std::optional<std::string> from;
    std::string to;
    int attempt = 0;
    std::string by;
    std::optional<std::string> token_id;
    std::optional<std::string> request_id;
};

BOOST_DESCRIBE_STRUCT(history_entry_view, (), (at, event, from, to, attempt, by, token_id, request_id))

struct explanation_view {
    holdfast::task_id task_id;
    task_state status = task_state::pending;
    int attempt = 0;
    std::vector<reason_view> reasons;
    std::vector<history_entry_view> history;
};

BOOST_DESCRIBE_STRUCT(explanation_view, (), (task_id, status, attempt, reasons, history))

[[nodiscard]] inline reason_view view_of(reason from) {
    return {std::string(from.code), std::move(from.detail), from.since, from.until, from.task, from.agent};
}

[[nodiscard]] inline explanation_view view_of(explained_task from) {
    explanation_view out{from.now.id, from.now.state, from.now.attempt, {}, {}};
    for (reason& each : from.reasons) out.reasons.push_back(view_of(std::move(each)));
    for (task_event_entry& each : from.history)
        out.history.push_back({each.at, std::move(each.event), std::move(each.from), std::move(each.to),
                               each.attempt, std::move(each.by), std::move(each.token),
                               std::move(each.request)});
    return out;
}

} // namespace holdfast::net::wire
