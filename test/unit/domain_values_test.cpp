// Ids, times, tokens, repositories, and what the product accepts.
#include "domain/agent_service.hpp"
#include "domain/id.hpp"
#include "domain/repository.hpp"
#include "domain/secret.hpp"
#include "domain/time.hpp"
#include "domain/validation.hpp"

#include <boost/test/unit_test.hpp>

using namespace holdfast;

BOOST_AUTO_TEST_SUITE(domain_values)

BOOST_AUTO_TEST_CASE(uuids_are_read_in_any_case_and_written_in_lower) {
    const auto read = parse_uuid("01890A5D-AC96-774B-BCCE-B302099A8057");
    BOOST_TEST_REQUIRE(read.has_value());
    BOOST_TEST(to_string(*read) == "01890a5d-ac96-774b-bcce-b302099a8057");
    for (const char* wrong : {"", "01890a5d-ac96-774b-bcce-b302099a805", "01890a5dac96774bbcceb302099a8057",
                              "{01890a5d-ac96-774b-bcce-b302099a8057}",
                              "01890a5d-ac96-774b-bcce-b302099a805g", "01890a5d-ac96-774b-bcceb-302099a8057"})
        BOOST_TEST(!parse_uuid(wrong).has_value());
}

BOOST_AUTO_TEST_CASE(new_uuids_are_version_7_and_in_order) {
    task_id before = task_id::make();
    for (int i = 0; i < 10'000; ++i) {
        const task_id next = task_id::make();
        BOOST_TEST_REQUIRE((before < next));
        BOOST_TEST_REQUIRE((next.value.data[6] >> 4) == 7);
        BOOST_TEST_REQUIRE((next.value.data[8] >> 6) == 2);
        before = next;
    }
}

BOOST_AUTO_TEST_CASE(times_are_rfc_3339) {
    const auto same = [](std::string_view text, std::string_view as) {
        const auto read = parse_rfc3339(text);
        BOOST_TEST_CONTEXT(text) BOOST_TEST((read && to_rfc3339(*read) == as));
    };
    same("2026-11-23T10:41:55Z", "2026-11-23T10:41:55Z");
    same("2026-11-23t10:41:55.123456789z", "2026-11-23T10:41:55.123456Z");
    same("2026-11-23T10:41:55.5+01:30", "2026-11-23T09:11:55.500Z");
    same("2024-02-29T23:59:60Z", "2024-03-01T00:00:00Z");
    same("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z");
    for (const char* wrong : {"", "2026-11-23", "2026-11-23T10:41:55", "2026-02-29T00:00:00Z",
                              "2026-11-23T24:00:00Z", "2026-11-23T10:41:55.Z", "2026-11-23T10:41:55+1:00",
                              "2026-11-23T10:41:55Zx", "2026-13-01T00:00:00Z", "0000-01-01T00:00:00Z",
                              "9999-12-31T23:59:60Z", "0001-01-01T00:00:00+00:01"})
        BOOST_TEST_CONTEXT(wrong) BOOST_TEST(!parse_rfc3339(wrong).has_value());
}

BOOST_AUTO_TEST_CASE(a_token_carries_its_tenant) {
    const tenant_id tenant = tenant_id::make();
    const std::string token = make_token(tenant);
    BOOST_TEST(token.size() == 69U);
    BOOST_TEST((tenant_of_token(token) == tenant));
    BOOST_TEST(make_token(tenant) != token);
    BOOST_TEST(!tenant_of_token(token + "A").has_value());
    BOOST_TEST(!tenant_of_token("hx" + token.substr(2)).has_value());
    std::string broken = token;
    broken[10] = '*';
    BOOST_TEST(!tenant_of_token(broken).has_value());
    BOOST_TEST(to_base64url(sha256("abc")) ==
               "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0"); // FIPS 180-4's example
    BOOST_TEST(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")) ==
               "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"); // RFC 4231, case 2
    BOOST_TEST(same_secret("ab", "ab"));
    BOOST_TEST(!same_secret("ab", "ac"));
}

