// The client library that this program has.
#pragma once

#include <string>

namespace holdfast::pg {

// libpq's version, as "15.18" (PostgreSQL's manual, 34.2, PQlibVersion).
[[nodiscard]] std::string library_version();

} // namespace holdfast::pg
