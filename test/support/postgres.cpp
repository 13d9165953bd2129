#include "test/support/postgres.hpp"

#include "domain/id.hpp"
#include "test/support/program.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/test/unit_test.hpp>
#include <libpq-fe.h>

#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <vector>

namespace holdfast::test {
namespace {

using session = std::unique_ptr<PGconn, decltype(&PQfinish)>;

session connect_to(const std::string& conninfo) {
    session made(PQconnectdb(conninfo.c_str()), &PQfinish);
    if (PQstatus(made.get()) != CONNECTION_OK) throw std::runtime_error(PQerrorMessage(made.get()));
    PQsetNoticeReceiver(
        made.get(), [](void*, const PGresult*) {}, nullptr);
    return made;
}

std::string first_value(const session& link, const std::string& script) {
    const std::unique_ptr<PGresult, decltype(&PQclear)> got(PQexec(link.get(), script.c_str()), &PQclear);
    const ExecStatusType status = PQresultStatus(got.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        throw std::runtime_error(PQerrorMessage(link.get()));
    return PQntuples(got.get()) > 0 && PQnfields(got.get()) > 0 ? PQgetvalue(got.get(), 0, 0) : std::string();
}

std::string first_value(const std::string& conninfo, const std::string& script) {
    return first_value(connect_to(conninfo), script);
}

using options = std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)>;

options parse(const std::string& dsn) {
    char* complaint = nullptr;
    options parsed(PQconninfoParse(dsn.c_str(), &complaint), &PQconninfoFree);
    PQfreemem(complaint);
    if (!parsed) throw std::runtime_error("the connection string can't be read");
    return parsed;
}

// The options of the server's string as keyword='value', with the database replaced.
std::string with_database(const std::string& dsn, const std::string& name) {
    const options parsed = parse(dsn);
    std::string out = "dbname='" + name + "'";
    for (const PQconninfoOption* o = parsed.get(); o->keyword != nullptr; ++o) {
        if (o->val == nullptr || std::string_view(o->keyword) == "dbname") continue;
        out += std::string(" ") + o->keyword + "='";
        for (const char* c = o->val; *c != '\0'; ++c) {
            if (*c == '\'' || *c == '\\') out += '\\';
            out += *c;
        }
        out += '\'';
    }
    return out;
}

std::string new_folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "holdfast-postgres-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    return pattern;
}

// What scripts/postgres says.
std::string output_of(const std::vector<std::string>& command, const std::string& folder) {
    const std::string said = folder + "/said";
    std::error_code ignored;
    std::filesystem::remove(said, ignored);
    std::vector<std::string> words{needed("HOLDFAST_SOURCE") + "/scripts/postgres"};
    words.insert(words.end(), command.begin(), command.end());
    words.push_back(folder);
    run_program(words, said);
    return contents(said);
}

std::string dsn_of(const std::string& folder) {
    std::string out = output_of({"dsn"}, folder);
    out.erase(out.find_last_not_of('\n') + 1);
    return out;
}

std::string random_name() {
    std::string digits = to_string(make_uuid());
    std::erase(digits, '-');
    return "holdfast_test_" + digits;
}

} // namespace

std::string server_dsn() {
    const char* set = std::getenv("HOLDFAST_TEST_DSN");
    if (set == nullptr || *set == '\0') throw std::runtime_error("HOLDFAST_TEST_DSN is not set");
    return set;
}

scratch_database::scratch_database(std::string server)
    : server_(std::move(server)), name_(random_name()), conninfo_(with_database(server_, name_)) {
    first_value(server_, "CREATE DATABASE " + name_);
}

scratch_database::~scratch_database() {
    try {
        first_value(server_, "DROP DATABASE " + name_ + " WITH (FORCE)");
    } catch (const std::exception& refused) {
        std::cerr << "a scratch database stays: " << refused.what();
    }
}

void scratch_database::execute(const std::string& script) const {
    first_value(conninfo_, script);
}

std::string scratch_database::ask(const std::string& query) const {
    return first_value(conninfo_, query);
}

int scratch_database::kill_sessions() const {
    return std::stoi(first_value(server_, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                                          " WHERE datname = '" +
                                              name_ + "'"));
}

std::string dsn_option(const std::string& dsn, std::string_view keyword) {
    const options parsed = parse(dsn);
    for (const PQconninfoOption* o = parsed.get(); o->keyword != nullptr; ++o)
        if (o->val != nullptr && o->keyword == keyword) return o->val;
    return {};
}

own_postgres::own_postgres() : folder_(new_folder()) {
    start();
    dsn_ = dsn_of(folder_);
}

own_postgres::own_postgres(standby_of which) : folder_(new_folder()) {
    output_of({"follow", which.primary.folder_}, folder_);
    dsn_ = dsn_of(folder_);
}

own_postgres::~own_postgres() {
    try {
        output_of({"drop"}, folder_);
    } catch (const std::exception& refused) {
        std::cerr << "a PostgreSQL stays: " << refused.what();
    }
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

void own_postgres::crash() const {
    output_of({"crash"}, folder_);
}

void own_postgres::start() const {
    output_of({"start"}, folder_);
}

void own_postgres::promote() const {
    output_of({"promote"}, folder_);
}

struct session_hog::sessions {
    std::vector<session> all;

    void take_what_is_left(const std::string& conninfo) {
        try {
            for (;;) all.push_back(connect_to(conninfo));
        } catch (const std::runtime_error&) {
            // none is left
        }
    }
};

// Those whose sessions are ended try to come back at the same time.
session_hog::session_hog(const scratch_database& victim) : held_(std::make_unique<sessions>()) {
    const std::string elsewhere = with_database(victim.conninfo(), "postgres");
    const std::string end_theirs =
        "SELECT count(pg_terminate_backend(pid, 1000)) FROM pg_stat_activity WHERE datname = '" +
        victim.name() + "'";
    held_->take_what_is_left(elsewhere);
    while (first_value(held_->all.front(), end_theirs) != "0") held_->take_what_is_left(elsewhere);
}

session_hog::~session_hog() = default;

// By the server, which may be another user's. The program reads what it is given, or COPY fails now and then.
frozen_backend::frozen_backend(const scratch_database& in, std::string pid) : in_(in), pid_(std::move(pid)) {
    in_.execute("COPY (SELECT 1) TO PROGRAM 'cat >/dev/null; kill -STOP " + pid_ + "'");
}

frozen_backend::~frozen_backend() {
    try {
        in_.execute("COPY (SELECT 1) TO PROGRAM 'cat >/dev/null; kill -CONT " + pid_ + "'");
    } catch (const std::exception& refused) {
        std::cerr << "a backend stays stopped: " << refused.what();
    }
}

void run(asio::io_context& ctx, awaitable<void> body) {
    bool finished = false;
    std::exception_ptr thrown;
    asio::co_spawn(ctx, std::move(body), [&](std::exception_ptr failed) {
        finished = true;
        thrown = std::move(failed);
        if (thrown) ctx.stop();
    });
    ctx.restart();
    ctx.run_for(std::chrono::seconds(60));
    if (thrown) std::rethrow_exception(thrown);
    BOOST_TEST_REQUIRE(finished, "the coroutine hangs");
    BOOST_TEST_REQUIRE(ctx.stopped(), "something was not closed: the context does not run empty");
}

awaitable<void> pause(int ms) {
    const executor here = co_await asio::this_coro::executor;
    steady_timer timer(here, std::chrono::milliseconds(ms));
    co_await timer.async_wait(use_awaitable);
}

} // namespace holdfast::test
