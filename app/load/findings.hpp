// What came out of a load: for people as a table, for programs as JSON.
#pragma once

#include "app/load/ledger.hpp"
#include "app/load/tally.hpp"

#include <string>
#include <vector>

namespace holdfast::app::load {

class findings {
public:
    // `heading`: one line that says what was done.
    findings(std::string scenario, std::string heading)
        : scenario_(std::move(scenario)), heading_(std::move(heading)) {}

    // `name` for programs; `words` and `unit` for people.
    void figure(std::string name, double value, std::string words, std::string unit = "");

    // Left out when nothing was measured.
    void latency(std::string name, const histogram& values, std::string words);

    void judge(verdict checks, const tally& counts);

    // Every promise was kept.
    [[nodiscard]] bool good() const { return checks_.good() && counts_.refusals() == 0; }

    [[nodiscard]] std::string as_text() const;
    [[nodiscard]] std::string as_json() const;

private:
    struct number {
        std::string name;
        double value = 0;
        std::string words, unit;
    };

    struct distribution {
        std::string name;
        histogram values;
        std::string words;
    };

    [[nodiscard]] std::string conclusion() const;

    std::string scenario_;
    std::string heading_;
    std::vector<number> figures_;
    std::vector<distribution> latencies_;
    verdict checks_;
    tally counts_;
};

} // namespace holdfast::app::load
