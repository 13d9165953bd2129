// The parameters of one statement, in PostgreSQL's binary format.
#pragma once

#include "db/postgres/types.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace holdfast::pg {

class params {
public:
    struct value {
        oid type;
        std::size_t offset;
        int length; // -1: NULL
    };

    template <class T> void add(const T& given) {
        if constexpr (optional_of<T>::value) {
            using inner = typename optional_of<T>::type;
            if (given)
                add(*given);
            else
                values_.push_back({codec<inner>::type, data_.size(), -1});
        } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
            put<std::string_view>(std::string_view(given));
        } else {
            put<T>(given);
        }
    }

    [[nodiscard]] std::size_t size() const { return values_.size(); }

    [[nodiscard]] const value& at(std::size_t i) const { return values_.at(i); }

    // Valid until the next add(); nullptr is NULL.
    [[nodiscard]] const char* data(const value& v) const {
        return v.length < 0 ? nullptr : data_.data() + v.offset;
    }

private:
    template <class T> void put(const T& given) {
        const std::size_t offset = data_.size();
        codec<T>::put(data_, given);
        values_.push_back({codec<T>::type, offset, static_cast<int>(data_.size() - offset)});
    }

    std::string data_;
    std::vector<value> values_;
};

// In the order of $1, $2, …; the types are listed in types.hpp.
template <class... T> [[nodiscard]] params bind(const T&... values) {
    params out;
    (out.add(values), ...);
    return out;
}

} // namespace holdfast::pg
