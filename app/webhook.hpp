// Tells another program what happened: takes events out of the outbox and posts each, signed, to one URL. At
// least once: an event leaves the outbox when the receiver has said 2xx, or a day later. One loop for each
// process, on its first core; any number of servers share the work.
#pragma once

#include "app/settings.hpp"
#include "domain/async.hpp"
#include "domain/metrics.hpp"
#include "domain/stores.hpp"
#include "net/client/https_client.hpp"

#include <random>
#include <string>

namespace holdfast::app {

class webhook {
public:
    // Throws std::runtime_error with a sentence: the secret's file, the CAs' file, the URL.
    webhook(executor where, event_store& store, metrics& counts, const webhook_settings& settings,
            std::chrono::milliseconds rhythm);

    void start();
    void stop();

private:
    awaitable<void> loop();
    awaitable<void> deliver_all();
    // Whether there may be more.
    awaitable<bool> deliver_some(tenant_id tenant);
    // Empty: delivered. Otherwise why not.
    awaitable<std::string> post(tenant_id tenant, const event& what);
    void note(event_outcomes& into, const event& what, const std::string& why_not);
    [[nodiscard]] std::chrono::milliseconds pause_after(int tries);

    event_store& store_;
    metrics& counts_;
    std::string secret_;
    net::https_client client_;
    std::string target_; // behind the URL's path
    std::chrono::milliseconds rhythm_;
    executor where_;
    steady_timer timer_;
    std::minstd_rand random_{std::random_device{}()};
    bool reachable_ = true; // the last call had an answer
    bool stopped_ = false;
};

} // namespace holdfast::app
