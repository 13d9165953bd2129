// Time zones of the IANA database, from the system's zoneinfo, and what a wall clock there shows.
#pragma once

#include "domain/time.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace holdfast {

// Cheap to copy; any thread.
class time_zone {
public:
    // What the library knows of a zone.
    struct rules;

    explicit time_zone(std::shared_ptr<const rules> known) : rules_(std::move(known)) {}

    [[nodiscard]] const std::string& name() const;

    // What the clock shows, cut to the second.
    [[nodiscard]] std::chrono::local_seconds to_civil(instant at) const;

    // When the clock shows that. A time that is left out: the instant right after the gap. A time that comes
    // twice: the first one. Later civil times never give earlier instants.
    [[nodiscard]] instant from_civil(std::chrono::local_seconds civil) const;

    // East of Greenwich is positive.
    [[nodiscard]] std::chrono::seconds offset_at(instant at) const;

    // When the offset changes next, strictly after that; nothing when it does not.
    [[nodiscard]] std::optional<instant> next_change(instant after) const;

private:
    std::shared_ptr<const rules> rules_;
};

// By the name in the database, a link's too ("Europe/Berlin", as it is spelled there). Nothing when there is
// no such zone: paths, fixed offsets ("+02:00") and the machine's own zone have no names there.
[[nodiscard]] std::optional<time_zone> find_zone(std::string_view name);

// Known even where the system has no zoneinfo.
[[nodiscard]] time_zone utc_zone();

// RFC 3339 with the zone's offset at that time: 2026-03-29T03:00:00+02:00.
[[nodiscard]] std::string to_rfc3339(instant at, const time_zone& zone);

} // namespace holdfast
