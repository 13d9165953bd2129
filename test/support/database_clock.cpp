#include "test/support/database_clock.hpp"

namespace holdfast::test {

// A schema that comes before pg_catalog in the search path hides the real function from every statement that
// does not name the schema. Defaults of columns were bound to the real one when the tables were made.
// PL/pgSQL keeps the plan, where a function in SQL would be parsed again by every statement.
database_clock::database_clock(const scratch_database& of, instant at) : of_(of), at_(at) {
    of_.execute("CREATE SCHEMA sim; CREATE TABLE sim.clock (at timestamptz NOT NULL); INSERT INTO sim.clock "
                "VALUES ('" +
                to_rfc3339(at) +
                "'); CREATE FUNCTION sim.now() RETURNS timestamptz LANGUAGE plpgsql STABLE PARALLEL SAFE AS "
                "'BEGIN RETURN (SELECT at FROM sim.clock); END'");
}

void database_clock::set(instant to) {
    at_ = to;
    of_.execute("UPDATE sim.clock SET at = '" + to_rfc3339(to) + "'");
}

std::string database_clock::conninfo() const {
    return of_.conninfo() + " options='-c search_path=sim,pg_catalog,public'";
}

} // namespace holdfast::test
