#include "app/agent/restic_output.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <cmath>

namespace holdfast::app {
namespace {

namespace bj = boost::json;

std::string_view text_in(const bj::object& from, std::string_view name) {
    const bj::value* found = from.if_contains({name.data(), name.size()});
    const bj::string* text = found ? found->if_string() : nullptr;
    return text ? std::string_view(text->data(), text->size()) : std::string_view();
}

template <class T> std::optional<T> value_in(const bj::object& from, std::string_view name) {
    const bj::value* found = from.if_contains({name.data(), name.size()});
    if (!found || !found->is_number()) return std::nullopt;
    boost::system::error_code not_of_this_type;
    const T value = found->to_number<T>(not_of_this_type);
    if (not_of_this_type || value < 0) return std::nullopt;
    return value;
}

restic_progress progress_in(const bj::object& status) {
    restic_progress out;
    // One digit after the point: more is no news. A file that grew may make it more than all.
    if (const auto part = value_in<double>(status, "percent_done"))
        out.percent_done = std::round(std::min(*part, 1.0) * 1000) / 10;
    out.bytes_done = value_in<std::int64_t>(status, "bytes_done");
    out.total_bytes = value_in<std::int64_t>(status, "total_bytes");
    out.files_done = value_in<std::int64_t>(status, "files_done");
    out.total_files = value_in<std::int64_t>(status, "total_files");
    return out;
}

std::string number_in(const bj::object& from, std::string_view name) {
    const bj::value* found = from.if_contains({name.data(), name.size()});
    if (!found || !found->is_number()) return "0";
    boost::system::error_code not_whole;
    return std::to_string(found->to_number<std::int64_t>(not_whole));
}

// {"error": {"message": "…"}} of newer restics, {"error": {"Op": "open", "Path": …, "Err": 13}} of older
// ones.
std::string reason_in(const bj::object& from) {
    const bj::value* found = from.if_contains("error");
    const bj::object* error = found ? found->if_object() : nullptr;
    if (!error) return std::string(text_in(from, "error"));
    if (const std::string_view message = text_in(*error, "message"); !message.empty())
        return std::string(message);
    const std::string_view operation = text_in(*error, "Op");
    return operation.empty() ? "error" : "cannot " + std::string(operation);
}

std::string summary_line(const bj::object& summary) {
    return "files: " + number_in(summary, "files_new") + " new, " + number_in(summary, "files_changed") +
           " changed, " + number_in(summary, "files_unmodified") + " unmodified; added " +
           number_in(summary, "data_added") + " bytes; processed " +
           number_in(summary, "total_files_processed") + " files, " +
           number_in(summary, "total_bytes_processed") + " bytes; snapshot " +
           std::string(text_in(summary, "snapshot_id"));
}

} // namespace

void restic_output::feed(output from, std::string_view bytes) {
    cutter_.feed(from, bytes, [this](output of, std::string_view line) { take_line(of, line); });
}

void restic_output::finish() {
    cutter_.finish([this](output of, std::string_view line) { take_line(of, line); });
}

void restic_output::take_line(output from, std::string_view line) {
    static constexpr std::string_view erase_line =
        "\x1b[2K"; // restic's, on its way to a terminal that is none
    if (line.starts_with(erase_line)) line.remove_prefix(erase_line.size());
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with('{') && take_json(line)) return;
    lines_(line);
    notice(line);
    if (from != output::error || line.empty()) return;
    static constexpr std::string_view fatal = "Fatal: ";
    if (line.starts_with(fatal) && fatal_.empty())
        fatal_ = line.substr(fatal.size());
    else
        last_error_ = line;
}

bool restic_output::take_json(std::string_view line) {
    boost::system::error_code ec;
    const bj::value parsed = bj::parse({line.data(), line.size()}, ec);
    const bj::object* const message = ec ? nullptr : parsed.if_object();
    if (!message) return false;
    const std::string_view type = text_in(*message, "message_type");
    if (type == "summary") {
        summary_ = *message;
        lines_(summary_line(*message));
    } else if (type == "error") {
        const std::string item(text_in(*message, "item"));
        if (unreadable_.empty()) unreadable_ = item;
        lines_("error: " + item + ": " + reason_in(*message));
    } else if (type == "exit_error") {
        const std::string_view why = text_in(*message, "message");
        static constexpr std::string_view fatal = "Fatal: ";
        fatal_ = why.starts_with(fatal) ? why.substr(fatal.size()) : why;
        notice(why);
        lines_(why);
    } else if (type == "status") {
        progress_ = progress_in(*message);
    } else if (type != "verbose_status") {
        return false;
    }
    return true;
}

void restic_output::notice(std::string_view words) {
    const auto said = [words](std::string_view what) { return words.find(what) != std::string_view::npos; };
    locked_ = locked_ || said("already locked");
    no_repository_ =
        no_repository_ || said("unable to open config file") || said("repository does not exist");
}

} // namespace holdfast::app
