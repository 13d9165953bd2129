#include "db/log_store.hpp"

#include "db/sql.hpp"
#include "domain/task_rules.hpp"

namespace holdfast::db {
namespace {

failure no_such_task() {
    return failure{errc::not_found, "there is no such task"};
}

// Nothing: somebody else's piece came between; asked again, the statement sees it.
std::optional<result<log_extent>> judge(const pg::row& row, const log_piece& piece) {
    const standing found{task_state_from(row.get<std::string_view>(0)).value(), row.get<std::int32_t>(1)};
    const log_extent now{found.attempt, row.get<std::int32_t>(3)};
    const bool taken = row.get<bool>(2);
    const bool known = row.get<bool>(4);
    if (taken) return now;
    if (auto refused = refuse_log(found, piece.key.attempt)) return std::move(*refused);
    if (known || piece.text.empty()) return now;
    if (piece.offset == now.size) return std::nullopt;
    return failure{errc::conflict, "the log of attempt " + std::to_string(now.attempt) + " is " +
                                       std::to_string(now.size) + " bytes long: the next piece begins there"};
}

} // namespace

awaitable<result<log_extent>> pg_log_store::append(log_piece piece) {
    while (true) {
        auto rows =
            co_await pool_.exec(sql::logs_append, pg::bind(piece.key.tenant, piece.key.agent, piece.key.task,
                                                           piece.key.attempt, piece.offset, piece.text));
        if (!rows) co_return std::move(rows).error();
        if (rows->empty()) co_return no_such_task();
        auto judged = judge(rows->front(), piece);
        if (judged) co_return std::move(*judged);
    }
}

awaitable<result<log_extent>> pg_log_store::extent(tenant_id tenant, task_id id, std::optional<int> attempt) {
    auto rows = co_await pool_.exec(sql::logs_extent, pg::bind(tenant, id, attempt));
    if (!rows) co_return std::move(rows).error();
    if (rows->empty()) co_return no_such_task();
    const pg::row row = rows->front();
    co_return log_extent{row.get<std::optional<std::int32_t>>(0).value_or(0),
                         row.get<std::optional<std::int32_t>>(1).value_or(0)};
}

awaitable<result<std::string>> pg_log_store::read(tenant_id tenant, task_id id, int attempt,
                                                  std::int32_t offset) {
    auto rows = co_await pool_.exec(sql::logs_piece,
                                    pg::bind(tenant, id, static_cast<std::int32_t>(attempt), offset));
    if (!rows) co_return std::move(rows).error();
    if (!rows->empty()) {
        const pg::row row = rows->front();
        const auto begin = static_cast<std::size_t>(offset - row.get<std::int32_t>(0));
        const auto piece = row.get<std::string_view>(1);
        if (begin < piece.size()) co_return std::string(piece.substr(begin));
    }
    co_return failure{errc::not_found, "that piece of the log is gone"};
}

} // namespace holdfast::db
