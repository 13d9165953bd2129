#include "domain/event.hpp"

namespace holdfast {

std::string_view name_of(event_kind kind) {
    return kind == event_kind::task_failed ? "task.failed" : "freshness.changed";
}

std::optional<event_kind> event_kind_from(std::string_view name) {
    for (const event_kind each : {event_kind::freshness_changed, event_kind::task_failed})
        if (name_of(each) == name) return each;
    return std::nullopt;
}

} // namespace holdfast
