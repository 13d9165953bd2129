#include "db/rows_of_task.hpp"

#include <boost/json.hpp>

#include <string_view>
#include <utility>

namespace holdfast::db {

std::optional<document> read_document(const pg::row& row, int column) {
    auto text = row.get<std::optional<pg::jsonb>>(column);
    if (!text) return std::nullopt;
    return document{std::move(text->text)};
}

std::optional<pg::jsonb> as_jsonb(const std::optional<document>& given) {
    if (!given) return std::nullopt;
    return pg::jsonb{given->text};
}

task read_task(const pg::row& row) {
    task t;
    t.id = row.get<task_id>(0);
    t.agent = row.get<agent_id>(1);
    t.policy = row.get<policy_id>(2);
    t.type = task_type_from(row.get<std::string_view>(3)).value();
    t.state = task_state_from(row.get<std::string_view>(4)).value();
    t.attempt = row.get<std::int32_t>(5);
    t.failures = row.get<std::int32_t>(6);
    t.max_attempts = row.get<std::int32_t>(7);
    t.created_at = row.get<instant>(8);
    t.scheduled_for = row.get<std::optional<instant>>(9);
    t.not_before = row.get<std::optional<instant>>(10);
    t.assigned_at = row.get<std::optional<instant>>(11);
    t.lease_until = row.get<std::optional<instant>>(12);
    t.acknowledged_at = row.get<std::optional<instant>>(13);
    t.completed_at = row.get<std::optional<instant>>(14);
    t.error_message = row.get<std::optional<std::string>>(15);
    t.error_category = row.get<std::optional<std::string>>(16);
    t.duration_seconds = row.get<std::optional<double>>(17);
    t.snapshot_id = row.get<std::optional<std::string>>(18);
    t.what.repository = row.get<std::string>(19);
    t.what.include_paths = row.get<std::vector<std::string>>(20);
    t.what.exclude_paths = row.get<std::vector<std::string>>(21);
    t.what.retention = read_document(row, 22);
    t.what.execution_params = read_document(row, 23);
    t.statistics = read_document(row, 24);
    t.progress = read_document(row, 25);
    t.progress_at = row.get<std::optional<instant>>(26);
    return t;
}

pg::jsonb as_jsonb(const origin& by) {
    boost::json::object out{{"by", by.by}};
    if (by.token) out.emplace("token", to_string(*by.token));
    if (!by.request.empty()) out.emplace("request", by.request);
    return {boost::json::serialize(out)};
}

std::vector<task_event_entry> read_history(const pg::row& row, int column) {
    const boost::json::value parsed = boost::json::parse(row.get<pg::jsonb>(column).text);
    std::vector<task_event_entry> out;
    std::optional<std::string> state;
    for (const boost::json::value& each : parsed.as_array()) {
        const boost::json::object& o = each.as_object();
        const auto text = [&o](const char* name) {
            const boost::json::value* found = o.if_contains(name);
            return found != nullptr ? std::optional<std::string>(found->as_string().c_str()) : std::nullopt;
        };
        task_event_entry entry;
        entry.at = instant{std::chrono::microseconds{o.at("at").to_number<std::int64_t>()}};
        entry.event = text("event").value_or("");
        entry.from = std::exchange(state, text("to"));
        entry.to = state.value_or("");
        entry.attempt = o.at("attempt").to_number<int>();
        entry.by = text("by").value_or("");
        entry.token = text("token");
        entry.request = text("request");
        out.push_back(std::move(entry));
    }
    return out;
}

void add_agents(const pg::row& row, int column, std::vector<agent_id>& to) {
    if (row.is_null(column)) return;
    for (const agent_id each : row.get<std::vector<agent_id>>(column)) to.push_back(each);
}

} // namespace holdfast::db
