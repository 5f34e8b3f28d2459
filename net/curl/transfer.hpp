// One request and its answer, on an easy handle of libcurl.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>

#include "net/curl/curl_client.hpp"

namespace warmfront::http {

struct curl_easy_end {
  void operator()(CURL* handle) const noexcept { curl_easy_cleanup(handle); }
};
struct curl_list_end {
  void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};
using curl_list = std::unique_ptr<curl_slist, curl_list_end>;

/// Lives from when the request is begun until it is answered. libcurl keeps pointers to it.
class transfer {
public:
  transfer(outgoing_request what, answer_callback then, std::string host);
  transfer(const transfer&) = delete;
  transfer& operator=(const transfer&) = delete;

  /// Tells the handle all there is to know. @param within is what is left of the request's time.
  /// Fails when there is no memory. @pre the request was found fit by `check`.
  [[nodiscard]] result<void> prepare(const curl_client_config& config, milliseconds within);
  /// Gives the answer. Once.
  void finish(CURLcode code);
  void fail(error why);

  [[nodiscard]] CURL* handle() const noexcept { return handle_.get(); }
  [[nodiscard]] const std::string& host() const noexcept { return host_; }

private:
  static std::size_t on_body(char* octets, std::size_t size, std::size_t count, void* self);
  static std::size_t on_header(char* octets, std::size_t size, std::size_t count, void* self);
  static curl_socket_t on_socket(void* self, curlsocktype purpose, curl_sockaddr* address);
  [[nodiscard]] bool set_method();
  [[nodiscard]] bool set_lists(const curl_client_config& config);
  [[nodiscard]] result<incoming_answer> answer_for(CURLcode code);

  std::unique_ptr<CURL, curl_easy_end> handle_;
  outgoing_request what_;
  answer_callback then_;
  std::string host_;
  const address_rules* rules_ = nullptr;
  curl_list headers_;
  curl_list hosts_;
  incoming_answer answer_;
  std::size_t header_octets_ = 0;
  bool is_over_limit_ = false;
  bool has_opened_ = false; ///< a socket to an address that may be called
  std::string objection_;   ///< to an address that may not
  std::string error_text_;  ///< CURL_ERROR_SIZE octets
};

/// Whether a request can be made at all. @returns its host.
[[nodiscard]] result<std::string> check(const outgoing_request& what, bool allow_plain);

} // namespace warmfront::http
