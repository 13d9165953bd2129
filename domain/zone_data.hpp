// The time zones that are part of the program, for a machine that has no tzdata (an empty root, a container).
#pragma once

#include <string_view>

namespace holdfast {

// A zone's TZif file (RFC 8536), as it was in tzdata when the program was built; empty for a name that is not
// there.
[[nodiscard]] std::string_view zone_data(std::string_view name);

} // namespace holdfast
