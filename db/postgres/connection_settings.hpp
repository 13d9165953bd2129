// How to reach the database and how long to wait for it.
#pragma once

#include "db/postgres/host_order.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace holdfast::pg {

struct connection_settings {
    // libpq's connection string or URI. Several hosts are tried in order, each address with the connect
    // timeout of its own; target_session_attrs decides which of them will do. What it says itself
    // (application_name, keepalives, connect_timeout, options) wins over what stands below.
    std::string conninfo;
    std::string application_name = "holdfast";
    std::chrono::milliseconds connect_timeout{5'000};
    std::chrono::milliseconds statement_timeout{10'000}; // 0: none, and no watchdog either
    std::chrono::milliseconds lock_timeout{0};           // 0: none
    // How much longer than the statement timeout a silent server is waited for.
    std::chrono::milliseconds answer_grace{2'000};
    std::size_t units_max = 1024; // in flight on one connection; beyond it: overloaded
    // Copies share it: whoever leaves a silent host takes the others along.
    std::shared_ptr<host_order> hosts = std::make_shared<host_order>();
};

} // namespace holdfast::pg
