// The product's schema in a test's database, and pools that know its statements.
#pragma once

#include "db/postgres/pool.hpp"
#include "test/support/postgres.hpp"

namespace holdfast::test {

void migrate(const scratch_database& database);

[[nodiscard]] pg::pool_settings pool_for(std::string conninfo, int connections = 2);

} // namespace holdfast::test
