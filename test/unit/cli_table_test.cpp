#include "app/cli/table.hpp"

#include <boost/test/unit_test.hpp>

using holdfast::app::cli::heading;
using holdfast::app::cli::table_row;
using holdfast::app::cli::table_text;
using holdfast::app::cli::width_of;

namespace {

const std::vector<heading> headings{{"ID", true}, {"NAME"}, {"NOTE"}};

} // namespace

BOOST_AUTO_TEST_SUITE(cli_table)

BOOST_AUTO_TEST_CASE(columns_are_as_wide_as_their_widest_cell) {
    const std::vector<table_row> rows{{"1", "web-01", "x"}, {"22222", "db", ""}};
    BOOST_TEST(table_text(headings, rows, 0) == "ID     NAME    NOTE\n"
                                                "1      web-01  x\n"
                                                "22222  db\n");
    BOOST_TEST(table_text(headings, {}, 0) == "ID  NAME  NOTE\n");
}

BOOST_AUTO_TEST_CASE(characters_are_counted_not_bytes) {
    BOOST_TEST(width_of("grüße…") == 6U);
    const std::vector<table_row> rows{{"1", "grüße", "x"}, {"2", "plain", "y"}};
    BOOST_TEST(table_text(headings, rows, 0) == "ID  NAME   NOTE\n"
                                                "1   grüße  x\n"
                                                "2   plain  y\n");
}

BOOST_AUTO_TEST_CASE(the_widest_column_gives_way) {
    const std::vector<table_row> rows{{"123456789012", "web-01", "a note that is much too long"}};
    BOOST_TEST(table_text(headings, rows, 34) == "ID            NAME    NOTE\n"
                                                 "123456789012  web-01  a note that…\n");
    BOOST_TEST(table_text(headings, {{"1", "1234567890", "öööööööööö"}}, 20) == "ID  NAME     NOTE\n"
                                                                                "1   123456…  öööööö…\n");
}

BOOST_AUTO_TEST_CASE(ids_stay_whole_whatever_the_width) {
    const std::vector<table_row> rows{{"123456789012", "web-01", "a longer note"}};
    BOOST_TEST(table_text(headings, rows, 5) == "ID            NAME    NOTE\n"
                                                "123456789012  web-01  a lon…\n");
}

BOOST_AUTO_TEST_SUITE_END()
