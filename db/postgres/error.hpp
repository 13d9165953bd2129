// From SQLSTATE to the product's errors.
#pragma once

#include "domain/result.hpp"

#include <source_location>
#include <string_view>

namespace holdfast::pg {

// The failure of a statement. Its cause is "SQLSTATE: message (statement)"; the message never holds a value.
//   unavailable  08 (without 08P01), 53, 57P01-57P03, 57014 (statement timeout), 40001, 40P01, 25P03, 55P03
//   conflict     23505      invalid  22 (without 22P03), 23      internal  everything else
[[nodiscard]] failure failure_from(std::string_view sqlstate, std::string_view message,
                                   std::string_view statement,
                                   std::source_location where = std::source_location::current());

// unavailable, with a cause of the driver's own: no connection, lost, no answer.
[[nodiscard]] failure unavailable(std::string_view cause,
                                  std::source_location where = std::source_location::current());

// The five characters at the head of the cause; empty when the server has not spoken.
[[nodiscard]] std::string_view sqlstate_of(const failure& what);

// A deadlock or a serialization failure: nothing was done, the same again may succeed.
[[nodiscard]] bool repeatable(const failure& what);

} // namespace holdfast::pg
