#include "db/postgres/library.hpp"

#include <libpq-fe.h>

namespace holdfast::pg {

std::string library_version() {
    const int number = PQlibVersion(); // 150018 is 15.18
    return std::to_string(number / 10000) + '.' + std::to_string(number % 10000);
}

} // namespace holdfast::pg
