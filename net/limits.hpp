// Every limit of the front end, in one place. Times are of the steady clock; tests inject short ones.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace holdfast::net {

struct limits {
    std::size_t header_bytes_max = std::size_t{16} * 1024; // request line and headers; above: 431
    std::size_t target_bytes_max = std::size_t{4} * 1024;  // path and query; above: 414
    std::size_t body_bytes_max = std::size_t{1024} * 1024; // of a route that states none; above: 413
    std::size_t discard_bytes_max =
        std::size_t{64} * 1024;           // body of a refused request that is read to keep the connection
    std::size_t connections_max = 20'000; // of one shard; above: accepting stops until one goes

    // Of one shard, as each counts for itself; 0: no limit. An address may be a whole site behind one NAT, a
    // token a whole fleet's.
    std::uint32_t connections_per_address = 10'000; // above: closed before TLS, which would cost more than it
    std::uint32_t handshakes_per_address = 100; // in a second, a hundred times as many at once; above: closed
    std::uint32_t requests_per_address = 10'000;  // in a second; above: 429
    std::uint32_t requests_per_token = 10'000;    // in a second; above: 429
    std::uint32_t wrong_tokens_per_address = 100; // in a minute; above: 429, unless the token was once right

    std::chrono::milliseconds handshake{10'000}; // accept to the end of the TLS handshake
    std::chrono::milliseconds header{
        10'000};                            // first byte (first request: handshake) to the end of the headers
    std::chrono::milliseconds body{60'000}; // end of the headers to the end of the body
    std::chrono::milliseconds write{30'000}; // one reply
    std::chrono::milliseconds idle{90'000};  // keep-alive between two requests
    std::chrono::milliseconds linger{2'000}; // reading on after a refusal, so that the client gets to read it
    std::chrono::milliseconds drain_grace{10'000}; // what runs when a drain begins may take this long
    std::chrono::milliseconds accept_pause{100};   // after accept failed for want of descriptors or memory
    std::chrono::milliseconds slow_request{1'000}; // slower ones are logged (not those which wait on purpose)
};

} // namespace holdfast::net
