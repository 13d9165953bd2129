// Errors as values: what can happen travels as a failure, what can't is asserted, and only start-up throws.
#pragma once

#include <cassert>
#include <chrono>
#include <memory>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace holdfast {

// The whole public vocabulary of errors. Each value has one row in net/problem.cpp (status, title, code);
// a test walks the enumeration.
enum class errc : unsigned char {
    invalid,           // a value that was sent is malformed or out of range; names_of() says which
    unauthorized,      // no token, or one that is not known (any more)
    forbidden,         // the token's kind may not do this
    not_found,         // unknown, or not yours
    conflict,          // the present state does not allow it
    name_taken,        // a hostname or a policy's name is in use
    lease_lost,        // the attempt named is not the task's present one
    start_over,        // what changed since can't be told any more: look anew
    too_large,         // more than a stated limit
    unsupported_media, // a body that is not JSON
    overloaded,        // a queue of this server is full; try again
    too_many_requests, // this caller asks too often
    unavailable,       // the database can't be reached now; try again
    draining,          // the server is going down; try another
    gone_away,         // the caller hung up; nobody reads the answer
    internal,          // a defect of ours
};

inline constexpr errc last_errc = errc::internal;

// One field that failed, by JSON pointer (RFC 6901) or the name of a parameter.
struct field_error {
    std::string pointer;
    std::string detail;
};

// What went wrong, for the client (detail, fields) and for the log (cause, where).
class [[nodiscard]] failure {
public:
    explicit failure(errc code, std::source_location where = std::source_location::current())
        : code_(code), where_(where) {}

    failure(errc code, std::string detail, std::source_location where = std::source_location::current())
        : code_(code), where_(where), text_(std::make_unique<text>(text{std::move(detail), {}, {}, {}})) {}

    [[nodiscard]] errc code() const { return code_; }

    [[nodiscard]] const std::source_location& where() const { return where_; }

    // A sentence that the client may read. Never holds a secret, a statement or a path of this machine.
    [[nodiscard]] std::string_view detail() const {
        return text_ ? std::string_view(text_->detail) : std::string_view();
    }

    // What only the log may say (a database's own message, for instance).
    [[nodiscard]] std::string_view cause() const {
        return text_ ? std::string_view(text_->cause) : std::string_view();
    }

    [[nodiscard]] const std::vector<field_error>& fields() const {
        static const std::vector<field_error> none;
        return text_ ? text_->fields : none;
    }

    failure&& because(std::string cause) && {
        own().cause = std::move(cause);
        return std::move(*this);
    }

    failure&& with(std::vector<field_error> fields) && {
        own().fields = std::move(fields);
        return std::move(*this);
    }

    failure&& retry_after(std::chrono::seconds wait) && {
        own().retry_after = wait;
        return std::move(*this);
    }

    // When asking again makes sense; zero: as its kind says.
    [[nodiscard]] std::chrono::seconds retry_after() const {
        return text_ ? text_->retry_after : std::chrono::seconds{};
    }

    // A failure is handed to one caller; who must tell many copies it by name.
    [[nodiscard]] failure copy() const {
        failure other{code_, where_};
        if (text_) other.text_ = std::make_unique<text>(*text_);
        return other;
    }

private:
    struct text {
        std::string detail;
        std::string cause;
        std::vector<field_error> fields;
        std::chrono::seconds retry_after{};
    };

    text& own() {
        if (!text_) text_ = std::make_unique<text>();
        return *text_;
    }

    errc code_;
    std::source_location where_;
    std::unique_ptr<text> text_;
};

// errc::invalid for fields that failed (at least one); the first of them is its sentence.
[[nodiscard]] inline failure invalid(std::vector<field_error> wrong,
                                     std::source_location where = std::source_location::current()) {
    std::string detail = wrong.front().pointer.substr(1) + ": " + wrong.front().detail;
    return failure{errc::invalid, std::move(detail), where}.with(std::move(wrong));
}

// A value or a failure. Not boost::system::result: that one is not [[nodiscard]], copies its error at every
// level, and `return {}` in a result<std::string> means success.
template <class T> class [[nodiscard]] result {
public:
    result(T value)
        : state_(std::in_place_index<0>, std::move(value)) {} // NOLINT(google-explicit-constructor)

    result(failure error)
        : state_(std::in_place_index<1>, std::move(error)) {} // NOLINT(google-explicit-constructor)

    [[nodiscard]] explicit operator bool() const { return state_.index() == 0; }

    [[nodiscard]] T& operator*() & { return value(); }

    [[nodiscard]] const T& operator*() const& { return const_cast<result&>(*this).value(); }

    [[nodiscard]] T&& operator*() && { return std::move(value()); }

    [[nodiscard]] T* operator->() { return &value(); }

    [[nodiscard]] const T* operator->() const { return &const_cast<result&>(*this).value(); }

    [[nodiscard]] const failure& error() const& { return const_cast<result&>(*this).wrong(); }

    [[nodiscard]] failure&& error() && { return std::move(wrong()); }

private:
    T& value() {
        assert(state_.index() == 0);
        return *std::get_if<0>(&state_);
    }

    failure& wrong() {
        assert(state_.index() == 1);
        return *std::get_if<1>(&state_);
    }

    std::variant<T, failure> state_;
};

struct done_t {};

inline constexpr done_t done{};

template <> class [[nodiscard]] result<void> {
public:
    result(done_t) {} // NOLINT(google-explicit-constructor)

    result(failure error) : error_(std::move(error)), failed_(true) {} // NOLINT(google-explicit-constructor)

    [[nodiscard]] explicit operator bool() const { return !failed_; }

    [[nodiscard]] const failure& error() const& { return error_; }

    [[nodiscard]] failure&& error() && { return std::move(error_); }

private:
    failure error_{errc::internal};
    bool failed_ = false;
};

} // namespace holdfast
