#include "app/mistyped.hpp"

#include <algorithm>
#include <utility>

namespace holdfast::app {
namespace {

// Damerau's: three rows of the matrix are enough.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before_last(b.size() + 1);
    std::vector<std::size_t> last(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::swap(before_last, last);
        std::swap(last, row);
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const bool same = a[i - 1] == b[j - 1];
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
    }
    return row[b.size()];
}

const CLI::App& deepest(const CLI::App& parsed) {
    const CLI::App* at = &parsed;
    while (!at->get_subcommands().empty()) at = at->get_subcommands().back();
    return *at;
}

std::string path_of(const CLI::App& at) {
    if (at.get_parent() == nullptr) return "holdfast";
    const std::string before = path_of(*at.get_parent());
    return before == "holdfast" ? at.get_name() : before + ' ' + at.get_name();
}

std::vector<std::string> options_of(const CLI::App& at) {
    std::vector<std::string> out;
    for (const CLI::Option* each : at.get_options())
        for (const std::string& name : each->get_lnames()) out.push_back("--" + name);
    return out;
}

std::vector<std::string> commands_of(const CLI::App& at) {
    std::vector<std::string> out;
    for (const CLI::App* each : at.get_subcommands([](const CLI::App*) { return true; }))
        if (!each->get_name().empty()) out.push_back(each->get_name());
    return out;
}

std::string about_missing(const CLI::App& at) {
    std::string out = path_of(at) + " wants a command";
    const char* before = ": ";
    for (const std::string& each : commands_of(at)) out += std::exchange(before, ", ") + each;
    return out;
}

} // namespace

std::string_view nearest(std::string_view to, const std::vector<std::string>& words) {
    std::string_view out;
    std::size_t least = 1 + std::max<std::size_t>(1, to.size() / 3);
    for (const std::string& each : words) {
        const std::size_t here = distance(to, each);
        if (here >= least) continue;
        least = here;
        out = each;
    }
    return out;
}

std::string about_mistyped(const CLI::App& parsed) {
    const std::vector<std::string> strays = parsed.remaining(true);
    const CLI::App& at = deepest(parsed);
    if (strays.empty()) return at.get_require_subcommand_min() > 0 ? about_missing(at) : "";
    const std::string word = strays.front().substr(0, strays.front().find('='));
    const bool is_option = word.starts_with('-');
    const std::vector<std::string> known = is_option ? options_of(at) : commands_of(at);
    std::string out = path_of(at);
    if (known.empty()) return out + " takes no argument " + word;
    out += is_option ? " has no option " : " has no command ";
    out += word;
    if (const std::string_view meant = nearest(word, known); !meant.empty())
        out += ": did you mean " + std::string(meant) + '?';
    return out;
}

} // namespace holdfast::app
