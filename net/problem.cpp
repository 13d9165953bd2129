#include "net/problem.hpp"

#include "domain/log.hpp"
#include "net/json/write.hpp"

#include <boost/describe/class.hpp>

#include <array>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

namespace holdfast::net {
namespace {

struct row {
    errc code;
    problem_kind kind;
};

// In the order of the enumeration; kind_of() relies on it and a test checks it.
constexpr std::array table{
    row{errc::invalid, {400, "invalid", "Invalid request"}},
    row{errc::unauthorized, {401, "unauthorized", "Unauthorized"}},
    row{errc::forbidden, {403, "forbidden", "Forbidden"}},
    row{errc::not_found, {404, "not_found", "Not found"}},
    row{errc::conflict, {409, "conflict", "Conflict with the present state"}},
    row{errc::name_taken, {409, "name_taken", "Name in use"}},
    row{errc::lease_lost, {409, "lease_lost", "Lease lost"}},
    row{errc::start_over, {410, "start_over", "Start over"}},
    row{errc::too_large, {413, "too_large", "Too large"}},
    row{errc::unsupported_media, {415, "unsupported_media_type", "Unsupported media type"}},
    row{errc::overloaded, {503, "overloaded", "Server overloaded", 1}},
    row{errc::too_many_requests, {429, "too_many_requests", "Too many requests", 1}},
    row{errc::unavailable, {503, "unavailable", "Temporarily unavailable", 5}},
    row{errc::draining, {503, "draining", "Server is going down", 1}},
    row{errc::gone_away, {499, "gone_away", "Client went away"}},
    row{errc::internal, {500, "internal", "Internal error"}},
};

consteval bool in_order() {
    for (std::size_t i = 0; i < table.size(); ++i)
        if (table[i].code != static_cast<errc>(i)) return false;
    return table.size() == static_cast<std::size_t>(last_errc) + 1;
}

static_assert(in_order());

constexpr std::size_t problem_fields_max = 16; // as many as a body's reader finds

struct problem_field {
    std::string pointer;
    std::string detail;
};
BOOST_DESCRIBE_STRUCT(problem_field, (), (pointer, detail))

struct problem_document {
    std::string type;
    std::string_view title;
    unsigned status = 0;
    std::optional<std::string_view> detail;
    std::string_view instance;
    std::string_view code;
    std::string_view request_id;
    std::optional<std::vector<problem_field>> errors;
};
BOOST_DESCRIBE_STRUCT(problem_document, (), (type, title, status, detail, instance, code, request_id, errors))

reply make(const problem_kind& kind, std::string_view detail, const std::vector<field_error>& fields,
           const problem_place& where) {
    problem_document document;
    document.type = "urn:holdfast:problem:";
    document.type += kind.code;
    document.title = kind.title;
    document.status = kind.status;
    if (!detail.empty()) document.detail = detail;
    document.instance = where.path;
    document.code = kind.code;
    document.request_id = where.asked.id;
    if (!fields.empty()) document.errors.emplace();
    for (std::size_t i = 0; i < fields.size() && i < problem_fields_max; ++i)
        document.errors->push_back({fields[i].pointer, fields[i].detail});
    reply out = json_reply(kind.status, document);
    out.content_type = "application/problem+json";
    if (kind.status == 401) out.headers.emplace_back("WWW-Authenticate", "Bearer");
    if (kind.retry_after_seconds != 0)
        out.headers.emplace_back("Retry-After", std::to_string(kind.retry_after_seconds));
    return out;
}

// The cause goes to the log, and only there.
void note(const failure& what, const problem_place& where) {
    const bool ours = what.code() == errc::internal;
    const log::level level = ours                               ? log::level::error
                             : what.code() == errc::unavailable ? log::level::warning
                                                                : log::level::debug;
    if (!log::enabled(level) || (!ours && what.cause().empty())) return;
    const char* file = std::strrchr(what.where().file_name(), '/');
    log::write(level, "request failed",
               {{"path", where.path},
                {"code", kind_of(what.code()).code},
                {"detail", what.detail()},
                {"cause", what.cause()},
                {"file", file ? file + 1 : what.where().file_name()},
                {"line", what.where().line()}},
               where.asked);
}

} // namespace

const problem_kind& kind_of(errc code) {
    return table.at(static_cast<std::size_t>(code)).kind;
}

reply problem(const failure& what, const problem_place& where) {
    note(what, where);
    problem_kind kind = kind_of(what.code());
    if (what.retry_after().count() > 0)
        kind.retry_after_seconds = static_cast<unsigned>(what.retry_after().count());
    return make(kind, what.detail(), what.fields(), where);
}

reply problem(const failure& what, const exchange& where) {
    return problem(what, problem_place{where.request().path(), where.ref()});
}

reply problem(const problem_kind& kind, std::string_view detail, const problem_place& where) {
    return make(kind, detail, {}, where);
}

} // namespace holdfast::net
