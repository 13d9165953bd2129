#include "app/load/findings.hpp"

#include "net/json/write.hpp"

#include <boost/describe/class.hpp>

#include <array>
#include <cstdio>

namespace holdfast::app::load {
namespace {

struct percentiles { // in microseconds
    std::uint64_t count = 0;
    double p50 = 0, p90 = 0, p99 = 0, p999 = 0, max = 0, mean = 0;
};

BOOST_DESCRIBE_STRUCT(percentiles, (), (count, p50, p90, p99, p999, max, mean))

struct checks_view {
    bool good = false;
    std::uint64_t made = 0, finished = 0, lost = 0, doubled = 0, misplaced = 0, unknown = 0, refused = 0;
    std::vector<std::string> examples;
};

BOOST_DESCRIBE_STRUCT(checks_view, (),
                      (good, made, finished, lost, doubled, misplaced, unknown, refused, examples))

struct report_view {
    std::string scenario;
    std::map<std::string, double> figures;
    std::map<std::string, percentiles> latencies_microseconds;
    std::map<std::string, std::uint64_t> failures;
    checks_view checks;
};

BOOST_DESCRIBE_STRUCT(report_view, (), (scenario, figures, latencies_microseconds, failures, checks))

double microseconds(std::chrono::nanoseconds n) {
    return static_cast<double>(n.count()) / 1e3;
}

percentiles percentiles_of(const histogram& h) {
    return {h.count(),
            microseconds(h.at(0.5)),
            microseconds(h.at(0.9)),
            microseconds(h.at(0.99)),
            microseconds(h.at(0.999)),
            microseconds(h.max()),
            microseconds(h.mean())};
}

template <class... Values> std::string formatted(const char* format, Values... values) {
    std::array<char, 256> line{};
    const int size = std::snprintf(line.data(), line.size(), format, values...); // NOLINT(*-vararg)
    return {line.data(), std::min(static_cast<std::size_t>(size), line.size() - 1)};
}

// Three digits that count.
std::string in_three_digits(double value) {
    const double size = std::abs(value);
    const int decimals = value == std::floor(value) || size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
    return formatted("%.*f", decimals, value);
}

std::string milliseconds(double in_microseconds) {
    return formatted("%10.2f", in_microseconds / 1e3);
}

} // namespace

void findings::figure(std::string name, double value, std::string words, std::string unit) {
    figures_.push_back({std::move(name), value, std::move(words), std::move(unit)});
}

void findings::latency(std::string name, const histogram& values, std::string words) {
    if (values.count() != 0) latencies_.push_back({std::move(name), values, std::move(words)});
}

void findings::judge(verdict checks, const tally& counts) {
    checks_ = std::move(checks);
    counts_ = counts;
}

std::string findings::conclusion() const {
    const verdict& c = checks_;
    if (!good())
        return formatted(
            "BROKEN PROMISES: of %llu tasks %llu lost, %llu doubled, %llu given to the wrong "
            "agent, %llu that nobody made; %llu calls refused that should not be.",
            static_cast<unsigned long long>(c.made), static_cast<unsigned long long>(c.lost),
            static_cast<unsigned long long>(c.doubled), static_cast<unsigned long long>(c.misplaced),
            static_cast<unsigned long long>(c.unknown), static_cast<unsigned long long>(counts_.refusals()));
    if (c.made == 0) return "No call was refused.";
    return formatted("%llu tasks made, every one given to its agent and finished exactly once; none lost.",
                     static_cast<unsigned long long>(c.made));
}

std::string findings::as_text() const {
    std::string out = heading_ + "\n\n";
    for (const number& each : figures_)
        out += "  " + formatted("%14s ", in_three_digits(each.value).c_str()) +
               formatted("%-6s ", each.unit.c_str()) + each.words + "\n";
    if (!latencies_.empty())
        out += formatted("\n  %-14s%9s%10s%10s%10s%10s%10s\n", "milliseconds", "count", "p50", "p90", "p99",
                         "p99.9", "max");
    for (const distribution& each : latencies_) {
        const percentiles p = percentiles_of(each.values);
        out += formatted("  %-14s%9llu", each.name.c_str(), static_cast<unsigned long long>(p.count));
        for (const double value : {p.p50, p.p90, p.p99, p.p999, p.max}) out += milliseconds(value);
        out += "  " + each.words + "\n";
    }
    if (!counts_.words().empty())
        out += "\n  Calls that failed, and were tried again where that makes sense:\n";
    for (const auto& [words, times] : counts_.words())
        out += formatted("  %14llu ", static_cast<unsigned long long>(times)) + words + "\n";
    out += "\n" + conclusion() + "\n";
    for (const std::string& each : checks_.examples) out += "  " + each + "\n";
    return out;
}

std::string findings::as_json() const {
    report_view out;
    out.scenario = scenario_;
    for (const number& each : figures_) out.figures[each.name] = each.value;
    for (const distribution& each : latencies_)
        out.latencies_microseconds[each.name] = percentiles_of(each.values);
    out.failures = counts_.words();
    out.checks = {good(),          checks_.made,       checks_.finished,
                  checks_.lost,    checks_.doubled,    checks_.misplaced,
                  checks_.unknown, counts_.refusals(), checks_.examples};
    return net::json::to_text(out);
}

} // namespace holdfast::app::load
