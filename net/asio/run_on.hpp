// Doing something on an I/O thread and waiting for it.
#pragma once

#include <functional>

namespace boost::asio {
class io_context;
}

namespace warmfront::net {

/// Runs `work` on the thread of `context` and waits for it; here, when that thread has ended. Not
/// from an I/O thread.
void run_on(boost::asio::io_context& context, const std::function<void()>& work);

} // namespace warmfront::net
