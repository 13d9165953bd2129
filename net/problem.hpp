// Errors on the wire: RFC 9457 problem documents, one row for each errc and for each error of HTTP itself.
#pragma once

#include "domain/result.hpp"
#include "net/exchange.hpp"
#include "net/reply.hpp"

#include <string_view>

namespace holdfast::net {

struct problem_kind {
    unsigned status;
    std::string_view code;            // stable, for programs; the type is urn:holdfast:problem:<code>
    std::string_view title;           // the same for every occurrence
    unsigned retry_after_seconds = 0; // 0: no Retry-After
};

[[nodiscard]] const problem_kind& kind_of(errc code);

namespace problems { // what only HTTP knows
inline constexpr problem_kind malformed{400, "malformed_request", "Malformed request"};
inline constexpr problem_kind method_not_allowed{405, "method_not_allowed", "Method not allowed"};
inline constexpr problem_kind target_too_long{414, "target_too_long", "Request target too long"};
inline constexpr problem_kind expectation_failed{417, "expectation_failed", "Expectation failed"};
inline constexpr problem_kind headers_too_large{431, "headers_too_large", "Request headers too large"};
inline constexpr problem_kind not_implemented{501, "not_implemented", "Not implemented"};
} // namespace problems

// Which request it is about; views that need to live for the call only.
struct problem_place {
    std::string_view path; // without the query
    log::request_ref asked;
};

// Never shows the failure's cause. 401 carries WWW-Authenticate; 429 and 503 carry Retry-After.
[[nodiscard]] reply problem(const failure& what, const problem_place& where);
[[nodiscard]] reply problem(const failure& what, const exchange& where);
[[nodiscard]] reply problem(const problem_kind& kind, std::string_view detail, const problem_place& where);

} // namespace holdfast::net
