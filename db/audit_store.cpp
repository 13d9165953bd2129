#include "db/audit_store.hpp"

#include "db/sql.hpp"

namespace holdfast::db {
namespace {

audit_entry read_entry(const pg::row& row) {
    audit_entry e;
    e.id = row.get<audit_id>(0);
    e.at = row.get<instant>(1);
    e.action = row.get<std::string>(2);
    e.subject = row.get<std::optional<uuid>>(3);
    e.by = row.get<std::string>(4);
    e.token = row.get<std::optional<token_id>>(5);
    e.token_name = row.get<std::optional<std::string>>(6);
    e.request = row.get<std::optional<std::string>>(7);
    e.address = row.get<std::optional<std::string>>(8);
    e.details.text = row.get<pg::jsonb>(9).text;
    return e;
}

} // namespace

awaitable<result<page<audit_entry>>> pg_audit_store::list(tenant_id tenant, audit_filter filter,
                                                          page_request page) {
    auto rows = co_await pool_.exec(sql::audit_list,
                                    pg::bind(tenant, page.before, std::int32_t{page.limit + 1}, filter.action,
                                             filter.token, filter.subject, filter.since, filter.until));
    if (!rows) co_return std::move(rows).error();
    std::vector<audit_entry> found;
    for (const pg::row row : *rows) found.push_back(read_entry(row));
    co_return make_page(std::move(found), page.limit, [](const audit_entry& e) { return e.id.value; });
}

} // namespace holdfast::db
