// The audit entry of a request, on its way into the statement that makes the change, where HOLDFAST_AUDIT
// (sql_columns.hpp) writes it.
#pragma once

#include "db/postgres/types.hpp"
#include "domain/audit.hpp"
#include "domain/origin.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <optional>

namespace holdfast::db {

// Those of a statement; none of what is not audited.
class audit_notes {
public:
    // `request`: its number, where the statement is for many.
    void add(const origin& by, audit_action what, std::optional<uuid> subject, boost::json::object details,
             int request = 1);

    [[nodiscard]] pg::jsonb as_jsonb() const;

private:
    boost::json::array all_;
};

// Of a statement that is for one request.
[[nodiscard]] pg::jsonb audit_note(const origin& by, audit_action what, std::optional<uuid> subject,
                                   boost::json::object details);

} // namespace holdfast::db
