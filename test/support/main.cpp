// The entry of every test program.
#define BOOST_TEST_MODULE holdfast
#include <boost/test/unit_test.hpp>

#include <csignal>

namespace {

// As in the server: writing to a peer that went is an error of the write, not the end of the process.
struct ignore_broken_pipes {
    ignore_broken_pipes() { std::signal(SIGPIPE, SIG_IGN); }
};

} // namespace

BOOST_TEST_GLOBAL_FIXTURE(ignore_broken_pipes);
