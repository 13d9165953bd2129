// Request targets, query parameters and cursors.
#include "domain/secret.hpp"
#include "net/query.hpp"
#include "test/fuzz/fuzz.hpp"

#include <limits>

using namespace holdfast;
using fuzz::must;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto parsed = net::parse_target(fuzz::text_of(data, size));
    if (!parsed) {
        must(!parsed.error().detail().empty(), "a refusal says why");
        return 0;
    }
    for (const std::string& each : parsed->segments) must(each.find('\0') == each.npos, "a path has no NUL");
    for (const char* name : {"limit", "wait", "since", "cursor", "types", "a"}) {
        const net::query_parameters& query = parsed->query;
        const auto number = query.integer(name, -5, 100, 7);
        must(!number || (*number >= -5 && *number <= 100), "a number is within its bounds");
        static_cast<void>(query.integer(name, std::numeric_limits<std::int64_t>::min(),
                                        std::numeric_limits<std::int64_t>::max()));
        static_cast<void>(query.flag(name, false));
        static_cast<void>(query.uuid_of(name));
        static_cast<void>(query.time(name));
        for (const std::string_view item : query.list(name))
            must(!item.empty(), "no item of a list is empty");
        if (const auto text = query.text(name)) static_cast<void>(from_base64url(*text));
    }
    return 0;
}
