#include "test/support/schema.hpp"

#include "db/migrations.hpp"
#include "db/sql.hpp"

#include <boost/test/unit_test.hpp>

namespace holdfast::test {

void migrate(const scratch_database& database) {
    asio::io_context context{1};
    pg::connection_settings settings;
    settings.conninfo = database.conninfo();
    auto count = answer_of(context, pg::migrate(context.get_executor(), settings, db::migrations()));
    BOOST_TEST_REQUIRE(bool(count));
}

pg::pool_settings pool_for(std::string conninfo, int connections) {
    pg::pool_settings out;
    out.connection.conninfo = std::move(conninfo);
    out.connections = connections;
    for (const pg::statement* each : db::sql::all()) out.statements.push_back(*each);
    return out;
}

} // namespace holdfast::test
