// Fuzzes the way of a request from its octets to a checked call: reader, router, query and body.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "admin/api/router.hpp"
#include "admin/http/request_reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace warmfront::admin;
  std::string_view octets{reinterpret_cast<const char*>(data), size};
  request_limits limits;
  limits.body_octets_max = 64 * 1024;
  request_reader reader{limits};
  while (!octets.empty()) {
    const auto used = reader.consume(octets);
    octets.remove_prefix(used);
    if (reader.at() != request_reader::stage::complete) {
      break;
    }
    const auto request = reader.take();
    auto found = find_route(request.method, request.target);
    if (auto* matched = std::get_if<matched_route>(&found)) {
      static_cast<void>(prepare(std::move(*matched), request));
    }
    reader.reset();
  }
  return 0;
}
