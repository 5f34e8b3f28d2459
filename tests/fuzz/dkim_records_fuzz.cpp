// Key records and signatures as texts: refused with a reason, or sound.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "net/dkim/key_record.hpp"
#include "net/dkim/signature.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace warmfront::dkim;
  const std::string_view input{reinterpret_cast<const char*>(data), size};
  if (const auto record = parse_key_record(input); !record && record.error().what.empty())
    std::abort();
  const auto finding = compare_key_record(
      {std::string{input}}, "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
  if (finding.why.empty() != (finding.kind == key_finding_kind::right))
    std::abort();
  const auto read = parse_signature(input);
  if (!read && read.error().what.empty())
    std::abort();
  if (read && (read.value().names.empty() || read.value().key_name().size() > 253))
    std::abort();
  if (without_signature(input).size() > input.size())
    std::abort();
  if (const auto octets = from_base64(input); octets && from_base64(to_base64(*octets)) != octets)
    std::abort();
  return 0;
}
