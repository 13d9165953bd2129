#include "net/json/read.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parser.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <new>

namespace holdfast::net::json {
namespace {

// Hands out memory of the heap up to a limit, then throws std::bad_alloc.
class bounded_memory final : public bj::memory_resource {
public:
    explicit bounded_memory(std::size_t bytes_max) : left_(bytes_max) {}

private:
    void* do_allocate(std::size_t bytes, std::size_t alignment) override {
        if (bytes > left_) throw std::bad_alloc();
        void* out = ::operator new (bytes, std::align_val_t{alignment});
        left_ -= bytes;
        return out;
    }

    void do_deallocate(void* memory, std::size_t bytes, std::size_t alignment) override {
        ::operator delete (memory, std::align_val_t{alignment});
        left_ += bytes;
    }

    [[nodiscard]] bool do_is_equal(const bj::memory_resource& other) const noexcept override {
        return this == &other;
    }

    std::size_t left_;
};

bool equal_without_case(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::ranges::equal(a, b, {}, lower, lower);
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

// application/json; a charset may be said when it is UTF-8, other parameters mean nothing (RFC 8259, 11).
bool is_json(std::string_view content_type) {
    std::size_t end = std::min(content_type.find(';'), content_type.size());
    if (!equal_without_case(trimmed(content_type.substr(0, end)), "application/json")) return false;
    while (end < content_type.size()) {
        content_type.remove_prefix(end + 1);
        end = std::min(content_type.find(';'), content_type.size());
        const std::string_view parameter = trimmed(content_type.substr(0, end));
        const std::size_t equals = std::min(parameter.find('='), parameter.size());
        if (!equal_without_case(parameter.substr(0, equals), "charset")) continue;
        std::string_view charset = parameter.substr(std::min(equals + 1, parameter.size()));
        if (charset.size() >= 2 && charset.front() == '"' && charset.back() == '"')
            charset = charset.substr(1, charset.size() - 2);
        if (!equal_without_case(charset, "utf-8")) return false;
    }
    return true;
}

} // namespace

void reader::complain(std::string detail) {
    if (complaints_.size() < complaints_max) complaints_.push_back({pointer(), std::move(detail)});
}

std::string reader::pointer() const {
    std::string out;
    for (const step& s : path_) {
        out += '/';
        if (s.element) out += std::to_string(s.index);
        for (const char c : s.name) {
            if (c == '~')
                out += "~0";
            else if (c == '/')
                out += "~1";
            else
                out += c;
        }
    }
    return out;
}

void reader::read_one(const bj::value& from, std::string& into) {
    const bj::string* given = from.if_string();
    if (!given) return complain("must be a string");
    if (!storable(from)) return;
    into.assign(given->data(), given->size());
}

void reader::read_one(const bj::value& from, double& into) {
    if (from.is_int64())
        into = static_cast<double>(from.get_int64());
    else if (from.is_uint64())
        into = static_cast<double>(from.get_uint64());
    else if (from.is_double() && std::isfinite(from.get_double()))
        into = from.get_double();
    else
        complain("must be a finite number");
}

void reader::read_one(const bj::value& from, uuid& into) {
    const bj::string* given = from.if_string();
    const std::optional<uuid> value =
        given ? parse_uuid({given->data(), given->size()}) : std::optional<uuid>{};
    if (value)
        into = *value;
    else
        complain("must be a UUID");
}

void reader::read_one(const bj::value& from, instant& into) {
    const bj::string* given = from.if_string();
    const std::optional<instant> value =
        given ? parse_rfc3339({given->data(), given->size()}) : std::optional<instant>{};
    if (value)
        into = *value;
    else
        complain("must be a time as in RFC 3339");
}

void reader::read_one(const bj::value& from, bj::object& into) {
    if (!from.is_object()) return complain("must be an object");
    if (storable(from))
        into = bj::object(from.get_object(), bj::storage_ptr{}); // outlives the parser's memory
}

void reader::read_one(const bj::value& from, bj::value& into) {
    if (storable(from)) into = bj::value(from, bj::storage_ptr{});
}

bool reader::storable(const bj::value& any) {
    const auto clean = [](const bj::string& text) { return text.find('\0') == bj::string::npos; };
    switch (any.kind()) {
    case bj::kind::string:
        if (clean(any.get_string())) return true;
        complain("must not hold a NUL character");
        return false;
    case bj::kind::double_:
        if (std::isfinite(any.get_double())) return true;
        complain("must be a finite number");
        return false;
    case bj::kind::array:
        for (const bj::value& each : any.get_array())
            if (!storable(each)) return false;
        return true;
    case bj::kind::object:
        for (const auto& [name, each] : any.get_object()) {
            if (name.find('\0') == name.npos && storable(each)) continue;
            if (good()) complain("must not hold a NUL character");
            return false;
        }
        return true;
    default: return true;
    }
}

namespace detail {

struct parsed_body::memory {
    std::array<unsigned char, 4096> first{};
    bounded_memory heap{parsed_bytes_max};
    bj::monotonic_resource pool{first.data(), first.size(), &heap};
    bj::value root;
};

parsed_body::parsed_body() : memory_(std::make_unique<memory>()) {}

parsed_body::~parsed_body() = default;

result<const bj::value*> parsed_body::parse(std::string_view text, std::string_view content_type) {
    if (text.empty()) {
        memory_->root = bj::object{};
        return &memory_->root;
    }
    if (!is_json(content_type))
        return failure{errc::unsupported_media, "The body must be application/json in UTF-8."};
    bj::parse_options options;
    options.max_depth = depth_max;
    bj::parser parser(bj::storage_ptr{}, options);
    parser.reset(&memory_->pool);
    try {
        boost::system::error_code ec;
        const std::size_t taken = parser.write(text.data(), text.size(), ec);
        if (ec)
            return failure{errc::invalid, "The body is not valid JSON (byte " + std::to_string(taken) + ")."};
        memory_->root = parser.release();
    } catch (const std::bad_alloc&) {
        return failure{errc::too_large, "The body holds too many values."};
    }
    return &memory_->root;
}

failure invalid_body(std::vector<field_error> complaints) {
    std::string detail;
    for (const field_error& one : complaints) {
        if (!detail.empty()) detail += "; ";
        detail += one.pointer.empty() ? "the body" : one.pointer;
        detail += ' ';
        detail += one.detail;
    }
    return failure{errc::invalid, std::move(detail)}.with(std::move(complaints));
}

} // namespace detail

} // namespace holdfast::net::json
