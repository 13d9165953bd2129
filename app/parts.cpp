#include "app/parts.hpp"

#include "app/settings.hpp"
#include "db/postgres/library.hpp"

#include <CLI/Version.hpp>
#include <absl/base/config.h>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/version.hpp>
#include <fmt/core.h>
#include <openssl/crypto.h>
#include <spdlog/version.h>

#include <algorithm>
#include <array>
#include <gnu/libc-version.h>
#include <iomanip>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::app {
namespace {

struct part {
    std::string name;
    std::string version;
    std::string_view licence; // an SPDX identifier
    std::string_view use;
};

// 90103 is 9.1.3, by hundreds.
std::string by_hundreds(int number) {
    return std::to_string(number / 10000) + '.' + std::to_string(number / 100 % 100) + '.' +
           std::to_string(number % 100);
}

std::vector<part> parts() {
    const int boost = BOOST_VERSION;
    return {
        {"Boost",
         std::to_string(boost / 100000) + '.' + std::to_string(boost / 100 % 1000) + '.' +
             std::to_string(boost % 100),
         "BSL-1.0", "event loop, HTTP, JSON, URLs, UUIDs"},
        {"OpenSSL", OpenSSL_version(OPENSSL_VERSION_STRING), "Apache-2.0", "TLS, hashes, random numbers"},
        {"libpq", pg::library_version(), "PostgreSQL", "the PostgreSQL protocol"},
        {"CLI11", CLI11_VERSION, "BSD-3-Clause", "command line and settings"},
        {"yaml-cpp", YAML_CPP_VERSION, "MIT", "policies and contexts in files"},
        {"spdlog", by_hundreds(SPDLOG_VERSION), "MIT", "log lines"},
        {"fmt", by_hundreds(FMT_VERSION), "MIT", "log lines"},
        {"Abseil", std::to_string(ABSL_LTS_RELEASE_VERSION), "Apache-2.0", "time zones"},
        {"glibc", ::gnu_get_libc_version(), "LGPL-2.1-or-later", "the C library"},
        {"libstdc++",
         std::to_string(__GNUC__) + '.' + std::to_string(__GNUC_MINOR__) + '.' +
             std::to_string(__GNUC_PATCHLEVEL__),
         "GPL-3.0-with-GCC-exception", "the C++ library"},
    };
}

} // namespace

void print_parts(std::ostream& to) {
    to << "holdfast " << version() << "\n\n" << std::left;
    for (const part& each : parts())
        to << std::setw(12) << each.name << std::setw(14) << each.version << std::setw(28) << each.licence
           << each.use << '\n';
}

void print_bill_of_materials(std::ostream& to) {
    boost::json::array components;
    for (const part& each : parts())
        components.push_back(
            boost::json::object{{"type", "library"},
                                {"name", each.name},
                                {"version", each.version},
                                {"description", each.use},
                                {"licenses", boost::json::array{boost::json::object{
                                                 {"license", boost::json::object{{"id", each.licence}}}}}}});
    const boost::json::object program{{"type", "application"}, {"name", "holdfast"}, {"version", version()}};
    to << boost::json::object{{"bomFormat", "CycloneDX"},
                              {"specVersion", "1.4"},
                              {"version", 1},
                              {"metadata", boost::json::object{{"component", program}}},
                              {"components", components}}
       << '\n';
}

} // namespace holdfast::app
