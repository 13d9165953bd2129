// The files of the console. What it shows it asks for like everybody else: no token is needed to load it.
#include "net/console.hpp"

#include "net/handlers/handlers.hpp"

namespace holdfast::net {
namespace {

// Nothing from other hosts, nothing inline, nobody's frame.
constexpr const char* content_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

bool knows(std::string_view etags, std::string_view etag) { // If-None-Match (RFC 9110, 13.1.2)
    return etags == "*" || etags.find(etag) != std::string_view::npos;
}

awaitable<reply> serve(const console_asset& asset, exchange& x) {
    reply out;
    const bool packed = x.request().header(header::accept_encoding).find("gzip") != std::string_view::npos;
    if (knows(x.request().header(header::if_none_match), asset.etag)) {
        out.status = 304;
    } else {
        out.content_type = asset.content_type;
        out.body = packed ? asset.gzip : asset.plain;
        if (packed) out.headers.emplace_back("Content-Encoding", "gzip");
    }
    out.headers.emplace_back("ETag", asset.etag);
    out.headers.emplace_back("Cache-Control",
                             asset.immutable ? "public, max-age=31536000, immutable" : "no-cache");
    out.headers.emplace_back("Vary", "Accept-Encoding");
    out.headers.emplace_back("Content-Security-Policy", content_policy);
    out.headers.emplace_back("X-Content-Type-Options", "nosniff");
    out.headers.emplace_back("Referrer-Policy", "no-referrer");
    co_return out;
}

awaitable<reply> say_why_not(exchange&) {
    co_return text_reply(200, "text/plain; charset=utf-8",
                         "This is Holdfast. Its web console is not part of this build: " +
                             std::string(why_no_console()) + ".\nThe API is described at /openapi.json.\n");
}

} // namespace

void add_console_routes(std::vector<route>& routes) {
    for (const console_asset& asset : console_assets()) {
        route& made = routes.emplace_back();
        made.pattern = asset.path;
        made.name = "GET /console";
        made.run = [&asset](exchange& x) { return serve(asset, x); };
    }
    if (!console_assets().empty()) return;
    route& made = routes.emplace_back();
    made.pattern = "/";
    made.run = say_why_not;
}

} // namespace holdfast::net
