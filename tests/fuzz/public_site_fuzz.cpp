// Any request to the public address gets an answer: never a redirect, since nobody can sign one
// without the key, and never a field with a line end in it.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "admin/public/public_site.hpp"

namespace admin = warmfront::admin;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static admin::public_site site{
      std::make_shared<const warmfront::feedback::token_key>(
          warmfront::feedback::token_key::make(std::string(32, 'k')).value()),
      warmfront::smtp::network_list::parse({"10.0.0.0/8"}).value()};
  std::string_view rest{reinterpret_cast<const char*>(data), size};
  const auto take = [&rest] {
    const auto end = rest.find('\n');
    const auto part = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    return std::string{part};
  };
  admin::http_request request;
  request.method = take();
  request.target = take();
  request.client_address = "10.0.0.1";
  request.headers = {{"user-agent", take()}, {"x-forwarded-for", take()}, {"content-type", take()}};
  request.body = rest;
  const auto answer = site.answer(
      request, warmfront::wall_time{std::chrono::seconds{2'000'000'000}}, warmfront::steady_time{});
  if (answer.response.status < 200 || answer.response.status == 302)
    __builtin_trap();
  for (const auto& [name, value] : answer.response.headers)
    if (value.find_first_of("\r\n") != std::string::npos)
      __builtin_trap();
  return 0;
}
