#include "net/wire/work.hpp"

#include "domain/repository.hpp"
#include "domain/validation.hpp"
#include "net/json/read.hpp"
#include "net/json/write.hpp"

#include <boost/describe/class.hpp>
#include <boost/json/serialize.hpp>

namespace holdfast {

BOOST_DESCRIBE_STRUCT(repository_spec, (),
                      (type, bucket, prefix, endpoint, url, username, password, path, host, user, port))

} // namespace holdfast

namespace holdfast::net::wire {
namespace {

constexpr std::size_t document_bytes_max = 16384;

struct retention {
    std::optional<int> keep_last, keep_hourly, keep_daily, keep_weekly, keep_monthly, keep_yearly;
    std::optional<std::string> keep_within;
};

BOOST_DESCRIBE_STRUCT(retention, (),
                      (keep_last, keep_hourly, keep_daily, keep_weekly, keep_monthly, keep_yearly,
                       keep_within))

struct known_params {
    std::optional<int> parallelism, bandwidth_limit_kbps, timeout_seconds;
};

BOOST_DESCRIBE_STRUCT(known_params, (), (parallelism, bandwidth_limit_kbps, timeout_seconds))

// Reads one part of a body whose place is known; false when it complained.
template <class T>
bool read_part(const boost::json::value& given, const std::string& pointer, T& into,
               std::vector<field_error>& wrong) {
    json::reader in;
    in.read(given, into);
    if (in.good()) return true;
    for (field_error& e : in.take()) wrong.push_back({pointer + e.pointer, std::move(e.detail)});
    return false;
}

void not_negative(const std::string& pointer, const std::optional<int>& value, int least,
                  std::vector<field_error>& wrong) {
    if (value && *value < least) wrong.push_back({pointer, "must be at least " + std::to_string(least)});
}

} // namespace

repository_value read_repository(const boost::json::value& given, const std::string& pointer,
                                 std::vector<field_error>& wrong) {
    if (const auto* text = given.if_string()) {
        const std::string_view view(text->data(), text->size());
        if (view.empty() || view.size() > path_bytes_max || view.find('\0') != view.npos)
            wrong.push_back({pointer, "must be a restic repository string of 1 to " +
                                          std::to_string(path_bytes_max) + " bytes"});
        return {std::string(view), std::nullopt};
    }
    if (!given.is_object()) {
        wrong.push_back({pointer, "must be a restic repository string or an object with a type"});
        return {};
    }
    repository_spec spec;
    if (!read_part(given, pointer, spec, wrong)) return {};
    resolved_repository resolved = resolve(spec);
    if (resolved.wrong)
        wrong.push_back(
            {pointer + '/' + std::string(resolved.wrong->member), std::string(resolved.wrong->detail)});
    return {std::move(resolved.text), document{json::to_text(spec)}};
}

std::optional<document> read_retention(const boost::json::value& given, const std::string& pointer,
                                       std::vector<field_error>& wrong) {
    retention r;
    if (!read_part(given, pointer, r, wrong)) return std::nullopt;
    not_negative(pointer + "/keepLast", r.keep_last, 0, wrong);
    not_negative(pointer + "/keepHourly", r.keep_hourly, 0, wrong);
    not_negative(pointer + "/keepDaily", r.keep_daily, 0, wrong);
    not_negative(pointer + "/keepWeekly", r.keep_weekly, 0, wrong);
    not_negative(pointer + "/keepMonthly", r.keep_monthly, 0, wrong);
    not_negative(pointer + "/keepYearly", r.keep_yearly, 0, wrong);
    if (r.keep_within && !is_restic_duration(*r.keep_within))
        wrong.push_back({pointer + "/keepWithin", "must be a restic duration such as 1y5m7d2h"});
    return document{json::to_text(r)};
}

std::optional<document> read_execution_params(const boost::json::value& given, const std::string& pointer,
                                              std::vector<field_error>& wrong) {
    boost::json::object whole;
    if (!read_part(given, pointer, whole, wrong))
        return std::nullopt; // refuses what the database can't store
    known_params known;
    if (!read_part(given, pointer, known, wrong)) return std::nullopt;
    not_negative(pointer + "/parallelism", known.parallelism, 1, wrong);
    not_negative(pointer + "/bandwidthLimitKbps", known.bandwidth_limit_kbps, 0, wrong);
    not_negative(pointer + "/timeoutSeconds", known.timeout_seconds, 1, wrong);
    std::string text = boost::json::serialize(whole);
    if (text.size() > document_bytes_max)
        wrong.push_back(
            {pointer, "must not be larger than " + std::to_string(document_bytes_max) + " bytes"});
    return document{std::move(text)};
}

} // namespace holdfast::net::wire
