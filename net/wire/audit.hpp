// The audit trail as it goes over the wire.
#pragma once

#include "domain/audit.hpp"

#include <boost/describe/class.hpp>

#include <optional>
#include <string>
#include <utility>

namespace holdfast::net::wire {

struct audit_view {
    holdfast::audit_id audit_id;
    instant at;
    std::string action;
    std::string subject_kind;
    std::optional<uuid> subject_id;
    std::string by;
    std::optional<holdfast::token_id> token_id;
    std::optional<std::string> token_name, request_id, address;
    document details;
};

BOOST_DESCRIBE_STRUCT(audit_view, (),
                      (audit_id, at, action, subject_kind, subject_id, by, token_id, token_name, request_id,
                       address, details))

[[nodiscard]] inline audit_view view_of(audit_entry from) {
    std::string kind(family_of(from.action));
    return {.audit_id = from.id,
            .at = from.at,
            .action = std::move(from.action),
            .subject_kind = std::move(kind),
            .subject_id = from.subject,
            .by = std::move(from.by),
            .token_id = from.token,
            .token_name = std::move(from.token_name),
            .request_id = std::move(from.request),
            .address = std::move(from.address),
            .details = std::move(from.details)};
}

} // namespace holdfast::net::wire
