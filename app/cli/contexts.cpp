#include "app/cli/contexts.hpp"

#include "app/cli/failures.hpp"

#include <yaml-cpp/yaml.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace holdfast::app::cli {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const std::string& file, const std::string& why) {
    throw command_failed(ending::usage, file + ": " + why);
}

std::string text_at(const YAML::Node& of, const char* key) {
    const YAML::Node found = of[key];
    return found ? found.as<std::string>() : std::string();
}

server_contexts read(const YAML::Node& root) {
    server_contexts out;
    const YAML::Node all = root["contexts"];
    if (all && !all.IsMap() && !all.IsNull()) throw YAML::Exception(all.Mark(), "contexts is no map");
    for (const auto& each : all)
        out.all[each.first.as<std::string>()] = {text_at(each.second, "server"), text_at(each.second, "ca"),
                                                 text_at(each.second, "token")};
    const std::string current = text_at(root, "current");
    if (out.all.contains(current)) out.current = current;
    return out;
}

std::string written(const server_contexts& what) {
    YAML::Emitter out;
    out << YAML::BeginMap;
    if (!what.current.empty()) out << YAML::Key << "current" << YAML::Value << what.current;
    out << YAML::Key << "contexts" << YAML::Value << YAML::BeginMap;
    for (const auto& [name, each] : what.all) {
        out << YAML::Key << name << YAML::Value << YAML::BeginMap;
        out << YAML::Key << "server" << YAML::Value << each.server;
        if (!each.ca.empty()) out << YAML::Key << "ca" << YAML::Value << each.ca;
        if (!each.token.empty()) out << YAML::Key << "token" << YAML::Value << each.token;
        out << YAML::EndMap;
    }
    out << YAML::EndMap << YAML::EndMap;
    return std::string(out.c_str()) + '\n';
}

bool write_all(int fd, const std::string& text) {
    return ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(fd) == 0;
}

} // namespace

std::string contexts_file() {
    const auto variable = [](const char* name) {
        const char* value = std::getenv(name);
        return std::string(value == nullptr ? "" : value);
    };
    const std::string given = variable("XDG_CONFIG_HOME");
    const fs::path folder = given.empty() ? fs::path(variable("HOME")) / ".config" : fs::path(given);
    return folder / "holdfast" / "contexts.yaml";
}

server_contexts load_contexts(const std::string& file) {
    struct stat facts {};

    if (::stat(file.c_str(), &facts) != 0) {
        if (errno == ENOENT || errno == ENOTDIR) return {};
        refuse(file, std::strerror(errno));
    }
    if ((facts.st_mode & 077U) != 0)
        refuse(file, "holds tokens, and others can get at it: chmod 600 makes it yours alone");
    try {
        return read(YAML::LoadFile(file));
    } catch (const YAML::Exception& e) {
        refuse(file, e.what());
    }
}

void save_contexts(const std::string& file, const server_contexts& what) {
    std::error_code ec;
    fs::create_directories(fs::path(file).parent_path(), ec);
    std::string fresh = file + ".XXXXXX";
    const int fd = ec ? -1 : ::mkstemp(fresh.data()); // which gives it mode 600
    if (fd < 0) refuse(file, ec ? ec.message() : std::strerror(errno));
    const bool good = write_all(fd, written(what));
    ::close(fd);
    if (good && ::rename(fresh.c_str(), file.c_str()) == 0) return;
    const int error = errno;
    ::unlink(fresh.c_str());
    refuse(file, std::strerror(error));
}

} // namespace holdfast::app::cli
