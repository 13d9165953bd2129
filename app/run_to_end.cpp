#include "app/run_to_end.hpp"

#include <boost/asio/co_spawn.hpp>

#include <exception>

namespace holdfast::app {

void run_to_end(asio::io_context& context, awaitable<void> work) {
    std::exception_ptr failed;
    asio::co_spawn(context, std::move(work), [&failed](const std::exception_ptr& e) { failed = e; });
    context.restart();
    context.run();
    if (failed) std::rethrow_exception(failed);
}

} // namespace holdfast::app
