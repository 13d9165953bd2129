// The executor that everything awaits on. One core is one thread is one io_context: the thread is the
// strand, so the concrete executor type serves everywhere (8 bytes instead of any_io_executor's 56).
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>

namespace holdfast {

namespace asio = boost::asio;
using boost::system::error_code;

using executor = asio::io_context::executor_type;

template <class T> using awaitable = asio::awaitable<T, executor>;

using use_awaitable_t = asio::use_awaitable_t<executor>;
inline constexpr use_awaitable_t use_awaitable{};

using steady_clock = std::chrono::steady_clock;
using steady_timer = asio::basic_waitable_timer<steady_clock, asio::wait_traits<steady_clock>, executor>;

} // namespace holdfast
