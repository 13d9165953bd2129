// What a statement answered.
#pragma once

#include "db/postgres/types.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

struct pg_result; // libpq's PGresult

namespace holdfast::pg {

class row;

// Owns libpq's result; movable. Any thread, one at a time.
class rows {
public:
    class iterator;

    rows() = default;

    explicit rows(pg_result* owned) : result_(owned) {}

    [[nodiscard]] std::size_t size() const;

    [[nodiscard]] bool empty() const { return size() == 0; }

    [[nodiscard]] row operator[](std::size_t index) const; // index < size()
    [[nodiscard]] row front() const;
    [[nodiscard]] iterator begin() const;
    [[nodiscard]] iterator end() const;

    // Rows inserted, updated, deleted or selected.
    [[nodiscard]] std::int64_t affected() const;

    // The command's tag, such as "UPDATE 3".
    [[nodiscard]] std::string_view tag() const;

    [[nodiscard]] pg_result* handle() const { return result_.get(); }

private:
    struct clear {
        void operator()(pg_result* owned) const;
    };

    std::unique_ptr<pg_result, clear> result_;
};

// One row; valid as long as its rows are (moving them is fine).
class row {
public:
    row(pg_result* from, int index) : from_(from), index_(index) {}

    // The value of a column, counted from 0; std::optional<T> where it may be NULL. Throws std::logic_error
    // naming the column when its type is not T's, when it is NULL unexpectedly or there is no such column:
    // a defect of the code that reads, not something that happens.
    template <class T> [[nodiscard]] T get(int column) const {
        using inner = typename optional_of<T>::type;
        const std::optional<std::string_view> raw = field(column, codec<inner>::reads);
        inner out{};
        if (!raw) {
            if constexpr (optional_of<T>::value)
                return T();
            else
                wrong(column, "is NULL");
        } else if (!codec<inner>::get(*raw, out)) {
            wrong(column, "holds something else than it is read as");
        }
        return T(std::move(out));
    }

    [[nodiscard]] bool is_null(int column) const;

private:
    [[nodiscard]] std::optional<std::string_view> field(int column, bool (*reads)(oid)) const;
    [[noreturn]] void wrong(int column, std::string_view why) const;

    pg_result* from_;
    int index_;
};

class rows::iterator {
public:
    using value_type = row;
    using difference_type = std::ptrdiff_t;
    using reference = row;
    using pointer = void;
    using iterator_category = std::input_iterator_tag;

    iterator() = default;

    iterator(pg_result* from, int index) : from_(from), index_(index) {}

    [[nodiscard]] row operator*() const { return {from_, index_}; }

    iterator& operator++() {
        ++index_;
        return *this;
    }

    iterator operator++(int) {
        iterator before = *this;
        ++index_;
        return before;
    }

    friend bool operator==(const iterator&, const iterator&) = default;

private:
    pg_result* from_ = nullptr;
    int index_ = 0;
};

} // namespace holdfast::pg
