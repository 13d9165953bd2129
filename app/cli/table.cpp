#include "app/cli/table.hpp"

#include <algorithm>

namespace holdfast::app::cli {
namespace {

constexpr std::size_t gap = 2;
constexpr std::size_t narrowest = 6; // of a column that is cut

bool begins_character(char byte) {
    return (static_cast<unsigned char>(byte) & 0xc0U) != 0x80U;
}

std::vector<std::size_t> widths_of(const std::vector<heading>& headings, const std::vector<table_row>& rows) {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < headings.size(); ++i) {
        std::size_t widest = width_of(headings[i].text);
        for (const table_row& row : rows) widest = std::max(widest, width_of(row[i]));
        out.push_back(widest);
    }
    return out;
}

std::size_t total(const std::vector<std::size_t>& widths) {
    std::size_t sum = 0;
    for (const std::size_t each : widths) sum += each + gap;
    return sum - gap;
}

void fit(std::vector<std::size_t>& widths, const std::vector<heading>& headings, std::size_t width) {
    while (total(widths) > width) {
        std::size_t* widest = nullptr;
        for (std::size_t i = 0; i < widths.size(); ++i)
            if (!headings[i].fixed && widths[i] > narrowest && (widest == nullptr || widths[i] > *widest))
                widest = &widths[i];
        if (widest == nullptr) return;
        --*widest;
    }
}

void add_line(std::string& out, const table_row& cells, const std::vector<std::size_t>& widths) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const std::string text = cut_to(cells[i], widths[i]);
        line += text;
        line.append(widths[i] - width_of(text) + gap, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + '\n';
}

} // namespace

std::size_t width_of(std::string_view utf8) {
    return static_cast<std::size_t>(std::ranges::count_if(utf8, begins_character));
}

std::string cut_to(std::string_view text, std::size_t width) {
    if (width_of(text) <= width) return std::string(text);
    std::size_t bytes = 0;
    for (std::size_t places = 0; bytes < text.size(); ++bytes)
        if (begins_character(text[bytes]) && ++places == width) break;
    return std::string(text.substr(0, bytes)) + "…";
}

std::string table_text(const std::vector<heading>& headings, const std::vector<table_row>& rows,
                       std::size_t width) {
    if (headings.empty()) return {};
    std::vector<std::size_t> widths = widths_of(headings, rows);
    if (width > 0) fit(widths, headings, width);
    std::string out;
    table_row names;
    for (const heading& each : headings) names.push_back(each.text);
    add_line(out, names, widths);
    for (const table_row& row : rows) add_line(out, row, widths);
    return out;
}

} // namespace holdfast::app::cli
