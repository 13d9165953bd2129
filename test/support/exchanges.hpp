// What the tests of the whole program asked and were answered, for test/openapi_answers to hold against the
// description: one line of JSON for each exchange, in the folder that HOLDFAST_EXCHANGES names, one file for
// each process. Where it names none, nothing is written.
#pragma once

#include "net/client/https_client.hpp"

#include <string>
#include <string_view>

namespace holdfast::test {

// The beginning of a line; empty where nothing is written.
[[nodiscard]] std::string noted_request(net::verb method, std::string_view target,
                                        const net::header_list& headers, std::string_view body);
void note_exchange(const std::string& request, const net::response& answer);

// What a webhook was told. From any thread, as the above.
void note_event(const net::header_list& headers, std::string_view body);

} // namespace holdfast::test
