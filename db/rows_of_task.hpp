// Reads what HOLDFAST_TASK_COLUMNS (sql_tasks.cpp) selects.
#pragma once

#include "db/postgres/rows.hpp"
#include "domain/explanation.hpp"
#include "domain/origin.hpp"
#include "domain/task.hpp"

#include <optional>

namespace holdfast::db {

inline constexpr int task_columns = 27;

[[nodiscard]] task read_task(const pg::row& row);

[[nodiscard]] std::optional<document> read_document(const pg::row& row, int column);
// As the history keeps it.
[[nodiscard]] pg::jsonb as_jsonb(const origin& by);
// The column `history`.
[[nodiscard]] std::vector<task_event_entry> read_history(const pg::row& row, int column);

// HOLDFAST_REPOSITORY_WAITERS; null: none.
void add_agents(const pg::row& row, int column, std::vector<agent_id>& to);

[[nodiscard]] std::optional<pg::jsonb> as_jsonb(const std::optional<document>& given);

} // namespace holdfast::db
