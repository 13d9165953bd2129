// JSON bodies of every call that takes one: read, or refused with what was wrong; what is read survives being
// written and read anew where the call's body and answer are the same thing. The first byte chooses the call.
#include "net/json/read.hpp"
#include "net/json/write.hpp"
#include "net/wire/agent.hpp"
#include "net/wire/policy.hpp"
#include "net/wire/task.hpp"
#include "net/wire/token.hpp"
#include "test/fuzz/fuzz.hpp"

#include <array>

using namespace holdfast;
using fuzz::must;

namespace {

template <class Body> void read(std::string_view text) {
    const auto body = net::json::read_body<Body>(text, "application/json");
    if (body) return;
    must(!body.error().detail().empty(), "a refusal says why");
    must(body.error().fields().size() <= net::json::complaints_max, "complaints have an end");
}

using reading = void (*)(std::string_view);

constexpr std::array<reading, 13> calls{
    read<net::wire::registration_body>, read<net::wire::heartbeat_body>, read<net::wire::agent_patch_body>,
    read<net::wire::policy_body>,       read<net::wire::run_body>,       read<net::wire::progress_body>,
    read<net::wire::log_piece_body>,    read<net::wire::result_body>,    read<net::wire::legacy_result_body>,
    read<net::wire::release_body>,      read<net::wire::token_body>,     read<net::wire::tenant_body>,
    read<boost::json::value>,
};

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    calls.at(data[0] % calls.size())(fuzz::text_of(data + 1, size - 1));
    return 0;
}
