// For commands that do one thing and end.
#pragma once

#include "domain/async.hpp"

namespace holdfast::app {

// Runs one coroutine to its end on that loop, which nothing else keeps busy; what it throws is thrown here.
void run_to_end(asio::io_context& context, awaitable<void> work);

} // namespace holdfast::app
