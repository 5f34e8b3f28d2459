#include "admin/cli/client.hpp"

#include <filesystem>
#include <system_error>

#include <cpprest/filestream.h>
#include <cpprest/http_client.h>
#include <pplx/threadpool.h>

namespace warmfront::admin::cli {

namespace {

/// Between two octets, while a list is read.
constexpr std::chrono::seconds list_patience{600};

error unreachable(const std::string& server, const std::string& why) {
  return {errc::unavailable, "The node at " + server + " cannot be reached: " + why,
          "check --server (or WARMFRONT_SERVER) and that the node runs"};
}

web::http::http_request to_http(const std::string& key, const api_request& request,
                                const call_options& options) {
  web::http::http_request target{request.method};
  target.set_request_uri(request.target);
  target.headers().add("Accept", "application/json");
  if (!key.empty()) {
    target.headers().add("Authorization", "Bearer " + key);
  }
  auto octets = static_cast<std::uint64_t>(request.body.size());
  if (!request.file.empty()) {
    octets = std::filesystem::file_size(request.file);
    const auto file = concurrency::streams::fstream::open_istream(request.file).get();
    target.set_body(file, octets, request.media_type);
  } else if (!request.body.empty()) {
    target.set_body(request.body, request.media_type);
  }
  if (options.on_sent && octets > 0) {
    target.set_progress_handler(
        [octets, told = options.on_sent](web::http::message_direction::direction way,
                                         utility::size64_t sent) {
          if (way == web::http::message_direction::upload) {
            told(sent, octets);
          }
        });
  }
  return target;
}

} // namespace

result<api_response> call(const std::string& server, const std::string& key,
                          const api_request& request, const call_options& options) {
  // The library throws for everything that goes wrong: this is the edge.
  try {
    static const bool once = (crossplat::threadpool::initialize_with_threads(2), true);
    static_cast<void>(once);
    const auto address = server.find("://") == std::string::npos ? "http://" + server : server;
    web::http::client::http_client_config settings;
    settings.set_timeout(request.file.empty() ? options.patience : list_patience);
    web::http::client::http_client client{web::uri{address}, settings};
    const auto response = client.request(to_http(key, request, options)).get();
    const auto age = response.headers().find("Age");
    return api_response{response.status_code(), response.extract_utf8string(true).get(),
                        age == response.headers().end() ? std::string{} : age->second};
  } catch (const std::filesystem::filesystem_error&) {
    return error{errc::invalid_argument, "The file " + request.file + " cannot be read.",
                 "give a file, or - for standard input"};
  } catch (const web::http::http_exception& failure) {
    return unreachable(server, failure.what());
  } catch (const std::exception& failure) {
    return error{errc::invalid_argument,
                 "The server \"" + server + "\" cannot be used: " + failure.what(),
                 "write it as in http://127.0.0.1:8080"};
  }
}

} // namespace warmfront::admin::cli
