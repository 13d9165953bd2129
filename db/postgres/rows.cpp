#include "db/postgres/rows.hpp"

#include <libpq-fe.h>

#include <charconv>
#include <stdexcept>
#include <string>

namespace holdfast::pg {

void rows::clear::operator()(pg_result* owned) const {
    PQclear(owned);
}

std::size_t rows::size() const {
    return static_cast<std::size_t>(PQntuples(result_.get()));
}

row rows::operator[](std::size_t index) const {
    return {result_.get(), static_cast<int>(index)};
}

row rows::front() const {
    return {result_.get(), 0};
}

rows::iterator rows::begin() const {
    return {result_.get(), 0};
}

rows::iterator rows::end() const {
    return {result_.get(), PQntuples(result_.get())};
}

std::int64_t rows::affected() const {
    if (!result_) return 0;
    const std::string_view digits = PQcmdTuples(result_.get());
    std::int64_t count = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), count);
    return count;
}

std::string_view rows::tag() const {
    return result_ ? PQcmdStatus(result_.get()) : std::string_view();
}

bool row::is_null(int column) const {
    return PQgetisnull(from_, index_, column) != 0;
}

std::optional<std::string_view> row::field(int column, bool (*reads)(oid)) const {
    if (index_ < 0 || index_ >= PQntuples(from_)) wrong(column, "is of a row that is not there");
    if (column < 0 || column >= PQnfields(from_)) wrong(column, "is not there");
    const oid type = PQftype(from_, column);
    if (PQfformat(from_, column) != 1 || !reads(type)) wrong(column, "has type " + std::to_string(type));
    if (PQgetisnull(from_, index_, column) != 0) return std::nullopt;
    return std::string_view(PQgetvalue(from_, index_, column),
                            static_cast<std::size_t>(PQgetlength(from_, index_, column)));
}

void row::wrong(int column, std::string_view why) const {
    const char* name = PQfname(from_, column);
    throw std::logic_error("column " + std::to_string(column) + " (" + (name != nullptr ? name : "?") + ") " +
                           std::string(why));
}

} // namespace holdfast::pg
