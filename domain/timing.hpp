// Every span of time that operators may set, with its default.
#pragma once

#include <algorithm>
#include <chrono>

namespace holdfast {

struct timing {
    std::chrono::seconds offer_lease{60}; // from the answer to the acknowledgement
    std::chrono::seconds run_lease{600};  // from the acknowledgement on; renewed by heartbeat
    std::chrono::seconds retry_base{30}; // first retry's upper bound; doubles with each failure (full jitter)
    std::chrono::seconds retry_cap{3600};  // no retry waits longer
    std::chrono::seconds wait_default{0};  // of a poll that names no wait
    std::chrono::seconds wait_max{60};     // longer waits are cut to it
    std::chrono::seconds heartbeat{60};    // what heartbeats are answered: look for tasks again after this
    std::chrono::days log_keep{30};        // logs of tasks that ended longer ago are forgotten; 0: never
    std::chrono::days task_keep{180};      // and the tasks themselves
    std::chrono::days audit_keep{400};     // older entries of the audit trail are forgotten; 0: never
    std::chrono::milliseconds sweep{1000}; // the housekeeper's rhythm: ended leases, lost wake-ups

    // An agent that is not heard of for longer is offline. A poll that waits says nothing meanwhile.
    [[nodiscard]] std::chrono::seconds silence_max() const {
        return std::max(3 * heartbeat, heartbeat + wait_max);
    }
};

} // namespace holdfast
