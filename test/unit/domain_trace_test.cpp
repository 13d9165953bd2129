#include "domain/trace.hpp"

#include <boost/test/unit_test.hpp>

using namespace holdfast;

BOOST_AUTO_TEST_SUITE(domain_trace)

BOOST_AUTO_TEST_CASE(what_is_well_formed) {
    const std::string good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    BOOST_TEST(is_traceparent(good));
    BOOST_TEST(trace_id_of(good) == "0af7651916cd43dd8448eb211c80319c");
    BOOST_TEST(span_id_of(good) == "b7ad6b7169203331");
    BOOST_TEST(is_traceparent("cc" + good.substr(2) + "-what-the-future-will-be-like"));
    BOOST_TEST(trace_id_of("") == "");
    BOOST_TEST(span_id_of("") == "");
}

BOOST_AUTO_TEST_CASE(what_is_not) {
    for (const char* bad : {"", "00", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1",
                            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
                            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
                            "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01.more",
                            "00-0af7651916cd43dd8448eb211c80319cb-7ad6b7169203331-01",
                            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0g"})
        BOOST_TEST(!is_traceparent(bad), bad);
}

BOOST_AUTO_TEST_CASE(a_task_is_a_trace_and_an_attempt_a_span) {
    const task_id task{*parse_uuid("0190f3a1-0000-7000-8000-00000000abcd")};
    BOOST_TEST(traceparent_of(task, 1) == "00-0190f3a100007000800000000000abcd-0000000000000001-00");
    BOOST_TEST(traceparent_of(task, 26) == "00-0190f3a100007000800000000000abcd-000000000000001a-00");
    BOOST_TEST(is_traceparent(traceparent_of(task_id::make(), 3)));
}

BOOST_AUTO_TEST_SUITE_END()
