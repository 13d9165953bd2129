// Numbered changes of the schema, applied once each and in order.
#pragma once

#include "db/postgres/connection_settings.hpp"
#include "domain/async.hpp"
#include "domain/result.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::pg {

class pool;

// Compiled in, ascending by number. The text is one script; it must not end its transaction.
struct migration {
    int number;
    std::string_view name;
    std::string_view sql;
};

struct applied_migration {
    int number;
    std::string name;
    std::string sha256; // lower-case hex of the text
};

enum class schema_kind : std::uint8_t {
    current,
    older,   // migrations are missing: migrate
    newer,   // the database knows migrations that this binary doesn't
    changed, // an applied one has another text than ours, or one in the middle is missing
};

struct schema_state {
    schema_kind kind = schema_kind::current;
    std::string words; // one sentence for a human, with the number and the name
};

[[nodiscard]] std::string sha256_hex(std::string_view text);

// Pure: what the database has against what we have.
[[nodiscard]] schema_state compare_schema(const std::vector<applied_migration>& applied,
                                          std::span<const migration> known);

// Applies what is missing, each in a transaction of its own, recorded in holdfast_migrations, under an
// advisory lock: of several at once one works and the others wait. The number applied. The list is kept by
// the caller. Errors: conflict (newer or changed; detail says which), those of statements (detail names the
// migration).
[[nodiscard]] awaitable<result<int>> migrate(executor where, connection_settings settings,
                                             std::span<const migration> known);

// Lets a role, which is there, read and change the rows of all tables of the schema that migrate() works in,
// and nothing else: neither tables nor the record of migrations. For all tables that there are now: to be
// called after migrate().
[[nodiscard]] awaitable<result<void>> grant_serving(executor where, connection_settings settings,
                                                    std::string role);

// On a connection of its own that prepares nothing: for start-up, before a pool could prepare its statements.
[[nodiscard]] awaitable<result<schema_state>> check_schema(executor where, connection_settings settings,
                                                           std::span<const migration> known);

// The same through a pool that is up. Pool and list are kept by the caller.
[[nodiscard]] awaitable<result<schema_state>> check_schema(pool& through, std::span<const migration> known);

} // namespace holdfast::pg
