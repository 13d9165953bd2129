#include "app/commands.hpp"

#include "app/run_to_end.hpp"
#include "db/migrations.hpp"
#include "db/sql.hpp"
#include "db/token_store.hpp"
#include "domain/log.hpp"
#include "domain/secret.hpp"

#include <iostream>

namespace holdfast::app {
namespace {

constexpr std::string_view default_tenant = "00000000-0000-7000-8000-000000000001";

int complain(const failure& why) {
    std::cerr << "holdfast: " << (why.detail().empty() ? why.cause() : why.detail());
    if (!why.detail().empty() && !why.cause().empty()) std::cerr << " (" << why.cause() << ')';
    std::cerr << '\n';
    return 1;
}

awaitable<void> migrate_now(executor where, pg::connection_settings database, std::string serving_role,
                            int& exit_code) {
    auto applied = co_await pg::migrate(where, database, db::migrations());
    if (!applied) {
        exit_code = complain(applied.error());
        co_return;
    }
    log::info(*applied == 0 ? "the schema is up to date" : "the schema was brought up to date",
              {{"applied", *applied}});
    if (serving_role.empty()) co_return;
    auto granted = co_await pg::grant_serving(where, std::move(database), std::move(serving_role));
    if (!granted) exit_code = complain(granted.error());
}

awaitable<void> create_now(pg::pool& pool, token_settings settings, int& exit_code) {
    db::pg_token_store store(pool);
    const tenant_id tenant{
        *parse_uuid(settings.tenant.empty() ? default_tenant : std::string_view(settings.tenant))};
    token_record wanted;
    wanted.id = token_id::make();
    wanted.kind = *token_kind_from(settings.kind);
    wanted.name = settings.name;
    const std::string secret = make_token(tenant);
    origin by;
    by.by = command_line;
    auto made = co_await store.create(tenant, std::move(wanted), sha256(secret), std::move(by));
    pool.close();
    if (made)
        std::cout << secret << std::endl;
    else
        exit_code = complain(made.error());
}

} // namespace

int migrate(const migrate_settings& settings) {
    asio::io_context context{1};
    pg::connection_settings database;
    database.conninfo = settings.database;
    database.statement_timeout = std::chrono::milliseconds{0}; // a migration takes as long as it takes
    int exit_code = 0;
    run_to_end(context, migrate_now(context.get_executor(), database, settings.serving_role, exit_code));
    return exit_code;
}

int create_token(const token_settings& settings) {
    asio::io_context context{1};
    pg::pool_settings pool_settings;
    pool_settings.connection.conninfo = settings.database;
    pool_settings.statements = {db::sql::tokens_create};
    pool_settings.connections = 1;
    pg::pool pool(context.get_executor(), pool_settings);
    pool.start();
    int exit_code = 0;
    run_to_end(context, create_now(pool, settings, exit_code));
    return exit_code;
}

} // namespace holdfast::app
