#include "test/support/exchanges.hpp"

#include "net/json/write.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <stdexcept>
#include <unistd.h>

namespace holdfast::test {
namespace {

namespace json = net::json;

const char* folder() {
    static const char* const named = std::getenv("HOLDFAST_EXCHANGES");
    return named;
}

std::ofstream open_file() {
    const std::filesystem::path in(folder());
    std::filesystem::create_directories(in);
    std::ofstream file(in / (std::to_string(::getpid()) + ".jsonl"), std::ios::binary | std::ios::app);
    if (!file) throw std::runtime_error("can't write exchanges to " + in.string());
    return file;
}

void write_line(const std::string& line) {
    static std::mutex guard;
    const std::lock_guard held(guard);
    static std::ofstream file = open_file();
    file << line << '\n' << std::flush; // whole lines, also of a test that dies
}

void add(std::string& line, std::string_view member, std::string_view text) {
    line += line.empty() ? '{' : ',';
    json::write(line, member);
    line += ':';
    json::write(line, text);
}

void add_headers(std::string& line, const net::header_list& headers) {
    std::string members;
    for (const auto& [name, value] : headers) add(members, name, value);
    line += ",\"headers\":" + (members.empty() ? "{" : members) + '}';
}

// As the client sends it: JSON, unless a header says otherwise.
std::string_view content_type(const net::header_list& headers, std::string_view body) {
    for (const auto& [name, value] : headers)
        if (name == "Content-Type") return value;
    return body.empty() ? "" : "application/json";
}

} // namespace

std::string noted_request(net::verb method, std::string_view target, const net::header_list& headers,
                          std::string_view body) {
    std::string line;
    if (folder() == nullptr) return line;
    add(line, "method", net::name_of(method));
    add(line, "target", target);
    add(line, "requestType", content_type(headers, body));
    add(line, "requestBody", body);
    return line;
}

void note_exchange(const std::string& request, const net::response& answer) {
    if (request.empty()) return;
    std::string line = request;
    line += ",\"status\":" + std::to_string(answer.status);
    add_headers(line, answer.headers);
    add(line, "body", answer.body);
    write_line(line + '}');
}

void note_event(const net::header_list& headers, std::string_view body) {
    if (folder() == nullptr) return;
    std::string line;
    add(line, "webhook", "event");
    add_headers(line, headers);
    add(line, "requestBody", body);
    write_line(line + '}');
}

} // namespace holdfast::test
