#include "net/curl/transfer.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace warmfront::http {

namespace {

constexpr std::size_t header_octets_max = 64 * 1024;
constexpr long connect_within_ms = 10'000;

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
}

bool is_one_line(std::string_view text) {
  return text.find_first_of(std::string_view{"\r\n\0", 3}) == std::string_view::npos;
}

std::string text_of(const sockaddr* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address->sa_family == AF_INET) {
    sockaddr_in four{};
    std::memcpy(&four, address, sizeof four);
    inet_ntop(AF_INET, &four.sin_addr, text.data(), text.size());
  } else if (address->sa_family == AF_INET6) {
    sockaddr_in6 six{};
    std::memcpy(&six, address, sizeof six);
    inet_ntop(AF_INET6, &six.sin6_addr, text.data(), text.size());
  }
  return text.data();
}

bool append(curl_list& list, const std::string& line) {
  auto* const longer = curl_slist_append(list.get(), line.c_str());
  if (longer == nullptr)
    return false;
  static_cast<void>(list.release()); // is the beginning of the longer one
  list.reset(longer);
  return true;
}

std::string_view trimmed(std::string_view text) {
  const auto begin = std::min(text.find_first_not_of(" \t\r\n"), text.size());
  const auto end = text.find_last_not_of(" \t\r\n");
  return end == std::string_view::npos ? std::string_view{} : text.substr(begin, end + 1 - begin);
}

/// Sets one option after the other, and remembers whether one was refused.
class option_setter {
public:
  explicit option_setter(CURL* handle) : handle_{handle} {}
  template <class Value>
  void operator()(CURLoption option, Value value) {
    is_good_ = curl_easy_setopt(handle_, option, value) == CURLE_OK && is_good_;
  }
  [[nodiscard]] bool is_good() const noexcept { return is_good_; }

private:
  CURL* handle_;
  bool is_good_ = true;
};

} // namespace

result<std::string> check(const outgoing_request& what, bool allow_plain) {
  WARMFRONT_TRY(parts, parse_callable_url(what.url));
  if (parts.is_plain && !allow_plain)
    return error{errc::invalid_argument, "the URL " + what.url + " is not https", "", "url"};
  if (!is_token(what.method))
    return error{errc::invalid_argument, "\"" + what.method + "\" is no method of HTTP", ""};
  for (const auto& [name, value] : what.headers)
    if (!is_token(name) || !is_one_line(value))
      return error{errc::invalid_argument, "the header field " + name + " is not one line", ""};
  for (const auto& address : what.addresses)
    if (address.find_first_of(", ") != std::string::npos)
      return error{errc::invalid_argument, "\"" + address + "\" is no address", ""};
  return parts.host + ":" + std::to_string(parts.port);
}

transfer::transfer(outgoing_request what, answer_callback then, std::string host)
    : handle_{curl_easy_init()}, what_{std::move(what)}, then_{std::move(then)}, host_{std::move(
                                                                                     host)},
      error_text_(CURL_ERROR_SIZE, '\0') {}

bool transfer::set_method() {
  option_setter set{handle()};
  if (what_.method == "HEAD") {
    set(CURLOPT_NOBODY, 1L);
  } else if (what_.method == "GET") {
    set(CURLOPT_HTTPGET, 1L);
  } else {
    set(CURLOPT_POST, 1L);
    set(CURLOPT_POSTFIELDS, what_.body.data());
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(what_.body.size()));
    if (what_.method != "POST")
      set(CURLOPT_CUSTOMREQUEST, what_.method.c_str());
  }
  return set.is_good();
}

bool transfer::set_lists(const curl_client_config& config) {
  // No `Expect: 100-continue`: a turn more for nothing. No form's type where nobody said so.
  bool good = append(headers_, "Expect:") && append(headers_, "Content-Type:");
  for (const auto& [name, value] : what_.headers)
    good = good && append(headers_, value.empty() ? name + ";" : name + ": " + value);
  for (const auto& each : config.hosts)
    good = good && append(hosts_, each);
  if (!what_.addresses.empty()) {
    std::string all;
    for (const auto& each : what_.addresses)
      all += (all.empty() ? "" : ",") + each;
    // The first takes away what an earlier request has said; `+` makes it grow old as others do.
    good = good && append(hosts_, "-" + host_) && append(hosts_, "+" + host_ + ":" + all);
  }
  option_setter set{handle()};
  set(CURLOPT_HTTPHEADER, headers_.get());
  set(CURLOPT_RESOLVE, hosts_.get());
  return good && set.is_good();
}

