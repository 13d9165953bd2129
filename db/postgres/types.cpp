#include "db/postgres/types.hpp"

#include <limits>

namespace holdfast::pg {
namespace {

constexpr std::int64_t epoch_us = 946'684'800'000'000; // 2000-01-01 in Unix time
constexpr std::int64_t infinity = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t minus_infinity = std::numeric_limits<std::int64_t>::min();
constexpr char jsonb_version = 1;

} // namespace

void codec<instant>::put(std::string& out, instant value) {
    std::int64_t us = 0;
    if (value == instant::max())
        us = infinity;
    else if (value < instant(std::chrono::microseconds(minus_infinity + epoch_us)))
        us = minus_infinity;
    else
        us = value.time_since_epoch().count() - epoch_us;
    put_number(out, static_cast<std::uint64_t>(us));
}

bool codec<instant>::get(std::string_view in, instant& out) {
    if (in.size() != sizeof(std::int64_t)) return false;
    const auto us = static_cast<std::int64_t>(read_number<std::uint64_t>(in.data()));
    if (us > infinity - epoch_us)
        out = instant::max();
    else if (us == minus_infinity)
        out = instant::min();
    else
        out = instant(std::chrono::microseconds(us + epoch_us));
    return true;
}

void codec<jsonb>::put(std::string& out, const jsonb& value) {
    out += jsonb_version;
    out += value.text;
}

bool codec<jsonb>::get(std::string_view in, jsonb& out) {
    if (in.empty() || in[0] != jsonb_version) return false;
    out.text.assign(in.substr(1));
    return true;
}

void put_array_head(std::string& out, oid element, std::size_t size, bool has_nulls) {
    put_number(out, std::uint32_t{size == 0 ? 0U : 1U});
    put_number(out, std::uint32_t{has_nulls ? 1U : 0U});
    put_number(out, element);
    if (size == 0) return;
    put_number(out, static_cast<std::uint32_t>(size));
    put_number(out, std::uint32_t{1}); // the first index
}

array_reader::array_reader(std::string_view in) {
    constexpr std::size_t head_bytes = 12;
    constexpr std::size_t dimension_bytes = 8;
    if (in.size() < head_bytes) return;
    const auto dimensions = read_number<std::uint32_t>(in.data());
    element_ = read_number<std::uint32_t>(in.data() + 8);
    if (dimensions == 0) size_ = 0;
    if (dimensions != 1 || in.size() < head_bytes + dimension_bytes) return;
    const auto claimed = read_number<std::uint32_t>(in.data() + head_bytes);
    rest_ = in.substr(head_bytes + dimension_bytes);
    if (claimed <= rest_.size() / 4) size_ = static_cast<int>(claimed);
}

bool array_reader::next(std::optional<std::string_view>& out) {
    if (rest_.size() < 4) return false;
    const auto length = read_number<std::uint32_t>(rest_.data());
    rest_.remove_prefix(4);
    out.reset();
    if (length == ~std::uint32_t{0}) return true;
    if (length > rest_.size()) return false;
    out = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return true;
}

} // namespace holdfast::pg
