// One connection of the HTTP server. Inside `admin/http` only.
#pragma once

#include <memory>
#include <string>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include "admin/http/http_state.hpp"

namespace warmfront::admin {

/// Serves an admitted connection until it ends, then counts it out. `client` is its address as
/// admitted; `tls` is null for clear text.
void start_session(boost::asio::ip::tcp::socket socket, std::string client,
                   std::shared_ptr<boost::asio::ssl::context> tls,
                   std::shared_ptr<http_state> server);

} // namespace warmfront::admin
