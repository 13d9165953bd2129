#include "db/task_store.hpp"

#include "db/rows_of_task.hpp"
#include "db/sql.hpp"

namespace holdfast::db {
namespace {

// Of polls that begin to wait: longer, and an agent's first look is late by it; shorter, and a large fleet
// that only waits costs a statement for each poll.
constexpr std::chrono::milliseconds between_looks{20};

pg::urgency urgency_of(bool may_gather) {
    return may_gather ? pg::urgency::may_gather : pg::urgency::at_once;
}

} // namespace

pg_task_store::pg_task_store(executor where, pg::pool& pool, const timing& times,
                             const batch_observer& observe)
    : pool_(pool),
      times_(times),
      offers_(
          where, {.batch_max = 1000, .distance = between_looks},
          [](const offer_request& r) { return r.tenant; }, [this](auto calls) { return send_offers(calls); },
          observe),
      openings_(
          where, {.distance = between_looks}, [](const opening& r) { return r.tenant; },
          [this](auto calls) { return send_openings(calls); }, observe),
      acknowledgements_(
          where, {}, [](const task_key& r) { return r.tenant; },
          [this](auto calls) { return send_acknowledgements(calls); }, observe),
      reports_(
          where, {}, [](const task_report& r) { return r.tenant; },
          [this](auto calls) { return send_reports(calls); }, observe),
      releases_(
          where, {}, [](const task_release& r) { return r.key.tenant; },
          [this](auto calls) { return send_releases(calls); }, observe),
      progresses_(
          where, {}, [](const task_progress& r) { return r.key.tenant; },
          [this](auto calls) { return send_progresses(calls); }, observe),
      creations_(
          where, {.batch_max = 100}, [](const creation& r) { return r.tenant; },
          [this](auto calls) { return send_creations(calls); }, observe) {}

void pg_task_store::close() {
    offers_.close();
    openings_.close();
    acknowledgements_.close();
    reports_.close();
    releases_.close();
    progresses_.close();
    creations_.close();
}

awaitable<result<offer_answer>> pg_task_store::offer(offer_request request) {
    const pg::urgency how = urgency_of(request.may_gather);
    return offers_.submit(std::move(request), how);
}

awaitable<result<bool>> pg_task_store::open_poll(tenant_id tenant, agent_id agent, std::string session,
                                                 poll_id poll, std::string address, bool may_gather) {
    return openings_.submit({tenant, agent, std::move(session), poll, std::move(address)},
                            urgency_of(may_gather));
}

awaitable<result<task_change>> pg_task_store::acknowledge(task_key key) {
    return acknowledgements_.submit(key);
}

awaitable<result<task_change>> pg_task_store::finish(task_report report) {
    return reports_.submit(std::move(report));
}

awaitable<result<task_change>> pg_task_store::release(task_release release) {
    return releases_.submit(std::move(release));
}

awaitable<result<task_change>> pg_task_store::progress(task_progress progress) {
    return progresses_.submit(std::move(progress));
}

awaitable<result<given_back>> pg_task_store::give_back(tenant_id tenant, poll_id poll,
                                                       std::vector<task_id> tasks) {
    auto rows = co_await pool_.exec(sql::tasks_give_back, pg::bind(tenant, poll, tasks));
    if (!rows) co_return std::move(rows).error();
    given_back out;
    for (const pg::row row : *rows) {
        ++out.count;
        add_agents(row, 0, out.freed_for);
    }
    co_return out;
}

awaitable<result<task>> pg_task_store::get(tenant_id tenant, task_id id) {
    auto rows = co_await pool_.exec(sql::tasks_get, pg::bind(tenant, id));
    if (!rows) co_return std::move(rows).error();
    if (rows->empty()) co_return failure{errc::not_found, "there is no such task"};
    co_return read_task(rows->front());
}

awaitable<result<page<task>>> pg_task_store::list(tenant_id tenant, task_filter filter, page_request page) {
    std::optional<std::string> state;
    if (filter.state) state = name_of(*filter.state);
    std::optional<std::string> type;
    if (filter.type) type = name_of(*filter.type);
    auto rows =
        co_await pool_.exec(sql::tasks_list, pg::bind(tenant, page.before, std::int32_t{page.limit + 1},
                                                      state, type, filter.agent, filter.policy));
    if (!rows) co_return std::move(rows).error();
    std::vector<task> found;
    for (const pg::row row : *rows) found.push_back(read_task(row));
    co_return make_page(std::move(found), page.limit, [](const task& t) { return t.id.value; });
}

awaitable<result<surroundings>> pg_task_store::around(tenant_id tenant, task_id id) {
    auto rows = co_await pool_.exec(sql::tasks_around, pg::bind(tenant, id));
    if (!rows) co_return std::move(rows).error();
    if (rows->empty()) co_return failure{errc::not_found, "there is no such task"};
    const pg::row row = rows->front();
    surroundings out{row.get<instant>(0),
                     row.get<std::optional<std::string>>(1),
                     static_cast<int>(row.get<std::int64_t>(2)),
                     static_cast<int>(row.get<std::int64_t>(3)),
                     static_cast<int>(row.get<std::int64_t>(4)),
                     {},
                     read_history(row, 5)};
    auto holders = co_await pool_.exec(sql::tasks_holders, pg::bind(tenant, id));
    if (!holders) co_return std::move(holders).error();
    for (const pg::row each : *holders)
        out.holders.push_back({each.get<task_id>(0), each.get<agent_id>(1),
                               task_type_from(each.get<std::string_view>(2)).value(), each.get<bool>(3)});
    co_return out;
}

} // namespace holdfast::db
