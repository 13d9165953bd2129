// One request on its way through a handler: what was asked, by whom, and who waits for the answer.
#pragma once

#include "domain/async.hpp"
#include "domain/id.hpp"
#include "domain/identity.hpp"
#include "domain/log.hpp"
#include "domain/peer.hpp"
#include "domain/result.hpp"
#include "net/request.hpp"

#include <array>
#include <cassert>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace holdfast::net {

// The UUIDs of a path, in its order, by the names that the route's pattern gives them.
class path_ids {
public:
    static constexpr std::size_t count_max = 3;

    void add(std::string_view name, const uuid& value) { // `name` lives as long as the router
        assert(count_ < count_max);
        names_[count_] = name;
        values_[count_++] = value;
    }

    [[nodiscard]] const uuid& at(std::size_t index) const {
        assert(index < count_);
        return values_[index];
    }

    // A name that the pattern has not is a defect: throws std::out_of_range, which becomes a 500.
    [[nodiscard]] const uuid& at(std::string_view name) const;

    [[nodiscard]] std::size_t size() const { return count_; }

private:
    std::array<uuid, count_max> values_{};
    std::array<std::string_view, count_max> names_{};
    std::size_t count_ = 0;
};

// The other end of the connection.
class caller : public peer {
public:
    // Who a token stands for, within the limits of this address and of the token.
    virtual awaitable<result<identity>> identify(std::string token) = 0;

protected:
    ~caller() = default;
};

class exchange {
public:
    exchange(net::request asked, path_ids ids, net::caller& from)
        : request_(std::move(asked)), ids_(ids), caller_(&from) {}

    [[nodiscard]] net::request& request() { return request_; }

    [[nodiscard]] const net::request& request() const { return request_; }

    [[nodiscard]] const query_parameters& query() const { return request_.query; }

    [[nodiscard]] std::string_view request_id() const { return request_.header(header::request_id); }

    // For the log lines about it.
    [[nodiscard]] log::request_ref ref() const {
        return {request_id(), request_.header(header::traceparent)};
    }

    // x.id<agent_id>("agentId"), or by position in the pattern.
    template <class Id, class Which> [[nodiscard]] Id id(Which which) const { return Id{ids_.at(which)}; }

    // Who asks. Present on every route that allows some token kinds and has no token_in_body.
    [[nodiscard]] const holdfast::identity& identity() const {
        assert(identity_);
        return *identity_;
    }

    [[nodiscard]] bool has_identity() const { return identity_.has_value(); }

    void identify(const holdfast::identity& who) { identity_ = who; }

    // For a handler that parks, or that finds a token in the body.
    [[nodiscard]] net::caller& caller() { return *caller_; }

private:
    net::request request_;
    path_ids ids_;
    std::optional<holdfast::identity> identity_;
    net::caller* caller_;
};

} // namespace holdfast::net
