// JSON calls of the API on one server, with a token. An answer is a value or, when the server refuses or
// there is no answer, what a caller needs to know to do something about it.
#pragma once

#include "net/client/https_client.hpp"
#include "net/json/read.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace holdfast::net {

struct call_failure {
    unsigned status = 0; // 0: no answer at all
    std::string words;
    std::vector<field_error> fields; // that the server found wrong
    std::string request_id;          // as the server's log has it; empty where it said none
    std::optional<std::chrono::seconds> retry_after;

    // The server will say the same again.
    [[nodiscard]] bool final() const {
        return status >= 400 && status < 500 && status != 401 && status != 408 && status != 429;
    }
};

template <class T> struct answered {
    std::optional<T> value;
    call_failure wrong; // where there is no value
};

struct nothing {};

// One connection, one call at a time.
class api_client {
public:
    api_client(executor where, const tls_context& tls, const server_url& server)
        : client_(where, tls, server) {}

    // For every call from now on.
    void use_token(const std::string& token);

    // Source address of the connections to come.
    void from(const asio::ip::address& address) { client_.from(address); }

    // Ends a call under way.
    void close() { client_.close(); }

    // The body of a 2xx.
    awaitable<answered<std::string>> call(verb method, std::string target, header_list headers,
                                          std::string body, std::chrono::seconds deadline);

    // The same, as what it says: a described struct, or nothing where that does not matter. No body is a
    // value made by default.
    template <class T>
    awaitable<answered<T>> call_for(verb method, std::string target, header_list headers, std::string body,
                                    std::chrono::seconds deadline) {
        auto got = co_await call(method, std::move(target), std::move(headers), std::move(body), deadline);
        answered<T> out;
        out.wrong = std::move(got.wrong);
        if (got.value) out.value = understood<T>(*got.value, out.wrong);
        co_return out;
    }

private:
    template <class T> static std::optional<T> understood(const std::string& body, call_failure& wrong) {
        if constexpr (!std::is_same_v<T, nothing>) {
            if (body.empty()) return T{}; // 204
            auto value = json::read_body<T>(body, "application/json");
            if (value) return std::move(*value);
            wrong.words = "the server's answer can't be understood: " + std::string(value.error().detail());
            return std::nullopt;
        } else {
            return nothing{};
        }
    }

    https_client client_;
};

} // namespace holdfast::net
