// Where a caller waits in its own frame until it is resumed inline: eight bytes, no allocation, no post.
#pragma once

#include "domain/async.hpp"

#include <boost/asio/async_result.hpp>

#include <optional>
#include <utility>

namespace holdfast::pg {

// The stored handler owns the coroutine that owns this slot. So whoever keeps a list of parked callers must
// answer all of them: one that is dropped is a leak. resume() only after the turn that called wait().
class parked {
public:
    [[nodiscard]] awaitable<void> wait() {
        auto keep = [this](auto then) { then_.emplace(std::move(then)); };
        return asio::async_initiate<const use_awaitable_t, void()>(keep, use_awaitable);
    }

    // Runs the caller up to its next wait; this slot may be gone afterwards.
    void resume() {
        handler then = std::move(*then_);
        then_.reset();
        std::move(then)();
    }

private:
    using handler = asio::async_result<use_awaitable_t, void()>::handler_type;

    std::optional<handler> then_;
};

} // namespace holdfast::pg
