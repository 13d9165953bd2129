// Health, metrics, and what the server says of itself.
#include "net/handlers/handlers.hpp"
#include "net/json/write.hpp"
#include "net/openapi.hpp"
#include "net/problem.hpp"

#include <boost/describe/class.hpp>

namespace holdfast::net::handlers {
namespace {

struct status_body {
    std::string_view status = "ok";
};

BOOST_DESCRIBE_STRUCT(status_body, (), (status))

struct version_body {
    std::string_view name = "holdfast";
    std::string_view version;
};

BOOST_DESCRIBE_STRUCT(version_body, (), (name, version))

} // namespace

awaitable<reply> health(services&, exchange&) {
    co_return ok(status_body{});
}

awaitable<reply> ready(services& s, exchange& x) {
    const std::string_view why = s.process.not_ready();
    if (why.empty()) co_return ok(status_body{});
    co_return problem(failure{errc::unavailable, std::string(why)}, x);
}

awaitable<reply> metrics(services& s, exchange&) {
    co_return text_reply(200, "text/plain; version=0.0.4; charset=utf-8", s.process.metrics_page());
}

awaitable<reply> debug(services& s, exchange&) {
    co_return ok(s.process.inside());
}

awaitable<reply> openapi(services&, exchange&) {
    co_return text_reply(200, "application/json", std::string(openapi_json()));
}

awaitable<reply> version(services& s, exchange&) {
    co_return ok(version_body{"holdfast", s.process.version()});
}

} // namespace holdfast::net::handlers
