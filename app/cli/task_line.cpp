#include "app/cli/task_line.hpp"

#include "app/cli/names.hpp"
#include "app/cli/readable.hpp"

#include <algorithm>

namespace holdfast::app::cli {
namespace {

namespace bj = boost::json;

constexpr std::size_t bar_places = 20;

double number_at(const bj::value& of, std::string_view path) {
    const bj::value& value = at_path(of, path);
    return value.is_number() ? value.to_number<double>() : 0;
}

std::string bar(double percent) {
    const auto full = static_cast<std::size_t>(std::clamp(percent, 0.0, 100.0) / 100 * bar_places);
    return "[" + std::string(full, '#') + std::string(bar_places - full, ' ') + "]";
}

std::string progress_text(const bj::value& task) {
    const bj::value& percent = at_path(task, "progress.percentDone");
    std::string out;
    if (percent.is_number())
        out = "  " + bar(percent.to_number<double>()) + "  " + readable("percentDone", percent, {});
    if (const double total = number_at(task, "progress.totalBytes"); total > 0)
        out += "  " + bytes_text(static_cast<std::int64_t>(number_at(task, "progress.bytesDone"))) + " of " +
               bytes_text(static_cast<std::int64_t>(total));
    return out;
}

} // namespace

bool is_final(const bj::value& task) {
    const std::string status = text_at(task, "status");
    return status == "completed" || status == "failed" || status == "cancelled";
}

std::string task_line(const bj::value& task) {
    const std::string status = text_at(task, "status");
    std::string out = text_at(task, "taskId") + "  " + text_at(task, "taskType") + "  " + status;
    if (status == "in-progress") return out + progress_text(task);
    if (const std::string snapshot = text_at(task, "snapshotId"); !snapshot.empty())
        return out + "  snapshot " + harmless(snapshot);
    if (const std::string error = text_at(task, "errorMessage"); !error.empty() && status != "completed")
        return out + "  " + harmless(error);
    return out;
}

} // namespace holdfast::app::cli
