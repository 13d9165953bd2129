// What changed: the operators' own long poll.
#include "net/wire/changes.hpp"

#include "net/handlers/handlers.hpp"
#include "net/handlers/waits.hpp"
#include "net/json/write.hpp"
#include "net/problem.hpp"

namespace holdfast::net::handlers {

awaitable<reply> changes(services& s, exchange& x) {
    auto wait = wait_of(x, s.times);
    if (!wait) co_return problem(wait.error(), x);
    change_request asked{x.identity(), std::nullopt, wait->wait};
    if (const auto since = x.query().text("since")) {
        auto cursor = wire::change_cursor_from(*since);
        if (!cursor) co_return problem(cursor.error(), x);
        asked.since = *cursor;
    }
    auto found = co_await s.changes.ask(asked, x.caller());
    if (!found) co_return problem(found.error(), x);
    reply out = *found ? ok(wire::view_of(**found)) : no_content();
    confirm(*wait, out);
    co_return out;
}

} // namespace holdfast::net::handlers
