// W3C Trace Context: the `traceparent` of a caller, which log lines carry, and the trace of a task.
#pragma once

#include "domain/id.hpp"

#include <string>
#include <string_view>

namespace holdfast {

// Version 00 to the letter; of later versions what 00 knows of them.
[[nodiscard]] bool is_traceparent(std::string_view text);

// Of a well-formed one: 32 and 16 lower-case hexadecimal digits. Of an empty one: empty.
[[nodiscard]] std::string_view trace_id_of(std::string_view traceparent);
[[nodiscard]] std::string_view span_id_of(std::string_view traceparent);

// A task is a trace of its own, and each attempt a span of it: whoever knows the task knows both. Nobody
// records the spans, so the flags say "not sampled".
[[nodiscard]] std::string traceparent_of(task_id task, int attempt);

} // namespace holdfast
