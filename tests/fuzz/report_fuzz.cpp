// Bounces and complaints from strangers: read within bounds, texts inert.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "net/reports/mail_parts.hpp"
#include "net/reports/report.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace warmfront::reports;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const part_limits limits;
  if (leaf_parts(text, limits).size() > limits.parts_max)
    std::abort();
  const auto found = read_report(text);
  if (found.recipients.size() > reported_recipients_max ||
      found.marks.local_parts.size() > marks_max)
    std::abort();
  for (const auto& who : found.recipients)
    if (who.diagnostic.size() > report_text_octets_max ||
        who.diagnostic.find_first_of("\r\n") != std::string_view::npos)
      std::abort();
  if ((found.kind == report_kind::unknown) == found.remark.empty())
    std::abort();
  if (found.kind == report_kind::bounce && found.recipients.empty())
    std::abort();
  return 0;
}
