#include "domain/id.hpp"

#include <openssl/rand.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace holdfast {
namespace {

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// Milliseconds and a 12-bit counter: RFC 9562, section 6.2, method 1. When the counter runs over, the
// clock is borrowed from.
std::uint64_t next_tick() {
    static std::atomic<std::uint64_t> last{0};
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto fresh =
        static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count()) << 12U;
    std::uint64_t seen = last.load(std::memory_order_relaxed);
    std::uint64_t next = 0;
    do {
        next = fresh > seen ? fresh : seen + 1;
    } while (!last.compare_exchange_weak(seen, next, std::memory_order_relaxed));
    return next;
}

// From OpenSSL's generator, many at a time: a call costs a system call, and more than the bits it brings.
std::uint64_t random_bits() {
    thread_local std::array<std::uint64_t, 64> bits{};
    thread_local std::size_t left = 0;
    if (left == 0) {
        if (RAND_bytes(reinterpret_cast<unsigned char*>(bits.data()), sizeof bits) != 1) std::abort();
        left = bits.size();
    }
    return bits.at(--left);
}

} // namespace

std::optional<uuid> parse_uuid(std::string_view text) {
    if (text.size() != 36) return std::nullopt;
    uuid out{};
    std::size_t at = 0;
    for (std::size_t i = 0; i < 36;) {
        if (i == 8 || i == 13 || i == 18 || i == 23) {
            if (text[i++] != '-') return std::nullopt;
            continue;
        }
        const int high = hex_value(text[i]);
        const int low = hex_value(text[i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        out.data[at++] = static_cast<std::uint8_t>(high * 16 + low);
        i += 2;
    }
    return out;
}

std::string to_string(const uuid& value) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out(36, '-');
    std::size_t at = 0;
    for (std::size_t i = 0; i < 16; ++i) {
        if (at == 8 || at == 13 || at == 18 || at == 23) ++at;
        out[at++] = digits[value.data[i] >> 4U];
        out[at++] = digits[value.data[i] & 15U];
    }
    return out;
}

std::chrono::sys_time<std::chrono::milliseconds> time_of(const uuid& made) {
    std::chrono::milliseconds::rep milliseconds = 0;
    for (unsigned i = 0; i < 6; ++i) milliseconds = (milliseconds << 8) | made.data[i];
    return std::chrono::sys_time<std::chrono::milliseconds>{std::chrono::milliseconds{milliseconds}};
}

uuid make_uuid() {
    uuid out{};
    const std::uint64_t tick = next_tick();
    for (unsigned i = 0; i < 6; ++i) out.data[i] = static_cast<std::uint8_t>(tick >> (52U - 8U * i));
    out.data[6] = static_cast<std::uint8_t>(0x70U | ((tick >> 8U) & 0x0FU));
    out.data[7] = static_cast<std::uint8_t>(tick);
    const std::uint64_t random = random_bits();
    std::memcpy(out.data + 8, &random, sizeof random);
    out.data[8] = static_cast<std::uint8_t>(0x80U | (out.data[8] & 0x3FU));
    return out;
}

} // namespace holdfast
