#include "db/postgres/migrations.hpp"

#include "db/postgres/connection.hpp"
#include "db/postgres/error.hpp"
#include "db/postgres/pool.hpp"
#include "domain/log.hpp"

#include <openssl/evp.h>

#include <array>
#include <memory>
#include <utility>

namespace holdfast::pg {
namespace {

using link = std::shared_ptr<connection>;

// Everybody who migrates this database takes it; the number means nothing.
constexpr statement lock{"migrations_lock", "SELECT pg_advisory_lock(7021746118427063)"};
constexpr statement exists{"migrations_exist", "SELECT to_regclass('holdfast_migrations') IS NOT NULL"};
constexpr statement read_all{"migrations_read",
                             "SELECT number, name, sha256 FROM holdfast_migrations ORDER BY number"};
constexpr statement record{"migrations_record",
                           "INSERT INTO holdfast_migrations (number, name, sha256) VALUES ($1, $2, $3)"};
constexpr statement begin_statement{"begin", "BEGIN"};
constexpr statement commit_statement{"commit", "COMMIT"};
constexpr const char* create_table = "CREATE TABLE IF NOT EXISTS holdfast_migrations ("
                                     " number integer PRIMARY KEY, name text NOT NULL, sha256 text NOT NULL,"
                                     " applied_at timestamptz NOT NULL DEFAULT now())";

std::string label(int number, std::string_view name) {
    return std::to_string(number) + " (" + std::string(name) + ")";
}

awaitable<result<rows>> ask(link through, statement what) {
    return connection::exec(std::move(through), what, {});
}

awaitable<result<rows>> ask(pool* through, statement what) {
    return through->exec(what);
}

template <class Through> awaitable<result<std::vector<applied_migration>>> read_applied(Through through) {
    result<rows> there = co_await ask(through, exists);
    if (!there) co_return std::move(there).error();
    std::vector<applied_migration> out;
    if (!there->front().get<bool>(0)) co_return out;
    result<rows> all = co_await ask(through, read_all);
    if (!all) co_return std::move(all).error();
    for (const row& r : *all) out.push_back({r.get<int>(0), r.get<std::string>(1), r.get<std::string>(2)});
    co_return out;
}

template <class Through>
awaitable<result<schema_state>> look(Through through, std::span<const migration> known) {
    result<std::vector<applied_migration>> applied = co_await read_applied(std::move(through));
    if (!applied) co_return std::move(applied).error();
    co_return compare_schema(*applied, known);
}

failure about(const migration& m, const failure& why) {
    return failure{why.code(), "migration " + label(m.number, m.name) + " failed"}.because(
        std::string(why.cause()));
}

awaitable<result<void>> apply(link through, migration m) {
    result<rows> begun = co_await ask(through, begin_statement);
    if (!begun) co_return about(m, begun.error());
    result<void> ran = co_await connection::script(through, std::string(m.sql));
    if (!ran) co_return about(m, ran.error());
    params values = bind(m.number, m.name, sha256_hex(m.sql));
    result<rows> recorded = co_await connection::exec(through, record, std::move(values));
    if (!recorded) co_return about(m, recorded.error());
    result<rows> committed = co_await ask(through, commit_statement);
    if (!committed) co_return about(m, committed.error());
    log::info("migration applied", {{"number", m.number}, {"name", m.name}});
    co_return done;
}

awaitable<result<int>> migrate_on(link through, std::span<const migration> known) {
    result<rows> locked = co_await ask(through, lock);
    if (!locked) co_return std::move(locked).error();
    result<void> made = co_await connection::script(through, create_table);
    if (!made) co_return std::move(made).error();
    result<std::vector<applied_migration>> applied = co_await read_applied(through);
    if (!applied) co_return std::move(applied).error();
    const schema_state state = compare_schema(*applied, known);
    if (state.kind == schema_kind::newer || state.kind == schema_kind::changed)
        co_return failure{errc::conflict, state.words};
    int count = 0;
    for (const migration& m : known.subspan(applied->size())) {
        result<void> done_one = co_await apply(through, m);
        if (!done_one) co_return std::move(done_one).error();
        ++count;
    }
    co_return count;
}

// PostgreSQL's manual, 4.1.2.1: with standard_conforming_strings a quote is doubled, and nothing else is
// special.
std::string quoted(std::string_view text) {
    std::string out = "'";
    for (const char c : text) out.append(c == '\'' ? 2 : 1, c);
    return out + "'";
}

std::string grants_for(std::string_view role) {
    std::string out =
        "CREATE FUNCTION pg_temp.grant_serving(role text) RETURNS void LANGUAGE plpgsql AS $body$ BEGIN"
        " EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), role);"
        " EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO %I',"
        " current_schema(), role);"
        " EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON holdfast_migrations FROM %I', role);"
        " END $body$; SELECT pg_temp.grant_serving(";
    return out + quoted(role) + ")";
}

// The lock ends with the connection.
awaitable<result<link>> open(executor where, connection_settings settings) {
    link made = std::make_shared<connection>(where, std::move(settings));
    result<void> connected = co_await connection::connect(made, {});
    if (!connected) co_return std::move(connected).error();
    co_return made;
}

} // namespace

std::string sha256_hex(std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (unsigned i = 0; i < size; ++i) {
        out += digits[digest.at(i) >> 4U];
        out += digits[digest.at(i) & 15U];
    }
    return out;
}

schema_state compare_schema(const std::vector<applied_migration>& applied, std::span<const migration> known) {
    for (std::size_t i = 0; i < applied.size(); ++i) {
        const applied_migration& theirs = applied[i];
        const std::string what = "migration " + label(theirs.number, theirs.name);
        if (known.empty() || theirs.number > known.back().number)
            return {schema_kind::newer, "the database is newer than this program: it has " + what};
        if (i >= known.size() || known[i].number != theirs.number)
            return {schema_kind::changed,
                    "the database and this program have different histories at " + what};
        if (sha256_hex(known[i].sql) != theirs.sha256)
            return {schema_kind::changed, what + " was applied with another text than this program's"};
    }
    if (applied.size() == known.size()) return {schema_kind::current, "the schema is current"};
    const migration& next = known[applied.size()];
    return {schema_kind::older,
            "the database is older than this program: it lacks migration " + label(next.number, next.name)};
}

awaitable<result<int>> migrate(executor where, connection_settings settings,
                               std::span<const migration> known) {
    settings.statement_timeout = {}; // it may take long, and others wait for the lock
    result<link> made = co_await open(where, std::move(settings));
    if (!made) co_return std::move(made).error();
    result<int> count = co_await migrate_on(*made, known);
    (*made)->close();
    co_return count;
}

awaitable<result<void>> grant_serving(executor where, connection_settings settings, std::string role) {
    result<link> made = co_await open(where, std::move(settings));
    if (!made) co_return std::move(made).error();
    std::string grants = grants_for(role);
    result<void> granted = co_await connection::script(*made, std::move(grants));
    (*made)->close();
    if (!granted)
        co_return failure{granted.error().code(), "the role can't be given its rights"}.because(
            std::string(granted.error().cause()));
    co_return done;
}

awaitable<result<schema_state>> check_schema(executor where, connection_settings settings,
                                             std::span<const migration> known) {
    result<link> made = co_await open(where, std::move(settings));
    if (!made) co_return std::move(made).error();
    result<schema_state> state = co_await look(*made, known);
    (*made)->close();
    co_return state;
}

awaitable<result<schema_state>> check_schema(pool& through, std::span<const migration> known) {
    return look(&through, known);
}

} // namespace holdfast::pg
