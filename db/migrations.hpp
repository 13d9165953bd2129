// The schema: db/migrations/NNNN_name.sql, compiled into the binary by scripts/embed-migrations.
#pragma once

#include "db/postgres/migrations.hpp"

#include <span>

namespace holdfast::db {

// All migrations, by ascending number. Lives as long as the program; any thread may read it.
[[nodiscard]] std::span<const pg::migration> migrations();

} // namespace holdfast::db
