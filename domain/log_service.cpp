#include "domain/log_service.hpp"

#include <algorithm>

namespace holdfast {

awaitable<result<std::string>> log_reader::next() {
    auto piece = co_await logs_->read(tenant_, task_, all_.attempt, offset_);
    if (piece) offset_ += static_cast<std::int32_t>(piece->size());
    co_return piece;
}

awaitable<result<log_extent>> log_service::append(log_piece piece) {
    const auto length = static_cast<std::int32_t>(piece.text.size());
    if (piece.offset > log_bytes_max - length)
        co_return failure{errc::too_large, "the log of an attempt is " + std::to_string(log_bytes_max) +
                                               " bytes long at the most"};
    auto now = co_await logs_.append(std::move(piece));
    co_return now;
}

awaitable<result<log_reader>> log_service::open(tenant_id tenant, task_id id, std::optional<int> attempt,
                                                std::int32_t offset) {
    auto all = co_await logs_.extent(tenant, id, attempt);
    if (!all) co_return std::move(all).error();
    co_return log_reader(logs_, tenant, id, *all, std::min(offset, all->size));
}

} // namespace holdfast
