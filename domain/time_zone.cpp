#include "domain/time_zone.hpp"

#include "domain/zone_data.hpp"

#include <absl/time/civil_time.h>
#include <absl/time/internal/cctz/include/cctz/zone_info_source.h>
#include <absl/time/time.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <system_error>

namespace holdfast {

struct time_zone::rules {
    std::string name;
    absl::TimeZone zone;
};

namespace {

// The longest name of the database has 32 characters.
constexpr std::size_t name_length_max = 64;

bool is_name_char(char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || (c >= '0' && c <= '9') || c == '_' || c == '+' || c == '-' || c == '/';
}

// No dots, so nothing leads out of the folder; and not what lies in it besides the zones: this machine's own,
// and a second and third set of all of them, one of which counts leap seconds.
bool is_zone_name(std::string_view name) {
    if (name.empty() || name.size() > name_length_max || !std::all_of(name.begin(), name.end(), is_name_char))
        return false;
    if (name.starts_with('/') || name.ends_with('/') || name.find("//") != name.npos) return false;
    if (name == "localtime" || name == "posixrules" || name == "Factory") return false;
    return !name.starts_with("posix/") && !name.starts_with("right/");
}

// The library remembers every name that it was ever asked for, also the unknown ones and those it could not
// read at that moment: it is asked only for those that are there. Where it looks is documented with it.
bool is_there(const std::string& name) {
    const char* const moved = std::getenv("TZDIR"); // NOLINT(concurrency-mt-unsafe): nobody sets it
    const std::filesystem::path folder = moved != nullptr && *moved != '\0' ? moved : "/usr/share/zoneinfo";
    std::error_code ignored;
    return std::filesystem::is_regular_file(folder / name, ignored) || !zone_data(name).empty();
}

namespace cctz = absl::time_internal::cctz;

class zone_of_the_program final : public cctz::ZoneInfoSource {
public:
    explicit zone_of_the_program(std::string_view data) : left_(data) {}

    std::size_t Read(void* into, std::size_t size) override {
        size = std::min(size, left_.size());
        std::memcpy(into, left_.data(), size);
        left_.remove_prefix(size);
        return size;
    }

    int Skip(std::size_t offset) override {
        if (offset > left_.size()) return -1;
        left_.remove_prefix(offset);
        return 0;
    }

private:
    std::string_view left_;
};

// The machine's own data first: it is kept up to date.
std::unique_ptr<cctz::ZoneInfoSource>
zone_source(const std::string& name,
            const std::function<std::unique_ptr<cctz::ZoneInfoSource>(const std::string&)>& of_the_machine) {
    if (auto found = of_the_machine(name)) return found;
    const std::string_view data = zone_data(name);
    if (data.empty()) return nullptr;
    return std::make_unique<zone_of_the_program>(data);
}

absl::Time to_absl(instant at) {
    return absl::FromUnixMicros(at.time_since_epoch().count());
}

instant from_absl(absl::Time at) {
    return instant{std::chrono::microseconds{absl::ToUnixMicros(at)}};
}

std::chrono::local_seconds from_absl(absl::CivilSecond civil) {
    const absl::CivilSecond epoch(1970, 1, 1);
    return std::chrono::local_seconds{std::chrono::seconds{civil - epoch}};
}

absl::CivilSecond to_absl(std::chrono::local_seconds civil) {
    return absl::CivilSecond(1970, 1, 1) + civil.time_since_epoch().count();
}

} // namespace

const std::string& time_zone::name() const {
    return rules_->name;
}

std::chrono::local_seconds time_zone::to_civil(instant at) const {
    return from_absl(rules_->zone.At(to_absl(at)).cs);
}

instant time_zone::from_civil(std::chrono::local_seconds civil) const {
    const auto found = rules_->zone.At(to_absl(civil));
    return from_absl(found.kind == absl::TimeZone::TimeInfo::SKIPPED ? found.trans : found.pre);
}

std::chrono::seconds time_zone::offset_at(instant at) const {
    return std::chrono::seconds{rules_->zone.At(to_absl(at)).offset};
}

std::optional<instant> time_zone::next_change(instant after) const {
    absl::TimeZone::CivilTransition change;
    if (!rules_->zone.NextTransition(to_absl(after), &change)) return std::nullopt;
    return from_absl(rules_->zone.At(change.to).trans);
}

std::optional<time_zone> find_zone(std::string_view name) {
    if (name == "UTC") return utc_zone();
    if (!is_zone_name(name)) return std::nullopt;
    auto found = std::make_shared<time_zone::rules>();
    found->name = name;
    if (!is_there(found->name) || !absl::LoadTimeZone(found->name, &found->zone)) return std::nullopt;
    return time_zone(std::move(found));
}

time_zone utc_zone() {
    static const auto utc = std::make_shared<const time_zone::rules>(
        time_zone::rules{.name = "UTC", .zone = absl::UTCTimeZone()});
    return time_zone(utc);
}

std::string to_rfc3339(instant at, const time_zone& zone) {
    // RFC 3339 has no seconds in its offsets; only local mean times, of before 1972, have them.
    const auto offset = std::chrono::floor<std::chrono::minutes>(zone.offset_at(at));
    std::string out = to_rfc3339(at + offset);
    out.pop_back();
    const auto put = [&](std::chrono::minutes::rep value) {
        out += static_cast<char>('0' + value / 10);
        out += static_cast<char>('0' + value % 10);
    };
    out += offset.count() < 0 ? '-' : '+';
    const auto size = std::chrono::abs(offset).count();
    put(size / 60);
    out += ':';
    put(size % 60);
    return out;
}

} // namespace holdfast

// What the library calls for each zone (cctz/zone_info_source.h).
namespace absl {
ABSL_NAMESPACE_BEGIN

namespace time_internal::cctz_extension {

ZoneInfoSourceFactory zone_info_source_factory = holdfast::zone_source;

} // namespace time_internal::cctz_extension

ABSL_NAMESPACE_END
} // namespace absl
