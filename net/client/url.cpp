#include "net/client/url.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <cstdlib>

namespace holdfast::net {
namespace {

failure refuse(std::string_view what) {
    return failure{errc::invalid, "the server's URL must be https://HOST[:PORT]: " + std::string(what)};
}

template <class View> std::string text_of(const View& view) {
    return std::string(view.data(), view.size());
}

} // namespace

result<server_url> parse_server_url(std::string_view text) {
    const auto parsed = boost::urls::parse_uri({text.data(), text.size()});
    if (!parsed) return refuse("it is no URL");
    const boost::urls::url_view& url = *parsed;
    if (url.scheme_id() != boost::urls::scheme::https) return refuse("the scheme must be https");
    if (url.has_userinfo()) return refuse("it must not hold a user or a password");
    if (url.has_query() || url.has_fragment()) return refuse("it must not have a query or a fragment");
    if (url.encoded_host().empty()) return refuse("it names no host");
    const std::string port = url.has_port() ? text_of(url.port()) : "443";
    if (port.size() > 5 || std::atoi(port.c_str()) < 1 || std::atoi(port.c_str()) > 65535)
        return refuse("the port must be from 1 to 65535");
    server_url out{url.host_address(), port, text_of(url.encoded_host_and_port()),
                   text_of(url.encoded_path())};
    while (out.path.ends_with('/')) out.path.pop_back();
    return out;
}

} // namespace holdfast::net
