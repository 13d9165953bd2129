// What an agent keeps between two starts: who it is, and results that the server has not taken yet. Small
// files in a folder that only its user may read; each is whole or not there at all.
#pragma once

#include "app/agent/order.hpp"
#include "domain/result.hpp"

#include <boost/describe/class.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace holdfast::app {

struct agent_identity {
    std::string server;
    std::string hostname;
    holdfast::agent_id agent_id;
    std::optional<std::string> token; // its own, where an enroll token bought one
};

BOOST_DESCRIBE_STRUCT(agent_identity, (), (server, hostname, agent_id, token))

struct kept_result {
    holdfast::task_id task_id;
    report result; // its log is all that is not known to be with the server
    // Where that log begins in the attempt's, in bytes, and how many bytes of it were sent without an answer.
    std::optional<std::int32_t> log_offset{}, log_in_doubt{};
};

BOOST_DESCRIBE_STRUCT(kept_result, (), (task_id, result, log_offset, log_in_doubt))

[[nodiscard]] inline std::string traceparent_of(const kept_result& what) {
    return holdfast::traceparent_of(what.task_id, what.result.attempt.value_or(1));
}

class agent_state {
public:
    // Makes the folder when it is missing; errc::invalid names what can't be used.
    [[nodiscard]] static result<agent_state> open(const std::string& folder);

    // Nothing: none is kept for this server and hostname.
    [[nodiscard]] std::optional<agent_identity> identity(const std::string& server,
                                                         const std::string& hostname) const;
    [[nodiscard]] result<void> keep(const agent_identity& who) const;

    [[nodiscard]] result<void> keep(const kept_result& undelivered) const;
    void forget(const kept_result& delivered) const;
    [[nodiscard]] std::vector<kept_result> undelivered() const; // oldest first

    [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

private:
    explicit agent_state(std::filesystem::path folder) : folder_(std::move(folder)) {}

    [[nodiscard]] std::filesystem::path file_of(const kept_result& r) const;

    std::filesystem::path folder_;
};

} // namespace holdfast::app
