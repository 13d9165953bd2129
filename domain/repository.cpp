#include "domain/repository.hpp"

#include "domain/validation.hpp"

#include <algorithm>

namespace holdfast {
namespace {

resolved_repository wrong(std::string_view member, std::string_view detail) {
    return {{}, repository_error{member, detail}};
}

// RFC 3986, section 3.2.1: what may not stand in a user name or password as it is.
std::string percent_encoded(std::string_view text) {
    static constexpr char digits[] = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                           c == '-' || c == '.' || c == '_' || c == '~';
        if (plain) {
            out += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            out += '%';
            out += digits[byte >> 4U];
            out += digits[byte & 15U];
        }
    }
    return out;
}

resolved_repository resolve_s3(const repository_spec& s) {
    if (!s.bucket || s.bucket->empty()) return wrong("bucket", "is required");
    std::string text = "s3:" + s.endpoint.value_or("s3.amazonaws.com");
    while (text.ends_with('/')) text.pop_back();
    text += '/' + *s.bucket;
    if (s.prefix && !s.prefix->empty()) text += (s.prefix->starts_with('/') ? "" : "/") + *s.prefix;
    return {text, {}};
}

resolved_repository resolve_rest(const repository_spec& s) {
    if (!s.url) return wrong("url", "is required");
    const bool secure = s.url->starts_with("https://");
    if (!secure && !s.url->starts_with("http://")) return wrong("url", "must begin with https:// or http://");
    const std::size_t scheme = secure ? 8 : 7;
    if (s.url->size() == scheme) return wrong("url", "must name a host");
    if (!s.username) {
        if (s.password) return wrong("username", "is required where there is a password");
        return {"rest:" + *s.url, {}};
    }
    std::string login = percent_encoded(*s.username);
    if (s.password) login += ':' + percent_encoded(*s.password);
    return {"rest:" + s.url->substr(0, scheme) + login + '@' + s.url->substr(scheme), {}};
}

resolved_repository resolve_sftp(const repository_spec& s) {
    if (!s.host || s.host->empty()) return wrong("host", "is required");
    if (!s.path || s.path->empty()) return wrong("path", "is required");
    const std::string login = s.user ? *s.user + '@' : std::string();
    if (!s.port) return {"sftp:" + login + *s.host + ':' + *s.path, {}};
    if (*s.port < 1 || *s.port > 65535) return wrong("port", "must be from 1 to 65535");
    // With a port restic wants a URL, in which the path is relative unless it begins with two slashes.
    return {"sftp://" + login + *s.host + ':' + std::to_string(*s.port) + '/' + *s.path, {}};
}

} // namespace

std::string masked_repository(std::string_view repository) {
    std::size_t begin = repository.find("://");
    if (begin != std::string_view::npos)
        begin += 3;
    else if (repository.starts_with("sftp:"))
        begin = 5;
    else
        return std::string(repository);
    const std::size_t end = std::min(repository.find('/', begin), repository.size());
    const std::string_view authority = repository.substr(begin, end - begin);
    const std::size_t at = authority.rfind('@');
    if (at == std::string_view::npos) return std::string(repository);
    const std::size_t colon = authority.substr(0, at).find(':');
    if (colon == std::string_view::npos) return std::string(repository);
    return std::string(repository.substr(0, begin + colon + 1)) + "***" +
           std::string(repository.substr(begin + at));
}

resolved_repository resolve(const repository_spec& spec) {
    if (spec.type == "s3") return resolve_s3(spec);
    if (spec.type == "rest-server") return resolve_rest(spec);
    if (spec.type == "sftp") return resolve_sftp(spec);
    if (spec.type != "fs") return wrong("type", "must be one of s3, rest-server, fs, sftp");
    if (!spec.path || !is_absolute_path(*spec.path)) return wrong("path", "must be an absolute path");
    return {*spec.path, {}};
}

} // namespace holdfast
