// Where a connection string leads to: one list of libpq's options for each address, in order.
#pragma once

#include "db/postgres/connection_settings.hpp"
#include "domain/async.hpp"
#include "domain/result.hpp"

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace holdfast::pg {

using connection_options = std::map<std::string, std::string>; // keyword -> value

struct endpoints {
    std::vector<connection_options> targets;
    std::chrono::milliseconds connect_timeout{}; // for each target
};

// Host names are resolved here, because libpq would block on them; unix sockets, literal addresses and
// hostaddr stay as they are. A name that can't be resolved is left out while another host is left. Each
// target stands alone, so that a host that does not answer costs its own timeout only (in libpq's
// asynchronous mode nothing would ever end the attempt); target_session_attrs holds for each, prefer-standby
// therefore takes the first. Errors: invalid (no connection string), unavailable (no host can be resolved).
[[nodiscard]] awaitable<result<endpoints>> find_endpoints(executor where, connection_settings settings);

} // namespace holdfast::pg
