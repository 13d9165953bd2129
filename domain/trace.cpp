#include "domain/trace.hpp"

#include <algorithm>

namespace holdfast {
namespace {

// "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
constexpr std::size_t trace_at = 3;
constexpr std::size_t trace_size = 32;
constexpr std::size_t span_at = 36;
constexpr std::size_t span_size = 16;
constexpr std::size_t flags_at = 53;
constexpr std::size_t size_of_00 = 55;

bool is_hex(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_number_above_zero(std::string_view text) {
    return is_hex(text) && text.find_first_not_of('0') != text.npos;
}

} // namespace

bool is_traceparent(std::string_view text) {
    if (text.size() < size_of_00) return false;
    const std::string_view version = text.substr(0, 2);
    const bool ends = text.size() == size_of_00 || (version != "00" && text[size_of_00] == '-');
    return ends && is_hex(version) && version != "ff" && text[trace_at - 1] == '-' &&
           text[span_at - 1] == '-' && text[flags_at - 1] == '-' &&
           is_number_above_zero(text.substr(trace_at, trace_size)) &&
           is_number_above_zero(text.substr(span_at, span_size)) && is_hex(text.substr(flags_at, 2));
}

std::string_view trace_id_of(std::string_view traceparent) {
    return traceparent.empty() ? traceparent : traceparent.substr(trace_at, trace_size);
}

std::string_view span_id_of(std::string_view traceparent) {
    return traceparent.empty() ? traceparent : traceparent.substr(span_at, span_size);
}

std::string traceparent_of(task_id task, int attempt) {
    static constexpr char hex[] = "0123456789abcdef";
    std::string trace = to_string(task);
    std::erase(trace, '-');
    std::string span(span_size, '0');
    std::size_t at = span_size;
    for (auto left = static_cast<unsigned>(attempt); left != 0; left >>= 4U) span[--at] = hex[left & 15U];
    return "00-" + trace + '-' + span + "-00";
}

} // namespace holdfast