result<void> transfer::prepare(const curl_client_config& config, milliseconds within) {
  if (handle_ == nullptr)
    return error{errc::unavailable, "no memory for a request", ""};
  rules_ = &config.addresses;
  option_setter set{handle()};
  set(CURLOPT_PRIVATE, static_cast<void*>(this));
  set(CURLOPT_ERRORBUFFER, error_text_.data());
  set(CURLOPT_URL, what_.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, config.allow_plain ? "https,http" : "https");
  set(CURLOPT_REDIR_PROTOCOLS_STR, "https"); // none is followed; the list must not be empty
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
  set(CURLOPT_PROXY, "");
  set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  if (!config.ca_file.empty()) {
    set(CURLOPT_CAINFO, config.ca_file.c_str());
    set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
  set(CURLOPT_USERAGENT, config.user_agent.c_str());
  set(CURLOPT_NOSIGNAL, 1L);
  // A look-up that nobody answers must not hold the thread up until the system gives up on it.
  set(CURLOPT_QUICK_EXIT, 1L);
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(std::max<std::int64_t>(within.count(), 1)));
  set(CURLOPT_CONNECTTIMEOUT_MS, connect_within_ms);
  set(CURLOPT_OPENSOCKETFUNCTION, &transfer::on_socket);
  set(CURLOPT_OPENSOCKETDATA, static_cast<void*>(this));
  set(CURLOPT_WRITEFUNCTION, &transfer::on_body);
  set(CURLOPT_WRITEDATA, static_cast<void*>(this));
  set(CURLOPT_HEADERFUNCTION, &transfer::on_header);
  set(CURLOPT_HEADERDATA, static_cast<void*>(this));
  if (!set.is_good() || !set_method() || !set_lists(config))
    return error{errc::unavailable, "libcurl refused an option of the request", ""};
  return success();
}

curl_socket_t transfer::on_socket(void* self, curlsocktype /*purpose*/, curl_sockaddr* address) {
  auto& here = *static_cast<transfer*>(self);
  if (const auto why = here.rules_->objection(text_of(&address->addr))) {
    here.objection_ = *why;
    return CURL_SOCKET_BAD;
  }
  here.has_opened_ = true;
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

std::size_t transfer::on_body(char* octets, std::size_t size, std::size_t count, void* self) {
  auto& here = *static_cast<transfer*>(self);
  if (here.answer_.body.size() + size * count > here.what_.answer_octets_max) {
    here.is_over_limit_ = true;
    return 0;
  }
  here.answer_.body.append(octets, size * count);
  return size * count;
}

std::size_t transfer::on_header(char* octets, std::size_t size, std::size_t count, void* self) {
  auto& here = *static_cast<transfer*>(self);
  const std::string_view line{octets, size * count};
  here.header_octets_ += line.size();
  if (here.header_octets_ > header_octets_max) {
    here.is_over_limit_ = true;
    return 0;
  }
  if (line.starts_with("HTTP/")) {
    here.answer_.headers.clear(); // those before were of an interim answer
    return line.size();
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos)
    return line.size();
  std::string name{line.substr(0, colon)};
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  here.answer_.headers.emplace_back(std::move(name), trimmed(line.substr(colon + 1)));
  return line.size();
}

result<incoming_answer> transfer::answer_for(CURLcode code) {
  if (code == CURLE_OK) {
    long status = 0;
    curl_easy_getinfo(handle(), CURLINFO_RESPONSE_CODE, &status);
    answer_.status = static_cast<unsigned>(status);
    return std::move(answer_);
  }
  if (is_over_limit_)
    return error{errc::limit_exceeded, "the answer of " + host_ + " is too long", ""};
  if (!objection_.empty() && !has_opened_)
    return error{errc::refused, host_ + " may not be called: " + objection_, ""};
  const std::string text = error_text_.c_str();
  const auto why = text.empty() ? std::string{curl_easy_strerror(code)} : text;
  if (code == CURLE_OPERATION_TIMEDOUT)
    return error{errc::timed_out, host_ + ": " + why, ""};
  if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL)
    return error{errc::invalid_argument, what_.url + ": " + why, "", "url"};
  return error{errc::unavailable, host_ + ": " + why, ""};
}

void transfer::finish(CURLcode code) {
  const auto then = std::move(then_);
  then(answer_for(code));
}

void transfer::fail(error why) {
  const auto then = std::move(then_);
  then(std::move(why));
}

} // namespace warmfront::http
