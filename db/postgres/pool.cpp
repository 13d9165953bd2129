#include "db/postgres/pool.hpp"

#include "db/postgres/error.hpp"
#include "db/postgres/pool_core.hpp"

#include <utility>

namespace holdfast::pg {
namespace {

using core = std::shared_ptr<pool_core>;

constexpr statement begin_statement{"begin", "BEGIN"};

awaitable<result<rows>> exec_late(core home, statement what, params with) {
    result<pool_core::link> link = co_await pool_core::pick_late(std::move(home));
    if (!link) co_return std::move(link).error();
    result<rows> got = co_await connection::exec(*link, what, std::move(with));
    co_return got;
}

awaitable<result<std::vector<rows>>> exec_all_late(core home, std::vector<command> commands) {
    result<pool_core::link> link = co_await pool_core::pick_late(std::move(home));
    if (!link) co_return std::move(link).error();
    result<std::vector<rows>> got = co_await connection::exec_all(*link, std::move(commands));
    co_return got;
}

awaitable<result<transaction>> begin_on(core home) {
    result<pool_core::link> link = co_await pool_core::acquire(home);
    if (!link) co_return std::move(link).error();
    result<rows> begun = co_await connection::exec(*link, begin_statement, {});
    if (begun) co_return transaction(std::move(home), std::move(*link));
    home->discard(*link);
    co_return std::move(begun).error();
}

} // namespace

transaction::transaction(std::shared_ptr<pool_core> home, std::shared_ptr<connection> link)
    : home_(std::move(home)), link_(std::move(link)) {}

transaction::~transaction() {
    if (link_) home_->roll_back(std::move(link_));
}

awaitable<result<rows>> transaction::exec(statement what, params with) {
    if (!link_) co_return failure{errc::internal}.because("the transaction is over");
    result<rows> got = co_await connection::exec(link_, what, std::move(with));
    co_return got;
}

awaitable<result<void>> transaction::exec_text(std::string sql) {
    if (!link_) co_return failure{errc::internal}.because("the transaction is over");
    result<void> ran = co_await connection::script(link_, std::move(sql));
    co_return ran;
}

awaitable<result<void>> transaction::commit() {
    return end("COMMIT");
}

awaitable<result<void>> transaction::rollback() {
    return end("ROLLBACK");
}

awaitable<result<void>> transaction::end(const char* sql) {
    const core home = home_;
    const pool_core::link link = std::exchange(link_, nullptr);
    if (!link) co_return failure{errc::internal}.because("the transaction is over");
    result<rows> ended = co_await connection::exec(link, statement{sql, sql}, {});
    // Also a COMMIT that was refused has ended the transaction.
    if (link->ready())
        home->give_back(link);
    else
        home->discard(link);
    if (!ended) co_return std::move(ended).error();
    if (ended->tag() != sql)
        co_return failure{errc::internal}.because("rolled back: a statement of the transaction had failed");
    co_return done;
}

pool::pool(executor where, pool_settings settings)
    : core_(std::make_shared<pool_core>(where, std::move(settings))) {}

pool::~pool() {
    core_->close();
}

void pool::start() {
    core_->start();
}

bool pool::ready() const {
    return core_->pick() != nullptr;
}

// With a connection up its own coroutine is the only frame.
awaitable<result<rows>> pool::exec(statement what, params with) {
    if (pool_core::link link = core_->pick()) return connection::exec(std::move(link), what, std::move(with));
    return exec_late(core_, what, std::move(with));
}

awaitable<result<std::vector<rows>>> pool::exec_all(std::vector<command> commands) {
    if (pool_core::link link = core_->pick())
        return connection::exec_all(std::move(link), std::move(commands));
    return exec_all_late(core_, std::move(commands));
}

awaitable<result<transaction>> pool::begin() {
    return begin_on(core_);
}

void pool::close() {
    core_->close();
}

std::size_t pool::connections_up() const {
    return core_->up();
}

std::size_t pool::in_flight() const {
    return core_->in_flight();
}

std::size_t pool::transactions() const {
    return core_->exclusive();
}

std::size_t pool::reconnects() const {
    return core_->reconnects();
}

} // namespace holdfast::pg
