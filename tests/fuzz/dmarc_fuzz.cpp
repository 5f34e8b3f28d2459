// DMARC records of strangers, and names that they give as their domains.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "net/dmarc/discovery.hpp"
#include "net/dmarc/organizational_domain.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace warmfront;
  const std::string_view input{reinterpret_cast<const char*>(data), size};
  const auto read = dmarc::parse_record(input);
  if (!read && read.error().what.empty())
    std::abort();
  const auto domain = input.substr(0, input.find('\n'));
  const auto above = dmarc::organizational_domain(domain);
  if (above.size() > 253 || dmarc::organizational_domain(above) != above)
    std::abort();
  dmarc::txt_answers known;
  for (int asked = 0;; ++asked) {
    const auto step = dmarc::discover(domain, known);
    if (step.decided)
      break;
    if (asked == 2)
      std::abort();
    known[step.wanted] = {dns::answer_kind::found, {std::string{input}}, {}};
  }
  return 0;
}
