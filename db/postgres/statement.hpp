// A statement of the product and the values that go with it.
#pragma once

#include "db/postgres/params.hpp"

namespace holdfast::pg {

// Both point to static storage. The name (unique, [a-z0-9_]) is the prepared statement's name and appears in
// logs and metrics. A statement that is not in the list that its connection prepared is sent unprepared, with
// the types of its parameters: for tools, migrations and tests.
struct statement {
    const char* name;
    const char* sql;
};

struct command {
    statement what;
    params with;
};

} // namespace holdfast::pg
