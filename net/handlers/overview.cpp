// A tenant at a glance.
#include "net/wire/overview.hpp"

#include "net/handlers/handlers.hpp"
#include "net/json/write.hpp"
#include "net/problem.hpp"

namespace holdfast::net::handlers {

awaitable<reply> get_overview(services& s, exchange& x) {
    auto found = co_await s.overviews.of(x.identity().tenant);
    if (!found) co_return problem(found.error(), x);
    co_return ok(wire::view_of(*found, s.process.polls_of_last_hour()));
}

} // namespace holdfast::net::handlers
