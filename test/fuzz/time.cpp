// Time stamps: what is understood is written and understood as the same.
#include "domain/time.hpp"

#include "test/fuzz/fuzz.hpp"

using namespace holdfast;
using fuzz::must;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto parsed = parse_rfc3339(fuzz::text_of(data, size));
    if (!parsed) return 0;
    const std::string written = to_rfc3339(*parsed);
    must(parse_rfc3339(written) == parsed, "what is written is read as the same");
    must(to_rfc3339(*parse_rfc3339(written)) == written, "and written as the same");
    return 0;
}
