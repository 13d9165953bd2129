// Who changed what.
#include "net/wire/audit.hpp"

#include "net/handlers/handlers.hpp"
#include "net/problem.hpp"
#include "net/wire/page.hpp"

namespace holdfast::net::handlers {
namespace {

result<audit_filter> filter_of(const exchange& x) {
    audit_filter out;
    if (const auto action = x.query().text("action")) {
        if (!is_action_or_family(*action))
            return bad_parameter("action",
                                 "must be an action, as policy.create, or all of a kind, as policy");
        out.action = std::string(*action);
    }
    auto token = x.query().id<token_id>("tokenId");
    if (!token) return std::move(token).error();
    auto subject = x.query().uuid_of("subjectId");
    if (!subject) return std::move(subject).error();
    auto since = x.query().time("since");
    if (!since) return std::move(since).error();
    auto until = x.query().time("until");
    if (!until) return std::move(until).error();
    out.token = *token;
    out.subject = *subject;
    out.since = *since;
    out.until = *until;
    return out;
}

} // namespace

awaitable<reply> list_audit(services& s, exchange& x) {
    auto page = wire::page_of(x);
    if (!page) co_return problem(page.error(), x);
    auto filter = filter_of(x);
    if (!filter) co_return problem(filter.error(), x);
    auto found = co_await s.audit.list(x.identity().tenant, std::move(*filter), *page);
    if (!found) co_return problem(found.error(), x);
    co_return wire::page_reply(std::move(*found), [](audit_entry e) { return wire::view_of(std::move(e)); });
}

} // namespace holdfast::net::handlers
