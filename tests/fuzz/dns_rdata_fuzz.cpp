#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "net/dns/mx_route.hpp"
#include "net/dns/rdata.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace warmfront::dns;
  const std::string_view input{reinterpret_cast<const char*>(data), size};
  const auto record = parse_mx(input);
  if (record && record->host.size() > 255) {
    std::abort();
  }
  static_cast<void>(parse_address_record(input));
  static_cast<void>(parse_ptr(input));
  static_cast<void>(parse_txt(input));
  static_cast<void>(parse_record(record_type::mx, input));
  static_cast<void>(to_a_labels(input));
  static_cast<void>(literal_host(input));
  return 0;
}
