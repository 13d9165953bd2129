// The commands, each of which returns the exit status.
#pragma once

#include "app/cli/order.hpp"

namespace holdfast::app::cli {

// Carries an order out. Prints on standard output; what goes wrong is a sentence on standard error.
[[nodiscard]] int run_order(const order& wanted);

// Those that are more than one call. They throw command_failed.
[[nodiscard]] int show_status(const order& wanted);
[[nodiscard]] int watch_tasks(const order& wanted); // 1 when one of them was not completed
[[nodiscard]] int print_log(const order& wanted);
[[nodiscard]] int apply_policies(const order& wanted);
[[nodiscard]] int list_contexts(const order& wanted);
[[nodiscard]] int use_context(const order& wanted);
[[nodiscard]] int set_context(const order& wanted);
[[nodiscard]] int delete_context(const order& wanted);

} // namespace holdfast::app::cli
