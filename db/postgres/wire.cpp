#include "db/postgres/wire.hpp"

#include "domain/log.hpp"

#include <libpq-fe.h>

#include <memory>
#include <utility>

namespace holdfast::pg {
namespace {

std::string one_line(const char* text) {
    std::string out(text != nullptr ? text : "");
    while (!out.empty() && out.back() == '\n') out.pop_back();
    for (char& c : out)
        if (c == '\n' || c == '\t') c = ' ';
    return out;
}

std::string field(const PGresult* result, int code) {
    const char* text = PQresultErrorField(result, code);
    return text != nullptr ? text : std::string();
}

event event_of(const PGresult* result) {
    switch (PQresultStatus(result)) {
    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK:
    case PGRES_EMPTY_QUERY: return event::rows;
    case PGRES_FATAL_ERROR: return event::error;
    case PGRES_PIPELINE_ABORTED: return event::aborted;
    case PGRES_PIPELINE_SYNC: return event::sync;
    default: return event::other; // COPY, which nothing here asks for
    }
}

void ignore_notice(void* /*unused*/, const PGresult* /*unused*/) {}

} // namespace

wire::step wire::start(const connection_options& options) {
    close();
    std::vector<const char*> keywords;
    std::vector<const char*> values;
    for (const auto& [keyword, value] : options) {
        keywords.push_back(keyword.c_str());
        values.push_back(value.c_str());
    }
    keywords.push_back(nullptr);
    values.push_back(nullptr);
    conn_ = PQconnectStartParams(keywords.data(), values.data(), 0);
    if (conn_ == nullptr || PQstatus(conn_) == CONNECTION_BAD) return step::failed;
    PQsetNoticeReceiver(conn_, ignore_notice, nullptr);
    watch_socket();
    return step::wait_write;
}

wire::step wire::poll() {
    socket_.release(); // the next step may close it and open another one
    const PostgresPollingStatusType state = PQconnectPoll(conn_);
    if (state == PGRES_POLLING_FAILED) return step::failed;
    watch_socket();
    if (state == PGRES_POLLING_OK) return PQsetnonblocking(conn_, 1) == 0 ? step::done : step::failed;
    return state == PGRES_POLLING_READING ? step::wait_read : step::wait_write;
}

void wire::watch_socket() {
    error_code ec;
    socket_.assign(PQsocket(conn_), ec);
    if (ec) log::error("the database's socket can't be watched", {{"error", ec.message()}});
}

bool wire::enter_pipeline() {
    return conn_ != nullptr && PQenterPipelineMode(conn_) == 1;
}

bool wire::send_prepare(const statement& what) {
    return PQsendPrepare(conn_, what.name, what.sql, 0, nullptr) == 1 &&
           PQsendDescribePrepared(conn_, what.name) == 1;
}

bool wire::send(const command& what, bool prepared) {
    constexpr int binary = 1;
    const std::size_t count = what.with.size();
    values_.resize(count);
    lengths_.resize(count);
    formats_.assign(count, binary);
    types_.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
        const params::value& v = what.with.at(i);
        values_[i] = what.with.data(v);
        lengths_[i] = v.length;
        types_[i] = v.type;
    }
    const int n = static_cast<int>(count);
    if (prepared)
        return PQsendQueryPrepared(conn_, what.what.name, n, values_.data(), lengths_.data(), formats_.data(),
                                   binary) == 1;
    return PQsendQueryParams(conn_, what.what.sql, n, types_.data(), values_.data(), lengths_.data(),
                             formats_.data(), binary) == 1;
}

bool wire::send_text(const char* sql) {
    return PQsendQueryParams(conn_, sql, 0, nullptr, nullptr, nullptr, nullptr, 1) == 1;
}

bool wire::sync() {
#ifdef LIBPQ_HAS_SEND_PIPELINE_SYNC
    return PQsendPipelineSync(conn_) == 1;
#else
    return PQpipelineSync(conn_) == 1;
#endif
}

bool wire::sync_flushes() {
#ifdef LIBPQ_HAS_SEND_PIPELINE_SYNC
    return false;
#else
    return true;
#endif
}

wire::flushed wire::flush() {
    const int state = PQflush(conn_);
    if (state < 0) return flushed::failed;
    return state == 0 ? flushed::all : flushed::blocked;
}

bool wire::consume() {
    return PQconsumeInput(conn_) == 1;
}

std::optional<wire::answer> wire::next() {
    if (PQisBusy(conn_) != 0) return std::nullopt;
    PGresult* got = PQgetResult(conn_);
    if (got == nullptr) return answer{event::null, {}, {}, {}};
    answer out{event_of(got), rows(got), {}, {}};
    if (out.what == event::error) {
        out.sqlstate = field(got, PG_DIAG_SQLSTATE);
        out.message = field(got, PG_DIAG_MESSAGE_PRIMARY);
        if (out.message.empty()) out.message = one_line(PQresultErrorMessage(got));
    }
    return out;
}

std::optional<wire::notification> wire::heard() {
    const std::unique_ptr<PGnotify, decltype(&PQfreemem)> got(PQnotifies(conn_), &PQfreemem);
    if (!got) return std::nullopt;
    return notification{got->relname, got->extra};
}

bool wire::begin_script(const std::string& sql) {
    return PQexitPipelineMode(conn_) == 1 && PQsendQuery(conn_, sql.c_str()) == 1;
}

std::vector<oid> wire::parameter_types(const rows& described) {
    std::vector<oid> out;
    const int count = PQnparams(described.handle());
    out.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) out.push_back(PQparamtype(described.handle(), i));
    return out;
}

std::string wire::error() const {
    return conn_ != nullptr ? one_line(PQerrorMessage(conn_)) : "not connected";
}

void wire::close() {
    if (conn_ == nullptr) return;
    if (socket_.is_open()) socket_.release();
    PQfinish(std::exchange(conn_, nullptr));
}

} // namespace holdfast::pg