BOOST_AUTO_TEST_CASE(base64url_has_one_text_for_each_value) {
    for (const std::string& bytes :
         {std::string(), std::string("f"), std::string("fo"), std::string("foo"), std::string("\0\xff", 2)}) {
        const auto back = from_base64url(to_base64url(bytes));
        BOOST_TEST((back && *back == bytes));
    }
    for (const char* wrong : {"A", "AB", "Zh", "Z===", "Z!", "Zm9vA"})
        BOOST_TEST_CONTEXT(wrong) BOOST_TEST(!from_base64url(wrong).has_value());
}

BOOST_AUTO_TEST_CASE(repositories_become_restics_strings) {
    const auto text = [](const repository_spec& spec) {
        const resolved_repository r = resolve(spec);
        return r.wrong ? std::string(r.wrong->member) + " " + std::string(r.wrong->detail) : r.text;
    };
    BOOST_TEST(text({.type = "s3", .bucket = "b", .prefix = "p/q"}) == "s3:s3.amazonaws.com/b/p/q");
    BOOST_TEST(text({.type = "s3", .bucket = "b", .endpoint = "https://minio:9000/"}) ==
               "s3:https://minio:9000/b");
    BOOST_TEST(text({.type = "s3"}) == "bucket is required");
    BOOST_TEST(
        text({.type = "rest-server", .url = "https://h:8000/r", .username = "u", .password = "a@b:c"}) ==
        "rest:https://u:a%40b%3Ac@h:8000/r");
    BOOST_TEST(text({.type = "rest-server", .url = "ftp://h"}) == "url must begin with https:// or http://");
    BOOST_TEST(text({.type = "fs", .path = "/srv/backup"}) == "/srv/backup");
    BOOST_TEST(text({.type = "fs", .path = "backup"}) == "path must be an absolute path");
    BOOST_TEST(text({.type = "sftp", .path = "/srv", .host = "h", .user = "me"}) == "sftp:me@h:/srv");
    BOOST_TEST(text({.type = "sftp", .path = "/srv", .host = "h", .port = 2222}) == "sftp://h:2222//srv");
    BOOST_TEST(text({.type = "ftp"}) == "type must be one of s3, rest-server, fs, sftp");
}

BOOST_AUTO_TEST_CASE(passwords_in_repositories_are_masked) {
    BOOST_TEST(masked_repository("rest:https://u:p%40@h/x") == "rest:https://u:***@h/x");
    BOOST_TEST(masked_repository("rest:https://u:a:b@h") == "rest:https://u:***@h");
    BOOST_TEST(masked_repository("sftp:u:p@h:/x") == "sftp:u:***@h:/x");
    for (const char* plain : {"/srv/backup", "s3:s3.amazonaws.com/b", "rest:https://h/x",
                              "rest:https://u@h/x", "sftp:u@h:/x", ""})
        BOOST_TEST(masked_repository(plain) == plain);
}

BOOST_AUTO_TEST_CASE(names_and_paths_have_their_rules) {
    BOOST_TEST(is_policy_name("a_B-9"));
    BOOST_TEST(!is_policy_name("ab"));
    BOOST_TEST(!is_policy_name(std::string(101, 'a')));
    BOOST_TEST(!is_policy_name("a b c"));
    BOOST_TEST(is_session(std::string(64, 'x')));
    BOOST_TEST(!is_session(""));
    BOOST_TEST(is_hostname("web-1.example.org"));
    BOOST_TEST(!is_hostname("web 1"));
    BOOST_TEST(is_absolute_path("/"));
    BOOST_TEST(is_absolute_path("C:\\data"));
    BOOST_TEST(!is_absolute_path("data"));
    BOOST_TEST(is_restic_duration("1y5m7d2h"));
    BOOST_TEST(!is_restic_duration("1y5"));
    BOOST_TEST(!is_restic_duration("y"));
}

BOOST_AUTO_TEST_SUITE_END()
