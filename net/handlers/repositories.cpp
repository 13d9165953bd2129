// Who holds each repository, and what waits for it.
#include "net/handlers/handlers.hpp"
#include "net/problem.hpp"
#include "net/wire/page.hpp"
#include "net/wire/repository.hpp"

namespace holdfast::net::handlers {
namespace {

result<repository_filter> filter_of(const exchange& x) {
    repository_filter out;
    if (const auto state = x.query().text("state")) {
        out.state = repository_state_from(*state);
        if (!out.state) return bad_parameter("state", "one of held, waiting");
    }
    if (const auto repository = x.query().text("repository")) out.repository = std::string(*repository);
    return out;
}

} // namespace

awaitable<reply> list_repositories(services& s, exchange& x) {
    auto page = wire::page_of<std::int64_t>(x);
    if (!page) co_return problem(page.error(), x);
    auto filter = filter_of(x);
    if (!filter) co_return problem(filter.error(), x);
    auto found = co_await s.repositories.list(x.identity().tenant, std::move(*filter), *page);
    if (!found) co_return problem(found.error(), x);
    const bool masked = masks_secrets(x);
    co_return wire::page_reply(std::move(*found),
                               [masked](const repository_use& use) { return wire::view_of(use, masked); });
}

} // namespace holdfast::net::handlers
