// Bytes of a client after the handshake, whatever they are: answered in HTTP or cut, and the next client is
// served. A NUL byte (which HTTP has none of) stands for the end of a TLS record.
#include "test/fuzz/fuzz.hpp"
#include "test/integration/net_front_fixture.hpp"

#include <chrono>
#include <stdexcept>

using namespace holdfast;
using fuzz::must;

namespace {

net::limits impatient() {
    net::limits out;
    out.header = out.body = out.linger = std::chrono::milliseconds(200);
    out.connections_per_address = out.handshakes_per_address = out.requests_per_address = 0;
    return out;
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static test::front_fixture front(impatient());
    std::string_view text = fuzz::text_of(data, size);
    try {
        test::tls_client client(front.port());
        while (!text.empty()) {
            const std::size_t end = std::min(text.find('\0'), text.size());
            if (end > 0) client.send(text.substr(0, end));
            text.remove_prefix(std::min(end + 1, text.size()));
        }
        client.say_close();
        client.half_close();
        must(client.wait_for_end() != test::ending::silence, "the connection ends");
    } catch (const std::runtime_error&) { // it was cut while the bytes were sent
    }
    test::tls_client neighbour(front.port());
    must(neighbour.ask("GET /open HTTP/1.1\r\nHost: localhost\r\n\r\n").status == 200,
         "the next one is served");
    return 0;
}
